"""The measured part of the nightly run's benchmarks, in a process whose logins lead to the benchmark's own database."""

import contextlib
import json
import os
import re
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2
import psycopg2.errors

from bench.runner import floor_sql, load_world

# A Sunday, on which everybody's measures are answered; the night after it passes over whoever did not change.
AS_OF = date(2026, 11, 22)
NEXT = AS_OF + timedelta(days=1)
USER = "00000000-0000-7000-8000-0000000000aa"
# Workers of the product and connections of the floor alike.
PROCESSES = 2
MANY = 200_000
RULES = ("breast_screening", "colorectal_screening", "cervical_screening", "blood_pressure", "hba1c")
THREE = ("CMS125", "CMS130", "CMS165")
# What a run writes about members, and what else an earlier one left in a world that is kept.
WRITTEN = ("prevention_reminder", "prevention_measureresult", "prevention_carerulestate", "prevention_caregap")
LEFT = (
    *WRITTEN,
    "core_outboxmessage",
    "core_jobpartition",
    "core_jobrun",
    "core_memberchange",
    "prevention_resultsstanding",
    "prevention_answeredsince",
)


def main(kind: str, members: int) -> dict[str, Any]:
    import django

    # A queue of its own: no worker of another world takes its tasks.
    os.environ["REDIS_URL"] = re.sub(r"\d+$", "13", os.environ["REDIS_URL"])
    django.setup()
    spent = lay(members)
    return {**KINDS[kind](members), "world_seconds": round(spent, 1)}


# --- World ------------------------------------------------------------------------------------------------


def lay(members: int) -> float:
    """The charts of so many members, none evaluated yet; seconds it took."""
    began = time.perf_counter()
    as_owner(lambda cursor: _lay(cursor, members))
    vacuum()
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


def _clear(cursor: Any, tables: Sequence[str] = LEFT) -> None:
    """Empty them, with whatever refers to them, although triggers forbid it: the database is the benchmark's own."""
    for verb in ("DISABLE", "ENABLE"):
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} {verb} TRIGGER USER")
        if verb == "DISABLE":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


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
    """Every measure and rule that there is. No floor: nobody wrote thirty-six measures a second time, by hand."""
    return first_run((), "", members)


def first_run(only: tuple[str, ...], name: str, members: int) -> dict[str, Any]:
    """Everybody new, beside the floor; then the same again over the unchanged chart, and the night after it."""
    found_floor = floor(name, members) if name else {"floor_seconds": None}
    vacuum()
    memory = peak_memory()
    seconds, totals = nightly(only)
    vacuum()
    again_seconds, again = nightly(only)
    next_seconds, _after = nightly(only, NEXT)
    return {
        "seconds": seconds,
        **found_floor,
        "processes": PROCESSES,
        "unchanged_seconds": round(again_seconds, 2),
        "unchanged_writes": written(again),
        "next_night_seconds": round(next_seconds, 2),
        "memory_growth_mb": peak_memory() - memory,
        **totals,
    }


def unchanged(members: int) -> dict[str, Any]:
    """The ordinary night of sixteen measures: the one after the first, over a chart in which nothing changed.

    Rules are evaluated for everybody and measures answered for nobody. What became due on that day is written; the same
    night again, and one that answers everybody (`everybody_seconds`), must write no row. The floor answers everybody,
    measures and rules, and writes nothing.
    """
    from prevention.measures import MEASURES

    only = tuple(measure.id for measure in MEASURES[:16])
    found_floor = floor("prevention_16", members, write=False)
    first_seconds, _totals = nightly(only)
    vacuum()
    seconds, totals = nightly(only, NEXT)
    vacuum()
    before = row_versions()
    again_seconds, again = nightly(only, NEXT)
    everybody_seconds, everybody = nightly(only, NEXT, everybody=True)
    if written(again) or written(everybody) or row_versions() != before:
        raise RuntimeError(f"A run over an unchanged chart wrote: {again}, {everybody}.")
    if totals["answered"] or again["answered"] or everybody["answered"] != members:
        raise RuntimeError(f"Whose measures were answered: {totals}, {again}, {everybody}.")
    return {
        "seconds": seconds,
        **found_floor,
        "first_seconds": round(first_seconds, 1),
        "again_seconds": round(again_seconds, 2),
        "everybody_seconds": round(everybody_seconds, 2),
        "writes_of_the_day": written(totals),
        "writes": 0,
    }


