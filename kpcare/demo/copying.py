"""Rows to Postgres by COPY, with the work that a bulk load can leave for the end done at the end."""

import contextlib
import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.apps import apps
from django.db import connection

FLUSH_AT = 2_000
# Batches that may wait for Postgres, so that memory stays flat.
WAITING = 8


def send(statement: str, body: str) -> None:
    """Rows to Postgres, now."""
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, io.StringIO(body))


class Table:
    """Rows of one table on their way to Postgres, sent in batches so that memory stays flat.

    They go as CSV, which Python writes in C: a function of our own for each value took a tenth of a world's time. What
    stands empty is NULL where the column may be, and otherwise the empty string.
    """

    def __init__(self, model_label: str, *columns: str) -> None:
        meta = apps.get_model(model_label)._meta
        self.name = meta.db_table
        names = {field.column: not field.null for field in meta.concrete_fields}
        filled = ", ".join(f'"{column}"' for column in columns if names[column])
        listed = ", ".join(f'"{column}"' for column in columns)
        self.statement = f'COPY "{self.name}" ({listed}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({filled}))'
        self.rows: list[tuple[object, ...]] = []
        self.written = 0
        self.send: Callable[[str, str], None] = send

    def add(self, *values: object) -> None:
        self.rows.append(values)
        if len(self.rows) >= FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        if not self.rows:
            return
        body = io.StringIO()
        csv.writer(body).writerows(self.rows)
        self.send(self.statement, body.getvalue())
        self.written += len(self.rows)
        self.rows.clear()


class Aside:
    """Sends batches in a thread of its own: Postgres takes one while the next are made, on a core each.

    Until `wait` has returned nothing else may use the connection. An error of Postgres is raised by the next call.
    """

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        connection.ensure_connection()
        self.pool, self.raw = pool, connection.connection
        self.waiting: deque[Future[None]] = deque()

    def __call__(self, statement: str, body: str) -> None:
        if len(self.waiting) >= WAITING:
            self.waiting.popleft().result()
        self.waiting.append(self.pool.submit(self._send, statement, body))

    def _send(self, statement: str, body: str) -> None:
        with self.raw.cursor() as cursor:
            cursor.copy_expert(statement, io.StringIO(body), size=1 << 20)

    def wait(self) -> None:
        while self.waiting:
            self.waiting.popleft().result()


@contextlib.contextmanager
def bulk_load(tables: Sequence[Table], *, set_aside_keys: bool) -> Iterator[Callable[[], None]]:
    """Load `tables` without triggers: history does not fire, and the caller says so.

    Foreign keys are dropped first and made again after the load, which Postgres then validates over all rows; so the
    order of batches is free. With `set_aside_keys` so are indexes, primary and unique keys and exclusions, and the
    foreign keys of other tables that rest on them: 3 to 4 times cheaper than keeping them while loading, for a load
    that is large. Gives a function that returns when all that `tables` hold is in Postgres: before it nothing else may
    ask there.
    """
    names = [table.name for table in tables]
    with connection.cursor() as cursor:
        # Checks still deferred must be done before their tables can be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        back = _set_foreign_keys_aside(cursor, names)
        if set_aside_keys:
            back = [*_set_keys_aside(cursor, names), *back]
    with ThreadPoolExecutor(max_workers=1) as pool:
        aside = Aside(pool)

        def flush() -> None:
            for table in tables:
                table.flush()
            aside.wait()

        for table in tables:
            table.send = aside
        yield flush
        flush()
        for table in tables:
            table.send = send
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        for statement in back:
            cursor.execute(statement)
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


def _set_foreign_keys_aside(cursor: Any, names: list[str]) -> list[str]:
    """Drop the foreign keys of these tables; the statements that bring them back."""
    return _drop_constraints(cursor, names, "f", "c.conrelid = ANY (%(tables)s::regclass[])")


def _set_keys_aside(cursor: Any, names: list[str]) -> list[str]:
    """Drop what else slows a load; the statements that bring constraints and indexes back, in order."""
    # Other tables hold next to nothing yet: to look at their foreign keys again costs nothing.
    others = "c.confrelid = ANY (%(tables)s::regclass[]) AND c.conrelid <> ALL (%(tables)s::regclass[])"
    pointing_here = _drop_constraints(cursor, names, "f", f"{others} AND c.conparentid = 0")
    back = _drop_constraints(cursor, names, "xup", "c.conrelid = ANY (%(tables)s::regclass[])")
    cursor.execute(
        """
        SELECT quote_ident(i.relname), pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indrelid = ANY (%s::regclass[])
          AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)
        """,
        [_quoted(names)],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return [*back, *(definition for _, definition in indexes), *pointing_here]


def _drop_constraints(cursor: Any, names: list[str], kinds: str, where: str) -> list[str]:
    """Drop constraints of these kinds (as in `pg_constraint.contype`); the statements that bring them back."""
    cursor.execute(
        f"""
        SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid)
        FROM pg_constraint c WHERE c.contype::text = ANY (%(kinds)s) AND {where}
        ORDER BY c.conrelid, c.contype <> 'p', c.conname
        """,
        {"tables": _quoted(names), "kinds": list(kinds)},
    )
    drops: dict[str, list[str]] = {}
    adds: dict[str, list[str]] = {}
    for table, name, definition in cursor.fetchall():
        drops.setdefault(table, []).append(f"DROP CONSTRAINT {name}")
        adds.setdefault(table, []).append(f"ADD CONSTRAINT {name} {definition}")
    for table, clauses in drops.items():
        cursor.execute(f"ALTER TABLE {table} {', '.join(clauses)}")
    return [f"ALTER TABLE {table} {', '.join(clauses)}" for table, clauses in adds.items()]


def _quoted(names: list[str]) -> list[str]:
    return [f'"{name}"' for name in names]
