"""Jobs over the membership: runs, shares of members and who works on them are rows; Redis only wakes workers.

A room registers its job once, from `AppConfig.ready()`:

    jobs.register("prevention", evaluate_share, finish=note_finished)

and starts it anywhere; starting the same work again is the same run:

    run = jobs.start_run(by=user, kind="prevention", key="2026-11-22", parameters={…}, partitions=16)
    jobs.work(run)               # here and now, until every share is done; or
    jobs.send(run)               # by the Celery workers, after commit; or
    jobs.work_in_processes(run)  # by processes on this machine

A share's handler runs in one `as_job` transaction that also holds the lock on the share's row and marks it done:
killing a worker at any moment leaves the share undone and free, and no second worker can commit it. The run's end is
one transaction as well: where it is lost with its session, whoever comes next (`sweep`) does it again.
"""

import contextlib
import logging
import multiprocessing
import os
import socket
import time
import traceback
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    models,
    transaction,
)
from django.db.models import BigIntegerField, Count, F, Max, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from core import audit
from core.db import as_job
from core.models import JobPartition, JobRun, User
from core.models.base import ClockTimestamp

log = logging.getLogger(__name__)
fork = multiprocessing.get_context("fork")

Handler = Callable[[JobRun, JobPartition], dict[str, int | float]]
Finish = Callable[[JobRun], None]
Title = Callable[[JobRun], str]
SetAside = Callable[[JobRun, JobPartition, str], None]
Status = JobRun.Status

# Covers the moment between claiming a share and locking its row; from then on the lock says who has it.
LEASE = timedelta(seconds=15)
MAX_ATTEMPTS = 3
# Seconds before the end of a run is tried again whose session was lost.
BREATH = 1.0
# Wake-ups for one run: as many workers as may take part. A superfluous one finds nothing to do.
WAKE = 8
FIRST = uuid.UUID(int=0)
# The count that says how many people a share was about, and how many of them were set aside.
MEMBERS, ASIDE = "members", "set_aside"
# What one odd record makes a share fail with, as often as it is tried.
OF_A_RECORD = (DataError, IntegrityError, ArithmeticError, LookupError, TypeError, ValueError)
# Where more are at fault than these, it is not their records.
MOST_ASIDE = 20


@dataclass(frozen=True)
class Job:
    """A kind of work: `handler` for each share, `finish` once after the last, both inside a job's transaction.

    `failed` is told once when the run failed for good, in the transaction that closes it. `set_aside` is told of a
    share of one member whose record makes it fail: with it one odd record does not keep the others from their work.
    """

    kind: str
    handler: Handler
    finish: Finish | None = None
    title: Title | None = None
    failed: Finish | None = None
    set_aside: SetAside | None = None


class JobFailed(RuntimeError):
    """A share failed `MAX_ATTEMPTS` times. The run keeps what was done; starting it again takes the rest."""


class SessionLost(RuntimeError):
    """The connection went while the run was being finished; it can be tried again."""


_jobs: dict[str, Job] = {}
_population: list[type[models.Model]] = []


def register(
    kind: str,
    handler: Handler,
    *,
    finish: Finish | None = None,
    title: Title | None = None,
    failed: Finish | None = None,
    set_aside: SetAside | None = None,
) -> None:
    """Plug in a kind of job. `handler(run, partition)` returns counts, which are added up over the run.

    Among the counts, `members` says how many people a share was about: the rate that pages show comes from it.
    `title(run)` names a run for people; `failed(run)` hears that it failed for good. With `set_aside(run, share,
    error)` a share that fails by a record is cut in two, until it is one member's alone, who is told there and left.
    """
    _jobs[kind] = Job(kind, handler, finish, title, failed, set_aside)


def title_of(run: JobRun) -> str:
    """What people call a run: as its room says, else kind and key."""
    job = _jobs.get(run.kind)
    return job.title(run) if job and job.title else f"{run.kind} {run.key}"


