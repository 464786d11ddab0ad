"""Workers are killed in the middle of writing, and their sessions in Postgres: every row of the nightly runs is an
undisturbed night's.

Two databases with the same charts; in one the night is disturbed. Compared are all tables that the runs wrote, in all
columns but ids and clocks. `test_kills` kills Celery, Redis and Postgres themselves, which takes minutes.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.runner import load_world
from tests import database

MEMBERS, SHARES = 200, 4
VICTIMS = ("worker", "session", "worker")
# What the runs keep about themselves: who worked, how often, until when.
OWN = {"core_jobrun", "core_jobpartition", "django_session"}
# Written by the nightly runs over these charts: none of them may be missing from what is compared.
WRITTEN = {
    "core_outboxmessage",
    "prevention_caregap",
    "prevention_carerulestate",
    "prevention_immunisationforecast",
    "prevention_immunisationstate",
    "prevention_measureresult",
    "prevention_measurestratum",
    "prevention_onetaplink",
    "prevention_outreachepisode",
    "prevention_outreachsummary",
    "prevention_qualitysnapshot",
    "prevention_registryentry",
    "prevention_registrysummary",
    "prevention_reminder",
}
# Ids that a run gives, in columns whose name does not say so: addresses and keys made of them.
MADE_OF_IDS = {"dedupe_key", "url_path", "xid", "context", "pgh_context"}
# What hangs together by such ids is compared by what they stand for.
TOGETHER = {
    "episodes": "SELECT e.member_id, g.rule, c.code, e.arm, e.wording, e.stop_reason FROM prevention_outreachepisode e "
    "JOIN prevention_caregap g ON g.id = e.gap_id JOIN prevention_campaign c ON c.id = e.campaign_id",
    "reminders": "SELECT r.member_id, g.rule, r.step, r.channel, r.status, m.address, m.template "
    "FROM prevention_reminder r JOIN prevention_caregap g ON g.id = r.gap_id "
    "LEFT JOIN core_outboxmessage m ON m.id = r.message_id AND m.dedupe_key = "
    "'prevention:reminder:' || r.gap_id || ':' || r.step",
    "links": "SELECT l.member_id, g.rule, r.step FROM prevention_onetaplink l "
    "JOIN prevention_caregap g ON g.id = l.gap_id JOIN prevention_reminder r ON r.id = l.reminder_id",
    "strata": 'SELECT s.month, t.measure, t."group", t.dimension, t.region, t.stratum, t.numerator, t.hides_rate '
    "FROM prevention_measurestratum t JOIN prevention_qualitysnapshot s ON s.id = t.snapshot_id",
    "runs": "SELECT kind, status, totals FROM core_jobrun",
}
# A process of its own: Django here belongs to the suite's database. It starts once, and forks its workers.
DRIVER = """
import os, random, signal, sys, time
import django
django.setup()
from datetime import date, timedelta
from django.db import connection, connections
from django.utils import timezone
from core import jobs
from core.db import as_job
from core.models import JobPartition, JobRun, User
from prevention import jobs as nightly
from prevention.immunisation import run as immunisations
from prevention.registries import run as registries

by = User.objects.get(email="bench@system.invalid")
shares, victims = int(sys.argv[1]), sys.argv[2:]
chance = random.Random(int(os.environ.get("KPCARE_KILLS", "7")))


def work():
    for run in JobRun.objects.exclude(status="done").order_by("created_at", "id"):
        jobs.work(run)


def busy():
    # A backend with a transaction id has written something that is not committed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL")
        return [pid for (pid,) in cursor.fetchall()]


def begin():
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        os._exit(1)


def start_again():
    # As the next night's start does: a run whose end lost its session has failed, and takes up what is left.
    for run in JobRun.objects.filter(status="failed"):
        jobs.start_run(by=by, kind=run.kind, key=run.key)


def strike(victim, child, after):
    # Some shares are through, and one is in the middle.
    until = time.monotonic() + 60
    while JobPartition.objects.filter(status="done").count() < after or not (pids := busy()):
        assert time.monotonic() < until
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            assert JobRun.objects.exclude(status="done").exists(), "It was over before it was struck."
            start_again()
            child = begin()
    if victim == "session":
        with connection.cursor() as cursor:
            for pid in pids:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    done = JobPartition.objects.filter(status="done").count()
    print(f"{victim} struck after {done} shares", flush=True)
    return None if victim == "worker" else child


