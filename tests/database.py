"""The tests' databases: migrated once as owner into a template, cloned for each worker, used as the app.

A clone takes a fraction of a second where migrating takes many, so a test that really commits gets a fresh
clone afterwards. That also answers the guards which refuse TRUNCATE and DELETE: nothing needs deleting.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from kpcare.embedded.locks import exclusive
from kpcare.embedded.paths import ROOT, state_dir
from kpcare.embedded.processes import is_running

VARIABLES = {"app": "DATABASE_URL", "jobs": "DATABASE_JOBS_URL", "owner": "DATABASE_OWNER_URL"}
# What decides the schema, its triggers, grants and policies.
SCHEMA_SOURCES = (
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "*/triggers.py",
    "core/constraints.py",
    "core/history.py",
    "core/partitions.py",
    "core/security.py",
    "core/postgres/*.py",
    "requirements/runtime.txt",
)


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


def schema_digest(root: Path = ROOT) -> str:
    digest = hashlib.sha256()
    for pattern in SCHEMA_SOURCES:
        for file in sorted(root.glob(pattern)):
            digest.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def template() -> str:
    """The name of the migrated template, made by the first worker that asks. Older ones and leftovers are dropped."""
    name = f"template_{schema_digest()}"
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
        cursor.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    return name


def is_leftover(database: str) -> bool:
    """Whether a test database's process is gone. The name says whose it is: test_<pid>_<worker>."""
    head, _, rest = database.partition("_")
    return head == "test" and not is_running(int(rest.partition("_")[0]), "python")


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


def clone(source: str, name: str) -> None:
    with owner_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')


def drop(name: str) -> None:
    with owner_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
