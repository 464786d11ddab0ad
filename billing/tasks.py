"""When beat says so: yesterday's costs, today's estimate, on the first the close of the month. Thin; all idempotent."""

import datetime
from collections.abc import Callable

from celery import shared_task
from django.db import connection

from billing import costing, guardrails
from billing.capitation.close import NothingToClose, close_month, estimate_month, plans_with_capitation
from core.models import User
from network.models import Organization


def today() -> datetime.date:
    """The task's own as-of day, read once here: nothing below asks the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date")
        return cursor.fetchone()[0]


@shared_task
def post_costs() -> None:
    costing.post_costs(today(), by=User.objects.system("costs"))


@shared_task(queue="jobs", ignore_result=True)
def compare_panels() -> None:
    guardrails.compare(today(), by=User.objects.system("guardrails"))


@shared_task
def estimate_capitation() -> None:
    _each_plan(estimate_month)


@shared_task
def close_capitation() -> None:
    _each_plan(close_month)


@shared_task(queue="jobs", ignore_result=True, acks_late=True)
def close_month_for(plan_id: str, month: str, user_id: str) -> None:
    """Close one plan's month on the word of a person. Safe to repeat."""
    try:
        close_month(
            Organization.objects.get(pk=plan_id),
            datetime.date.fromisoformat(month),
            by=User.objects.get(pk=user_id),
        )
    except NothingToClose:
        return


def _each_plan(work: Callable[..., object]) -> None:
    for plan in plans_with_capitation():
        try:
            work(plan, today().replace(day=1), by=User.objects.system("capitation"))
        except NothingToClose:
            continue
