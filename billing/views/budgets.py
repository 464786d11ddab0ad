"""Budget against actual."""

import datetime
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.budgets import by_month, compare
from billing.capitation.close import parse_month
from billing.permissions import READ, systems_of
from core.http import AuthenticatedHttpRequest
from core.permissions import requires
from network.models import Organization


def months_to(last: datetime.date, count: int = 12) -> list[datetime.date]:
    """`count` firsts of months, the last one `last`."""
    months = [last.replace(day=1)]
    while len(months) < count:
        months.insert(0, (months[0] - datetime.timedelta(days=1)).replace(day=1))
    return months


@requires("billing.view_budget")
def budget(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A month's budget and cost by region, facility and department, and how the year went."""
    today = timezone.localdate()
    try:
        month = parse_month(request.GET.get("month", ""))
    except ValueError:
        month = today.replace(day=1)
    system = Organization.objects.filter(pk__in=systems_of(request.user, *READ)).order_by("name").first()
    rows = compare(system, month) if system else []
    year = by_month(system, months_to(month)) if system else []
    planned = sum((row.budget for row in rows if row.level == 1), Decimal(0))
    spent = sum((row.cost for row in rows if row.level == 1), Decimal(0))
    return render(
        request,
        "billing/budget.html",
        {
            "month": month,
            "rows": rows,
            "planned": planned,
            "spent": spent,
            "left": planned - spent,
            "received": sum((row.revenue for row in rows if row.level == 1), Decimal(0)),
            "moved": max((row for row in rows if row.level == 3), key=lambda row: abs(row.variance), default=None),
            "trend": {
                "label": _("Cost as a share of budget"),
                "unit": "%",
                "low": 95,
                "high": 105,
                "goal": _("The band is 95 to 105% of budget."),
                "points": [
                    {"date": first, "value": round(100 * cost / plan, 1), "note": f"{cost:,.0f} / {plan:,.0f}"}
                    for first, plan, cost in year
                    if plan
                ],
            },
        },
    )
