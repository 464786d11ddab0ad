"""The monthly job: members by the plan measures in shares, then the rates. It leaves the nightly run alone."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs
from core.models import JobPartition, JobRun, User
from core.terminology import load_own
from prevention.actions import evaluate_partition
from prevention.engine.evaluate import Partition
from prevention.measures import measures_of
from prevention.plan_rates.count import write_plan_rates
from prevention.plan_rates.definitions import PLAN_MEASURES

KIND = "plan_rates"
SHARES = 16


def start(*, by: User, as_of: date, again: bool = True) -> JobRun:
    """The run for a day's year. A finished run of the day is opened anew."""
    load_own()
    parameters = {"as_of": as_of.isoformat(), "at": timezone.now().isoformat()}
    return jobs.start_run(
        by=by, kind=KIND, key=as_of.isoformat(), parameters=parameters, partitions=SHARES, again=again
    )


def start_now(*, by: User) -> str:
    """This year's rates so far, by the workers, on a person's word."""
    jobs.send(start(by=by, as_of=timezone.localdate()))
    return _("The plan rates are being counted.")


def title(run: JobRun) -> str:
    return f"{_('Plan rates')}, {run.key}"


def evaluate_share(run: JobRun, share: JobPartition) -> dict[str, int | float]:
    """One share: each member by each plan measure; rows change only where a result does."""
    as_of = date.fromisoformat(run.parameters["as_of"])
    counts = evaluate_partition(
        Partition(lower=share.lower, upper=share.upper),
        as_of=as_of,
        at=datetime.fromisoformat(run.parameters["at"]),
        measures=measures_of(as_of.year, [one.measure for one in PLAN_MEASURES]),
        rules=(),
    )
    return {**counts}


def finish(run: JobRun) -> None:
    as_of = date.fromisoformat(run.parameters["as_of"])
    known_at = datetime.fromisoformat(run.parameters["at"])
    run.totals["rates"] = write_plan_rates(run, year=as_of.year, as_of=as_of, known_at=known_at)
