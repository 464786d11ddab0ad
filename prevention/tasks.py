"""Celery's door into prevention."""

from celery import shared_task
from django.utils import timezone

from core import jobs as core_jobs
from core.db import as_job
from core.models import User
from prevention import jobs
from prevention.cohorts import jobs as cohorts
from prevention.immunisation import run as immunisations
from prevention.plan_rates import job as plan_rates
from prevention.registries import run as registries


@shared_task(queue="jobs", ignore_result=True)
def nightly() -> None:
    """Start today's run; workers take its shares."""
    by = User.objects.system("prevention")
    run = jobs.start_nightly(by=by, as_of=timezone.localdate())
    core_jobs.send(run)


@shared_task(queue="jobs", ignore_result=True)
def nightly_immunisations() -> None:
    """Start today's run over whoever's age step, season or schedule has come."""
    by = User.objects.system("prevention")
    run = immunisations.start_nightly(by=by, as_of=timezone.localdate())
    core_jobs.send(run)


@shared_task(queue="jobs", ignore_result=True)
def monthly_plan_rates() -> None:
    """Start the count of this year's plan rates so far; in the first week of a year, of the year that is over."""
    by = User.objects.system("prevention")
    today = timezone.localdate()
    as_of = today.replace(year=today.year - 1, month=12, day=31) if today.month == 1 else today
    core_jobs.send(plan_rates.start(by=by, as_of=as_of))


@shared_task(queue="jobs", ignore_result=True)
def nightly_registries() -> None:
    """Start today's run over everybody with a condition that a registry follows."""
    by = User.objects.system("prevention")
    run = registries.start_nightly(by=by, as_of=timezone.localdate())
    core_jobs.send(run)


@shared_task(queue="default", ignore_result=True)
def changed_members() -> int:
    """Re-evaluate whoever changed since the last time, until nobody is left."""
    by = User.objects.system("prevention")
    total = 0
    while count := jobs.take_changed(as_of=timezone.localdate(), by=by):
        total += count
    return total


def wake_for_changes() -> None:
    """Have changed members looked at now. Nobody wants to hear of it later: beat looks every second."""
    changed_members.apply_async(expires=5)


@shared_task(queue="jobs", ignore_result=True)
def remove_expired_exports() -> int:
    """Delete the files of cohort exports whose time is over."""
    by = User.objects.system("prevention")
    with as_job(by, reason="cohort exports expire"):
        return cohorts.remove_expired(by=by)
