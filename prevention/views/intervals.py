"""A person's own interval for a care rule: set by a physician with a reason, in place of the general one."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinical.views.charting import frame, opens_chart
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from members.models import Member
from prevention import actions
from prevention.forms import IntervalForm
from prevention.models import CareRuleState, SurveillanceInterval
from prevention.rules import BY_ID, polyps


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("prevention.interval", "prevention.set_interval")
def interval(request: AuthenticatedHttpRequest, member: Member, rule: str) -> HttpResponse:
    """What holds for this person and rule now, what held before, and the form that changes it."""
    if rule not in BY_ID:
        raise Http404
    today = timezone.localdate()
    found = polyps.BY_SLUG.get(request.GET.get("finding", "")) if rule == polyps.RULE else None
    reason = f"{found.words} ({polyps.SOURCE})" if found else ""
    initial = {"start": today, "months": found.months if found else 36, "reason": reason}
    form = IntervalForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.set_personal_interval(member, rule, by=request.user, **form.cleaned_data)
        notify(request, _("Set. When it is due next is worked out within seconds."))
        return redirect("prevention:interval", member_id=member.pk, rule=rule)
    held = SurveillanceInterval.objects.filter(member=member, rule=rule).select_related("set_by").order_by("-period")
    rows = [
        {
            "interval": row,
            "is_past": row.period.upper is not None and row.period.upper <= today,
            "is_now": row.period.lower <= today and (row.period.upper is None or row.period.upper > today),
        }
        for row in held[:20]
    ]
    context = {
        **frame(request, member, "prevention"),
        "rule": BY_ID[rule],
        "state": CareRuleState.objects.filter(member=member, rule=rule).first(),
        "rows": rows,
        "current": next((row["interval"] for row in rows if row["is_now"]), None),
        "form": form,
        "findings": polyps.FINDINGS if rule == polyps.RULE else (),
        "source": polyps.SOURCE,
        "chosen": found,
    }
    return render(request, "prevention/interval.html", context)


@require_POST
@opens_chart("prevention.end_interval", "prevention.set_interval")
def end_interval(request: AuthenticatedHttpRequest, member: Member, interval_id: uuid.UUID) -> HttpResponse:
    """The general interval holds again."""
    found = get_object_or_404(SurveillanceInterval, pk=interval_id, member=member)
    try:
        actions.end_personal_interval(found, by=request.user, on=timezone.localdate())
    except ValueError:
        notify(request, _("It has ended already."))
    else:
        notify(request, _("Ended. The general interval holds again."))
    return redirect("prevention:interval", member_id=member.pk, rule=found.rule)
