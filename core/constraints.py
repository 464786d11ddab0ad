"""Constraints that Django does not bring: the composite key that ties a child to its parent's member."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


class MemberForeignKey(models.BaseConstraint):
    """`FOREIGN KEY (member_id, <field>_id) REFERENCES parent (member_id, id)`, deferred to commit.

    A child of one member cannot hang on another member's parent, whichever code path writes it. The field
    itself is declared with `db_constraint=False`, so that rows pay for one key, not two.
    """

    default_violation_error_message = "“%(field)s” belongs to another member."

    def __init__(
        self,
        field: str,
        *,
        name: str = "",
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        self.field = field
        super().__init__(
            name=name or f"%(app_label)s_%(class)s_{field}_fk",
            violation_error_code=violation_error_code or "member_mismatch",
            violation_error_message=violation_error_message,
        )

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        field = model._meta.get_field(self.field)
        return (
            f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} "
            f"ADD CONSTRAINT {schema_editor.quote_name(self.name)} "
            f"FOREIGN KEY (member_id, {schema_editor.quote_name(field.column)}) "
            f"REFERENCES {schema_editor.quote_name(field.remote_field.model._meta.db_table)} (member_id, id) "
            f"DEFERRABLE INITIALLY DEFERRED"
        )

    # The stubs promise a string; Django takes None for "nothing inside CREATE TABLE".
    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        # Deferred: with the table itself, the parent's may be made later in the same migration.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return schema_editor._delete_constraint_sql(schema_editor.sql_delete_fk, model, self.name)

    def validate(
        self,
        model: Any,
        instance: Any,
        exclude: Iterable[str] | None = None,
        using: str = "default",
    ) -> None:
        field = model._meta.get_field(self.field)
        parent_id = getattr(instance, field.attname)
        if parent_id is None or (exclude and self.field in exclude):
            return
        parents = field.remote_field.model._base_manager.using(using)
        if not parents.filter(pk=parent_id, member_id=instance.member_id).exists():
            raise ValidationError(
                str(self.get_violation_error_message()) % {"field": self.field}, code=self.violation_error_code
            )

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        if kwargs.get("violation_error_code") == "member_mismatch":
            del kwargs["violation_error_code"]
        return path, (self.field,), kwargs

    def __eq__(self, other: object) -> bool:
        if isinstance(other, MemberForeignKey):
            return (self.field, self.name) == (other.field, other.name)
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]  # as Django's own constraints, which compare and do not hash


# Two days beyond the days that are believed (`core.asked`), at whatever clock they were written.
FIRST_INSTANT = datetime.datetime(1849, 12, 30, tzinfo=datetime.UTC)
LAST_INSTANT = datetime.datetime(2200, 1, 2, tzinfo=datetime.UTC)


def readable(field: str, *, name: str) -> models.CheckConstraint:
    """An instant that every clock can show: one after the year 9999 is stored, and then no page that reads it opens."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__isnull": True})
        | models.Q(**{f"{field}__gte": FIRST_INSTANT, f"{field}__lt": LAST_INSTANT}),
        name=name,
        violation_error_message="Nobody lives on this day.",
    )
