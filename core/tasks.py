"""Celery's door into core: jobs and the outbox. Everything that matters is a row; a task is only a wake-up."""

from celery import shared_task
from oauth2_provider.models import clear_expired

from core import jobs, outbox, partitions, seals
from core.api import idempotency
from core.models import JobRun


@shared_task(queue="jobs", ignore_result=True, acks_late=True)
def work_run(run_id: str) -> None:
    """Take shares of a run until none is free."""
    run = JobRun.objects.select_related("started_by").get(pk=run_id)
    jobs.work(run)


@shared_task(queue="default", ignore_result=True)
def sweep_jobs() -> int:
    """Wake workers for runs that nobody works on."""
    return jobs.sweep()


@shared_task(queue="outbox", ignore_result=True)
def deliver_outbox() -> int:
    """Deliver messages until none is due."""
    total = 0
    while tried := outbox.deliver():
        total += tried
    return total


@shared_task(queue="default", ignore_result=True)
def ensure_partitions() -> list[str]:
    """Make the partitions of the months to come."""
    return partitions.ensure()


@shared_task(queue="default", ignore_result=True)
def seal_audit() -> int:
    """Seal the audit rows of finished transactions."""
    return seals.seal()


@shared_task(queue="default", ignore_result=True)
def forget_old_keys() -> int:
    """Drop answers kept for repeated requests, and tokens that have run out. Returns how many answers."""
    clear_expired()
    return idempotency.forget()
