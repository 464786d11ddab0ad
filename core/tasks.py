"""Celery's door into core: jobs and the outbox. Everything that matters is a row; a task is only a wake-up."""

from celery import shared_task

from core import jobs
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
