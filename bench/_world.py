"""A demo world in a database of its own, made once for all benchmarks of a run that look into one.

`KPCARE_BENCH_WORLD=kpcare` names a database that holds a world already; it is used as it is, and kept.
"""

import atexit
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.db import connections

VARIABLES = ("DATABASE_URL", "DATABASE_JOBS_URL", "DATABASE_OWNER_URL")
_made: dict[int, dict[str, float]] = {}


def world(members: int) -> dict[str, float]:
    """Lead this process and its children to a world of `members`; seconds and megabytes that making it took."""
    if members in _made:
        return _made[members]
    name = os.environ.get("KPCARE_BENCH_WORLD") or f"bench_world_{os.getpid()}_{members}"
    spent: dict[str, float] = {}
    home = os.environ["DATABASE_OWNER_URL"]
    if "KPCARE_BENCH_WORLD" not in os.environ:
        _statement(home, f'CREATE DATABASE "{name}"')
        atexit.register(_drop, home, name)
    _lead_to(name)
    if "KPCARE_BENCH_WORLD" not in os.environ:
        _manage("migrate", "--verbosity=0")
        spent = _seed(members)
    _made[members] = spent
    return spent


def _lead_to(name: str) -> None:
    for variable in VARIABLES:
        if variable in os.environ:
            os.environ[variable] = urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{name}"))
    connections.close_all()
    for alias in settings.DATABASES:
        connections[alias].settings_dict["NAME"] = connections.settings[alias]["NAME"] = name


def _seed(members: int) -> dict[str, float]:
    command = [sys.executable, "manage.py", "seed", "--members", str(members)]
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=settings.BASE_DIR, env=_environ(), stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise RuntimeError(f"seed ended with {os.waitstatus_to_exitcode(status)}: {said[-300:]}")
    rows = [line for line in said.splitlines() if "rows of members" in line]
    return {
        "seconds": time.perf_counter() - began,
        "rows": int(rows[-1].split()[0].replace(",", "")) if rows else 0,
        "memory_mb": used.ru_maxrss // 1024,
    }


def _environ() -> dict[str, str]:
    # The seed is the owner's: it drops indexes while it loads.
    return {**os.environ, "KPCARE_LOGIN": "owner"}


def _manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=_environ(), check=True)


def _drop(address: str, name: str) -> None:
    """Once everybody has left: the owner may not throw other logins out."""
    connections.close_all()
    until = time.monotonic() + 30
    while True:
        try:
            _statement(address, f'DROP DATABASE IF EXISTS "{name}"')
            return
        except psycopg2.errors.ObjectInUse:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def _statement(address: str, sql: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()
