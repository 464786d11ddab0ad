"""What a visit costs the member, asked of their plan."""

import datetime
from decimal import Decimal

from members.models import Member
from plans.costs import Cost, cost_of
from scheduling.models import VisitType


def visit_price(member: Member, visit_type: VisitType, on: datetime.date) -> Cost:
    """The member's own cost of such a visit on a day with its reasons: coverage, deductible left, copay, limit."""
    return cost_of(member, visit_type.service, on)


def visit_cost(member: Member, visit_type: VisitType, on: datetime.date) -> Decimal | None:
    """The member's own cost in dollars; None where no coverage says, or where it depends on a charge."""
    return visit_price(member, visit_type, on).member_pays
