"""A member's coverage on both time axes: every version, and why they were covered on a day as known then."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.permissions import requires
from members.models import Member
from plans.eligibility import last_day, why_eligible
from plans.forms import EligibilityForm
from plans.models import CoveragePeriod


def member_of(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> Member:
    return get_object_or_404(Member, pk=member_id)


@require_safe
@requires("plans.view_coverage", obj=member_of)
def history(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """All versions, newest knowledge first, and the answer to "why eligible?" for a day and an instant."""
    member = request.record
    audit.record_read(request.user, verb="plans.history", obj=member, request=request)
    form = EligibilityForm(request.GET or None, initial={"on": timezone.localdate()})
    answer = None
    if form.is_valid():
        answer = why_eligible(
            member.pk, form.cleaned_data["on"], form.cleaned_data["known_at"], form.cleaned_data["benefit"]
        )
    versions = CoveragePeriod.objects.of_member(member).select_related("product", "recorded_by").history()
    rows = [{"version": row, "last": last_day(row.valid.upper) if row.valid.upper else None} for row in versions[:200]]
    context = {"member": member, "form": form, "answer": answer, "rows": rows}
    return render(request, "plans/history.html", context)
