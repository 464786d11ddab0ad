"""The tests' databases: migrated once as owner into a template, cloned for each worker, used as the app.

A test that really commits is undone afterwards (`Undo`): the rows that it left are deleted by the owner, to whom
the test cluster allows to do so past triggers and foreign keys. A test that changed the schema, or that looked at
statistics, gets a fresh clone instead, which copies some thousand files and takes two seconds.
"""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from kpcare.embedded.locks import exclusive
from kpcare.embedded.paths import ROOT, state_dir
from kpcare.embedded.processes import is_running
from kpcare.embedded.schema import schema_digest

if TYPE_CHECKING:
    from django.db import models

VARIABLES = {"app": "DATABASE_URL", "jobs": "DATABASE_JOBS_URL", "owner": "DATABASE_OWNER_URL"}

# A test that needs a past which the app login may not write (coverage known since last year) has the tables' owner
# write it inside its own transaction. No migration of ours makes such a function.
AS_OWNER = """
CREATE FUNCTION tests_as_owner(statement text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN EXECUTE statement; END $$
"""


def as_owner(statement: str, parameters: object = ()) -> None:
    """Let the tables' owner write inside the test's own transaction: what only a bulk load may do in service."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT tests_as_owner(%s)", [cursor.cursor.mogrify(statement, parameters).decode()])


def insert_as_owner(row: "models.Model") -> None:
    """Insert an unsaved instance as the tables' owner, inside the test's own transaction."""
    from django.db import connection
    from django.db.models.sql import InsertQuery

    query = InsertQuery(type(row))
    query.insert_values([field for field in row._meta.concrete_fields if not field.generated], [row])
    for statement, parameters in query.get_compiler(connection=connection).as_sql():
        as_owner(statement, parameters)


def url(login: str, database: str | None = None) -> str:
    """The address of `database` (by default the one in the environment) for `app`, `jobs` or `owner`."""
    parts = urlsplit(os.environ[VARIABLES[login]])
    return urlunsplit(parts._replace(path=f"/{database}")) if database else urlunsplit(parts)


@contextmanager
def owner_cursor(database: str = "kpcare") -> Iterator["psycopg2.extensions.cursor"]:
    """A cursor as owner, each statement its own transaction."""
    connection = psycopg2.connect(url("owner", database))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def template() -> str:
    """The name of the migrated template, made by the first worker that asks. Older ones and leftovers are dropped."""
    name = f"template_{schema_digest()[:12]}"
    with exclusive(state_dir() / "test-template.lock"), owner_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' OR datname LIKE 'test\\_%'")
        existing = {row[0] for row in cursor.fetchall()}
        for leftover in filter(is_leftover, existing):
            cursor.execute(f'DROP DATABASE IF EXISTS "{leftover}" WITH (FORCE)')
        if name in existing:
            return name
        for older in existing:
            if older.startswith("template_"):
                cursor.execute(f'DROP DATABASE IF EXISTS "{older}" WITH (FORCE)')
        building = f"test_{os.getpid()}_building"
        cursor.execute(f'CREATE DATABASE "{building}"')
        migrate(building)
        with owner_cursor(building) as inside:
            inside.execute(AS_OWNER)
        cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    return name


def is_leftover(database: str) -> bool:
    """Whether a test database's process is gone. The name says whose it is: test_<pid>_<worker>."""
    head, _, rest = database.partition("_")
    return head == "test" and not is_running(int(rest.partition("_")[0]), "python")


def exists(name: str) -> bool:
    with owner_cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [name])
        return bool(cursor.fetchone()[0])


def migrate(database: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kpcare.settings",
            "KPCARE_LOGIN": "owner",
            # A clone copies each partition's files; the tests of partitions make their own.
            "PARTITION_MONTHS_AHEAD": "-1",
            VARIABLES["owner"]: url("owner", database),
        },
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"migrate failed:\n{done.stdout}\n{done.stderr}")


def lead_to(name: str) -> None:
    """From here on this process works in that database, and so do the commands that tests start."""
    from django.db import connections

    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = connections.settings[alias]["NAME"] = name
    os.environ.update({variable: url(login, name) for login, variable in VARIABLES.items()})


def disconnect(name: str) -> None:
    """End whatever sessions a database still has, so that it can be cloned."""
    with owner_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def clone(source: str, name: str) -> None:
    with owner_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')


# Each is a plan over some hundred tables, which the backend keeps.
MANY_PREPARED = 10


