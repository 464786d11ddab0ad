"""When beat says so: yesterday's costs, today's estimate, on the first the close of the month. Thin; all idempotent."""

import datetime

from celery import shared_task
from django.db import connection

from billing import costing
from billing.capitation.close import NothingToClose, close_month, estimate_month, plans_with_capitation
from core.models import User


def today() -> datetime.date:
    """The task's own as-of day, read once here: nothing below asks the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date")
        return cursor.fetchone()[0]


@shared_task
def post_costs() -> None:
    costing.post_costs(today(), by=User.objects.system("costs"))


@shared_task
def estimate_capitation() -> None:
    _each_plan(estimate_month)


@shared_task
def close_capitation() -> None:
    _each_plan(close_month)


def _each_plan(work) -> None:
    for plan in plans_with_capitation():
        try:
            work(plan, today().replace(day=1), by=User.objects.system("capitation"))
        except NothingToClose:
            continue
