"""What a visit costs the member, asked of their plan."""

import datetime
from decimal import Decimal

from members.models import Member
from scheduling.models import VisitType


def visit_cost(member: Member, visit_type: VisitType, on: datetime.date) -> Decimal | None:
    """The member's own cost of such a visit on a day, in dollars; None where no coverage says."""
    try:
        from plans.costs import cost_of
    except ImportError:
        return None
    return cost_of(member, visit_type.service, on).member_pays
