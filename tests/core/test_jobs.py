"""Jobs: the same work is one run; every member is in one share; a killed worker loses nothing and repeats nothing."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from core import jobs
from core.db import as_job
from core.models import JobPartition, JobRun, SystemParameter, User
from core.tasks import work_run
from members.models import Member
from tests.database import owner_cursor
from tests.members.factories import make_member
from tests.network.factories import make_system


@pytest.fixture
def clerk(db) -> User:
    return User.objects.system("jobs-test")


@pytest.fixture(autouse=True)
def counting():
    """A job that counts the members of each share."""

    def count(run: JobRun, share: JobPartition) -> dict[str, int]:
        members = Member.objects.filter(id__gte=share.lower)
        return {"members": (members.filter(id__lt=share.upper) if share.upper else members).count()}

    jobs.register("counting", count)
    yield
    del jobs._jobs["counting"]


def test_the_same_work_is_the_same_run(clerk):
    first = jobs.start_run(by=clerk, kind="counting", key="2026-10", parameters={"as_of": "2026-10-01"})
    second = jobs.start_run(by=clerk, kind="counting", key="2026-10")

    assert first.pk == second.pk
    assert second.parameters == {"as_of": "2026-10-01"}
    assert jobs.start_run(by=clerk, kind="counting", key="2026-11").pk != first.pk


def test_every_member_falls_into_exactly_one_share(clerk):
    system = make_system()
    for _ in range(23):
        make_member(system)
    run = jobs.start_run(by=clerk, kind="counting", key="all", partitions=5)

    jobs.work(run)

    assert run.status == JobRun.Status.DONE
    assert run.totals == {"members": 23}
    shares = [share.counts["members"] for share in run.partitions.order_by("number")]
    assert len(shares) == 5
    assert max(shares) - min(shares) <= 1


def test_a_finished_run_is_not_worked_again_unless_told(clerk):
    make_member(make_system())
    run = jobs.work(jobs.start_run(by=clerk, kind="counting", key="once"))
    finished = run.finished_at
    make_member(make_system())

    assert jobs.work(jobs.start_run(by=clerk, kind="counting", key="once")).finished_at == finished
    assert jobs.work(jobs.start_run(by=clerk, kind="counting", key="once", again=True)).totals == {"members": 2}


def test_an_error_leaves_nothing_of_its_share_and_is_kept_without_values(clerk):
    def fall(run, share):
        SystemParameter.objects.create(name=f"half-{share.number}", value=1)
        raise ValueError("Maria Alvarez, born 1970")

    run = jobs.start_run(by=clerk, kind="counting", key="falls", partitions=1)
    with pytest.raises(jobs.JobFailed) as raised:
        jobs.work(run, fall)

    assert isinstance(raised.value.__cause__, ValueError)
    assert run.status == JobRun.Status.FAILED
    assert "ValueError at test_jobs.py" in run.error
    assert "Maria" not in run.error
    assert not SystemParameter.objects.filter(name__startswith="half-").exists()
    assert run.partitions.get().attempts == jobs.MAX_ATTEMPTS


def test_a_failed_run_taken_up_again_does_only_what_is_missing(clerk):
    system = make_system()
    for _ in range(4):
        make_member(system)
    done = []

    def fall_on_second(run, share):
        if share.number == 2 and len(done) < 10:
            raise ValueError
        done.append(share.number)
        return {"shares": 1}

    run = jobs.start_run(by=clerk, kind="counting", key="resumed", partitions=3)
    with pytest.raises(jobs.JobFailed):
        jobs.work(run, fall_on_second)
    assert done == [1, 3]

    done.extend([0] * 10)
    run = jobs.work(jobs.start_run(by=clerk, kind="counting", key="resumed"), fall_on_second)
    assert done[-1] == 2
    assert done.count(1) == 1
    assert run.totals == {"shares": 3}


def test_finish_runs_once_and_its_failure_fails_the_run(clerk):
    finished = []

    def finish(run):
        finished.append(run.totals)
        if len(finished) == 1:
            raise ValueError

    def one(run, share):
        return {"shares": 1}

    run = jobs.start_run(by=clerk, kind="counting", key="finish", partitions=1)
    with pytest.raises(jobs.JobFailed):
        jobs.work(run, one, finish=finish)
    run = jobs.work(jobs.start_run(by=clerk, kind="counting", key="finish"), one, finish=finish)
    jobs.work(run, one, finish=finish)

    assert finished == [{"shares": 1}, {"shares": 1}]
    assert run.status == JobRun.Status.DONE


def kill_own_backend() -> None:
    """Another session ends this one, as a restart of the server or an administrator does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
    with owner_cursor(connection.settings_dict["NAME"]) as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
    SystemParameter.objects.count()


