"""The measured part of `bench.immunisations`, in a process whose logins lead to the benchmark's own database."""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg2

from bench.runner import floor_sql, load_world

AS_OF = date(2026, 1, 5)
PROCESSES = 2


def main(members: int) -> dict[str, object]:
    import django

    django.setup()
    _as_owner(lambda cursor: load_world(cursor, "immunisations", {"members": members}))
    _as_owner(_vacuum)
    floor_seconds = _floor()
    _as_owner(_vacuum)
    seconds, totals = _nightly()
    again_seconds, again = _nightly()
    return {
        "seconds": seconds,
        "floor_seconds": floor_seconds,
        "members_per_second": round(members / seconds),
        "processes": PROCESSES,
        "unchanged_seconds": round(again_seconds, 2),
        "unchanged_members": again["members"],
        **totals,
    }


def _nightly() -> tuple[float, dict[str, int]]:
    from core import jobs as core_jobs
    from core.models import JobRun, User
    from prevention.immunisation import run as immunisations

    began = time.perf_counter()
    run = immunisations.start_nightly(by=User.objects.get(email="bench@system.invalid"), as_of=AS_OF)
    JobRun.objects.filter(pk=run.pk, shares__lt=2 * PROCESSES).update(shares=2 * PROCESSES)
    run.refresh_from_db()
    totals = core_jobs.work_in_processes(run, PROCESSES).totals
    return time.perf_counter() - began, totals


def _floor() -> float:
    """The floor's statements in one transaction, as the jobs login, rolled back."""
    connection = psycopg2.connect(os.environ["DATABASE_JOBS_URL"])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('kpcare.user_id', '00000000-0000-7000-8000-0000000000aa', true)")
            began = time.perf_counter()
            for statement in floor_sql("immunisations").split(";\n"):
                if statement.strip():
                    cursor.execute(statement, ())
            return time.perf_counter() - began
    finally:
        connection.rollback()
        connection.close()


def _as_owner(work: Callable[[Any], object]) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            work(cursor)
    finally:
        connection.close()


def _vacuum(cursor: Any) -> None:
    cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
