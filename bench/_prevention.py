"""The measured part of `bench.prevention`, in a process whose three logins lead to the benchmark's own database."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg2

from bench.runner import floor_sql, load_world

MEASURES = {"CMS125", "CMS130", "CMS165"}
RULES = {"breast_screening", "colorectal_screening", "cervical_screening", "blood_pressure", "hba1c"}
AS_OF = date(2026, 11, 22)


def main(members: int) -> dict[str, object]:
    import django

    django.setup()
    began = time.perf_counter()
    _as_owner(lambda cursor: load_world(cursor, "prevention", {"members": members}))
    _vacuum()
    world_seconds = time.perf_counter() - began
    print(f"world after {world_seconds:.1f} s", file=sys.stderr, flush=True)
    floor_seconds = _floor()
    print(f"floor in {floor_seconds:.1f} s", file=sys.stderr, flush=True)
    _vacuum()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, totals = _nightly()
    print(f"run in {seconds:.1f} s", file=sys.stderr, flush=True)
    _vacuum()
    again_seconds, again = _nightly()
    totals.pop("open", None)
    return {
        "seconds": seconds,
        "floor_seconds": floor_seconds,
        "world_seconds": round(world_seconds, 1),
        "unchanged_seconds": round(again_seconds, 2),
        "unchanged_writes": sum(v for k, v in again.items() if k not in ("members", "open")),
        "memory_growth_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) // 1024,
        **totals,
    }


def _nightly() -> tuple[float, dict[str, int]]:
    from core import jobs as core_jobs
    from core.models import User
    from prevention import jobs

    # What the floor answers too; the product knows more.
    jobs.MEASURES = tuple(m for m in jobs.MEASURES if m.id in MEASURES)
    jobs.RULES = tuple(r for r in jobs.RULES if r.id in RULES)
    if (len(jobs.MEASURES), len(jobs.RULES)) != (len(MEASURES), len(RULES)):
        raise RuntimeError(f"There are {jobs.MEASURES} and {jobs.RULES}: not what the floor answers.")
    began = time.perf_counter()
    run = jobs.start_nightly(by=User.objects.get(email="bench@system.invalid"), as_of=AS_OF)
    totals = core_jobs.work(run).totals
    return time.perf_counter() - began, totals


def _floor() -> float:
    """The floor's statements in one transaction, as the jobs login, rolled back."""
    connection = psycopg2.connect(os.environ["DATABASE_JOBS_URL"])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('kpcare.user_id', '00000000-0000-7000-8000-0000000000aa', true)")
            began = time.perf_counter()
            for statement in floor_sql("prevention").split(";\n"):
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


def _vacuum() -> None:
    _as_owner(lambda cursor: cursor.execute("VACUUM ANALYZE"))


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
