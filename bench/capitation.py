"""Closing a month of capitation, beside its floor: everybody covered, a fifth in Medicare, one in 200 changed late.

In a database of its own, dropped afterwards. The month before is closed first and not counted, so that what is
measured is the monthly routine; `first_close_seconds` says what that first one took, risk scores of all included.
"""

import datetime
import os
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.db import connections
from django.test import override_settings

from bench.runner import WORLDS, Result, floor_sql, load_world
from core.models import User

MONTH, BEFORE = datetime.date(2026, 10, 1), datetime.date(2026, 9, 1)


def run(members: int) -> Result:
    """Seconds of the close and of its floor at `members` members."""
    name = f"bench_capitation_{os.getpid()}"
    _as_owner("kpcare", lambda cursor: cursor.execute(f'CREATE DATABASE "{name}"'))
    try:
        _migrate(name)
        with _working_on(name):
            return _measure(name, members)
    finally:
        connections.close_all()
        _as_owner("kpcare", lambda cursor: cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _measure(name: str, members: int) -> Result:
    from billing.capitation.close import close_month
    from core.models import User
    from network.models import Organization

    by = User.objects.system("bench")
    _as_owner(name, lambda cursor: load_world(cursor, "capitation", {"members": members}))
    _vacuum(name)
    say("world laid")
    plan = Organization.objects.get(kind="health_plan")
    began = time.perf_counter()
    first = close_month(plan, BEFORE, by=by)
    first_seconds = time.perf_counter() - began
    say(f"first month closed in {first_seconds:.1f} s")
    _as_owner(name, lambda cursor: cursor.execute((WORLDS / "capitation_change.sql").read_text(), {}))
    _vacuum(name)
    floor_seconds = _floor(by)
    say(f"floor in {floor_seconds:.1f} s")
    _vacuum(name)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    closed = close_month(plan, MONTH, by=by)
    seconds = time.perf_counter() - began
    assert first.job is not None, "a closed month keeps its job"
    return Result(
        seconds,
        floor_seconds,
        {
            "lines": closed.totals["lines"],
            "adjustment_lines": closed.totals["adjustment_lines"],
            "risk_scores_first": first.job.totals["risk_scores"],
            "first_close_seconds": round(first_seconds, 2),
            "memory_growth_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) // 1024,
        },
    )


def say(what: str) -> None:
    """Progress, beside the JSON line: large worlds take their time."""
    print(f"capitation: {what}", file=sys.stderr, flush=True)


def _floor(by: User) -> float:
    """The floor's statements in one transaction with all checks, rolled back."""
    from billing.models import LedgerAccount
    from network.models import Organization

    plan = Organization.objects.get(kind="health_plan")
    accounts = list(LedgerAccount.objects.filter(entity=plan).order_by("code").values_list("pk", flat=True))
    values = {
        "run": uuid.uuid4(),
        "plan": plan.pk,
        "month": MONTH,
        "days": "[2026-10-01,2026-11-01)",
        "known": datetime.datetime.now(datetime.UTC),
        "by": by.pk,
        "debit": str(accounts[1]),
        "credit": str(accounts[0]),
    }
    connection = psycopg2.connect(_url("DATABASE_JOBS_URL", connections["default"].settings_dict["NAME"]))
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('kpcare.user_id', %s, true), set_config('work_mem', '64MB', true)", [str(by.pk)]
            )
            # The run that its lines belong to; rolled back with them.
            cursor.execute(
                "INSERT INTO billing_capitationrun "
                "(id, organization_id, payment_month, version, status, known_at, totals) "
                "VALUES (%(run)s, %(plan)s, %(month)s, 99, 'open', %(known)s, '{}')",
                {key: str(value) for key, value in values.items()},
            )
            began = time.perf_counter()
            for statement in floor_sql("capitation").split(";\n"):
                if statement.strip():
                    cursor.execute(statement, {key: str(value) for key, value in values.items()})
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            seconds = time.perf_counter() - began
        connection.rollback()
    finally:
        connection.close()
    return seconds


class _working_on:
    """Django's connections as the jobs login on the benchmark's own database."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.settings = override_settings(LOGIN="jobs")

    def __enter__(self) -> None:
        connections.close_all()
        parts = urlsplit(os.environ["DATABASE_JOBS_URL"])
        self.before = {alias: dict(connections[alias].settings_dict) for alias in settings.DATABASES}
        import environ

        for alias in settings.DATABASES:
            found = environ.Env.db_url_config(urlunsplit(parts))
            connections[alias].settings_dict.update({**found, "ENGINE": "core.postgres", "NAME": self.name})
        self.settings.enable()

    def __exit__(self, *error: object) -> None:
        self.settings.disable()
        connections.close_all()
        for alias, before in self.before.items():
            connections[alias].settings_dict.update(before)


def _url(variable: str, database: str) -> str:
    return urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{database}"))


def _as_owner(database: str, work: Callable[[Any], object]) -> None:
    connection = psycopg2.connect(_url("DATABASE_OWNER_URL", database))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            work(cursor)
    finally:
        connection.close()


def _vacuum(database: str) -> None:
    _as_owner(database, lambda cursor: cursor.execute("VACUUM ANALYZE"))


def _migrate(database: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=settings.BASE_DIR,
        check=True,
        env={**os.environ, "KPCARE_LOGIN": "owner", "DATABASE_OWNER_URL": _url("DATABASE_OWNER_URL", database)},
    )
