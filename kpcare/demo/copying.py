"""Rows to Postgres by COPY, with the work that a bulk load can leave for the end done at the end."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection

NULL = "\\N"
FLUSH_AT = 20_000


def text(value: object) -> str:
    """One value in COPY's text format."""
    if value is None:
        return NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str) and ("\\" in value or "\t" in value or "\n" in value):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return str(value)


class Table:
    """Rows of one table on their way to Postgres, sent in batches so that memory stays flat."""

    def __init__(self, model_label: str, *columns: str) -> None:
        self.name = apps.get_model(model_label)._meta.db_table
        self.columns = columns
        self.lines: list[str] = []
        self.written = 0

    def add(self, *values: object) -> None:
        self.lines.append("\t".join(map(text, values)))
        if len(self.lines) >= FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        if not self.lines:
            return
        names = ", ".join(f'"{column}"' for column in self.columns)
        body = io.StringIO("\n".join(self.lines) + "\n")
        with connection.cursor() as cursor:
            cursor.copy_expert(f'COPY "{self.name}" ({names}) FROM STDIN', body)
        self.written += len(self.lines)
        self.lines.clear()


@contextlib.contextmanager
def bulk_load(tables: list[str], *, set_aside_keys: bool) -> Iterator[None]:
    """Load `tables` without triggers: history does not fire, and the caller says so.

    With `set_aside_keys`, indexes, foreign keys and exclusions are dropped first and made again after the load,
    which Postgres then validates over all rows: 3 to 4 times cheaper than keeping them while loading.
    """
    with connection.cursor() as cursor:
        # Checks still deferred must be done before their tables can be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        constraints, indexes = _set_aside(cursor, tables) if set_aside_keys else ([], [])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in (*indexes, *constraints):
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _set_aside(cursor: Any, tables: list[str]) -> tuple[list[str], list[str]]:
    """Drop what slows a load; return the statements that bring constraints and indexes back, in order."""
    cursor.execute(
        """
        SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), contype
        FROM pg_constraint WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('f', 'x', 'u')
        ORDER BY contype = 'f' DESC
        """,
        [[f'"{table}"' for table in tables]],
    )
    found = cursor.fetchall()
    # A unique key that a foreign key of another table needs stays.
    cursor.execute(
        "SELECT DISTINCT i.relname FROM pg_constraint c JOIN pg_class i ON i.oid = c.conindid "
        "WHERE c.contype = 'f' AND c.conrelid <> ALL (%s::regclass[])",
        [[f'"{table}"' for table in tables]],
    )
    needed = {row[0] for row in cursor.fetchall()}
    back: list[tuple[str, str]] = []
    for table, name, definition, kind in found:
        if name.strip('"') in needed:
            continue
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        back.append((kind, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))
    cursor.execute(
        """
        SELECT quote_ident(i.relname), pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indrelid = ANY (%s::regclass[])
          AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)
        """,
        [[f'"{table}"' for table in tables]],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    keys = [statement for kind, statement in back if kind != "f"]
    foreign = [statement for kind, statement in back if kind == "f"]
    return foreign, [*keys, *(definition for _, definition in indexes)]
