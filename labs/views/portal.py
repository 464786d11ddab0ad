"""One result of our laboratory for the member: what was found, what it means, who acts by when. The list of all
results, outside ones too, is the chart's (`clinical.views.portal`)."""

import uuid
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clinical.models import Task
from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import OutboxMessage
from core.permissions import requires
from labs.models import LabOrder, LabResult
from members.models import Member
from members.portal import hides_sensitive, look_at_whose, people
from members.ports import Place, PortalCard

# HL7 0078 → status of the badge and words. Red is for critical alone.
WORDS = {
    "N": ("good", gettext_lazy("In range")),
    "L": ("due", gettext_lazy("Low")),
    "H": ("due", gettext_lazy("High")),
    "LL": ("stop", gettext_lazy("Very low")),
    "HH": ("stop", gettext_lazy("Very high")),
    "A": ("due", gettext_lazy("Needs a look")),
}


def results_of(request: AuthenticatedHttpRequest, member: Member) -> QuerySet[LabResult]:
    """Released results that the signed-in person may read of the member's."""
    found = LabResult.objects.released().filter(member=member)
    return found.filter(sensitivity=0) if hides_sensitive(request.user, member) else found


def shown(result: LabResult) -> dict[str, Any]:
    """One result in the words of the portal."""
    status, word = WORDS.get(result.flag, ("", ""))
    observation = result.observation
    low, high = (observation.low, observation.high) if observation else (None, None)
    return {
        "result": result,
        "value": value_words(result),
        "status": status,
        "word": word,
        "range": range_words(low, high, result.test.decimals),
        "taken": result.specimen.collected_at,
    }


def value_words(result: LabResult) -> str:
    """The value with the digits that the laboratory gave."""
    if result.value_quantity is None:
        return result.value_text
    return f"{result.value_quantity:.{result.test.decimals}f}"


def range_words(low: Decimal | None, high: Decimal | None, decimals: int) -> str:
    if low is None and high is None:
        return ""
    if low is None:
        return _("up to %(high)s") % {"high": f"{high:.{decimals}f}"}
    if high is None:
        return _("from %(low)s") % {"low": f"{low:.{decimals}f}"}
    return f"{low:.{decimals}f}–{high:.{decimals}f}"


def result_of(request: AuthenticatedHttpRequest, result_id: uuid.UUID, **kwargs: Any) -> LabResult:
    """The result of the address if it is of somebody whose record the reader may open, and may be read; otherwise 404.
    A notice leads a parent to their child's."""
    whose = get_object_or_404(LabResult.objects.select_related("member"), pk=result_id, member__in=people(request.user))
    look_at_whose(request, whose.member)
    found = results_of(request, whose.member).select_related(
        "test__loinc", "specimen", "performing_laboratory", "observation", "corrects", "member"
    )
    return get_object_or_404(found, pk=result_id)


@require_safe
@requires("members.portal_view", obj=result_of)
def result(request: AuthenticatedHttpRequest, result_id: uuid.UUID) -> HttpResponse:
    """One result: value, range, earlier values, who acts by when."""
    found: LabResult = request.record
    audit.record_read(request.user, verb="labs.portal_result", obj=found, request=request)
    OutboxMessage.objects.filter(
        user=request.user, member_id=found.member_id, url_path=f"/results/{found.pk}/", read_at__isnull=True
    ).update(read_at=timezone.now())
    task = (
        Task.objects.filter(member=found.member_id, dedupe_key=f"labs.result:{found.pk}")
        .select_related("owner", "completed_by")
        .first()
    )
    before = list(
        results_of(request, found.member)
        .filter(test=found.test_id, value_quantity__isnull=False)
        .select_related("specimen")
        .order_by("specimen__collected_at")[:20]
    )
    observation = found.observation
    trend = {
        "label": found.test.name,
        "unit": found.unit,
        "low": observation.low if observation else None,
        "high": observation.high if observation else None,
        "points": [
            {"date": row.specimen.collected_at, "value": f"{row.value_quantity:.{found.test.decimals}f}"}
            for row in before
        ],
    }
    return render(
        request,
        "labs/portal/result.html",
        {**shown(found), "member": found.member, "task": task, "trend": trend if len(before) > 1 else None},
    )


def under_way(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    """Beside the home: tests that wait for a sample, or whose result is to come."""
    waiting = LabOrder.objects.waiting().filter(member=member).select_related("test", "department__facility")
    if hides_sensitive(request.user, member):
        waiting = waiting.filter(sensitivity=0)
    orders = list(waiting.order_by("created_at")[:5])
    return PortalCard(Place.SIDE, "labs/portal/under_way.html", {"orders": orders}) if orders else None