def register_population(model: type[models.Model]) -> None:
    """Say whose ids partition a run; `members` does."""
    _population[:] = [model]


# --- start ----------------------------------------------------------------------------------------------


@transaction.atomic
def start_run(
    *,
    by: User,
    kind: str,
    key: str,
    parameters: dict[str, Any] | None = None,
    partitions: int = 8,
    again: bool = False,
) -> JobRun:
    """The run of `kind` for `key`: made at the first call, found by every later one.

    A failed or cancelled run is opened again for the shares that are not done. `again` opens a finished run anew,
    with the parameters given now; otherwise those of the first call hold. `partitions` is how many shares are cut.
    """
    JobRun.objects.bulk_create(
        [JobRun(kind=kind, key=key, parameters=parameters or {}, started_by=by, shares=max(partitions, 1))],
        ignore_conflicts=True,
    )
    run = JobRun.objects.select_for_update(of=["self"]).select_related("started_by").get(kind=kind, key=key)
    if run.status in (Status.FAILED, Status.CANCELLED) or (again and run.status == Status.DONE):
        _reopen(run, everything=run.status == Status.DONE, by=by, parameters=parameters, shares=max(partitions, 1))
    return run


def _reopen(run: JobRun, *, everything: bool, by: User, parameters: dict[str, Any] | None, shares: int) -> None:
    if everything:
        # Cut anew: there may be more members than last time.
        run.partitions.all().delete()
        run.shares = shares
        run.parameters = run.parameters if parameters is None else parameters
        run.started_at = None
    else:
        run.partitions.exclude(status=Status.DONE).update(status=Status.QUEUED, attempts=0, error="", lease_until=None)
    run.started_by = by
    run.status, run.error, run.finished_at, run.finish_attempts = Status.QUEUED, "", None, 0
    run.save()


@transaction.atomic
def cancel_run(run: JobRun, *, by: User) -> None:
    """Shares not begun stay undone; those at work finish. `start_run` takes the run up again.

    Raises `ValueError` for a run that has ended.
    """
    going_on = JobRun.objects.filter(pk=run.pk, status__in=[Status.QUEUED, Status.RUNNING])
    if not going_on.update(status=Status.CANCELLED, finished_at=ClockTimestamp()):
        raise ValueError("This run has ended already.")
    audit.record(by=by, action="update", verb="core.cancel_run", obj=run, detail={"kind": run.kind, "key": run.key})
    run.refresh_from_db()


def boundaries(count: int) -> list[uuid.UUID]:
    """Ids that cut the population into `count` shares of equal size; fewer where there are fewer members."""
    if count < 2 or not _population:
        return []
    table = connection.ops.quote_name(_population[0]._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT unnest(percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY id)) AS cut "
            f"FROM {table} ORDER BY cut",
            [[number / count for number in range(1, count)]],
        )
        return [row[0] for row in cursor.fetchall() if row[0]]


def _prepare(run: JobRun) -> None:
    """Cut the membership into shares, once for the run; needs the jobs login, which sees all members."""
    with as_job(run.started_by, reason=f"{run.kind} {run.key}"):
        locked = JobRun.objects.select_for_update().get(pk=run.pk)
        if locked.status not in (Status.QUEUED, Status.RUNNING):
            return
        if not locked.partitions.exists():
            lowers = [FIRST, *boundaries(locked.shares)]
            JobPartition.objects.bulk_create(
                JobPartition(run=locked, number=number, lower=lower, upper=upper)
                for number, (lower, upper) in enumerate(zip(lowers, [*lowers[1:], None], strict=True), 1)
            )
        if locked.status == Status.QUEUED:
            JobRun.objects.filter(pk=run.pk).update(status=Status.RUNNING, started_at=ClockTimestamp())


# --- work -----------------------------------------------------------------------------------------------


