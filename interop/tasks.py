"""Celery's door into interop: replays run as the jobs login, which no process that answers a request may use."""

from celery import shared_task

from core.models import User
from interop import actions
from interop.models import ImportRun


@shared_task(queue="jobs", ignore_result=True, acks_late=True)
def replay_run(run_id: str, user_id: str) -> None:
    """Try again what a run set aside. Safe to repeat."""
    actions.replay_run(ImportRun.objects.get(pk=run_id), by=User.objects.get(pk=user_id))
