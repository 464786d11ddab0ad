"""Celery's door into the chart: tasks past their time are escalated."""

from celery import shared_task
from django.utils import timezone

from clinical import actions
from core.db import as_job
from core.models import User


@shared_task(queue="default", ignore_result=True)
def escalate_overdue() -> int:
    """Escalate open tasks past their due time, a batch at a time; safe to run again and beside itself."""
    by = User.objects.system("tasks")
    total = 0
    while True:
        with as_job(by, reason="escalation"):
            done = actions.escalate_overdue(by=by, as_of=timezone.now())
        total += done
        if done < 500:
            return total
