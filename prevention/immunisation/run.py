"""Evaluation over members: the nightly share, and a few at once when their charts changed."""

import gc
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs
from core.models import JobPartition, JobRun, User
from network.models import Organization
from prevention.immunisation.actions import seasons_over
from prevention.immunisation.charts import Chart, read
from prevention.immunisation.engine import Assessor
from prevention.immunisation.policy import Policies, packaged_policy
from prevention.immunisation.record import Found, record

KIND = "immunisations"
# Members whose results are in memory at once.
BATCH = 2_000
# Smaller than for measures: a share is a transaction, and a person takes some milliseconds.
SHARE = 5_000


def start_nightly(*, by: User, as_of: date, everybody: bool = False) -> JobRun:
    """The run for a day. `everybody` evaluates those too for whom nothing seems to have changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'members_member'::regclass")
        members = cursor.fetchone()[0]
    parameters = {"as_of": as_of.isoformat(), "at": timezone.now().isoformat(), "everybody": everybody}
    shares = max(1, -(-members // SHARE))
    return jobs.start_run(by=by, kind=KIND, key=as_of.isoformat(), parameters=parameters, partitions=shares, again=True)


def title(run: JobRun) -> str:
    """`Vaccines, 2026-11-22`."""
    return f"{_('Vaccines')}, {run.key}"


def evaluate_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    """Those of a share who were never evaluated, whose age step has come, or whose market's schedule changed."""
    as_of = date.fromisoformat(run.parameters["as_of"])
    policies = Policies(as_of)
    ids = list(due(share.lower, share.upper, policies, as_of, everybody=run.parameters["everybody"]))
    return {**evaluate(ids, as_of=as_of, at=datetime.fromisoformat(run.parameters["at"]), policies=policies)}


def finish(run: JobRun) -> None:
    """Beside the counts of the shares, how many vaccine groups have no dates any more for a season that has come."""
    as_of = date.fromisoformat(run.parameters["as_of"])
    systems = Organization.objects.filter(kind=Organization.Kind.SYSTEM)
    markets = (market for system in systems for market in seasons_over(system, as_of))
    run.totals["seasons_run_out"] = len({ended.vaccine_group for market in markets for ended in market.ended})


# By birth date, so that people of a birthday are evaluated together (see `Assessor`).
DUE = """
SELECT m.id FROM members_member m LEFT JOIN prevention_immunisationstate s ON s.member_id = m.id
LEFT JOIN unnest(%(systems)s::uuid[], %(regions)s::uuid[], %(keys)s::text[]) p(system, region, key)
    ON p.system = m.managing_organization_id AND p.region = m.region_id
LEFT JOIN unnest(%(systems)s::uuid[], %(regions)s::uuid[], %(keys)s::text[]) q(system, region, key)
    ON q.system = m.managing_organization_id AND q.region IS NULL
WHERE (%(lower)s::uuid IS NULL OR m.id >= %(lower)s::uuid) AND (%(upper)s::uuid IS NULL OR m.id < %(upper)s::uuid)
    AND m.birth_date IS NOT NULL AND m.deceased_at IS NULL AND m.status = 'active'
    AND (%(everybody)s OR s.id IS NULL OR s.next_change_on <= %(as_of)s
        OR s.policy <> coalesce(p.key, q.key, %(packaged)s))
ORDER BY m.birth_date, m.id
"""


def due(
    lower: uuid.UUID | None, upper: uuid.UUID | None, policies: Policies, as_of: date, *, everybody: bool
) -> Iterator[uuid.UUID]:
    keys = policies.keys()
    with connection.cursor() as cursor:
        cursor.execute(
            DUE,
            {
                "lower": lower,
                "upper": upper,
                "everybody": everybody,
                "as_of": as_of,
                "packaged": packaged_policy().key,
                "systems": [system for system, _, _ in keys],
                "regions": [region for _, region, _ in keys],
                "keys": [key for _, _, key in keys],
            },
        )
        yield from (row[0] for row in cursor.fetchall())


def evaluate(
    ids: Sequence[uuid.UUID], *, as_of: date, at: datetime, policies: Policies | None = None
) -> dict[str, int]:
    """Evaluate these members and write what changed. Needs an open transaction with a context."""
    policies = policies or Policies(as_of)
    assessors: dict[str, Assessor] = {}
    totals = {"members": 0, "forecasts": 0, "evaluations": 0}
    for start in range(0, len(ids), BATCH):
        charts = changed(read(ids[start : start + BATCH], policies, as_of), as_of)
        with _no_collector():
            found = [_assess(chart, assessors, as_of) for chart in charts]
        for name, count in record(found, at).items():
            totals[name] += count
        totals["members"] += len(found)
    return totals


@contextmanager
def _no_collector() -> Iterator[None]:
    """The engine makes no cycles; to look for some in what it remembers took a quarter of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def changed(charts: Sequence[Chart], as_of: date) -> list[Chart]:
    """Without those whose facts and policy are as last evaluated and whose next change is still ahead."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, policy, facts FROM prevention_immunisationstate "
            "WHERE member_id = ANY (%s) AND (next_change_on IS NULL OR next_change_on > %s)",
            [[chart.member_id for chart in charts], as_of],
        )
        as_before = set(cursor.fetchall())
    return [chart for chart in charts if (chart.member_id, chart.policy.key, chart.digest) not in as_before]


def _assess(chart: Chart, assessors: dict[str, Assessor], as_of: date) -> Found:
    policy = chart.policy
    assessor = assessors.get(policy.key)
    if assessor is None:
        assessor = assessors[policy.key] = Assessor(policy.schedule, as_of)
    result = assessor.assess(chart.patient)
    ahead = [day for day in (policy.steps.next_after(result.history), chart.lapses_on) if day is not None]
    return Found.of(chart, result, min(ahead, default=None))


def evaluate_changed(member_ids: Iterable[uuid.UUID], *, as_of: date, at: datetime | None = None) -> dict[str, int]:
    """Members whose chart changed: those whose doses, observations or market are as before cost no row."""
    return evaluate(sorted(set(member_ids)), as_of=as_of, at=at or timezone.now())