def losing(times: int):
    """A `finish` that writes a row and loses its session the first `times` times."""
    begun: list[int] = []

    def finish(run: JobRun) -> None:
        begun.append(1)
        SystemParameter.objects.create(name=f"finished-{run.key}", value=1)
        if len(begun) <= times:
            kill_own_backend()

    return finish, begun


@pytest.mark.django_db(transaction=True)
def test_a_session_lost_at_the_end_costs_nothing(monkeypatch):
    monkeypatch.setattr(jobs, "BREATH", 0)
    finish, begun = losing(2)
    run = jobs.start_run(by=User.objects.system("jobs-test"), kind="counting", key="lost", partitions=1)

    run = jobs.work(run, lambda run, share: {"shares": 1}, finish=finish)

    assert (run.status, run.totals, run.error) == (JobRun.Status.DONE, {"shares": 1}, "")
    assert len(begun) == 3
    assert SystemParameter.objects.filter(name="finished-lost").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_falls_with_its_session_leaves_the_end_to_the_sweep(monkeypatch):
    """The database stays away for longer: the worker cannot even say so, and the beat's sweep finishes the run."""
    finish, begun = losing(1)
    jobs.register("losing", lambda run, share: {"shares": 1}, finish=finish)
    woken: list[str] = []
    monkeypatch.setattr("core.tasks.work_run.delay", woken.append)
    try:
        with monkeypatch.context() as away:
            away.setattr(jobs, "_may_finish_again", lambda run: (_ for _ in ()).throw(OperationalError("away")))
            run = jobs.start_run(by=User.objects.system("jobs-test"), kind="losing", key="lost", partitions=1)
            with pytest.raises(OperationalError):
                jobs.work(run)
        run.refresh_from_db()
        assert run.status == JobRun.Status.RUNNING
        assert not SystemParameter.objects.filter(name="finished-lost").exists()

        JobRun.objects.update(started_at=timezone.now() - timedelta(minutes=1))
        assert jobs.sweep() == 1
        assert woken == [str(run.pk)]
        work_run(woken[0])
        run.refresh_from_db()
        assert run.status == JobRun.Status.DONE
        assert SystemParameter.objects.filter(name="finished-lost").count() == 1
        assert len(begun) == 2
        assert jobs.sweep() == 0
    finally:
        del jobs._jobs["losing"]


@pytest.mark.django_db(transaction=True)
def test_an_end_that_is_lost_each_time_fails_the_run_and_can_be_started_again(monkeypatch):
    monkeypatch.setattr(jobs, "BREATH", 0)
    clerk = User.objects.system("jobs-test")
    finish, begun = losing(jobs.MAX_ATTEMPTS + 1)

    def one(run, share):
        return {"shares": 1}

    run = jobs.start_run(by=clerk, kind="counting", key="lost", partitions=1)
    with pytest.raises(jobs.JobFailed, match=r"terminating connection|closed"):
        jobs.work(run, one, finish=finish)
    assert len(begun) == jobs.MAX_ATTEMPTS + 1

    run = jobs.work(jobs.start_run(by=clerk, kind="counting", key="lost"), one, finish=finish)
    assert (run.status, run.finish_attempts) == (JobRun.Status.DONE, 0)


def test_a_worker_whose_share_was_taken_over_commits_nothing(clerk):
    run = jobs.start_run(by=clerk, kind="counting", key="fenced", partitions=1)
    jobs._prepare(run)
    slow = jobs._claim(run, "slow")
    JobPartition.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = jobs._claim(run, "quick")
    worked = []

    jobs._work_on(run, slow, lambda run, share: worked.append("slow"))
    jobs._work_on(run, quick, lambda run, share: worked.append("quick"))

    assert worked == ["quick"]


