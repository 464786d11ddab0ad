"""The nightly run: partitioned, repeatable, killable; and members who changed since."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time as clock
from datetime import date

import pytest
from django.db import connection, connections
from django.utils import timezone

from core import jobs as core_jobs
from core.db import as_job
from core.models import JobPartition, JobRun, User
from prevention import jobs
from prevention.actions import evaluate_members, programs
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.models import Campaign, CareGap, CareRuleState, MeasureResult, MeasureStratum, OutreachEpisode, Reminder
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts
from tests.prevention.outreach.factories import policy

AS_OF = date(2026, 11, 22)
TABLES = (CareGap, CareRuleState, MeasureResult, MeasureStratum, Reminder)


@pytest.fixture
def everybody(transactional_db):
    with arranging():
        of = system()
        market = region(of)
        policy(of)
        made = [
            member(of, f"Member{n}", birth_date=date(1956 + n, 5, 1), sex="female" if n % 2 else "male", region=market)
            for n in range(12)
        ]
        for number, one in enumerate(made):
            charts.enrol(one)
            if number % 3 == 0:
                charts.observation(one, MAMMOGRAPHY, date(2026, 1, 5), category="imaging")
                from prevention.engine.libraries import OFFICE_VISIT

                charts.visit(one, OFFICE_VISIT, date(2026, 2, 1))
    return made


def nightly(shares: int = 3, **options) -> JobRun:
    by = User.objects.system("prevention")
    run = jobs.start_nightly(by=by, as_of=AS_OF, **options)
    JobRun.objects.filter(pk=run.pk).update(shares=shares)
    run.refresh_from_db()
    return core_jobs.work(run)


def rows() -> dict[str, set]:
    """What the run leaves, without ids and instants that no two runs share."""
    with arranging():
        return {
            "gaps": set(CareGap.objects.values_list("member", "rule", "status", "due_on", "last_done_on")),
            "states": set(CareRuleState.objects.values_list("member", "rule", "applies", "next_due_on")),
            "results": set(
                MeasureResult.objects.values_list("member", "measure", "initial_population", "denominator", "numerator")
            ),
            "reminders": set(Reminder.objects.values_list("member", "gap__rule", "step", "channel")),
        }


def row_versions() -> dict[str, set]:
    """Which stored version of each row stands: a rewritten row has another."""
    found = {}
    with arranging(), connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"SELECT id, xmin::text FROM {model._meta.db_table}")
            found[model.__name__] = set(cursor.fetchall())
    return found


@pytest.mark.django_db(transaction=True)
def test_a_run_leaves_results_states_gaps_reminders_and_summaries(everybody):
    run = nightly()

    found = rows()
    assert run.status == "done"
    assert run.totals["members"] == 12
    assert run.totals["gaps_opened"] == len(found["gaps"]) > 12
    assert found["results"] and found["states"] and found["reminders"]
    with arranging():
        whole = MeasureStratum.objects.get(measure__startswith="CMS130", dimension="all")
        by_sex = MeasureStratum.objects.filter(measure__startswith="CMS130", dimension="sex", region="")
        assert whole.denominator == sum(part.denominator for part in by_sex) > 0


@pytest.mark.django_db(transaction=True)
def test_running_again_rewrites_no_row(everybody):
    nightly()
    before = row_versions()

    again = nightly(shares=5)

    assert row_versions() == before
    assert {name: count for name, count in again.totals.items() if count and name != "open"} == {
        "members": 12,
        "answered": 12,  # a Sunday
    }


@pytest.mark.django_db(transaction=True)
def test_shares_make_no_difference(everybody):
    nightly(shares=1)
    one = rows()
    with arranging():
        Reminder.objects.all().delete()
        OutreachEpisode.objects.all().delete()
        CareGap.objects.all().delete()
        CareRuleState.objects.all().delete()
        MeasureResult.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_outboxmessage")

    nightly(shares=7)

    assert rows() == one


@pytest.mark.django_db(transaction=True)
def test_a_limit_for_a_day_holds_over_all_shares(everybody):
    with arranging():
        Campaign.objects.update(daily_limit=2)

    nightly(shares=3)

    assert len(rows()["reminders"]) == 2


@pytest.mark.django_db(transaction=True)
def test_killed_half_way_and_run_again_gives_the_same_rows(everybody, monkeypatch):
    """The backend that works on a share is terminated in the middle of its writing."""
    undisturbed = _rows_of_a_dry_run()
    started = threading.Event()
    real = jobs.evaluate_share

    def slow(run, share):
        counts = real(run, share)
        if share.number == 2 and not started.is_set():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                victim.append(cursor.fetchone()[0])
                started.set()
                cursor.execute("SELECT pg_sleep(20)")
        return counts

    victim: list[int] = []
    monkeypatch.setitem(core_jobs._jobs, jobs.KIND, core_jobs.Job(jobs.KIND, slow, jobs.finish))

    def work():
        try:
            with contextlib.suppress(Exception):  # it dies: that is the point
                nightly()
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    assert started.wait(60)
    _terminate(victim[0])
    worker.join(60)
    connection.close()

    run = nightly()

    assert run.status == "done"
    assert rows() == undisturbed


PROCESS = """
import django, sys, time
django.setup()
from datetime import date
from core import jobs as core_jobs
from core.models import JobRun, User
from prevention import jobs
from prevention.actions import evaluate_members, programs