def nightly(only: tuple[str, ...], as_of: date = AS_OF, *, everybody: bool = False) -> tuple[float, dict[str, Any]]:
    """The run of the day by two processes, of which this is one; and what it counted."""
    from core import jobs as core_jobs
    from core.models import User
    from prevention import jobs

    restrict(only)
    began = time.perf_counter()
    by = User.objects.get(email="bench@system.invalid")
    run = jobs.start_nightly(by=by, as_of=as_of, everybody=everybody)
    totals = core_jobs.work_in_processes(run, PROCESSES).totals
    seconds = time.perf_counter() - began
    totals.pop("open", None)
    say(f"run of {as_of} in {seconds:.1f} s: {totals}")
    return seconds, totals


def restrict(only: Sequence[str]) -> None:
    """Let the product answer what the floor answers: these measures, and five rules. None named: all there are."""
    from prevention import jobs
    from prevention.measures import MEASURES
    from prevention.rules import RULES as ALL_RULES

    jobs.MEASURES = tuple(measure for measure in MEASURES if not only or measure.id in only)
    jobs.RULES = tuple(rule for rule in ALL_RULES if not only or rule.id in RULES)
    if only and (len(jobs.MEASURES), len(jobs.RULES)) != (len(only), len(RULES)):
        raise RuntimeError(f"There are {jobs.MEASURES} and {jobs.RULES}: not what the floor answers.")


def written(totals: dict[str, Any]) -> int:
    return sum(value for name, value in totals.items() if name not in ("members", "answered", "open"))


def row_versions() -> list[tuple[Any, ...]]:
    """A sum over the versions of the stored rows: a rewritten row has another."""
    found: list[tuple[Any, ...]] = []

    def ask(cursor: Any) -> None:
        for table in (*WRITTEN, "core_outboxmessage"):
            cursor.execute(f"SELECT count(*), sum(hashtextextended(xmin::text || ctid::text, 0)::numeric) FROM {table}")
            found.append(cursor.fetchone())

    as_jobs(ask)
    return found


# --- One member, and reminders -----------------------------------------------------------------------------

MAMMOGRAM = """
WITH fact AS (
    INSERT INTO clinical_observation (member_id, status, effective)
    VALUES (%(member)s, 'final', tstzrange('2026-11-20 10:00+00', '2026-11-20 10:05+00')) RETURNING id, member_id
)
INSERT INTO clinical_observationcoding (member_id, fact_id, role, concept_id)
SELECT fact.member_id, fact.id, 1, c.id FROM fact, core_concept c WHERE c.code = 'mammogram#0'
"""
ASKED = 40


