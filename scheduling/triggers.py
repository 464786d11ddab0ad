"""What Postgres holds about seats, beyond a unique seat in a slot."""

import pgtrigger


class SeatInSlot(pgtrigger.Trigger):
    """A seat beyond the slot's capacity, or in a slot that is closed, is a patient nobody has time for.

    The unique constraint keeps two people out of one seat; without this rule the third simply sits on seat 3 of 2.
    The slot is locked against change meanwhile, so that its capacity cannot shrink under a booking. The visit's time
    is the slot's: one that says another time would leave the member free for a second visit at the true one.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("slot_id", "seat", "during")
    declare = [("held", "RECORD")]
    func = """
        SELECT slot.capacity, slot.is_blocked, session.is_cancelled, slot.starts_at, slot.ends_at INTO held
            FROM scheduling_slot slot JOIN scheduling_session session ON session.id = slot.session_id
            WHERE slot.id = NEW.slot_id FOR SHARE OF slot;
        IF NEW.during <> tstzrange(held.starts_at, held.ends_at) THEN
            RAISE EXCEPTION 'A visit takes the time of its slot.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'scheduling_appointment_during';
        END IF;
        IF NEW.status NOT IN ('cancelled', 'noshow') THEN
            IF NEW.seat < 1 OR NEW.seat > held.capacity THEN
                RAISE EXCEPTION 'Seat % of a slot with % seats.', NEW.seat, held.capacity
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'scheduling_appointment_capacity';
            END IF;
            IF held.is_blocked OR held.is_cancelled THEN
                RAISE EXCEPTION 'This time is closed.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'scheduling_appointment_open';
            END IF;
        END IF;
        RETURN NEW;
    """


class CapacityHoldsSeats(pgtrigger.Trigger):
    """A slot does not shrink below the seats already given: move or cancel those visits first."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.UpdateOf("capacity")
    func = """
        IF scheduling_highest_seat(NEW.id) > NEW.capacity THEN
            RAISE EXCEPTION 'Seats above % are taken.', NEW.capacity
                USING ERRCODE = 'check_violation', CONSTRAINT = 'scheduling_slot_seats_given';
        END IF;
        RETURN NEW;
    """


class SlotKeepsTime(pgtrigger.Trigger):
    """A slot that somebody holds does not move away under the visit: cancel or move the visit first."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.UpdateOf("starts_at", "ends_at")
    func = """
        IF (NEW.starts_at, NEW.ends_at) <> (OLD.starts_at, OLD.ends_at) AND scheduling_highest_seat(NEW.id) > 0 THEN
            RAISE EXCEPTION 'Somebody is booked at this time.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'scheduling_slot_time_given';
        END IF;
        RETURN NEW;
    """
