"""A database of one's own for a while: migrated, used by one process, dropped."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from psycopg2 import sql

# The three logins' addresses (see the settings): all three must lead to the database made here.
OWNER = "DATABASE_OWNER_URL"
URL_VARIABLES = (OWNER, "DATABASE_URL", "DATABASE_JOBS_URL")


class NoScratch(RuntimeError):
    """There can be no database of one's own; the message says the mend."""


def _at(variable: str, database: str) -> str:
    return urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{database}"))


@contextmanager
def _owner() -> Iterator["psycopg2.extensions.cursor"]:
    if OWNER not in os.environ:
        raise NoScratch(f"Set {OWNER} to the owner's address: this command makes a database of its own.")
    connection = psycopg2.connect(os.environ[OWNER])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _drop_leftovers(cursor: psycopg2.extensions.cursor) -> None:
    """Databases of runs that were killed: their names say whose they were."""
    cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^scratch_[0-9]+$'")
    for (name,) in cursor.fetchall():
        if not _is_alive(int(name.removeprefix("scratch_"))):
            drop(cursor, name)


def drop(cursor: Any, name: str) -> None:
    """Drop a database. FORCE only where somebody is still connected: it may not end an autovacuum worker, which a
    plain DROP asks to go.
    """
    try:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    except psycopg2.errors.ObjectInUse:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def scratch_database() -> Iterator[dict[str, str]]:
    """The environment of a process that works in a fresh, migrated database; dropped at the end, whatever happens.

    Raises `NoScratch` where the owner may not create databases, or the migrations fail.
    """
    name = f"scratch_{os.getpid()}"
    with _owner() as cursor:
        _drop_leftovers(cursor)
        try:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg2.errors.InsufficientPrivilege:
            raise NoScratch("The owner's login may not create databases: ALTER ROLE … CREATEDB.") from None
        try:
            environ = {**os.environ, **{v: _at(v, name) for v in URL_VARIABLES if v in os.environ}}
            environ["DJANGO_SETTINGS_MODULE"] = "kpcare.settings"
            run(["migrate", "--verbosity=0"], {**environ, "KPCARE_LOGIN": "owner"})
            yield {**environ, "KPCARE_LOGIN": "jobs"}
        finally:
            drop(cursor, name)


def run(arguments: list[str], environ: dict[str, str]) -> None:
    """`manage.py` with `arguments`, its output going where ours goes. Raises `NoScratch` where it fails."""
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environ)
    if done.returncode:
        raise NoScratch(f"manage.py {arguments[0]} failed in the database made for it.")
