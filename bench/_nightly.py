"""The world of the nightly run's benchmarks: made for one, or kept for several.

`KPCARE_BENCH_NIGHTLY=NAME` names a database that is made and laid where it is missing, and kept: what an earlier run
wrote is cleared, the charts stay. At a million members laying them takes many times longer than the run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings

from bench.runner import Result
from interop.scratch import URL_VARIABLES, scratch_database
from interop.scratch import run as manage

KEPT = "KPCARE_BENCH_NIGHTLY"


def measured(kind: str, members: int) -> Result:
    """What `bench._prevention` measures, in a process whose three logins lead to the benchmark's own database."""
    with _database() as environ:
        done = subprocess.run(
            [sys.executable, "-m", "bench._prevention", kind, str(members)],
            cwd=settings.BASE_DIR,
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    return Result(found.pop("seconds"), found.pop("floor_seconds", None), found)


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    if KEPT not in os.environ:
        with scratch_database() as environ:
            yield environ
        return
    name = os.environ[KEPT]
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        made = cursor.rowcount == 0
        if made:
            cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "kpcare.settings"}
    for variable in URL_VARIABLES:
        if variable in environ:
            environ[variable] = urlunsplit(urlsplit(environ[variable])._replace(path=f"/{name}"))
    if made:
        manage(["migrate", "--verbosity=0"], {**environ, "KPCARE_LOGIN": "owner"})
    yield {**environ, "KPCARE_LOGIN": "jobs"}
