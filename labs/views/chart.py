"""The laboratory in the chart: the panel of tests under way and results. Ordering is the chart's own page."""

from django.urls import reverse

from clinical.ports import Panel
from clinical.sensitivity import visible
from core.http import AuthenticatedHttpRequest
from core.permissions import may
from labs.models import LabOrder, LabResult
from members.models import Member

SHOWN = 50


def panel(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    """Tests under way and results of our laboratory."""
    orders = visible(LabOrder.objects.waiting().by_urgency().filter(member=member), request.user, member)
    found = visible(LabResult.objects.released().newest_first().filter(member=member), request.user, member)
    may_order = may(request.user, "clinical.place_order", member)
    return Panel(
        "labs/panels/laboratory.html",
        {
            "orders": orders.select_related("test", "request", "member")[:SHOWN],
            "results": found.select_related(
                "test", "specimen", "performing_laboratory", "order__request", "order__member"
            )[:SHOWN],
            "order_url": reverse("clinical:order", args=[member.pk, "laboratory"]) if may_order else "",
        },
    )


def panel_count(request: AuthenticatedHttpRequest, member: Member) -> int:
    return visible(LabOrder.objects.waiting().filter(member=member), request.user, member).count()
