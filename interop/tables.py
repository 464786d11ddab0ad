"""Rows as values by column → COPY into their tables, or updates through a temporary table."""

import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.expressions import Value

from core import db

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})


def text(value: Any) -> str:
    """A value in COPY's text format."""
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is str:
        return value.translate(ESCAPES)
    if kind is bool:
        return "t" if value else "f"
    if kind is UUID:
        return _uuid(value)
    if kind is int or kind is float:
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode().translate(ESCAPES)
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value).translate(ESCAPES)


# A member's id stands in every row of theirs, a fact's in each of its codings: written out once.
_uuid = lru_cache(maxsize=50_000)(str)


class Table:
    """A model's table as bulk loading sees it: its columns, and what each holds where a row says nothing."""

    def __init__(self, label: str) -> None:
        self.model = apps.get_model(label)
        self.name = self.model._meta.db_table
        self.defaults: dict[str, Any] = {}
        for field in self.model._meta.concrete_fields:
            has, value = _default(field)
            if has:
                self.defaults[field.column] = value
        self.names = [field.column for field in self.model._meta.concrete_fields if not field.generated]
        fields = set(self.names)
        self.is_owned = "member_id" in fields
        self.is_fact = "source_system_id" in fields
        self.is_network = {"source_system", "source_id"} <= fields
        related = {f.name: f for f in self.model._meta.get_fields() if f.auto_created and not f.concrete}
        self.codings = related["codings"].related_model._meta.db_table if "codings" in related else ""

    def columns(self, row: dict[str, Any]) -> list[str]:
        """The columns of rows like `row`: what it names, and what Postgres does not fill in by itself."""
        return [name for name in self.names if name in row or (name != "id" and name in self.defaults)]

    def lines(self, rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> io.StringIO:
        defaults = {column: text(self.defaults.get(column)) for column in columns}
        write = [
            "\t".join([text(row[column]) if column in row else defaults[column] for column in columns]) for row in rows
        ]
        return io.StringIO("\n".join(write) + "\n" if write else "")


def _default(field: models.Field) -> tuple[bool, Any]:
    """Whether COPY names the column, and its value where a row has none. What Postgres makes itself is left out."""
    if field.generated or (field.primary_key and isinstance(field, models.AutoField | models.BigAutoField)):
        return False, None
    if field.primary_key:
        return True, None
    if field.null:
        return True, None
    if field.has_default():
        value = field.get_default()
        return True, "{}" if isinstance(field, ArrayField) else value
    if field.has_db_default():
        made = field.db_default
        return (True, made.value) if isinstance(made, Value) else (False, None)
    return True, "" if isinstance(field, models.CharField | models.TextField) else None


@cache
def table(label: str) -> Table:
    return Table(label)


def insert(label: str, rows: list[dict[str, Any]]) -> None:
    """COPY new rows straight in: they hang together already, and every constraint is checked as they arrive."""
    if not rows:
        return
    spec = table(label)
    columns = spec.columns(rows[0])
    db.copy(spec.name, columns, spec.lines(rows, columns))


def insert_plain(name: str, columns: Sequence[str], rows: list[tuple]) -> None:
    """COPY tuples into a table that needs no defaults."""
    if rows:
        lines = "\n".join(["\t".join([text(value) for value in row]) for row in rows]) + "\n"
        db.copy(name, list(columns), io.StringIO(lines))


def _stage(name: str, columns: Sequence[str], lines: io.StringIO) -> str:
    """The rows in a temporary table that goes with the transaction; returns its name."""
    # The same rows are staged again and again in a long transaction: one table for them, emptied, saves locks.
    stage = f"stage_{hashlib.blake2b(repr((name, *columns)).encode(), digest_size=8).hexdigest()}"
    quoted = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"pg_temp.{stage}"])
        if cursor.fetchone()[0] is None:
            cursor.execute(f'CREATE TEMP TABLE {stage} ON COMMIT DROP AS SELECT {quoted} FROM "{name}" WITH NO DATA')
        else:
            cursor.execute(f"DELETE FROM {stage}")
    db.copy(stage, list(columns), lines)
    return stage


def update(label: str, rows: list[dict[str, Any]]) -> int:
    """Rows that changed, by id: only columns that a row names, only rows that differ. Returns how many did."""
    if not rows:
        return 0
    spec = table(label)
    named = {c for row in rows for c in row}
    columns = [c for c in spec.names if c in named]
    stage = _stage(spec.name, columns, spec.lines(rows, columns))
    changing = [c for c in columns if c != "id"]
    pairs = ", ".join(f'"{c}" = s."{c}"' for c in changing)
    old, new = (", ".join(f'{alias}."{c}"' for c in changing) for alias in ("t", "s"))
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{spec.name}" t SET {pairs} FROM {stage} s '
            f"WHERE t.id = s.id AND ROW({old}) IS DISTINCT FROM ROW({new})"
        )
        return cursor.rowcount


def insert_where_free(label: str, rows: list[dict[str, Any]]) -> None:
    """As `insert`, but a row that a constraint refuses (an overlap with one that is there) is left out."""
    if not rows:
        return
    spec = table(label)
    columns = spec.columns(rows[0])
    stage = _stage(spec.name, columns, spec.lines(rows, columns))
    quoted = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{spec.name}" ({quoted}) SELECT {quoted} FROM {stage} ORDER BY id ON CONFLICT DO NOTHING'
        )


def replace_codings(name: str, fact_ids: list[UUID], rows: list[tuple]) -> None:
    """The codings of changed facts: those that went are deleted, new ones added, the rest left alone."""
    columns = ("member_id", "role", "fact_id", "concept_id")
    lines = io.StringIO("".join("\t".join([text(v) for v in row]) + "\n" for row in rows))
    stage = _stage(name, columns, lines)
    with connection.cursor() as cursor:
        cursor.execute(
            f'DELETE FROM "{name}" c WHERE c.fact_id = ANY(%s) AND NOT EXISTS (SELECT FROM {stage} s '
            "WHERE s.fact_id = c.fact_id AND s.role = c.role AND s.concept_id = c.concept_id)",
            [fact_ids],
        )
        cursor.execute(
            f'INSERT INTO "{name}" (member_id, role, fact_id, concept_id) '
            f"SELECT member_id, role, fact_id, concept_id FROM {stage} ON CONFLICT DO NOTHING"
        )


def delete(label: str, column: str, ids: list[UUID], keep: list[UUID] | None = None) -> None:
    """Rows whose `column` is among `ids`, save those to `keep`."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{table(label).name}" WHERE "{column}" = ANY(%s) AND NOT (id = ANY(%s))',
                [ids, keep or []],
            )
