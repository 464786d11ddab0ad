"""What a fill costs the member: its formulary tier under the coverage of the day."""

import datetime
from decimal import Decimal

from core.models import User
from pharmacy.models import ClinicalDrug, Fill, FormularyEntry
from plans import costs
from plans.models import Benefit, CoveragePeriod

TIERS = {
    1: Benefit.Service.DRUG_TIER_1,
    2: Benefit.Service.DRUG_TIER_2,
    3: Benefit.Service.DRUG_TIER_3,
}
CENT = Decimal("0.01")


def formulary_entry(drug: ClinicalDrug, period: CoveragePeriod | None, on: datetime.date) -> FormularyEntry | None:
    """The drug's place on the formulary of the insurance product, in force on a day."""
    if period is None:
        return None
    return FormularyEntry.objects.filter(product=period.product_id, drug=drug, period__contains=on).first()


def _service(fill: Fill, on: datetime.date) -> str | None:
    period = costs.coverage_for(fill.member_id, Benefit.Service.DRUG_TIER_1, on)
    entry = formulary_entry(fill.prescription.drug, period, on)
    return TIERS.get(min(entry.tier, max(TIERS))) if entry else None


def allowed_of(fill: Fill) -> Decimal | None:
    """What the units cost us, to the cent: the charge that deductible and coinsurance work on."""
    if fill.lot is None:
        return None
    return (fill.lot.product.unit_cost * fill.quantity).quantize(CENT)


def price_fill(fill: Fill, on: datetime.date) -> Decimal | None:
    """What the member will pay at the counter; None where no plan or formulary says."""
    service = _service(fill, on)
    if service is None:
        return None
    return costs.cost_of(fill.member, service, on, allowed=allowed_of(fill)).member_pays


def charge_fill(fill: Fill, on: datetime.date, *, by: User) -> Decimal | None:
    """Count the member's share toward their limits, once for the fill, and give it back."""
    service, allowed = _service(fill, on), allowed_of(fill)
    if service is None or allowed is None:
        return None
    charged = costs.charge(by=by, member=fill.member, service=service, on=on, allowed=allowed, source=f"fill:{fill.pk}")
    return charged.member_pays
