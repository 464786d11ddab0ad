"""Celery's door into interop: replays run as the jobs login, which no process that answers a request may use."""

from celery import shared_task

from core.db import as_job
from core.models import User
from interop import actions
from interop.models import ImportRun


@shared_task(queue="jobs", ignore_result=True, acks_late=True)
def replay_run(run_id: str, user_id: str) -> None:
    """Try again what a run set aside. Safe to repeat."""
    by = User.objects.get(pk=user_id)
    with as_job(by, reason="replay"):
        run = ImportRun.objects.get(pk=run_id)
    actions.replay_run(run, by=by)
