"""Budget against actual, by region, facility and department: what was planned, what it cost, what is left."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from billing.actions.ledger import next_month
from billing.models import Budget, Posting, UtilisationCost
from network.models import Department, Facility, Organization, Region

ZERO = Decimal("0.00")
# Money in: capitation revenue of another entity, or a transfer within one.
REVENUE_ACCOUNTS = ("4100", "4900")
Place = tuple[UUID | None, UUID | None, UUID | None]


@dataclass
class Row:
    """One place in a month. `budget` and `cost` are expenses; `revenue` is the capitation it received."""

    label: str
    level: int
    key: Place
    budget: Decimal = ZERO
    cost: Decimal = ZERO
    revenue: Decimal = ZERO
    by_category: dict[str, Decimal] = field(default_factory=dict)

    @property
    def variance(self) -> Decimal:
        """What is left of the budget; negative where it is overspent."""
        return self.budget - self.cost

    @property
    def percent(self) -> int | None:
        """Share of the budget that was used, in whole percent; None without a budget."""
        return round(100 * self.cost / self.budget) if self.budget else None

    @property
    def status(self) -> str:
        """`due` where more than 5 % over budget, `good` where within it, plain without a budget."""
        if self.percent is None:
            return "plain"
        return "due" if self.percent > 105 else "good"


def compare(system: Organization, month: datetime.date) -> list[Row]:
    """A row for each region of a system, below it its facilities, below those their departments; parts add up."""
    regions = {region.pk: region for region in Region.objects.filter(system=system).order_by("name")}
    facilities = {place.pk: place for place in Facility.objects.filter(region__in=regions).order_by("name")}
    departments = {unit.pk: unit for unit in Department.objects.filter(facility__in=facilities).order_by("name")}
    figures: dict[Place, Row] = {}

    def row(region: UUID | None, facility: UUID | None, department: UUID | None) -> Row:
        if department in departments:
            facility = departments[department].facility_id
        if facility in facilities:
            region = facilities[facility].region_id
        key = (region, facility, department)
        return figures.setdefault(key, Row("", 3, key))

    for budget in Budget.objects.filter(region__in=regions, month=month).exclude(category="revenue"):
        row(budget.region_id, budget.facility_id, budget.department_id).budget += budget.amount
    for cost in costs(regions, month):
        found = row(cost["member__region"], cost["facility"], cost["department"])
        found.cost += cost["total"]
        found.by_category[cost["category"]] = found.by_category.get(cost["category"], ZERO) + cost["total"]
    received = Posting.objects.filter(
        account__code__in=REVENUE_ACCOUNTS, region__in=regions, service_month=month
    ).values("region", "facility", "department")
    for posted in received.annotate(total=Sum("amount")):
        row(posted["region"], posted["facility"], posted["department"]).revenue -= posted["total"]
    return list(_tree(figures.values(), regions, facilities, departments))


def costs(regions: Iterable[UUID], month: datetime.date) -> Iterable[Mapping[str, Any]]:
    """Costs incurred in the month by place and category; where no place of ours gave the care, the member's region."""
    incurred = UtilisationCost.objects.filter(incurred_on__gte=month, incurred_on__lt=next_month(month))
    return (
        incurred.filter(member__region__in=list(regions))
        .values("member__region", "facility", "department", "category")
        .annotate(total=Sum("amount"))
    )


def _tree(rows: Iterable[Row], regions: dict, facilities: dict, departments: dict) -> Iterable[Row]:
    rows = list(rows)
    for region_id, region in regions.items():
        within = [row for row in rows if row.key[0] == region_id]
        if not within:
            continue
        yield _sum(region.name, 1, (region_id, None, None), within)
        for facility_id in [*facilities, None]:
            at = [row for row in within if row.key[1] == facility_id]
            if not at:
                continue
            name = facilities[facility_id].name if facility_id else ""
            yield _sum(name, 2, (region_id, facility_id, None), at)
            for department_id in departments:
                if own := [row for row in at if row.key[2] == department_id]:
                    yield _sum(departments[department_id].name, 3, own[0].key, own)


def _sum(label: str, level: int, key: Place, rows: Iterable[Row]) -> Row:
    total = Row(label, level, key)
    for row in rows:
        total.budget += row.budget
        total.cost += row.cost
        total.revenue += row.revenue
        for category, amount in row.by_category.items():
            total.by_category[category] = total.by_category.get(category, ZERO) + amount
    return total


def by_month(system: Organization, months: list[datetime.date]) -> list[tuple[datetime.date, Decimal, Decimal]]:
    """`(month, budget, cost)` of a whole system."""
    regions = list(Region.objects.filter(system=system).values_list("pk", flat=True))
    planned = dict(
        Budget.objects.filter(region__in=regions, month__in=months)
        .exclude(category="revenue")
        .values_list("month")
        .annotate(total=Sum("amount"))
    )
    incurred = dict(
        UtilisationCost.objects.filter(
            incurred_on__gte=min(months), incurred_on__lt=next_month(max(months)), member__region__in=regions
        )
        .annotate(month=TruncMonth("incurred_on"))
        .values_list("month")
        .annotate(total=Sum("amount"))
    )
    return [(month, planned.get(month, ZERO), incurred.get(month, ZERO)) for month in months]
