"""What a fill costs the member: its formulary tier under the coverage of the day, and the charge of its units.

The price shown is the price charged: both are `Prices.of` of a drug and a charge. Before a lot is taken the charge is
that of the lot that would be taken now, so a price that follows the charge is said as "about".
"""

import datetime
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from core.models import User
from members.models import Member
from pharmacy.models import ClinicalDrug, DrugProduct, Fill, FormularyEntry, Prescription, StockLot
from plans import costs
from plans.models import Benefit, CoveragePeriod

TIERS = {
    1: Benefit.Service.DRUG_TIER_1,
    2: Benefit.Service.DRUG_TIER_2,
    3: Benefit.Service.DRUG_TIER_3,
}
CENT = Decimal("0.01")


class Prices:
    """What drugs cost a member on a day, in a few queries for however many."""

    def __init__(self, member: Member, on: datetime.date, drugs: Collection[UUID]) -> None:
        self.pricing = costs.Pricing(member, on)
        period = self.pricing.coverage_for(Benefit.Service.DRUG_TIER_1)
        entries = FormularyEntry.objects.filter(drug__in=drugs, period__contains=on)
        found = entries.filter(product=period.product_id).values_list("drug", "tier") if period else ()
        self.services = {drug: TIERS[min(tier, max(TIERS))] for drug, tier in found}

    def of(self, drug: UUID, allowed: Decimal | None) -> costs.Cost | None:
        """The cost of units that are charged at `allowed`; None where no plan or formulary says."""
        service = self.services.get(drug)
        return self.pricing.cost_of(service, allowed=allowed) if service else None


def formulary_entry(drug: ClinicalDrug, period: CoveragePeriod | None, on: datetime.date) -> FormularyEntry | None:
    """The drug's place on the formulary of the insurance product, in force on a day."""
    if period is None:
        return None
    return FormularyEntry.objects.filter(product=period.product_id, drug=drug, period__contains=on).first()


def charge_of(unit_cost: Decimal, quantity: Decimal) -> Decimal:
    """What the units cost us, to the cent: the charge that deductible and coinsurance work on."""
    return (unit_cost * quantity).quantize(CENT)


def allowed_of(fill: Fill, lot: StockLot | None = None) -> Decimal | None:
    """The charge of a fill from its lot, or from `lot` before one is taken; None where neither is known."""
    taken = fill.lot or lot
    return charge_of(taken.product.unit_cost, fill.quantity) if taken is not None else None


def price_fill(fill: Fill, on: datetime.date, lot: StockLot | None = None) -> Decimal | None:
    """What the member pays at the counter on a day; None where no plan or formulary says.

    `lot` is the one that would be taken, before one is.
    """
    drug = fill.prescription.drug_id
    cost = Prices(fill.member, on, [drug]).of(drug, allowed_of(fill, lot))
    return cost.member_pays if cost else None


def charge_fill(fill: Fill, on: datetime.date, *, by: User) -> Decimal | None:
    """Count the member's share toward their limits, once for the fill, and give it back."""
    drug, allowed = fill.prescription.drug_id, allowed_of(fill)
    service = Prices(fill.member, on, [drug]).services.get(drug)
    if service is None or allowed is None:
        return None
    charged = costs.charge(by=by, member=fill.member, service=service, on=on, allowed=allowed, source=f"fill:{fill.pk}")
    return charged.member_pays


def next_charges(prescriptions: Collection[Prescription], on: datetime.date) -> dict[UUID, Decimal]:
    """By prescription what the units of its next fill would be charged at today, as far as anything says so.

    By the lot that would be taken at its pharmacy, or where none there is enough, by the drug's cheapest product.
    """
    drugs = {rx.drug_id for rx in prescriptions}
    usable = StockLot.objects.filter(product__drug__in=drugs, recalled_at__isnull=True, expires_on__gte=on)
    usable = usable.filter(facility__in={rx.pharmacy_id for rx in prescriptions if rx.pharmacy_id})
    shelves: dict[tuple[UUID, UUID], list[StockLot]] = defaultdict(list)
    for lot in usable.order_by("expires_on", "id").select_related("product"):
        shelves[lot.facility_id, lot.product.drug_id].append(lot)
    products = DrugProduct.objects.filter(drug__in=drugs).order_by("-unit_cost", "-ndc")
    cheapest = dict(products.values_list("drug", "unit_cost"))
    found = {}
    for rx in prescriptions:
        lots = shelves[rx.pharmacy_id, rx.drug_id] if rx.pharmacy_id else []
        taken = next((lot for lot in lots if lot.on_hand >= rx.quantity), None)
        unit_cost = taken.product.unit_cost if taken else cheapest.get(rx.drug_id)
        if unit_cost is not None:
            found[rx.pk] = charge_of(unit_cost, rx.quantity)
    return found
