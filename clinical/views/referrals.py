"""Referrals: asked by one department, answered by another."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical import actions
from clinical.forms import ReasonForm, ReferForm, ReportForm
from clinical.models import Encounter, Referral
from clinical.querysets import referrals_for
from clinical.tables import columns
from clinical.views.charting import frame, opens_chart
from core import audit
from core.notices import notify
from core.permissions import may, requires
from members.models import Member


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("clinical.refer", "clinical.place_order")
def refer(request: HttpRequest, member: Member) -> HttpResponse:
    """Ask another department a question."""
    form = ReferForm(request.POST or None, system_id=member.managing_organization_id)
    alerts = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        running = Encounter.objects.filter(member=member, status="in-progress", clinician__user=request.user).first()
        try:
            actions.refer(
                by=request.user,
                member=member,
                to_department=given["to_department"],
                question=given["question"],
                encounter=running,
                priority=given["priority"],
                override_reason=given["override"],
            )
        except actions.ReasonNeeded as needed:
            alerts = needed.alerts
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            notify(request, _("Sent. They answer, or send it back with a reason."))
            return redirect("clinical:chart_panel", member.pk, "referrals")
    context = {**frame(request, member, "referrals"), "form": form, "alerts": alerts}
    return render(request, "clinical/refer.html", context, status=422 if alerts else 200)


@require_safe
@requires("clinical.use_inbasket")
def referrals(request: HttpRequest) -> HttpResponse:
    """What other departments ask ours."""
    rows = list(
        referrals_for(request.user)
        .select_related("member", "to_department__facility", "requested_by", "accepted_by")
        .order_by("due_at")[:100]
    )
    audit.record_read(request.user, verb="clinical.referrals", detail={"referrals": len(rows)}, request=request)
    return render(
        request,
        "clinical/referrals.html",
        {"rows": rows, "columns": columns(_("Member"), _("To"), _("From"), _("State"), _("Due"))},
    )


def one_referral(request: HttpRequest, referral_id: uuid.UUID, **kwargs) -> Referral:
    return get_object_or_404(
        Referral.objects.select_related(
            "member", "to_department__facility", "requested_by", "accepted_by", "report__author", "request"
        ),
        pk=referral_id,
    )


@require_safe
@requires("clinical.view_referral", obj=one_referral)
def referral(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """The question, where it stands, and for the receiving side the next step."""
    return _page(request, request.record)


def _page(request: HttpRequest, found: Referral, *, status: int = 200, **forms) -> HttpResponse:
    audit.record_read(request.user, verb="clinical.referral", obj=found, request=request)
    context = {
        "referral": found,
        "member": found.member,
        "may_answer": may(request.user, "clinical.answer_referral", found),
        "report_form": forms.get("report_form") or ReportForm(),
        "decline_form": forms.get("decline_form") or ReasonForm(),
    }
    return render(request, "clinical/referral.html", context, status=status)


@require_POST
@requires("clinical.answer_referral", obj=one_referral)
def answer(request: HttpRequest, referral_id: uuid.UUID, step: str) -> HttpResponse:
    """Accept, decline with a reason, note that the visit is booked, or close with a report."""
    found: Referral = request.record
    try:
        if step == "accept":
            actions.accept_referral(found, by=request.user)
            notify(request, _("Accepted. It is yours until the report."))
        elif step == "schedule":
            actions.schedule_referral(found, by=request.user)
        elif step == "decline":
            form = ReasonForm(request.POST)
            if not form.is_valid():
                return _page(request, found, status=422, decline_form=form)
            actions.decline_referral(found, by=request.user, reason=form.cleaned_data["reason"])
            notify(request, _("Sent back with your reason."))
        elif step == "report":
            report = ReportForm(request.POST)
            if not report.is_valid():
                return _page(request, found, status=422, report_form=report)
            actions.close_referral(found, by=request.user, report=report.cleaned_data["report"])
            notify(request, _("Reported. The sender has it to read."))
        else:
            raise Http404
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    except PermissionDenied:
        messages.error(request, _("Only the department that was asked answers a referral."))
    return redirect("clinical:referral", found.pk)