class Session:
    """The owner's connection to a clone, kept: a new one begins by learning some hundred tables, for each test.

    What it asks again and again it asks by prepared statements.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._connection: psycopg2.extensions.connection | None = None
        self._prepared: dict[str, str] = {}

    @contextmanager
    def cursor(self) -> Iterator["psycopg2.extensions.cursor"]:
        """A cursor, each statement its own transaction. After a failure the next one comes of a new connection."""
        if self._connection is None:
            self._connection = psycopg2.connect(url("owner", self._name))
            self._connection.autocommit = True
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except BaseException:
            self.close()
            raise

    def ask(self, cursor: "psycopg2.extensions.cursor", statement: str) -> list[tuple]:
        name = self._prepared.get(statement)
        if name is None:
            if len(self._prepared) > MANY_PREPARED:
                cursor.execute("DEALLOCATE ALL")
                self._prepared.clear()
            name = self._prepared[statement] = f"asked_{len(self._prepared)}"
            cursor.execute(f"PREPARE {name} AS {statement}")
        cursor.execute(f"EXECUTE {name}")
        return cursor.fetchall()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._prepared.clear()


class Undo:
    """Brings a clone back to its template's rows.

    What a template holds (system rows, reference data) is read once; a table or sequence that reads otherwise after
    a test is emptied and filled anew. Raises nothing: what rows cannot undo is answered by `reset` with a clone.
    """

    def __init__(self, source: str, name: str) -> None:
        self.source, self.name = source, name
        self._session = Session(name)
        with self._session.cursor() as cursor:
            self._schema = self._schema_of(cursor)
            self._sequences = self._sequences_of(cursor)
            self._template = self._digests(cursor, self._with_pages(cursor))
            self._rows = {table: self._copy_of(cursor, table) for table in self._template}
        self._content = dict(self._template)

    def reset(self, before_clone: Callable[[], None]) -> None:
        """Undo what was committed since the last `reset`. `before_clone` leaves the database, which is then dropped."""
        with self._session.cursor() as cursor:
            if self._schema_of(cursor) == self._schema:
                self._undo_rows(cursor)
                return
        self.close()
        before_clone()
        clone(self.source, self.name)
        with self._session.cursor() as cursor:
            self._schema = self._schema_of(cursor)
        self._content = dict(self._template)

    def close(self) -> None:
        self._session.close()

    def _undo_rows(self, cursor: "psycopg2.extensions.cursor") -> None:
        found = self._digests(cursor, self._with_pages(cursor))
        changed = [table for table in found | self._content if found.get(table) != self._content.get(table)]
        moved = self._sequences.items() - self._sequences_of(cursor).items()
        if not changed and not moved:
            return
        deletes = "".join(f"; DELETE FROM ONLY {table}" for table in changed)
        cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica{deletes}")
        refilled = [table for table in changed if table in self._rows]
        for table in refilled:
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(self._rows[table]))
        for sequence, state in moved:
            cursor.execute("SELECT setval(%s, %s, %s)", [sequence, *state])
        cursor.execute("COMMIT")
        self._content |= self._digests(cursor, refilled)

    def _schema_of(self, cursor: "psycopg2.extensions.cursor") -> tuple[object, ...]:
        """Changes with any table, column, constraint, trigger, policy, function or grant, and with ANALYZE."""
        parts = [
            f"(SELECT (count(*), sum(xmin::text::bigint))::text FROM {catalog})"
            for catalog in (
                "pg_class",
                "pg_attribute",
                "pg_constraint",
                "pg_trigger",
                "pg_policy",
                "pg_proc",
                "pg_index",
            )
        ]
        (found,) = self._session.ask(cursor, f"SELECT {', '.join(parts)}, (SELECT sum(reltuples)::text FROM pg_class)")
        return found

    def _with_pages(self, cursor: "psycopg2.extensions.cursor") -> list[str]:
        """Tables that hold rows, or once did."""
        found = self._session.ask(
            cursor,
            "SELECT format('%I.%I', n.nspname, c.relname) "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
            "AND pg_relation_size(c.oid) > 0 ORDER BY c.oid",
        )
        return [name for (name,) in found]

    def _digests(self, cursor: "psycopg2.extensions.cursor", tables: list[str]) -> dict[str, object]:
        """For each table that has rows what changes with any row: whoever writes one leaves their transaction's id."""
        if not tables:
            return {}
        each = "SELECT '{0}', count(*), sum(xmin::text::bigint) FROM ONLY {0}"
        found = self._session.ask(cursor, " UNION ALL ".join(each.format(table) for table in tables))
        return {table: (many, writers) for table, many, writers in found if many}

    def _sequences_of(self, cursor: "psycopg2.extensions.cursor") -> dict[str, tuple[int, bool]]:
        found = self._session.ask(
            cursor,
            "SELECT format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value), "
            "last_value IS NOT NULL FROM pg_sequences",
        )
        return {name: (value, called) for name, value, called in found}

    @staticmethod
    def _copy_of(cursor: "psycopg2.extensions.cursor", table: str) -> bytes:
        rows = io.BytesIO()
        cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
        return rows.getvalue()


def rename(name: str, to: str) -> None:
    with owner_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" RENAME TO "{to}"')


def drop(name: str) -> None:
    with owner_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
