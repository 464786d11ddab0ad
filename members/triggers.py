"""Triggers about members that other rooms state on their tables, each with the failure it prevents."""

from collections.abc import Callable
from typing import Any, TypeVar

import pgtrigger
from django.db import models

from members.models.identity import Member

Owned = TypeVar("Owned", bound=models.Model)


class MembersExist(pgtrigger.Trigger):
    """A row about nobody is refused, compared once for a statement: a foreign key looks each member up for each row.

    As with a key, the members stay until the transaction ends: whoever deletes one waits, and then finds the row.
    """

    when = pgtrigger.After
    level = pgtrigger.Statement
    referencing = pgtrigger.Referencing(new="new_values")
    declare = [("asked", "bigint"), ("found", "bigint")]
    func = """
        SELECT count(DISTINCT member_id) INTO asked FROM new_values;
        PERFORM FROM members_member m WHERE m.id IN (SELECT n.member_id FROM new_values n) FOR KEY SHARE OF m;
        GET DIAGNOSTICS found = ROW_COUNT;
        IF found < asked THEN
            RAISE EXCEPTION 'A row of % is about a member who does not exist.', TG_TABLE_NAME
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN NULL;
    """


class StaysWhileNamed(pgtrigger.Trigger):
    """A member of whom `table` has rows is neither deleted nor given another id: the other half of the key."""

    when = pgtrigger.After
    level = pgtrigger.Row
    operation = pgtrigger.Delete | pgtrigger.UpdateOf("id")

    def __init__(self, *, table: str) -> None:
        self.table = table
        super().__init__(name=f"kept_by_{table}")

    def get_func(self, model: Any) -> pgtrigger.Func:
        return pgtrigger.Func(
            f"IF TG_OP = 'UPDATE' THEN IF NEW.id = OLD.id THEN RETURN NULL; END IF; END IF; "
            f"IF EXISTS (SELECT FROM {self.table} r WHERE r.member_id = OLD.id) THEN "
            f"RAISE EXCEPTION 'A row of {self.table} is about this member.' USING ERRCODE = 'foreign_key_violation'; "
            "END IF; RETURN NULL;"
        )


def members_exist() -> Callable[[type[Owned]], type[Owned]]:
    """Class decorator for computed tables that jobs fill by the million: their `member` has no key of its own
    (`member_without_key`), and two statement triggers here and one on the member say the same."""

    def decorate(model: type[Owned]) -> type[Owned]:
        pgtrigger.register(
            MembersExist(name="members_exist_insert", operation=pgtrigger.Insert),
            MembersExist(name="members_exist_update", operation=pgtrigger.Update),
        )(model)
        pgtrigger.register(StaysWhileNamed(table=model._meta.db_table))(Member)
        return model

    return decorate
