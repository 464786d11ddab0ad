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
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.db import connections
from django.test import override_settings

from bench.runner import Result, floor_sql
from core.models import User

MONTH, BEFORE = datetime.date(2026, 10, 1), datetime.date(2026, 9, 1)


WORLDS = Path(__file__).parent / "worlds"


def run(members: int) -> Result:
    """Seconds of the close and of its floor at `members` members."""
    name = f"bench_capitation_{os.getpid()}"
    _as_owner("kpcare", f'CREATE DATABASE "{name}"')
    try:
        _migrate(name)
        with _working_on(name):
            return _measure(name, members)
    finally:
        connections.close_all()
        _as_owner("kpcare", f'DROP DATABASE "{name}" WITH (FORCE)')


def _measure(name: str, members: int) -> Result:
    from billing.capitation.close import close_month
    from core.models import User
    from network.models import Organization

    by = User.objects.system("bench")
    _as_owner(name, (WORLDS / "capitation.sql").read_text(), {"members": members})
    plan = Organization.objects.get(kind="health_plan")
    began = time.perf_counter()
    first = close_month(plan, BEFORE, by=by)
    first_seconds = time.perf_counter() - began
    _as_owner(name, (WORLDS / "capitation_change.sql").read_text(), {})
    _as_owner(name, "VACUUM ANALYZE")
    floor_seconds = _floor(by)
    _as_owner(name, "VACUUM ANALYZE billing_capitationeligibility, billing_capitationline, billing_posting")
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


def _floor(by: User) -> float:
    """The floor's statements in one transaction with all checks, rolled back."""
    from billing.models import CapitationRun, LedgerAccount
    from network.models import Organization

    plan = Organization.objects.get(kind="health_plan")
    run = CapitationRun.objects.create(organization=plan, payment_month=MONTH, version=99, known_at="2026-10-01T00:00Z")
    accounts = list(LedgerAccount.objects.filter(entity=plan).order_by("code").values_list("pk", flat=True))
    values = {
        "run": run.pk,
        "month": MONTH,
        "days": "[2026-10-01,2026-11-01)",
        "known": "infinity",
        "by": by.pk,
        "debit": str(accounts[1]),
        "credit": str(accounts[0]),
    }
    values["known"] = datetime.datetime.now(datetime.UTC)
    connection = psycopg2.connect(_url("DATABASE_JOBS_URL", connections["default"].settings_dict["NAME"]))
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('kpcare.user_id', %s, true), set_config('work_mem', '64MB', true)", [str(by.pk)]
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
        run.delete()
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


def _as_owner(database: str, statements: str, values: dict | None = None) -> None:
    connection = psycopg2.connect(_url("DATABASE_OWNER_URL", database))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statements, values)
    finally:
        connection.close()


def _migrate(database: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=settings.BASE_DIR,
        check=True,
        env={**os.environ, "KPCARE_LOGIN": "owner", "DATABASE_OWNER_URL": _url("DATABASE_OWNER_URL", database)},
    )