def work(
    run: JobRun,
    handler: Handler | None = None,
    *,
    finish: Finish | None = None,
    on_progress: Callable[["Progress"], None] | None = None,
    stays: bool = False,
) -> JobRun:
    """Take share after share until none is left, then finish the run; returns it as it now stands.

    Other processes may work on the same run at the same time. Who `stays` waits for their shares, and takes one whose
    worker was killed once its lease is over. Without `handler` the registered one is used.
    Raises `JobFailed`, from the last error, when a share failed for good, and `LookupError` for an unknown kind.
    """
    if handler is None:
        if run.kind not in _jobs:
            raise LookupError(f"No job is registered for {run.kind!r}: register it in its room's AppConfig.ready().")
        handler, finish = _jobs[run.kind].handler, finish or _jobs[run.kind].finish
    _prepare(run)
    failure: Exception | None = None
    worker = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        while partition := _claim(run, worker):
            failure = _work_on(run, partition, handler) or failure
            if on_progress:
                on_progress(progress(run))
        others = JobPartition.objects.filter(run=run, run__status=Status.RUNNING, status=Status.RUNNING)
        if not stays or not others.exists():
            break
        time.sleep(BREATH)
    failure = _finish(run, finish) or failure
    while isinstance(failure, SessionLost):
        # The database may be coming up again; who cannot wait for it leaves the rest to the sweep.
        time.sleep(BREATH)
        failure = _finish(run, finish)
    run.refresh_from_db()
    if run.status == Status.FAILED:
        raise JobFailed(run.error) from failure
    return run


def _claim(run: JobRun, worker: str) -> JobPartition | None:
    """The next free share of an open run, marked as this worker's; a dead worker's counts as free."""
    with transaction.atomic():
        partition = (
            JobPartition.objects.select_for_update(skip_locked=True, of=["self"])
            .filter(run=run, run__status=Status.RUNNING)
            .filter(Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=ClockTimestamp()))
            .order_by("number")
            .first()
        )
        if partition is None:
            return None
        partition.attempts += 1
        partition.worker = f"{worker}#{uuid.uuid4().hex[:8]}"
        JobPartition.objects.filter(pk=partition.pk).update(
            status=Status.RUNNING,
            attempts=partition.attempts,
            worker=partition.worker,
            lease_until=ClockTimestamp() + LEASE,
        )
        return partition


def _work_on(run: JobRun, partition: JobPartition, handler: Handler) -> Exception | None:
    """Do one share. An error is kept on it and returned; the share is free again until its attempts are used up."""
    try:
        with as_job(run.started_by, reason=f"{run.kind} {run.key}"):
            mine = JobPartition.objects.filter(pk=partition.pk, worker=partition.worker)
            if not mine.select_for_update().first():
                return None
            with connection.cursor() as cursor:
                # A killed worker's statement ends with it instead of holding the share until it is through.
                cursor.execute("SET LOCAL client_connection_check_interval = '5s'")
            counts = handler(run, partition)
            mine.update(
                status=Status.DONE, counts=counts or {}, finished_at=ClockTimestamp(), lease_until=None, error=""
            )
    except Exception as error:
        log.warning("job_share_failed", extra={"kind": run.kind, "run": str(run.pk), "share": partition.number})
        if isinstance(error, OF_A_RECORD) and _cut(run, partition, describe(error)):
            return None
        over = partition.attempts >= MAX_ATTEMPTS
        JobPartition.objects.filter(pk=partition.pk, worker=partition.worker).update(
            status=Status.FAILED if over else Status.QUEUED, error=describe(error), lease_until=None
        )
        return error
    return None


