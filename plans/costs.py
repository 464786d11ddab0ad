"""What a service costs a member on a day: benefit, deductible left, coinsurance, out-of-pocket limit.

Exact numeric throughout; the only rounding is a coinsurance share, to the cent, half up. The price shown is the
price charged: both come from `share_of`.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.models import User
from core.templatetags.kp import money
from members.models import Member
from plans.accumulators import DEDUCTIBLE, OUT_OF_POCKET, Limits, hold_limits, limits_for, record_accumulators
from plans.models import Benefit, CoveragePeriod, Product

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
DRUGS = frozenset({Benefit.Service.DRUG_TIER_1, Benefit.Service.DRUG_TIER_2, Benefit.Service.DRUG_TIER_3})
Price = Callable[[Product, str, datetime.date], Decimal | None]
_prices: list[Price] = []


def register_price(price: Price) -> None:
    """A higher room knows what a service is worth: `price(product, service, on)`, or None where it does not."""
    _prices.append(price)


@dataclass(frozen=True)
class Share:
    """How an allowed charge is divided. `deductible` counts toward the deductible; `member` is all a member pays."""

    deductible: Decimal = ZERO
    copay: Decimal = ZERO
    coinsurance: Decimal = ZERO
    over_limit: Decimal = ZERO

    @property
    def member(self) -> Decimal:
        return self.deductible + self.copay + self.coinsurance - self.over_limit

    def explained(self) -> dict[str, str]:
        """The parts by name, as a row keeps them to explain itself."""
        return {part.name: str(getattr(self, part.name)) for part in fields(self)}


@dataclass(frozen=True)
class Cost:
    """What the member pays. `member_pays` is None where it depends on a charge that nobody knows yet.

    `at_most` is then the most it can be, if that is known. `because` explains in sentences, in order.
    """

    covered: bool
    member_pays: Decimal | None = None
    at_most: Decimal | None = None
    plan_pays: Decimal | None = None
    share: Share | None = None
    benefit: Benefit | None = None
    period: CoveragePeriod | None = None
    limits: Limits | None = None
    because: list[str] = field(default_factory=list)

    @property
    def follows_charge(self) -> bool:
        """Whether a dearer or cheaper charge would have the member pay something else."""
        if self.share is None or self.benefit is None:
            return True
        share = self.share
        # What reaches the limit of the year ends there, whatever was charged.
        return not share.over_limit and bool(share.deductible or share.coinsurance or share.copay < self.benefit.copay)


def share_of(benefit: Benefit, allowed: Decimal, limits: Limits) -> Share:
    """Divide an allowed charge under a benefit with what is left of the limits.

    The deductible comes first where the benefit says so, then a copay (never more than the charge), then
    coinsurance of the rest; what passes the out-of-pocket limit is the plan's.
    """
    rest = allowed
    deductible = ZERO
    if benefit.after_deductible:
        left = limits.deductible_left
        deductible = min(rest, left) if left is not None else ZERO
        rest -= deductible
    copay = min(benefit.copay, rest)
    rest -= copay
    coinsurance = (rest * benefit.coinsurance).quantize(CENT, ROUND_HALF_UP)
    whole = deductible + copay + coinsurance
    left = limits.out_of_pocket_left
    over = max(ZERO, whole - left) if left is not None else ZERO
    return Share(deductible, copay, coinsurance, over)


def coverage_for(member_id: UUID, service: str, on: datetime.date) -> CoveragePeriod | None:
    """The coverage that pays first for a service on a day; medicines by a pharmacy benefit where there is one."""
    return _first_for(service, _in_force(member_id, on))


def _in_force(member_id: UUID, on: datetime.date) -> list[CoveragePeriod]:
    rows = CoveragePeriod.objects.of_member(member_id).in_force(on).filter(benefit__in=("medical", "pharmacy"))
    return list(rows.select_related("product", "coverage"))


def _first_for(service: str, rows: list[CoveragePeriod]) -> CoveragePeriod | None:
    kinds = ["pharmacy", "medical"] if service in DRUGS else ["medical"]
    fitting = [row for row in rows if row.benefit in kinds]
    return min(fitting, key=lambda row: (kinds.index(row.benefit), row.payer_order), default=None)


def costs_on(member: Member, on: datetime.date) -> list[tuple[Benefit, Cost]]:
    """What each service that the member's coverage states would cost on a day, in the order of `Benefit.Service`."""
    rows = _in_force(member.pk, on)
    stated = {
        (benefit.product_id, benefit.service): benefit
        for benefit in Benefit.objects.in_force(on).filter(product__in={row.product_id for row in rows})
    }
    limits = {row.pk: limits_for(member.pk, row, on) for row in rows}
    found = []
    for service in Benefit.Service:
        row = _first_for(service, rows)
        benefit = stated.get((row.product_id, service)) if row else None
        if row is not None and benefit is not None:
            allowed = _price(row.product, service, on)
            found.append((benefit, _explained(benefit, row, limits[row.pk], allowed)))
    return found


def _price(product: Product, service: str, on: datetime.date) -> Decimal | None:
    return next((found for price in _prices if (found := price(product, service, on)) is not None), None)


