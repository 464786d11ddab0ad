from django.db.backends.postgresql import base

from core.context import apply_to
from core.postgres.schema import SchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """Postgres, where every transaction opens with who acts and why."""

    SchemaEditorClass = SchemaEditor

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs leave it out
        if not autocommit:
            apply_to(self)
