"""Triggers that more than one room uses, each with the failure it prevents."""

from typing import Any

import pgtrigger


class Immutable(pgtrigger.Trigger):
    """Signed notes, final results and posted entries never change; a correction is a new row.

    Without it an `update()` rewrites what somebody already acted on. The one way through is the merge function:
    it runs as the table's owner, says so in `kpcare.merge`, and may change `member_id` and nothing else; `version` is
    counted by its own trigger, which comes before this one by its name.
    `condition` limits the rule to rows that are past changing (a draft note may still be edited).
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete
    func = """
        IF TG_OP = 'UPDATE' AND current_setting('kpcare.merge', true) = 'on'
            AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
            AND to_jsonb(NEW) - ARRAY['member_id', 'version'] = to_jsonb(OLD) - ARRAY['member_id', 'version'] THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% of % is refused: the row is final. Write a correction that points at it.',
            TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    """


class Sealed(pgtrigger.Trigger):
    """A row of a sealed log never changes, whoever asks: a merge of records re-points none of them either.

    Without it one rightful merge breaks the seals for good, and a forgery would hide among the alarms.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete
    func = """
        RAISE EXCEPTION '% of % is refused: the row is final, and a seal lies over it.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    """


class NoTruncate(pgtrigger.Trigger):
    """TRUNCATE passes row triggers by; what must not be deleted must not be truncated either."""

    when = pgtrigger.Before
    level = pgtrigger.Statement
    operation = pgtrigger.Truncate
    func = "RAISE EXCEPTION 'TRUNCATE of % is refused.', TG_TABLE_NAME;"


class OwnRow(pgtrigger.Trigger):
    """Id, instant and transaction of a new row are the database's, whatever the writer states.

    A row with a made-up id or transaction lies beside every seal, and a backdated one in a past that somebody has
    looked at. The instant is that of the statement, as the default's: a trigger may not move a row to another
    month's partition, so one that is dated into another month is refused. A restore loads rows before triggers.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert

    def get_func(self, model: Any) -> pgtrigger.Func:
        return pgtrigger.Func(
            f"NEW.id := nextval('{model._meta.db_table}_id_seq'); NEW.at := statement_timestamp(); "
            "NEW.xid := pg_current_xact_id()::text::bigint; RETURN NEW;"
        )


class BumpVersion(pgtrigger.Trigger):
    """`version` counts changes, whoever makes them, so that If-Match tells a lost update (RFC 9110, 13.1.1)."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update
    func = "NEW.version := OLD.version + 1; RETURN NEW;"


class NoteMemberChange(pgtrigger.Trigger):
    """A changed chart is re-evaluated within seconds, also when an import or another job changed it.

    Rows are appended; the reader takes those of finished transactions, since it sees no others. A transaction that
    evaluates says with `kpcare.no_news_of` in which table what it writes itself is no reason to look again.
    """

    when = pgtrigger.After
    level = pgtrigger.Statement
    source = ""

    def get_func(self, model: Any) -> pgtrigger.Func:
        column = "id" if model._meta.label_lower == "members.member" else "member_id"
        # A merge and its undoing move a row from one member to another: both charts have changed.
        rows = {"INSERT": ("new_values",), "DELETE": ("old_values",)}.get(
            str(self.operation), ("new_values", "old_values")
        )
        whose = " UNION ".join(f"SELECT {column} AS id FROM {each}" for each in rows)
        return pgtrigger.Func(
            "IF current_setting('kpcare.no_news_of', true) = TG_TABLE_NAME THEN RETURN NULL; END IF; "
            f"INSERT INTO core_memberchange (member_id, source) "
            f"SELECT DISTINCT w.id, TG_TABLE_NAME FROM ({whose}) w WHERE w.id IS NOT NULL; RETURN NULL;"
        )


def immutable(name: str = "immutable", condition: pgtrigger.Condition | None = None) -> list[pgtrigger.Trigger]:
    """The pair of guards for rows that never change again."""
    return [Immutable(name=name, condition=condition), NoTruncate(name=f"{name}_truncate")]


def sealed(name: str = "immutable") -> list[pgtrigger.Trigger]:
    """The pair of guards for the rows of a log that seals lie over, and for the seals."""
    return [Sealed(name=name), NoTruncate(name=f"{name}_truncate")]


def note_changes() -> list[pgtrigger.Trigger]:
    """Triggers for tables whose change can alter who is due for what, or what a measure says of somebody."""
    return [
        NoteMemberChange(
            name="note_insert", operation=pgtrigger.Insert, referencing=pgtrigger.Referencing(new="new_values")
        ),
        NoteMemberChange(
            name="note_update",
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(new="new_values", old="old_values"),
        ),
        NoteMemberChange(
            name="note_delete", operation=pgtrigger.Delete, referencing=pgtrigger.Referencing(old="old_values")
        ),
    ]
