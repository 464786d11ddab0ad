"""What Postgres refuses in the pharmacy, each with the failure it prevents. Days are the facility's own."""

import pgtrigger


class PrescriptionTerms(pgtrigger.Trigger):
    """What was prescribed never changes, and controlled drugs keep to their limits.

    Without it a raised refill count or quantity would let a fill exceed what the prescriber signed: another strength
    or amount is another prescription. Schedule II has no refills (21 CFR 1306.12); III–V at most five within six
    months of the date written (21 CFR 1306.22).
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.Update
    declare = [("controlled", "smallint"), ("written", "date")]
    func = """
        IF TG_OP = 'UPDATE' THEN
            IF (NEW.request_id, NEW.drug_id, NEW.quantity, NEW.days_supply, NEW.refills)
                IS DISTINCT FROM (OLD.request_id, OLD.drug_id, OLD.quantity, OLD.days_supply, OLD.refills)
                OR NEW.expires_on > OLD.expires_on THEN
                RAISE EXCEPTION 'What was prescribed does not change: write a new prescription.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_prescription_terms';
            END IF;
            RETURN NEW;
        END IF;
        SELECT schedule INTO controlled FROM pharmacy_clinicaldrug WHERE id = NEW.drug_id;
        written := (NEW.created_at AT TIME ZONE coalesce(
            (SELECT time_zone FROM network_facility WHERE id = NEW.pharmacy_id), 'America/Los_Angeles'))::date;
        IF controlled = 2 AND NEW.refills > 0 THEN
            RAISE EXCEPTION 'Schedule II has no refills.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_prescription_schedule';
        END IF;
        IF controlled >= 3 AND (NEW.refills > 5 OR NEW.expires_on > written + interval '6 months') THEN
            RAISE EXCEPTION 'Schedule III to V: at most five refills within six months.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_prescription_schedule';
        END IF;
        RETURN NEW;
    """


class FillWithinPrescription(pgtrigger.Trigger):
    """A fill never exceeds what was prescribed, nor comes from a lot that is expired, recalled or another drug's.

    The check at the counter reads the lot long before the bag is handed over; a recall in between must still stop
    it. Nor is a bag filled, or put back, without the movement that says which units it holds: otherwise controlled
    drugs would leave the shelf and stay in the count. Prescription and lot are share-locked, so that neither is
    stopped or recalled while a fill passes.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.Update
    declare = [
        ("rx", "pharmacy_prescription%ROWTYPE"),
        ("source", "pharmacy_stocklot%ROWTYPE"),
        ("zone", "text"),
        ("acted", "timestamptz"),
        ("stocked", "uuid"),
    ]
    func = """
        IF TG_OP = 'UPDATE' AND NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) NOT IN
            ('requested>filled', 'requested>cancelled', 'filled>collected', 'filled>returned') THEN
            RAISE EXCEPTION 'A fill that is % does not become %.', OLD.status, NEW.status
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_fill_transition';
        END IF;
        IF NEW.status = 'returned' AND OLD.status = 'filled' AND NOT EXISTS (
            SELECT FROM pharmacy_stockmovement m WHERE m.source = 'return:' || NEW.id AND m.kind = 'return'
                AND m.lot_id = OLD.lot_id AND m.quantity = OLD.quantity) THEN
            RAISE EXCEPTION 'A bag that goes back brings its units back to their lot.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_fill_returned_units';
        END IF;
        IF NEW.status IN ('cancelled', 'returned') THEN
            RETURN NEW;
        END IF;
        SELECT * INTO rx FROM pharmacy_prescription WHERE id = NEW.prescription_id FOR SHARE;
        IF NEW.number > rx.refills OR NEW.quantity > rx.quantity OR NEW.quantity <= 0 THEN
            RAISE EXCEPTION 'A fill never exceeds what was prescribed.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_fill_within_prescription';
        END IF;
        acted := coalesce(NEW.collected_at, NEW.filled_at, NEW.requested_at);
        zone := coalesce((SELECT time_zone FROM network_facility WHERE id = rx.pharmacy_id), 'America/Los_Angeles');
        IF (TG_OP = 'INSERT' OR NEW.status <> OLD.status)
            AND (rx.expires_on < (acted AT TIME ZONE zone)::date OR rx.status IN ('stopped', 'on_hold')) THEN
            RAISE EXCEPTION 'The prescription is expired, on hold or stopped.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_fill_prescription_in_force';
        END IF;
        IF NEW.status NOT IN ('filled', 'collected') THEN
            RETURN NEW;
        END IF;
        SELECT * INTO source FROM pharmacy_stocklot WHERE id = NEW.lot_id FOR SHARE;
        SELECT time_zone INTO zone FROM network_facility WHERE id = source.facility_id;
        SELECT drug_id INTO stocked FROM pharmacy_drugproduct WHERE id = source.product_id;
        IF source.recalled_at IS NOT NULL OR source.expires_on < (acted AT TIME ZONE zone)::date THEN
            RAISE EXCEPTION 'An expired or recalled lot is never dispensed.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_fill_lot_usable';
        END IF;
        IF stocked <> rx.drug_id THEN
            RAISE EXCEPTION 'The lot is not of the drug that was prescribed.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_fill_lot_drug';
        END IF;
        IF NOT EXISTS (SELECT FROM pharmacy_stockmovement m WHERE m.source = 'fill:' || NEW.id AND m.kind = 'fill'
                AND m.lot_id = NEW.lot_id AND m.quantity = -NEW.quantity) THEN
            RAISE EXCEPTION 'A bag holds units that left a lot: write the movement first.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_fill_moved_units';
        END IF;
        RETURN NEW;
    """


