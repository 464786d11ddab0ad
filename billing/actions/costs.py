"""Costs in the budget and the books: each source once, posted in the open period, labelled by month of service."""

import datetime
from decimal import Decimal

from django.db import transaction

from billing import chart_of_accounts as chart
from billing.actions.ledger import Line, post_entry, posting_date
from billing.models import LedgerEntry, UtilisationCost
from core.models import User
from network.models import Organization


@transaction.atomic
def post_outside_cost(
    cost: UtilisationCost, *, plan: Organization, by: User, on: datetime.date, reverses: LedgerEntry | None = None
) -> UtilisationCost:
    """Write the plan's share of an outside claim as a cost and post it: expense against claims payable.

    A negative one takes back what the entry `reverses` posted.
    """
    entity = chart.legal_entity(plan)
    cost.posted_on = posting_date([entity], on)
    cost.save(force_insert=True)
    if cost.amount:
        expense = chart.account(entity, chart.CARE_COSTS[UtilisationCost.Category(cost.category)])
        payable = chart.account(entity, chart.CLAIMS_PAYABLE)
        post_entry(
            by=by,
            source=f"costs:{cost.source}",
            description="Outside claim taken back" if cost.amount < 0 else "Outside claim priced",
            reverses=reverses,
            posted_on=cost.posted_on,
            lines=[
                Line(
                    account,
                    amount,
                    facility_id=cost.facility_id,
                    department_id=cost.department_id,
                    service_month=cost.incurred_on.replace(day=1),
                )
                for account, amount in ((expense, Decimal(cost.amount)), (payable, -Decimal(cost.amount)))
            ],
        )
    return cost
