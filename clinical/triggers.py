"""What Postgres refuses in the chart, each with the failure it prevents."""

from typing import Any

import pgtrigger

from core.triggers import NoTruncate

# The statuses from which a result was read by somebody (FHIR R4, ObservationStatus). A withdrawn one stays as it was.
RELEASED = ("final", "amended", "corrected", "entered-in-error")
# A report may besides have been added to (FHIR R4, DiagnosticReportStatus).
RELEASED_REPORT = (*RELEASED, "appended")

# What may happen to a released row: the merge function re-points it; withdrawn it says so, and may give up its source
# id.
MERGED_OR_WITHDRAWN = """
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
""".strip()


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
    func = f"""
        {MERGED_OR_WITHDRAWN}
        RAISE EXCEPTION '% of % is refused: the result is final. Withdraw it and write a correction that points at it.',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    """


class FinalReport(pgtrigger.Trigger):
    """A released report never changes: it may be withdrawn, and a correction is a new row that points at it.

    Withdrawing it is as with results. What it reports follows corrections alone: in the place of a result may come
    the one that corrects it, so that whoever opens the report meets what holds now (decision 43).
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete
    condition = pgtrigger.Q(old__status__in=RELEASED_REPORT)
    func = f"""
        {MERGED_OR_WITHDRAWN}
        IF TG_OP = 'UPDATE'
            AND to_jsonb(NEW) - ARRAY['observations', 'version'] = to_jsonb(OLD) - ARRAY['observations', 'version']
            AND NOT EXISTS (
                SELECT FROM jsonb_array_elements_text(OLD.observations) WITH ORDINALITY was(id, place)
                FULL JOIN jsonb_array_elements_text(NEW.observations) WITH ORDINALITY now(id, place) USING (place)
                WHERE was.id IS DISTINCT FROM now.id AND NOT EXISTS (
                    SELECT FROM clinical_observation o WHERE o.member_id = NEW.member_id
                        AND o.id::text = now.id AND o.corrects_id::text = was.id)
            ) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% of % is refused: the report is final. Withdraw it and write a correction that points at it.',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    """


class FinalCoding(pgtrigger.Trigger):
    """What a released result or report is about, and its coded value, change no more than its number does."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete

    def get_func(self, model: Any) -> pgtrigger.Func:
        table, released = _released(model)
        return pgtrigger.Func(CHANGED_CODING.format(table=table, released=released))


class LateCoding(pgtrigger.Trigger):
    """Nor does it get another meaning afterwards: codings come with their result, in its transaction.

    A transaction that is under way and whose row can be seen is one's own, also where a savepoint made the row.
    """

    when = pgtrigger.After
    level = pgtrigger.Statement
    operation = pgtrigger.Insert
    referencing = pgtrigger.Referencing(new="new_values")

    def get_func(self, model: Any) -> pgtrigger.Func:
        table, released = _released(model)
        return pgtrigger.Func(LATE_CODING.format(table=table, released=released))


def _released(model: Any) -> tuple[str, str]:
    """The table of the fact that a coding model is of, and the statuses from which it is released, as SQL."""
    fact = model._meta.get_field("fact").related_model
    statuses = RELEASED if fact._meta.model_name == "observation" else RELEASED_REPORT
    return fact._meta.db_table, str(statuses)


CHANGED_CODING = """
        IF TG_OP = 'UPDATE' AND current_setting('kpcare.merge', true) = 'on'
            AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
            AND to_jsonb(NEW) - 'member_id' = to_jsonb(OLD) - 'member_id' THEN
            RETURN NEW;
        END IF;
        IF EXISTS (SELECT FROM {table} WHERE id = OLD.fact_id AND status IN {released}) THEN
            RAISE EXCEPTION '% of % is refused: the result is final.', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
"""
# Of savepoints the ids come after that of their transaction, so that an older id is never one's own.
LATE_CODING = """
        IF EXISTS (
            SELECT FROM new_values n JOIN {table} f ON f.id = n.fact_id AND f.member_id = n.member_id
            WHERE f.status IN {released} AND (age(f.xmin) > 0 OR pg_xact_status(
                (pg_current_xact_id()::text::bigint - age(f.xmin))::text::xid8) IS DISTINCT FROM 'in progress')
        ) THEN
            RAISE EXCEPTION '% of % is refused: the result is final.', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
"""


def final_observation() -> list[pgtrigger.Trigger]:
    """The guards of released results."""
    return [FinalObservation(name="released"), NoTruncate(name="released_truncate")]


def final_report() -> list[pgtrigger.Trigger]:
    """The guards of released reports."""
    return [FinalReport(name="released"), NoTruncate(name="released_truncate")]


def final_coding() -> list[pgtrigger.Trigger]:
    """The guards of what released results and reports are about."""
    return [FinalCoding(name="released"), LateCoding(name="released_late"), NoTruncate(name="released_truncate")]