@contextlib.contextmanager
def a_worker() -> Iterator[None]:
    """A worker of the product's, on the benchmark's own database and queue."""
    command = [sys.executable, "-m", "celery", "-A", "kpcare", "worker", "-Q", "default", "-c", "1", "-l", "ERROR"]
    worker = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], env=dict(os.environ))
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def one_member(members: int) -> dict[str, Any]:
    """From a committed result in one chart to the closed gap that another connection sees, all measures and rules.

    By the product's own way: the commit wakes a worker. Where Redis lost the wake-up, beat's second is added.
    """
    from core import wakeups
    from core.db import as_job
    from core.models import User
    from kpcare.schedule import SCHEDULE
    from prevention import jobs
    from prevention.models import CareGap

    nightly(())
    vacuum()
    by = User.objects.get(email="bench@system.invalid")
    while jobs.take_changed(as_of=AS_OF, by=by):
        pass
    with as_job(by, reason="bench"):
        gaps = list(CareGap.objects.filter(rule="breast_screening", status="open").order_by("id")[:ASKED])
    took = []
    with a_worker():
        for gap in gaps:
            with as_job(by, reason="bench"), connection_cursor() as cursor:
                cursor.execute(MAMMOGRAM, {"member": gap.member_id})
                wakeups.member_changed()
            began = time.perf_counter()
            while gap.status != "closed":
                if (waited := time.perf_counter() - began) > 60:
                    raise RuntimeError(f"{waited:.0f} s after the mammogram the gap is {gap.status}.")
                time.sleep(0.02)
                with as_job(by, reason="bench"):
                    gap.refresh_from_db()
            took.append(time.perf_counter() - began)
    # The first waited for the worker to start.
    took = sorted(took[1:])
    return {
        "seconds": took[int(0.95 * len(took))],
        "median": round(took[len(took) // 2], 3),
        "longest": round(took[-1], 3),
        "more_where_a_wakeup_is_lost": float(SCHEDULE["prevention-changed"]["schedule"]),
    }


def reminders(members: int) -> dict[str, Any]:
    """Every open gap's next step queued, and once more, which queues none. `per_100000` is what the issue asks for."""
    from core.db import as_job
    from core.models import User
    from prevention.engine.evaluate import Partition
    from prevention.models import CareGap
    from prevention.outreach.queue import queue_outreach

    nightly(THREE)
    as_owner(lambda cursor: _clear(cursor, QUEUED))
    vacuum()
    by = User.objects.get(email="bench@system.invalid")
    at = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 18, tzinfo=UTC)
    counts, seconds = [], 0.0
    for _ in range(2):
        with as_job(by, reason="bench"):
            gaps = CareGap.objects.filter(status="open").count()
        began = time.perf_counter()
        with as_job(by, reason="bench"):
            counts.append(queue_outreach(Partition(), as_of=AS_OF, at=at).reminders)
        seconds = seconds or time.perf_counter() - began
    if counts[1]:
        raise RuntimeError(f"{counts[1]} reminders were queued a second time.")
    return {
        "seconds": seconds,
        "gaps": gaps,
        "reminders": counts[0],
        "queued_again": counts[1],
        "per_100000": round(seconds * 100_000 / gaps, 1),
    }


QUEUED = ("prevention_reminder", "prevention_outreachepisode", "prevention_onetaplink", "core_outboxmessage")


def connection_cursor() -> Any:
    from django.db import connection

    return connection.cursor()


# --- The floor --------------------------------------------------------------------------------------------


def floor(name: str, members: int, *, write: bool = True) -> dict[str, Any]:
    """The floor's statements, rolled back: by one connection for everybody, and by two for half of them each.

    The quicker is the floor. One alone is not tried with many members, where it never was the quicker. Without
    `write` the statements that insert are left out.
    """
    statements = [text for text in floor_sql(name).split(";\n") if text.strip()]
    if not write:
        statements = [text for text in statements if "INSERT INTO" not in text and "prevention_caregap" not in text]
    halves, rows = _timed(_halves(), statements)
    found = {"floor_seconds": halves, "floor_by_two": round(halves, 2), "floor_rows": rows}
    if members <= MANY:
        one, _rows = _timed([(None, None)], statements)
        found |= {"floor_seconds": min(one, halves), "floor_by_one": round(one, 2)}
    say(f"floor: {found}")
    return found


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
    middle: list[uuid.UUID] = []

    def ask(cursor: Any) -> None:
        cursor.execute("SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FROM members_member")
        middle.append(uuid.UUID(str(cursor.fetchone()[0])))

    as_jobs(ask)
    low, high = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"
    # BETWEEN takes both ends in: the one in the middle belongs to the second half alone.
    return [(low, uuid.UUID(int=middle[0].int - 1)), (middle[0], high)]


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
    """So that nobody waits for statistics, or for the disk to take what was written before."""
    as_owner(lambda cursor: cursor.execute("VACUUM ANALYZE"))
    with contextlib.suppress(psycopg2.errors.InsufficientPrivilege):
        as_owner(lambda cursor: cursor.execute("CHECKPOINT"))


KINDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "prevention": three,
    "prevention_16": sixteen,
    "prevention_36": all_of_them,
    "prevention_unchanged": unchanged,
    "one_member": one_member,
    "reminders": reminders,
}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
