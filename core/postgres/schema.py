"""Monthly range partitions for append-only tables, from their first migration."""

from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.models import Model


class MonthlyPartitioned:
    """Mark for append-only models whose table is partitioned by month over `partition_key`.

    A plain class and not a model, so that migrations keep it among the bases.
    """

    partition_key = "at"


def partition_key(model: type[Model]) -> str | None:
    """The column that partitions `model`'s table, or None. History tables go by `pgh_created_at`."""
    if issubclass(model, MonthlyPartitioned):
        return model.partition_key
    columns = {field.column for field in model._meta.local_fields}
    return "pgh_created_at" if "pgh_created_at" in columns else None


class SchemaEditor(DatabaseSchemaEditor):
    def table_sql(self, model: type[Model]) -> tuple[str, list[Any]]:
        sql, params = super().table_sql(model)
        key = partition_key(model)
        if key is None:
            return sql, params
        table = self.quote_name(model._meta.db_table)
        default = self.quote_name(f"{model._meta.db_table}_default")
        # A partitioned table's primary key must hold the partition key.
        primary = model._meta.pk.column
        assert primary is not None, "a partitioned table has a key of its own"
        head, _, tail = sql.rpartition(")")
        sql = (
            f"{head.replace(' PRIMARY KEY', '', 1)}, PRIMARY KEY ({self.quote_name(primary)}, "
            f"{self.quote_name(key)})){tail} PARTITION BY RANGE ({self.quote_name(key)})"
        )
        self.deferred_sql.insert(0, f"CREATE TABLE {default} PARTITION OF {table} DEFAULT")
        return sql, params
