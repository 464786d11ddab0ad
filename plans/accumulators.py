"""What has counted toward a member's limits in a plan year: a person's own, and the family's under one contract.

The plan year is the calendar year. A person's deductible is embedded: it is met when either theirs or the family's
is. Amounts are counted once for each source and never beyond a limit.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from core import audit
from core.models import User
from plans.models import Accumulator, AccumulatorEntry, CoveragePeriod, Product

ZERO = Decimal("0.00")
DEDUCTIBLE, OUT_OF_POCKET = Accumulator.Category.DEDUCTIBLE, Accumulator.Category.OUT_OF_POCKET
PERSON, FAMILY = Accumulator.Scope.PERSON, Accumulator.Scope.FAMILY
LIMIT_FIELDS = {
    (PERSON, DEDUCTIBLE): "deductible",
    (FAMILY, DEDUCTIBLE): "family_deductible",
    (PERSON, OUT_OF_POCKET): "out_of_pocket_limit",
    (FAMILY, OUT_OF_POCKET): "family_out_of_pocket_limit",
}


@dataclass(frozen=True)
class Limits:
    """Limits of a person and their family and what counted so far. A limit of None: the product has none."""

    deductible: Decimal | None = None
    deductible_total: Decimal = ZERO
    family_deductible: Decimal | None = None
    family_deductible_total: Decimal = ZERO
    out_of_pocket: Decimal | None = None
    out_of_pocket_total: Decimal = ZERO
    family_out_of_pocket: Decimal | None = None
    family_out_of_pocket_total: Decimal = ZERO

    @property
    def deductible_left(self) -> Decimal | None:
        """What must still be paid before the plan does; None where the product has no deductible."""
        return _left((self.deductible, self.deductible_total), (self.family_deductible, self.family_deductible_total))

    @property
    def out_of_pocket_left(self) -> Decimal | None:
        """The most that the person can still pay this year; None where the product has no limit."""
        return _left(
            (self.out_of_pocket, self.out_of_pocket_total),
            (self.family_out_of_pocket, self.family_out_of_pocket_total),
        )


def _left(*pairs: tuple[Decimal | None, Decimal]) -> Decimal | None:
    left = [max(ZERO, limit - total) for limit, total in pairs if limit is not None]
    return min(left, default=None)


def plan_year(on: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The plan year of a day, half open."""
    return datetime.date(on.year, 1, 1), datetime.date(on.year + 1, 1, 1)


def limit_of(product: Product, scope: Accumulator.Scope, category: Accumulator.Category) -> Decimal | None:
    """A product's limit; zero says that it has none."""
    return getattr(product, LIMIT_FIELDS[scope, category]) or None


def limits_for(member_id: UUID, period: CoveragePeriod, on: datetime.date) -> Limits:
    """Limits and totals of a member under their coverage on a day."""
    product, contract_id = period.product, period.coverage.contract_id
    own = dict(
        Accumulator.objects.of_plan_year(on)
        .filter(member=member_id, contract=contract_id, scope=PERSON)
        .values_list("category", "total")
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT category, total FROM plans_family_totals(%s, %s)", [contract_id, on])
        family = dict(cursor.fetchall())
    return Limits(
        deductible=limit_of(product, PERSON, DEDUCTIBLE),
        deductible_total=own.get(DEDUCTIBLE, ZERO),
        family_deductible=limit_of(product, FAMILY, DEDUCTIBLE),
        family_deductible_total=family.get(DEDUCTIBLE, ZERO),
        out_of_pocket=limit_of(product, PERSON, OUT_OF_POCKET),
        out_of_pocket_total=own.get(OUT_OF_POCKET, ZERO),
        family_out_of_pocket=limit_of(product, FAMILY, OUT_OF_POCKET),
        family_out_of_pocket_total=family.get(OUT_OF_POCKET, ZERO),
    )


def _hold(member_id: UUID, period: CoveragePeriod, on: datetime.date) -> dict[tuple[str, str], Accumulator]:
    """The accumulators of a member's coverage, made where missing, locked in one order for everybody."""
    contract = period.coverage.contract
    wanted = [
        Accumulator(
            member_id=contract.member_id if scope == FAMILY else member_id,
            contract=contract,
            scope=scope,
            category=category,
            plan_year=plan_year(on),
            limit=limit,
        )
        for scope, category in LIMIT_FIELDS
        if (limit := limit_of(period.product, scope, category)) is not None
    ]
    # A second writer waits for the first one's rows and then finds them.
    Accumulator.objects.bulk_create(wanted, ignore_conflicts=True)
    held = Accumulator.objects.for_person(member_id, contract).of_plan_year(on).order_by("scope", "category", "pk")
    return {(row.scope, row.category): row for row in held.select_for_update()}


def hold_limits(member_id: UUID, period: CoveragePeriod, on: datetime.date) -> None:
    """Nobody else counts anything for this person or their family until the transaction ends."""
    _hold(member_id, period, on)


@transaction.atomic
def record_accumulators(
    *,
    by: User,
    member_id: UUID,
    period: CoveragePeriod,
    on: datetime.date,
    source: str,
    amounts: Mapping[str, Decimal],
) -> dict[tuple[str, str], Decimal]:
    """Count `amounts` (category → amount) of one source toward the person's and the family's limits.

    What passes a limit does not count; gives back what did, by (scope, category). The same source a second time
    counts nothing. Raises `ValueError` for a negative amount: a reversal has a function of its own.
    """
    if any(amount < 0 for amount in amounts.values()):
        raise ValueError("A negative amount is a reversal: call reverse_accumulators().")
    held = _hold(member_id, period, on)
    counted: dict[tuple[str, str], Decimal] = {}
    seen = set(
        AccumulatorEntry.objects.filter(accumulator__in=held.values(), source=source).values_list(
            "accumulator_id", flat=True
        )
    )
    for key, row in held.items():
        amount = min(amounts.get(key[1], ZERO), row.limit - row.total)
        if amount <= 0 or row.pk in seen:
            continue
        AccumulatorEntry.objects.create(
            member_id=row.member_id, accumulator=row, amount=amount, source=source, service_date=on
        )
        row.total += amount
        row.save(update_fields=["total"])
        counted[key] = amount
    if counted:
        audit.record(by=by, action="create", verb="plans.record_accumulators", member_id=member_id)
    return counted


@transaction.atomic
def reverse_accumulators(*, by: User, source: str, member_id: UUID) -> Decimal:
    """Take back what a source counted, once; gives back the sum of what was taken from all its accumulators."""
    entries = list(
        AccumulatorEntry.objects.filter(
            accumulator__in=Accumulator.objects.filter(contract__coverages__member=member_id), source=source
        ).order_by("accumulator_id")
    )
    taken = ZERO
    held = {
        row.pk: row
        for row in Accumulator.objects.filter(pk__in=[entry.accumulator_id for entry in entries])
        .order_by("scope", "category", "pk")
        .select_for_update()
    }
    for entry in entries:
        row = held[entry.accumulator_id]
        if AccumulatorEntry.objects.filter(accumulator=row, source=reversal_of(source)).exists():
            continue
        AccumulatorEntry.objects.create(
            member_id=row.member_id,
            accumulator=row,
            amount=-entry.amount,
            source=reversal_of(source),
            service_date=entry.service_date,
        )
        row.total -= entry.amount
        row.save(update_fields=["total"])
        taken += entry.amount
    if taken:
        audit.record(by=by, action="create", verb="plans.reverse_accumulators", member_id=member_id)
    return taken


def reversal_of(source: str) -> str:
    return f"{source}:reversal"
