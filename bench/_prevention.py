"""The measured part of the nightly run's benchmarks, in a process whose logins lead to the benchmark's own database."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg2

from bench.runner import floor_sql, load_world

AS_OF = date(2026, 11, 22)
USER = "00000000-0000-7000-8000-0000000000aa"
# Workers of the product and connections of the floor alike.
PROCESSES = 2
THREE = ("CMS125", "CMS130", "CMS165")
# What an earlier run left in a world that is kept.
WRITTEN = (
    *("prevention_reminder", "prevention_measureresult", "prevention_carerulestate", "prevention_caregap"),
    *("core_outboxmessage", "prevention_measuresummary", "core_jobpartition", "core_jobrun", "core_memberchange"),
)


def main(kind: str, members: int) -> dict[str, Any]:
    import django

    django.setup()
    spent = lay(members)
    return {**KINDS[kind](members), "world_seconds": round(spent, 1)}


# --- World ------------------------------------------------------------------------------------------------


def lay(members: int) -> float:
    """The charts of so many members, none evaluated yet; seconds it took."""
    began = time.perf_counter()
    as_owner(lambda cursor: _lay(cursor, members))
    as_owner(lambda cursor: cursor.execute("VACUUM ANALYZE"))
    spent = time.perf_counter() - began
    say(f"world after {spent:.1f} s")
    return spent


def _lay(cursor: Any, members: int) -> None:
    cursor.execute("SELECT count(*) FROM members_member")
    found = cursor.fetchone()[0]
    if found == 0:
        load_world(cursor, "prevention", {"members": members, "value_sets": _value_sets()})
    elif found == members:
        _clear(cursor)
    else:
        raise RuntimeError(f"The world that is kept has {found} members, not {members}: name another database.")


def _clear(cursor: Any) -> None:
    for verb in ("DISABLE", "ENABLE"):
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} {verb} TRIGGER USER")
        if verb == "DISABLE":
            cursor.execute(f"TRUNCATE {', '.join(WRITTEN)} CASCADE")


def _value_sets() -> list[str]:
    """Every value set that a measure or rule names: their codes are looked up, whether they occur or not."""
    from django.conf import settings

    from prevention.engine.compiler import compile_program
    from prevention.engine.moments import Setting, ZoneInfo
    from prevention.measures import MEASURES
    from prevention.rules import RULES

    zone = ZoneInfo(settings.TIME_ZONE)
    program = compile_program(MEASURES, RULES, Setting.of_year(AS_OF.year, as_of=AS_OF, zone=zone))
    return sorted({row.url for row in program.needed if row.url})


# --- The nightly run --------------------------------------------------------------------------------------


def three(members: int) -> dict[str, Any]:
    return first_run(THREE, "prevention", members)


def sixteen(members: int) -> dict[str, Any]:
    from prevention.measures import MEASURES

    return first_run(tuple(measure.id for measure in MEASURES[:16]), "prevention_16", members)


def all_of_them(members: int) -> dict[str, Any]:
    return first_run((), "prevention_16", members)


def first_run(only: tuple[str, ...], name: str, members: int) -> dict[str, Any]:
    """Everybody new, beside the floor; then the same again over the unchanged chart."""
    found_floor = floor(name)
    vacuum()
    memory = peak_memory()
    seconds, totals = nightly(only)
    vacuum()
    again_seconds, again = nightly(only)
    return {
        "seconds": seconds,
        **found_floor,
        "processes": PROCESSES,
        "unchanged_seconds": round(again_seconds, 2),
        "unchanged_writes": written(again),
        "memory_growth_mb": peak_memory() - memory,
        **totals,
    }


def unchanged(members: int) -> dict[str, Any]:
    """The second run of sixteen measures, over a chart in which nothing changed; its floor reads and writes nothing."""
    from prevention.measures import MEASURES

    only = tuple(measure.id for measure in MEASURES[:16])
    found_floor = floor("prevention_16", write=False)
    first_seconds, _totals = nightly(only)
    vacuum()
    before = row_versions()
    seconds, totals = nightly(only)
    if written(totals) or row_versions() != before:
        raise RuntimeError(f"A run over an unchanged chart wrote: {totals}.")
    return {"seconds": seconds, **found_floor, "first_seconds": round(first_seconds, 1), "writes": 0}


def nightly(only: tuple[str, ...]) -> tuple[float, dict[str, Any]]:
    """The run of the day by two processes, one of them this one, and of some measures alone where they are named."""
    from core import jobs as core_jobs
    from core.models import User
    from prevention import jobs

    began = time.perf_counter()
    run = jobs.start_nightly(by=User.objects.get(email="bench@system.invalid"), as_of=AS_OF, measures=only)
    totals = core_jobs.work_in_processes(run, PROCESSES).totals
    seconds = time.perf_counter() - began
    totals.pop("open", None)
    say(f"run in {seconds:.1f} s: {totals}")
    return seconds, totals


def written(totals: dict[str, Any]) -> int:
    return sum(value for name, value in totals.items() if name not in ("members", "open"))


def row_versions() -> list[tuple[Any, ...]]:
    """A sum over the versions of the stored rows: a rewritten row has another."""
    found: list[tuple[Any, ...]] = []

    def ask(cursor: Any) -> None:
        for table in WRITTEN[:5]:
            cursor.execute(f"SELECT count(*), sum(hashtextextended(xmin::text || ctid::text, 0)::numeric) FROM {table}")
            found.append(cursor.fetchone())

    as_jobs(ask)
    return found


# --- The floor --------------------------------------------------------------------------------------------


def floor(name: str, *, write: bool = True) -> dict[str, Any]:
    """The floor's statements, rolled back: by one connection for everybody, and by two for half of them each.

    The quicker is the floor. Without `write` the statements that insert are left out.
    """
    statements = [text for text in floor_sql(name).split(";\n") if text.strip()]
    if not write:
        statements = [text for text in statements if "INSERT INTO" not in text and "prevention_caregap" not in text]
    one = _timed([(None, None)], statements)
    halves = _timed(_halves(), statements)
    say(f"floor in {one[0]:.1f} s by one connection, {halves[0]:.1f} s by two")
    return {
        "floor_seconds": min(one[0], halves[0]),
        "floor_by_one": round(one[0], 2),
        "floor_by_two": round(halves[0], 2),
        "floor_rows": one[1],
    }


def _timed(shares: list[tuple[Any, Any]], statements: list[str]) -> tuple[float, int]:
    began = time.perf_counter()
    with ThreadPoolExecutor(len(shares)) as pool:
        rows = sum(pool.map(lambda share: _floor(share, statements), shares))
    seconds = time.perf_counter() - began
    vacuum()
    return seconds, rows


def _floor(share: tuple[Any, Any], statements: list[str]) -> int:
    rows = 0
    connection = psycopg2.connect(os.environ["DATABASE_JOBS_URL"])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('kpcare.user_id', %s, true)", [USER])
            lower, upper = share
            test = f"BETWEEN '{lower}' AND '{upper}'" if lower else "IS NOT NULL"
            for statement in statements:
                cursor.execute(statement.replace("{mine}", test))
                rows += cursor.rowcount if statement.lstrip().startswith("INSERT") else 0
            # Foreign keys are compared at the end, as at the product's commit.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    finally:
        connection.rollback()
        connection.close()
    return rows


def _halves() -> list[tuple[Any, Any]]:
    middle: list[str] = []

    def ask(cursor: Any) -> None:
        cursor.execute("SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FROM members_member")
        middle.append(cursor.fetchone()[0])

    as_jobs(ask)
    low, high = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"
    # The one in the middle counts twice, which two connections that write it could not both do: it is left out.
    return [(low, _before(middle[0])), (middle[0], high)]


def _before(identifier: str) -> str:
    import uuid

    return str(uuid.UUID(int=uuid.UUID(identifier).int - 1))


# --- Common -----------------------------------------------------------------------------------------------


def say(what: str) -> None:
    """Progress, beside the JSON line: large worlds take their time."""
    print(what, file=sys.stderr, flush=True)


def peak_memory() -> int:
    """Megabytes, of this process or of the largest that it started and saw end."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(each).ru_maxrss for each in who) // 1024


def as_owner(work: Callable[[Any], object]) -> None:
    _as("DATABASE_OWNER_URL", work)


def as_jobs(work: Callable[[Any], object]) -> None:
    _as("DATABASE_JOBS_URL", work)


def _as(variable: str, work: Callable[[Any], object]) -> None:
    connection = psycopg2.connect(os.environ[variable])
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            work(cursor)
    finally:
        connection.close()


def vacuum() -> None:
    as_owner(lambda cursor: cursor.execute("VACUUM ANALYZE"))


KINDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "prevention": three,
    "prevention_16": sixteen,
    "prevention_36": all_of_them,
    "prevention_unchanged": unchanged,
}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
