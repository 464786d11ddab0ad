"""Evaluation of registries: the nightly share, and a few members at once when their charts changed."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs
from core.models import JobPartition, JobRun, User
from prevention.engine.compiler import Program
from prevention.engine.evaluate import Partition, compute
from prevention.registries import REGISTRIES
from prevention.registries.program import candidates, compile_registries
from prevention.registries.record import record
from prevention.registries.summaries import write_summaries

KIND = "registries"
# Members in a share; those with a condition, about a third, are what it costs.
SHARE = 25_000

# The program of the day last asked for: the shares of a run and single members use the same text.
_programs: dict[date, Program] = {}


def program(as_of: date) -> Program:
    if as_of not in _programs:
        _programs.clear()
        _programs[as_of] = compile_registries(REGISTRIES, as_of)
    return _programs[as_of]


def start_nightly(*, by: User, as_of: date) -> JobRun:
    """The run for a day; a finished one is opened anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'members_member'::regclass")
        members = cursor.fetchone()[0]
    parameters = {"as_of": as_of.isoformat(), "at": timezone.now().isoformat()}
    shares = max(1, -(-members // SHARE))
    return jobs.start_run(by=by, kind=KIND, key=as_of.isoformat(), parameters=parameters, partitions=shares, again=True)


def start_now(*, by: User) -> str:
    """Today's run, by the workers, on a person's word."""
    jobs.send(start_nightly(by=by, as_of=timezone.localdate()))
    return _("The registries of today are under way.")


def title(run: JobRun) -> str:
    """`Registries, 2026-11-22`."""
    return f"{_('Registries')}, {run.key}"


def evaluate_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    """One share of the nightly run. What it knows, and when, comes from the run's parameters alone."""
    as_of, at = date.fromisoformat(run.parameters["as_of"]), datetime.fromisoformat(run.parameters["at"])
    return {**evaluate(Partition(lower=share.lower, upper=share.upper), as_of=as_of, at=at)}


def finish(run: JobRun) -> None:
    """After the last share: the counts that pages read."""
    write_summaries(run, date.fromisoformat(run.parameters["as_of"]))


def evaluate(partition: Partition, *, as_of: date, at: datetime) -> dict[str, int]:
    """Evaluate a partition and write what changed. Needs an open transaction that reaches its members."""
    concerned = candidates(REGISTRIES, partition)
    if not concerned.ids:
        return {"members": 0}
    compute(program(as_of), concerned)
    return {"members": len(concerned.ids), **record(REGISTRIES, as_of=as_of, at=at)}


def evaluate_changed(member_ids: Iterable[uuid.UUID], *, as_of: date, at: datetime | None = None) -> dict[str, int]:
    """Members whose chart or coverage changed."""
    ids = tuple(sorted(set(member_ids)))
    return evaluate(Partition(ids=ids), as_of=as_of, at=at or timezone.now()) if ids else {}
