"""The measured part of `bench.prevention`, in a process whose three logins lead to the benchmark's own database."""

import json
import os
import resource
import sys
import time
from datetime import date
from pathlib import Path

import psycopg2

WORLD = Path(__file__).parent / "worlds" / "prevention.sql"
FLOOR = Path(__file__).parent / "floors" / "prevention.sql"
AS_OF = date(2026, 11, 22)


def main(members: int) -> dict[str, object]:
    import django

    django.setup()
    began = time.perf_counter()
    _as_owner(WORLD.read_text(), {"members": members})
    _as_owner("VACUUM ANALYZE")
    world_seconds = time.perf_counter() - began
    floor_seconds = _floor()
    _as_owner("VACUUM ANALYZE")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, totals = _nightly()
    _as_owner("VACUUM ANALYZE")
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
            for statement in FLOOR.read_text().split(";\n"):
                if statement.strip():
                    cursor.execute(statement, ())
            return time.perf_counter() - began
    finally:
        connection.rollback()
        connection.close()


def _as_owner(statements: str, values: dict | None = None) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statements, values)
    finally:
        connection.close()


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