def _cut(run: JobRun, partition: JobPartition, error: str) -> bool:
    """A share that fails becomes two, down to the one member whose record it is, who is set aside.

    False where the job sets nobody aside, or so many are already that no record is at fault.
    """
    job = _jobs.get(run.kind)
    if job is None or job.set_aside is None:
        return False
    with as_job(run.started_by, reason=f"{run.kind} {run.key}"):
        # The run's row gives numbers to one after the other.
        JobRun.objects.select_for_update().get(pk=run.pk)
        mine = JobPartition.objects.select_for_update().filter(pk=partition.pk, worker=partition.worker).first()
        if mine is None:
            return True
        if JobPartition.objects.filter(run=run, counts__has_key=ASIDE).count() >= MOST_ASIDE:
            return False
        people, middle = _middle(mine)
        mine.lease_until, mine.error = None, error
        if middle is not None:
            last = JobPartition.objects.filter(run=run).aggregate(last=Max("number"))["last"]
            JobPartition.objects.create(run=run, number=last + 1, lower=middle, upper=mine.upper)
            mine.upper, mine.status, mine.attempts = middle, Status.QUEUED, 0
        elif people:
            job.set_aside(run, mine, error)
            mine.status, mine.counts, mine.finished_at = Status.DONE, {ASIDE: 1}, timezone.now()
        else:
            return False
        mine.save()
    return True


def _middle(share: JobPartition) -> tuple[int, uuid.UUID | None]:
    """How many people a share is about, and the one with whom its second half begins."""
    people = _population[0]._default_manager.filter(pk__gte=share.lower).order_by("pk")
    if share.upper is not None:
        people = people.filter(pk__lt=share.upper)
    count = people.count()
    return count, people.values_list("pk", flat=True)[count // 2] if count > 1 else None


def _finish(run: JobRun, finish: Finish | None) -> Exception | None:
    """Close the run if no share is open: exactly one worker does, in the transaction of the job's own `finish`.

    Returns the error when `finish` failed; the run has failed then, and starting it again tries only that again.
    Where the session was lost nothing has failed: the run stays open to be finished, up to `MAX_ATTEMPTS` times.
    """
    try:
        with as_job(run.started_by, reason=f"{run.kind} {run.key}"):
            locked = JobRun.objects.select_for_update().get(pk=run.pk)
            open_shares = locked.partitions.filter(status__in=[Status.QUEUED, Status.RUNNING])
            if locked.status != Status.RUNNING or open_shares.exists():
                return None
            failed = locked.partitions.filter(status=Status.FAILED).order_by("number").first()
            if failed:
                _close(locked, Status.FAILED, f"Share {failed.number} failed {failed.attempts} times: {failed.error}")
                job = _jobs.get(locked.kind)
                if job and job.failed:
                    job.failed(locked)
                return None
            locked.totals = add_up(locked.partitions.values_list("counts", flat=True))
            if finish:
                finish(locked)
            _close(locked, Status.DONE)
    except Exception as error:
        log.warning("job_finish_failed", extra={"kind": run.kind, "run": str(run.pk)})
        if is_session_lost(error) and _may_finish_again(run):
            return SessionLost(describe(error))
        _close(run, Status.FAILED, describe(error))
        return error
    return None


def is_session_lost(error: Exception) -> bool:
    """Whether the connection went, and not what was asked over it: a server that restarts, a network that breaks.

    A deadlock or a failed serialisation counts as well: Postgres asks to try the same again.
    """
    code = getattr(error.__cause__, "pgcode", None) or ""
    is_broken = isinstance(error, OperationalError | InterfaceError) and not code
    return is_broken or code[:2] == "08" or code in ("57P01", "57P02", "57P03", "40001", "40P01")


def _may_finish_again(run: JobRun) -> bool:
    """Count a lost end; False once it was lost too often. Raises where the database is still away: the sweep comes."""
    counted = JobRun.objects.filter(pk=run.pk, status=Status.RUNNING, finish_attempts__lt=MAX_ATTEMPTS)
    return bool(counted.update(finish_attempts=F("finish_attempts") + 1))


def _close(run: JobRun, status: str, error: str = "") -> None:
    # Where the answer to a commit was lost it may be done already.
    JobRun.objects.filter(pk=run.pk, status=Status.RUNNING).update(
        status=status, error=error, totals=run.totals, finished_at=ClockTimestamp()
    )


def add_up(counts: Iterable[dict[str, int | float]]) -> dict[str, int | float]:
    """The sums of every count by name."""
    totals: dict[str, int | float] = {}
    for share in counts:
        for name, value in share.items():
            totals[name] = totals.get(name, 0) + value
    return totals


def describe(error: Exception) -> str:
    """What may be kept of an error: no values, since a database's message can quote somebody's data."""
    if isinstance(error, DatabaseError):
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]
    where = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {Path(where[0].filename).name}:{where[0].lineno}" if where else ""
    return f"{type(error).__name__}{place}"