def slow(run, share):
    counts = jobs.evaluate_share(run, share)
    if share.number == 2:
        print("half way", flush=True)
        time.sleep(60)
    return counts

run = jobs.start_nightly(by=User.objects.system("prevention"), as_of=date(2026, 11, 22))
JobRun.objects.filter(pk=run.pk).update(shares=3)
run.refresh_from_db()
core_jobs.work(run, slow, finish=jobs.finish)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_and_a_second_run_leave_the_rows_of_one(everybody):
    """SIGKILL in the second share, after its rows are written and before they are committed."""
    undisturbed = _rows_of_a_dry_run()
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS],
        env={**os.environ, "KPCARE_LOGIN": "jobs", "DJANGO_SETTINGS_MODULE": "kpcare.settings"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "half way\n"
        process.send_signal(signal.SIGKILL)
    left = rows()
    assert left["states"] < undisturbed["states"] and left["states"], "the first share stays, the second is gone"

    JobPartition.objects.filter(status="running").update(lease_until=timezone.now())
    until = clock.monotonic() + 20
    while (run := nightly()).status != "done" and clock.monotonic() < until:
        clock.sleep(0.1)

    assert run.status == "done"
    assert rows() == undisturbed


def _rows_of_a_dry_run() -> dict[str, set]:
    """What an undisturbed run writes, found out and taken back."""
    from datetime import UTC, datetime

    from prevention.actions import evaluate_partition
    from prevention.engine.evaluate import Partition
    from prevention.outreach.run import reach_out

    class TakeBack(Exception):
        pass

    found = {}
    try:
        with as_job(User.objects.system("prevention"), reason="dry run"):
            at = datetime(2026, 11, 22, 18, tzinfo=UTC)
            evaluate_partition(Partition(), as_of=AS_OF, at=at)
            reach_out(Partition(), as_of=AS_OF, at=at)
            found = rows()
            raise TakeBack
    except TakeBack:
        return found
    raise AssertionError


def _terminate(pid: int) -> None:
    import psycopg2

    from tests import database

    owner = psycopg2.connect(database.url("owner"))
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    owner.close()
    clock.sleep(0.2)


# --- Changed members ------------------------------------------------------------------------------------


def take_all(by: User) -> int:
    """Look at the queue until it is empty, as beat does every few seconds."""
    total = 0
    while count := jobs.take_changed(as_of=AS_OF, by=by):
        total += count
    return total


@pytest.mark.django_db(transaction=True)
def test_a_changed_chart_is_evaluated_at_once(everybody):
    """A result comes in: nobody types "done", the gap is closed with the next look at the queue."""
    by = User.objects.system("prevention")
    nightly()
    take_all(by)
    with arranging():
        gap = CareGap.objects.filter(rule="breast_screening", status="open").first()
        charts.observation(gap.member, MAMMOGRAPHY, date(2026, 11, 21), category="imaging")

    count = take_all(by)

    with arranging():
        gap.refresh_from_db()
    assert count == 1
    assert gap.status == "closed"
    assert gap.evidence["facts"][0]["model"] == "clinical.observation"


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_lost(everybody):
    """What another open transaction wrote is taken once it is through, and keeps nobody else waiting until then."""
    by = User.objects.system("prevention")
    take_all(by)
    begun, go_on = threading.Event(), threading.Event()

    def slow_writer():
        try:
            with arranging():
                charts.procedure(everybody[1], MAMMOGRAPHY, date(2026, 11, 20))
                begun.set()
                go_on.wait(30)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert begun.wait(30)
    with arranging():
        charts.procedure(everybody[3], MAMMOGRAPHY, date(2026, 11, 20))
    early = take_all(by)
    go_on.set()
    writer.join()
    late = take_all(by)

    assert (early, late) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_members_by_themselves_come_to_what_the_run_found(everybody):
    """A share looks all codes up and reads by index; a few members look up the codes of their own facts."""
    nightly()
    before = row_versions()

    with as_job(User.objects.system("tests"), reason="evaluate"):
        counts = evaluate_members([one.pk for one in everybody], as_of=AS_OF)

    assert row_versions() == before
    assert counts["members"] == 12


@pytest.mark.django_db(transaction=True)
def test_ids_of_a_statement_differ_and_are_of_version_7(everybody):
    nightly()

    with arranging():
        ids = [row.pk for model in (MeasureResult, CareRuleState, CareGap) for row in model.objects.all()]
    assert {found.version for found in ids} == {7}
    assert len(set(ids)) == len(ids) > 36


def test_codings_are_looked_up_by_the_fact_and_never_read_whole():
    """A share that reads the codings of everybody there is makes the run's time grow with the square of the members."""
    (program,) = programs(AS_OF)
    text = " ".join([program.outcome, program.evidence, *(select for _table, select in program.definitions)])

    looked_up = re.findall(r"EXISTS \(SELECT FROM clinical_\w*coding c WHERE c\.fact_id = \w+\.\w+ AND", text)
    assert len(looked_up) == text.count("coding c WHERE") > 40
    # With OFFSET 0 the planner does not think of reading them all into memory.
    for place in re.finditer(r"\(SELECT FROM clinical_\w*coding c ", text):
        depth = 0
        for end in range(place.start(), len(text)):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if not depth:
                break
        assert text[place.start() : end].endswith(" OFFSET 0")
