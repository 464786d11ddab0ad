"""What Postgres holds about seats, beyond a unique seat in a slot."""

import pgtrigger


class SeatInSlot(pgtrigger.Trigger):
    """A seat beyond the slot's capacity, or in a slot that is closed, is a patient nobody has time for.

    The unique constraint keeps two people out of one seat; without this rule the third simply sits on seat 3 of 2.
    The slot is locked against change meanwhile, so that its capacity cannot shrink under a booking.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("slot_id", "seat")
    declare = [("held", "RECORD")]
    func = """
        SELECT slot.capacity, slot.is_blocked, session.is_cancelled INTO held
            FROM scheduling_slot slot JOIN scheduling_session session ON session.id = slot.session_id
            WHERE slot.id = NEW.slot_id FOR SHARE OF slot;
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