def cost_of(member: Member, service: str, on: datetime.date, *, allowed: Decimal | None = None) -> Cost:
    """What `service` (a `Benefit.Service`) would cost the member on a day.

    `allowed` is the charge if it is known; else the registered prices are asked.
    """
    return Pricing(member, on).cost_of(service, allowed=allowed)


class Pricing:
    """`cost_of` for many services and charges of one member on a day: coverage, terms and limits are read once."""

    def __init__(self, member: Member, on: datetime.date) -> None:
        self.member, self.on = member, on
        self._rows = _in_force(member.pk, on)
        self._stated: dict[tuple[UUID, str], Benefit | None] = {}
        self._limits: dict[UUID, Limits] = {}

    def coverage_for(self, service: str) -> CoveragePeriod | None:
        """The coverage that pays first for a service."""
        return _first_for(service, self._rows)

    def cost_of(self, service: str, *, allowed: Decimal | None = None) -> Cost:
        """See the function of this name."""
        period = self.coverage_for(service)
        if period is None:
            return Cost(covered=False, because=[_("You have no coverage on this day.")])
        benefit = self._benefit(period, service)
        if benefit is None:
            return Cost(
                covered=False,
                period=period,
                because=[
                    _("%(product)s does not state what this costs. Ask member services.") % {"product": period.product}
                ],
            )
        if period.pk not in self._limits:
            self._limits[period.pk] = limits_for(self.member.pk, period, self.on)
        if allowed is None:
            allowed = _price(period.product, service, self.on)
        return _explained(benefit, period, self._limits[period.pk], allowed)

    def _benefit(self, period: CoveragePeriod, service: str) -> Benefit | None:
        key = period.product_id, service
        if key not in self._stated:
            stated = Benefit.objects.in_force(self.on).filter(product=period.product_id, service=service)
            self._stated[key] = stated.first()
        return self._stated[key]


@transaction.atomic
def charge(*, by: User, member: Member, service: str, on: datetime.date, allowed: Decimal, source: str) -> Cost:
    """`cost_of` a service that was given, counted toward the limits in the same transaction.

    Two charges of one family wait for each other, so the second sees what the first used up. The caller calls it
    once for each `source` (one charge per source row is its unique constraint).
    """
    period = coverage_for(member.pk, service, on)
    if period is not None:
        hold_limits(member.pk, period, on)
    cost = cost_of(member, service, on, allowed=allowed)
    if cost.share is not None and period is not None:
        counted: dict[str, Decimal] = {
            DEDUCTIBLE: min(cost.share.deductible, cost.share.member),
            OUT_OF_POCKET: cost.share.member,
        }
        record_accumulators(by=by, member_id=member.pk, period=period, on=on, source=source, amounts=counted)
    return cost


def _explained(benefit: Benefit, period: CoveragePeriod, limits: Limits, allowed: Decimal | None) -> Cost:
    whole = allowed
    needs_charge = benefit.coinsurance > 0 or (benefit.after_deductible and limits.deductible_left)
    if whole is None and not needs_charge:
        # Nothing depends on the charge, so any charge that covers the copay gives the same answer.
        whole = benefit.copay
    because = _terms(benefit, limits)
    if whole is None:
        return Cost(
            covered=True,
            benefit=benefit,
            period=period,
            limits=limits,
            at_most=_at_most(benefit, limits),
            because=[*because, _("The exact amount depends on the charge, which is not known yet.")],
        )
    share = share_of(benefit, whole, limits)
    if share.over_limit:
        because.append(_("You reach your out-of-pocket limit, so the plan pays the rest."))
    return Cost(
        covered=True,
        member_pays=share.member,
        at_most=share.member,
        plan_pays=None if allowed is None else allowed - share.member,
        share=share,
        benefit=benefit,
        period=period,
        limits=limits,
        because=because,
    )


def _at_most(benefit: Benefit, limits: Limits) -> Decimal | None:
    if benefit.coinsurance > 0:
        return limits.out_of_pocket_left
    most = benefit.copay + (limits.deductible_left or ZERO)
    return most if limits.out_of_pocket_left is None else min(most, limits.out_of_pocket_left)


def _terms(benefit: Benefit, limits: Limits) -> list[str]:
    said: list[str] = []
    if benefit.after_deductible and limits.deductible_left:
        said.append(_("You first pay the charge until your deductible is met: %(left)s left.")
                    % {"left": money(limits.deductible_left)})  # fmt: skip
    elif benefit.after_deductible and limits.deductible is not None:
        said.append(_("Your deductible is met."))
    if benefit.coinsurance:
        percent = f"{(benefit.coinsurance * 100).normalize():f}"
        said.append(_("Then you pay %(percent)s%% of the charge.") % {"percent": percent})
    if benefit.copay:
        said.append(_("Your copay is %(copay)s.") % {"copay": money(benefit.copay)})
    if not benefit.copay and not benefit.coinsurance and not benefit.after_deductible:
        said.append(_("Your plan covers this in full."))
    if limits.out_of_pocket_left is not None and not limits.out_of_pocket_left:
        said.append(_("You have reached your out-of-pocket limit for the year, so you pay nothing."))
    return said