def forget_leases():
    # As the time that a lease lasts goes by.
    JobPartition.objects.filter(status="running").update(lease_until=timezone.now() - timedelta(seconds=1))


for module in (immunisations, nightly, registries):
    run = module.start_nightly(by=by, as_of=date(2026, 11, 22))
    JobRun.objects.filter(pk=run.pk).update(shares=shares)
child = None
for number, victim in enumerate(victims):
    # A worker that lost its session alone takes the share up anew; a killed one is followed by another.
    child = child or begin()
    # Spread over the night, each a little otherwise.
    child = strike(victim, child, after=number * shares + chance.randrange(shares - 1))
    forget_leases()
until = time.monotonic() + 60
while JobRun.objects.exclude(status="done").exists():
    assert time.monotonic() < until, list(JobRun.objects.values_list("kind", "status", "error"))
    forget_leases()
    start_again()
    work()
"""


@pytest.fixture(scope="module")
def two_databases(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The same charts twice."""
    name = f"test_{os.getpid()}_kills"
    twin = f"{name}_calm"
    database.clone(database.template(), name)
    try:
        with database.owner_cursor(name) as cursor:
            load_world(cursor, "prevention", {"members": MEMBERS, "value_sets": []})
            cursor.execute("VACUUM ANALYZE")
        database.clone(name, twin)
        yield name, twin
    finally:
        for one in (name, twin):
            database.drop(one)


def run_the_night(name: str, *victims: str) -> str:
    logins = {variable: database.url(login, name) for login, variable in database.VARIABLES.items()}
    # For a process of its own the jobs login is the default one.
    environ = {
        **{variable: value for variable, value in os.environ.items() if not variable.startswith("PYTEST")},
        **logins,
        "DJANGO_SETTINGS_MODULE": "kpcare.settings",
        "KPCARE_LOGIN": "jobs",
        "KPCARE_DEMO": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(SHARES if victims else 1), *victims],
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def everything(name: str) -> dict[str, Counter]:
    """Every table's rows in the columns that two equal nights have in common, and how often each stands there."""
    with database.owner_cursor(name) as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace "
            "AND a.atttypid NOT IN ('timestamptz'::regtype) AND a.attname NOT IN ('id', 'pgh_id', 'pgh_obj_id') "
            # A uuid names a row, and only members and their charts are older than the night.
            "AND (a.atttypid <> 'uuid'::regtype OR a.attname IN ('member_id', 'clinician_id', 'department_id')) "
            "AND a.attname <> ALL (%s) GROUP BY c.relname",
            [list(MADE_OF_IDS)],
        )
        tables = {table: columns for table, columns in cursor.fetchall() if table not in OWN}
        found = {}
        for table, columns in tables.items():
            quoted = ", ".join(f'"{column}"::text' for column in columns)
            cursor.execute(f'SELECT {quoted} FROM "{table}"')
            found[table] = Counter(cursor.fetchall())
        for what, select in TOGETHER.items():
            cursor.execute(select)
            found[what] = Counter(tuple(str(value) for value in row) for row in cursor.fetchall())
    return found


def test_a_night_with_kills_writes_the_rows_of_a_calm_one(two_databases):
    struck, calm = two_databases
    before = everything(calm)
    run_the_night(calm)
    expected = everything(calm)
    written = {table for table, rows in expected.items() if rows != before[table]}
    assert written >= WRITTEN | set(TOGETHER), "the charts of this test no longer make the runs write these"

    said = run_the_night(struck, *VICTIMS)

    print(said)
    assert said.count("struck after") == len(VICTIMS)
    found = everything(struck)
    differ = {
        table: {
            "missing": list((rows - found[table]).items())[:3],
            "too many": list((found[table] - rows).items())[:3],
        }
        for table, rows in expected.items()
        if rows != found[table]
    }
    assert not differ, json.dumps(differ, indent=1)