# --- workers --------------------------------------------------------------------------------------------


def send(run: JobRun) -> None:
    """Wake Celery workers for the run once the present transaction has committed. A lost wake-up is swept."""
    from core.tasks import work_run

    for _ in range(min(run.shares, WAKE)):
        transaction.on_commit(lambda: work_run.delay(str(run.pk)))


def sweep() -> int:
    """Wake workers again for runs with free shares: an emptied Redis or a killed worker loses nothing.

    Returns how many runs were woken.
    """
    now = timezone.now()
    idle = JobRun.objects.filter(
        Q(status=Status.QUEUED, created_at__lt=now - LEASE)
        | Q(status=Status.RUNNING, partitions__status=Status.QUEUED)
        | Q(status=Status.RUNNING, partitions__status=Status.RUNNING, partitions__lease_until__lt=now)
        # Every share done, but the worker fell before it closed the run.
        | Q(status=Status.RUNNING, started_at__lt=now - LEASE),
        kind__in=_jobs,
    ).distinct()
    for run in idle:
        send(run)
    return len(idle)


def work_in_processes(run: JobRun, processes: int | None = None) -> JobRun:
    """Work with `processes` processes on this machine (default: one per core). Raises `JobFailed` as `work` does.

    They are forked: another Django would take two seconds to start.
    """
    count = min(processes or os.cpu_count() or 1, run.shares)
    if count > 1:
        connections.close_all()  # two processes cannot speak through one connection
    others = [fork.Process(target=_work_beside, args=(run,)) for _ in range(count - 1)]
    for other in others:
        other.start()
    try:
        work(run)
    finally:
        for other in others:
            other.join()
    # Whoever takes the last share closes the run: that may be another, after this one found nothing more to do.
    return work(run, stays=True)


def _work_beside(run: JobRun) -> None:
    """Another process's part. What fails for good is said by whoever started it."""
    try:
        with contextlib.suppress(JobFailed):
            work(run)
    finally:
        connections.close_all()


# --- progress -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far a run is: shares, and the time left if the rest goes as the past."""

    done: int
    total: int
    failed: int
    running: int
    elapsed: timedelta | None
    left: timedelta | None
    members: int = 0

    @property
    def per_second(self) -> float | None:
        """Members done in a second so far; None where the job does not count members, or nothing is done yet."""
        if not self.members or not self.elapsed or self.elapsed.total_seconds() <= 0:
            return None
        return self.members / self.elapsed.total_seconds()

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def progress(run: JobRun, *, now: datetime | None = None) -> Progress:
    """The state of `run` from its rows, in two queries."""
    run.refresh_from_db(fields=["status", "started_at", "finished_at"])
    found = run.partitions.aggregate(
        total=Count("id"),
        done=Count("id", filter=Q(status=Status.DONE)),
        failed=Count("id", filter=Q(status=Status.FAILED)),
        running=Count("id", filter=Q(status=Status.RUNNING)),
        members=Sum(Cast(KeyTextTransform(MEMBERS, "counts"), BigIntegerField()), filter=Q(status=Status.DONE)),
    )
    found["members"] = found["members"] or 0
    elapsed = (run.finished_at or now or timezone.now()) - run.started_at if run.started_at else None
    left = None
    if elapsed is not None and found["done"] and run.status == Status.RUNNING:
        left = elapsed * (found["total"] - found["done"]) / found["done"]
    return Progress(elapsed=elapsed, left=left, **found)
