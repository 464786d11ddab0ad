"""A member's coverage, how far they are to their limits, and what care costs them."""

import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.permissions import requires
from members.models import Member
from members.portal import open_member
from members.ports import Place, PortalCard
from plans.accumulators import Limits, limits_for
from plans.costs import costs_on
from plans.eligibility import last_day
from plans.models import CoveragePeriod
from plans.words import KINDS, SERVICES


def _current(member: Member, on: datetime.date) -> list[CoveragePeriod]:
    rows = CoveragePeriod.objects.of_member(member).in_force(on).select_related("product", "coverage")
    return list(rows.order_by("benefit", "payer_order"))


def card_values(member: Member, period: CoveragePeriod, limits: Limits) -> dict[str, Any]:
    """What the coverage card shows: the limit that is nearer, the person's or the family's."""
    return {
        "member": member,
        "product": period.product,
        "limits": limits,
        "ends": last_day(period.valid.upper) if period.valid.upper else None,
    }


@require_safe
@requires("members.portal_costs", obj=open_member)
def coverage(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Coverage now, limits with progress, what each kind of visit costs and why."""
    member, today = request.record, timezone.localdate()
    audit.record_read(request.user, verb="plans.coverage", obj=member, request=request)
    current = _current(member, today)
    medical = next((row for row in current if row.benefit == "medical"), None)
    costs = [{"label": SERVICES[benefit.service], "cost": cost} for benefit, cost in costs_on(member, today)]
    context = {
        "member": member,
        "current": [{"period": row, "kind": KINDS[row.benefit]} for row in current],
        "card": card_values(member, medical, limits_for(member.pk, medical, today)) if medical else None,
        "costs": costs,
    }
    return render(request, "plans/coverage.html", context)


def coverage_card(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    """The coverage card of the portal home; none for somebody without medical coverage."""
    today = timezone.localdate()
    medical = next((row for row in _current(member, today) if row.benefit == "medical"), None)
    if medical is None:
        return None
    values = card_values(member, medical, limits_for(member.pk, medical, today))
    return PortalCard(Place.SIDE, "plans/_card.html", values)
