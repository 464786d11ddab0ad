"""What Postgres refuses in the chart, each with the failure it prevents."""

import pgtrigger

from core.triggers import NoTruncate

# The statuses from which a result was read by somebody (FHIR R4, ObservationStatus). A withdrawn one stays as it was.
RELEASED = ("final", "amended", "corrected", "entered-in-error")


class FinalObservation(pgtrigger.Trigger):
    """A released result never changes: it may be withdrawn, and a correction is a new row that points at it.

    Without it an import or an `update()` rewrites the value on which somebody already acted. Withdrawing it sets
    `entered-in-error` and may give up its source id, as `<source id>~<row id>`, to the row that corrects it. The
    merge function, running as the table's owner, may re-point `member_id`; `version` is counted by its own trigger.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete
    condition = pgtrigger.Q(old__status__in=RELEASED)
    func = """
        IF TG_OP = 'UPDATE' AND current_setting('kpcare.merge', true) = 'on'
            AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
            AND to_jsonb(NEW) - ARRAY['member_id', 'version'] = to_jsonb(OLD) - ARRAY['member_id', 'version'] THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.status = 'entered-in-error'
            AND (NEW.source_id = OLD.source_id
                OR OLD.source_id <> '' AND NEW.source_id = left(OLD.source_id, 83) || '~' || OLD.id)
            AND to_jsonb(NEW) - ARRAY['status', 'source_id', 'version']
                = to_jsonb(OLD) - ARRAY['status', 'source_id', 'version'] THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% of % is refused: the result is final. Withdraw it and write a correction that points at it.',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    """


class FinalCoding(pgtrigger.Trigger):
    """What a released result is a result of, and its coded value, change no more than its number does."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete
    func = f"""
        IF TG_OP = 'UPDATE' AND current_setting('kpcare.merge', true) = 'on'
            AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
            AND to_jsonb(NEW) - 'member_id' = to_jsonb(OLD) - 'member_id' THEN
            RETURN NEW;
        END IF;
        IF EXISTS (SELECT FROM clinical_observation WHERE id = OLD.fact_id AND status IN {RELEASED}) THEN
            RAISE EXCEPTION '% of % is refused: the result is final.', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    """


def final_observation() -> list[pgtrigger.Trigger]:
    """The guards of released results."""
    return [FinalObservation(name="released"), NoTruncate(name="released_truncate")]


def final_coding() -> list[pgtrigger.Trigger]:
    """The guards of what released results are results of."""
    return [FinalCoding(name="released"), NoTruncate(name="released_truncate")]
