"""Referrals: asked by one department, answered by another or by a specialist outside."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical import actions, letters
from clinical.forms import LetterSentForm, OutsideVisitForm, ReasonForm, ReferForm, ReplyForm, ReportForm
from clinical.models import Encounter, Referral
from clinical.querysets import referrals_for, referrals_from
from clinical.tables import columns
from clinical.views.charting import frame, opens_chart
from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("clinical.refer", "clinical.place_order")
def refer(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    """Ask another department a question."""
    form = ReferForm(request.POST or None, system_id=member.managing_organization_id)
    alerts = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        running = Encounter.objects.filter(member=member, status="in-progress", clinician__user=request.user).first()
        try:
            made = actions.refer(
                by=request.user,
                member=member,
                to_department=given["to_department"],
                to_organization=given["to_organization"],
                question=given["question"],
                encounter=running,
                priority=given["priority"],
                override_reason=given["override"],
                override_code=given["override_code"],
            )
        except actions.ReasonNeeded as needed:
            alerts = needed.alerts
            form.objected()
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            if made.is_outside:
                notify(request, _("Kept. Now send the letter."))
                return redirect("clinical:referral", made.pk)
            notify(request, _("Sent. They answer, or send it back with a reason."))
            return redirect("clinical:chart_panel", member.pk, "referrals")
    context = {**frame(request, member, "referrals"), "form": form, "alerts": alerts}
    return render(request, "clinical/refer.html", context, status=422 if alerts else 200)


@require_safe
@requires("clinical.use_inbasket")
def referrals(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What other departments ask ours; with `?whose=ours` what ours asked and has no report of, latest due first."""
    whose = "ours" if request.GET.get("whose") == "ours" else "theirs"
    found = referrals_from(request.user) if whose == "ours" else referrals_for(request.user)
    rows = list(
        found.select_related(
            "member", "to_department__facility", "to_organization", "requested_by", "accepted_by"
        ).order_by("due_at")[:100]
    )
    audit.record_read(
        request.user,
        verb="clinical.referrals",
        members=(row.member_id for row in rows),
        detail={"whose": whose},
        request=request,
    )
    now = timezone.now()
    return render(
        request,
        "clinical/referrals.html",
        {
            "rows": [
                {"row": row, "is_late": bool(row.due_at and row.due_at < now), "next": awaited(row)} for row in rows
            ],
            "whose": whose,
            "overdue": sum(1 for row in rows if row.due_at and row.due_at < now),
            "columns": columns(_("Member"), _("To"), _("From"), _("State"), _("Due")),
        },
    )


def awaited(referral: Referral) -> str:
    """What happens next, in words."""
    if not referral.is_outside:
        return {"requested": _("their answer"), "accepted": _("the visit")}.get(referral.status, _("the report"))
    if referral.sent_at is None:
        return _("the letter")
    return _("the report") if referral.visit_on else _("their reply")


def one_referral(request: AuthenticatedHttpRequest, referral_id: uuid.UUID, **kwargs: Any) -> Referral:
    return get_object_or_404(
        Referral.objects.select_related(
            "member",
            "to_department__facility",
            "to_organization",
            "from_department__facility",
            "requested_by",
            "accepted_by",
            "sent_by",
            "report__author",
            "request",
        ),
        pk=referral_id,
    )


@require_safe
@requires("clinical.view_referral", obj=one_referral)
def referral(request: AuthenticatedHttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """The question, where it stands, and for the side whose turn it is the next step."""
    return _page(request, request.record)


FORMS: dict[str, type[forms.Form]] = {
    "report_form": ReportForm,
    "decline_form": ReasonForm,
    "sent_form": LetterSentForm,
    "visit_form": OutsideVisitForm,
    "reply_form": ReplyForm,
    "cancel_form": ReasonForm,
}


def _page(
    request: AuthenticatedHttpRequest, found: Referral, *, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    audit.record_read(request.user, verb="clinical.referral", obj=found, request=request)
    is_open = found.status not in ("closed", "declined", "cancelled")
    context = {
        "referral": found,
        "member": found.member,
        "is_open": is_open,
        "next": awaited(found) if is_open else "",
        "is_late": bool(is_open and found.due_at and found.due_at < timezone.now()),
        "may_answer": is_open and may(request.user, "clinical.answer_referral", found),
        "may_report": is_open and may(request.user, "clinical.report_referral", found),
        "may_follow": is_open and may(request.user, "clinical.follow_referral", found),
        **{name: bound.get(name) or kind(auto_id=f"{name}_%s") for name, kind in FORMS.items()},
    }
    return render(request, "clinical/referral.html", context, status=status)


@require_POST
@requires("clinical.answer_referral", obj=one_referral)
def answer(request: AuthenticatedHttpRequest, referral_id: uuid.UUID, step: str) -> HttpResponse:
    """The next step: of the department that was asked, or for one outside of those who asked."""
    if step not in STEPS:
        raise Http404
    name, act, done = STEPS[step]
    return _take(request, name, act, done)


@require_POST
@requires("clinical.follow_referral", obj=one_referral)
def cancel(request: AuthenticatedHttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """The sending side takes its question back."""
    return _take(request, "cancel_form", actions.cancel_referral, _("Taken back with your reason."))


# Step → the form it is filled in (or none), the action, and what is said afterwards.
STEPS: "dict[str, tuple[str, Callable[..., Referral], StrPromise]]" = {
    "accept": ("", actions.accept_referral, _lazy("Accepted. It is yours until the report.")),
    "schedule": ("", actions.schedule_referral, _lazy("Noted. The report is awaited.")),
    "decline": ("decline_form", actions.decline_referral, _lazy("Sent back with your reason.")),
    "report": ("report_form", actions.close_referral, _lazy("Reported. The sender has it to read.")),
    "sent": ("sent_form", actions.send_letter, _lazy("Noted. Their reply is awaited.")),
    "visit": ("visit_form", actions.note_outside_visit, _lazy("Noted. Their report is awaited.")),
    "reply": ("reply_form", actions.take_in_reply, _lazy("In the chart. The sender has it to read.")),
}


def _take(request: AuthenticatedHttpRequest, name: str, act: Callable[..., Referral], done: Any) -> HttpResponse:
    """Take one step with a checked form, or show the page again with what must be mended."""
    found: Referral = request.record
    given: dict = {}
    if name:
        form = FORMS[name](request.POST, auto_id=f"{name}_%s")
        if not form.is_valid():
            return _page(request, found, status=422, **{name: form})
        given = form.cleaned_data
    try:
        act(found, by=request.user, **given)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    except PermissionDenied:
        messages.error(request, _("Only the side whose turn it is works on a referral."))
    else:
        notify(request, done)
    return redirect("clinical:referral", found.pk)


def _letter(request: AuthenticatedHttpRequest) -> dict:
    """The letter of an outside referral; who looks at it is on record as for any read of the chart."""
    found: Referral = request.record
    if not found.is_outside:
        raise Http404
    audit.record_read(request.user, verb="clinical.referral_letter", obj=found, request=request)
    return letters.letter_of(found, request.user)


@require_safe
@requires("clinical.follow_referral", obj=one_referral)
def letter(request: AuthenticatedHttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """The letter to read and to print."""
    context = {"letter": _letter(request), "referral": request.record}
    return render(request, "clinical/letter.html", context)


@require_safe
@requires("clinical.follow_referral", obj=one_referral)
def letter_pdf(request: AuthenticatedHttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """The letter as a file to fax or to send by Direct; its name says nothing about the member."""
    made = letters.as_pdf(_letter(request), get_language() or "en")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="referral.pdf"'
    return response
