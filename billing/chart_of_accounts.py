"""The accounts that kpcare posts to. Each legal entity has those it needs, made at first use."""

from dataclasses import dataclass

from billing.models import LedgerAccount, UtilisationCost
from network.models import Organization

Kind = LedgerAccount.Kind
Category = UtilisationCost.Category


@dataclass(frozen=True)
class Account:
    """An account of the chart: the same code and meaning in every entity's books."""

    code: str
    name: str
    kind: str


CAPITATION_RECEIVABLE = Account("1100", "Capitation receivable", Kind.ASSET)
MEMBER_RECEIVABLE = Account("1200", "Member cost share receivable", Kind.ASSET)
CAPITATION_PAYABLE = Account("2100", "Capitation payable", Kind.LIABILITY)
CLAIMS_PAYABLE = Account("2200", "Outside claims payable", Kind.LIABILITY)
CAPITATION_REVENUE = Account("4100", "Capitation revenue", Kind.REVENUE)
COST_SHARE_REVENUE = Account("4200", "Member cost share", Kind.REVENUE)
# Within one legal entity money moves between budgets; neither side is revenue (domain ruling 16).
TRANSFER_IN = Account("4900", "Internal transfers in", Kind.REVENUE)
TRANSFER_OUT = Account("5900", "Internal transfers out", Kind.EXPENSE)
CAPITATION_EXPENSE = Account("5100", "Capitation", Kind.EXPENSE)
# Salaries and supplies are booked at actual cost elsewhere; what standard cost charges to departments is applied here.
COST_APPLIED = Account("5990", "Standard cost applied", Kind.EXPENSE)

CARE_COSTS = {
    Category.CARE: Account("5210", "Visits and procedures", Kind.EXPENSE),
    Category.HOSPITAL: Account("5220", "Hospital care", Kind.EXPENSE),
    Category.PHARMACY: Account("5230", "Pharmacy", Kind.EXPENSE),
    Category.LABORATORY: Account("5240", "Laboratory", Kind.EXPENSE),
    Category.OUTSIDE: Account("5250", "Outside care", Kind.EXPENSE),
    Category.OUTREACH: Account("5260", "Outreach", Kind.EXPENSE),
}


def legal_entity(organization: Organization) -> Organization:
    """The legal entity that keeps an organisation's books: itself, or the nearest one above.

    Raises `ValueError` where a division hangs under none.
    """
    found = organization
    while not found.is_legal_entity:
        if found.parent is None:
            raise ValueError(f"{organization} is a division of no legal entity. Set its parent.")
        found = found.parent
    return found


def account(entity: Organization, chart: Account) -> LedgerAccount:
    """The entity's account of the chart, made where it is missing."""
    found, _ = LedgerAccount.objects.get_or_create(
        entity=entity, code=chart.code, defaults={"name": chart.name, "kind": chart.kind}
    )
    return found