def test_who_stays_takes_the_share_of_a_worker_that_was_killed_a_moment_ago(clerk, monkeypatch):
    run = jobs.start_run(by=clerk, kind="counting", key="killed", partitions=1)
    jobs._prepare(run)
    jobs._claim(run, "killed")
    assert jobs.work(run).status == "running", "its lease is not over"
    monkeypatch.setattr(jobs.time, "sleep", lambda _s: JobPartition.objects.update(lease_until=timezone.now()))

    assert jobs.work(run, stays=True).status == "done"


def test_progress_says_what_is_left(clerk):
    system = make_system()
    for _ in range(4):
        make_member(system)
    run = jobs.start_run(by=clerk, kind="counting", key="progress", partitions=4)
    seen = []

    jobs.work(run, on_progress=seen.append)

    assert [(step.done, step.total, step.percent) for step in seen] == [(1, 4, 25), (2, 4, 50), (3, 4, 75), (4, 4, 100)]
    assert seen[0].left is not None
    assert seen[0].left >= timedelta(0)


def test_wakeups_are_sent_after_commit_and_swept_when_lost(clerk, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr("core.tasks.work_run.delay", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        run = jobs.start_run(by=clerk, kind="counting", key="woken", partitions=2)
        jobs.send(run)
        assert woken == []
    assert woken == [str(run.pk)] * 2

    JobRun.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.sweep() == 1
    assert len(woken) == 4
    jobs.work(run)
    assert jobs.sweep() == 0


KILLED = """
import django, sys, time
django.setup()
from core import jobs
from core.models import JobRun, SystemParameter

def slow(run, share):
    SystemParameter.objects.create(name=f"share-{share.number}", value=1)
    if share.number == 2:
        print("second", flush=True)
        time.sleep(60)
    return {"shares": 1}

jobs.work(JobRun.objects.select_related("started_by").get(kind="counting"), slow)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_its_share_to_the_next_one():
    clerk = User.objects.system("jobs-test")
    system = make_system()
    for _ in range(6):
        make_member(system)
    run = jobs.start_run(by=clerk, kind="counting", key="killed", partitions=3)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED],
        env={**os.environ, "KPCARE_LOGIN": "jobs", "DJANGO_SETTINGS_MODULE": "kpcare.settings"},
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout.readline() == "second\n"
        worker.send_signal(signal.SIGKILL)
    assert set(SystemParameter.objects.values_list("name", flat=True)) == {"share-1"}

    def quick(run, share):
        SystemParameter.objects.create(name=f"share-{share.number}", value=1)
        return {"shares": 1}

    until = time.monotonic() + 30
    JobPartition.objects.filter(status="running").update(lease_until=timezone.now())
    while jobs.work(run, quick).status != JobRun.Status.DONE and time.monotonic() < until:
        time.sleep(0.2)

    assert run.totals == {"shares": 3}
    assert list(SystemParameter.objects.order_by("name").values_list("name", flat=True)) == [
        "share-1",
        "share-2",
        "share-3",
    ]


@pytest.mark.django_db(transaction=True)
def test_processes_divide_the_shares_and_none_is_worked_twice():
    clerk = User.objects.system("jobs-test")
    system = make_system()
    for _ in range(8):
        make_member(system)

    def dawdle(run, share):
        time.sleep(0.3)
        return {"shares": 1}

    jobs.register("dawdling", dawdle)
    run = jobs.start_run(by=clerk, kind="dawdling", key="two", partitions=6)
    try:
        run = jobs.work_in_processes(run, 2)
        with as_job(clerk, reason="test"):
            workers = {share.worker.partition("#")[0] for share in run.partitions.all()}
    finally:
        del jobs._jobs["dawdling"]

    assert run.totals == {"shares": 6}
    assert len(workers) == 2


@pytest.mark.django_db(transaction=True)
def test_a_share_at_work_is_not_taken_even_when_its_lease_is_over():
    clerk = User.objects.system("jobs-test")
    run = jobs.start_run(by=clerk, kind="counting", key="held", partitions=1)
    jobs._prepare(run)
    share = jobs._claim(run, "first")
    JobPartition.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM core_jobpartition WHERE id = %s FOR UPDATE", [share.pk])
            assert jobs._claim(run, "second") is None
            cursor.execute("ROLLBACK")
        assert jobs._claim(run, "second").pk == share.pk
    finally:
        other.close()


def test_a_share_sees_every_member_though_the_login_reaches_none(clerk):
    make_member(make_system())
    assert Member.objects.count() == 0
    with as_job(clerk, reason="test"), transaction.atomic():
        assert Member.objects.count() == 1
