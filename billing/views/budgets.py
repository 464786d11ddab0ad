"""Budget against actual."""

import datetime
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.budgets import Row, by_month, compare
from billing.capitation.close import parse_month
from billing.models import UtilisationCost
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


def _by_category(rows: list[Row]) -> list[tuple[str, Decimal]]:
    """What the cost was for, largest first."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        for category, amount in row.by_category.items():
            sums[category] = sums.get(category, Decimal(0)) + amount
    labels = dict(UtilisationCost.Category.choices)
    named = [(str(labels.get(category, category)).capitalize(), amount) for category, amount in sums.items()]
    return sorted(named, key=lambda pair: -pair[1])


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
    regions = [row for row in rows if row.level == 1]
    opened = next((row for row in regions if str(row.key[0]) == request.GET.get("region")), None)
    year = by_month(system, months_to(month)) if system else []
    planned = sum((row.budget for row in rows if row.level == 1), Decimal(0))
    spent = sum((row.cost for row in rows if row.level == 1), Decimal(0))
    return render(
        request,
        "billing/budget.html",
        {
            "month": month,
            "rows": [row for row in rows if row.key[0] == opened.key[0]] if opened else regions,
            "opened": opened,
            "categories": _by_category([opened] if opened else regions),
            "used": {
                "label": _("Share of the budget used"),
                "unit": "%",
                "goal": 100,
                "groups": [
                    {"label": row.label, "value": row.percent, "low": row.percent, "high": row.percent}
                    | {"marked": row.status == "due"}
                    for row in regions
                    if row.percent is not None
                ],
            },
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