class MovementFromUsableLot(pgtrigger.Trigger):
    """Units leave an expired or recalled lot as waste, never toward a person; waste of a controlled drug is seen by
    two (21 CFR 1317.95)."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert
    declare = [("source", "pharmacy_stocklot%ROWTYPE"), ("zone", "text"), ("controlled", "smallint")]
    func = """
        SELECT * INTO source FROM pharmacy_stocklot WHERE id = NEW.lot_id;
        IF NEW.kind = 'fill' THEN
            SELECT time_zone INTO zone FROM network_facility WHERE id = source.facility_id;
            IF NEW.quantity >= 0 THEN
                RAISE EXCEPTION 'A fill takes units out.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_movement_direction';
            END IF;
            IF source.recalled_at IS NOT NULL OR source.expires_on < (NEW.at AT TIME ZONE zone)::date THEN
                RAISE EXCEPTION 'An expired or recalled lot is never dispensed.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_movement_lot_usable';
            END IF;
        ELSIF NEW.kind IN ('waste', 'adjustment') THEN
            SELECT d.schedule INTO controlled FROM pharmacy_drugproduct p
                JOIN pharmacy_clinicaldrug d ON d.id = p.drug_id WHERE p.id = source.product_id;
            IF controlled IS NOT NULL AND (NEW.witness_id IS NULL OR NEW.witness_id = NEW.by_id) THEN
                RAISE EXCEPTION 'Waste and corrections of a controlled drug need a second person as witness.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_movement_witness';
            END IF;
        END IF;
        RETURN NEW;
    """


class OnHandByMovement(pgtrigger.Trigger):
    """A lot's units change by a movement alone, so that each unit in or out has who, when and why.

    Without it whoever writes `on_hand` makes units appear or vanish, controlled drugs too, and only the nightly
    reconciliation would tell. Inside the movement's own trigger the depth is two; no login of ours makes triggers.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("on_hand")
    func = """
        IF TG_OP = 'INSERT' AND NEW.on_hand <> 0
            OR TG_OP = 'UPDATE' AND NEW.on_hand <> OLD.on_hand AND pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'Units of a lot change by a movement alone.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pharmacy_stocklot_by_movement';
        END IF;
        RETURN NEW;
    """


class MovementCounts(pgtrigger.Trigger):
    """A movement changes its lot's units in the same statement: neither can be there without the other."""

    when = pgtrigger.After
    level = pgtrigger.Row
    operation = pgtrigger.Insert
    func = """
        UPDATE pharmacy_stocklot SET on_hand = on_hand + NEW.quantity WHERE id = NEW.lot_id;
        RETURN NULL;
    """
