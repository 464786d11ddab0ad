"""The outreach worker's day: calls, letters, and what members say was done elsewhere."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from members.models import MemberTelecom
from prevention.models import ElsewhereReport, OutreachContact, OutreachEpisode, Reminder
from prevention.outreach import calls as telephone
from prevention.outreach import letters as paper
from prevention.outreach.elsewhere import accept_report, refuse_report
from prevention.outreach.explain import explain
from prevention.outreach.forms import AcceptForm, CallForm, RefuseForm
from prevention.outreach.kinds import book_way, kind_of
from prevention.outreach.protocols import ways_for_staff
from prevention.views.staff import language_name


def a_call(request: AuthenticatedHttpRequest, reminder_id: uuid.UUID) -> Reminder:
    found = Reminder.objects.select_related("gap", "member__region").filter(channel=Reminder.Channel.CALL)
    return get_object_or_404(found, pk=reminder_id)


@require_safe
@requires("prevention.reach_out")
def calls(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Whom to call next: one entry a household, whom first on top."""
    found = telephone.open_calls()
    audit.record_read(
        request.user,
        verb="prevention.calls",
        members=(one.member_id for call in found for one in (*call.reminders, *call.others)),
        request=request,
    )
    rows = [
        {
            "name": f"{call.member.family}, {call.member.name_used or call.member.given}",
            "line": " · ".join(
                [
                    *(str(kind_of(one.gap.rule).title) for one in call.reminders),
                    *(f"{one.member.given}: {kind_of(one.gap.rule).title}" for one in call.others),
                    *([language_name(call.member.language)] if not call.member.language.startswith("en") else []),
                ]
            ),
            "detail": reverse("prevention:call", args=[call.first.pk]),
        }
        for call in found
    ]
    return render(request, "prevention/outreach/calls.html", {"rows": rows})


def _call_context(request: AuthenticatedHttpRequest, reminder: Reminder, form: CallForm) -> dict[str, Any]:
    gap, member = reminder.gap, reminder.member
    episode = OutreachEpisode.objects.select_related("campaign").filter(gap=gap).first()
    kind = kind_of(gap.rule)
    same_home = Reminder.objects.filter(channel=Reminder.Channel.CALL, status=Reminder.Status.QUEUED).exclude(
        pk=reminder.pk
    )
    home = (
        same_home.filter(member__household=member.household_id)
        if member.household_id
        else same_home.filter(member=member)
    )
    return {
        "reminder": reminder,
        "gap": gap,
        "member": member,
        "explained": explain(gap, timezone.localdate()),
        "script": episode.campaign.script if episode else "",
        "speaks": language_name(member.language),
        "telecoms": MemberTelecom.objects.filter(
            member=member, system__in=["phone", "sms"], period__contains=timezone.localdate()
        ).order_by("rank"),
        "tried": OutreachContact.objects.filter(gap=gap, outcome="no_answer").count(),
        "orders": ways_for_staff([gap], request.user, timezone.localdate())[gap.pk]
        if may(request.user, "prevention.order_for_gap", gap)
        else [],
        "booking_url": f"{reverse('scheduling:staff_book', args=[member.pk])}?from=gap:{gap.pk}"
        if book_way(kind)
        else "",
        "home": [
            {"reminder": one, "title": kind_of(one.gap.rule).title} for one in home.select_related("gap", "member")
        ],
        "form": form,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.reach_out", obj=a_call)
def call(request: AuthenticatedHttpRequest, reminder_id: uuid.UUID) -> HttpResponse:
    """One call: whom, why, what to say, what can be done during it, and what came of it."""
    reminder = request.record
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            telephone.record_call(reminder, by=request.user, **form.cleaned_data)
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            notify(request, _("Kept."))
            return redirect("prevention:calls")
    audit.record_read(request.user, verb="prevention.call", obj=reminder, request=request)
    partial = request.htmx and request.method == "GET"
    template = "prevention/outreach/_call.html" if partial else "prevention/outreach/call.html"
    status = 422 if form.errors else 200
    return render(request, template, _call_context(request, reminder, form), status=status)


# --- Letters ----------------------------------------------------------------------------------------------


@require_safe
@requires("prevention.reach_out")
def letters(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What is to be printed, in piles."""
    found = paper.piles(paper.waiting()[: paper.AT_ONCE])
    audit.record_read(
        request.user,
        verb="prevention.letters",
        members=(one.member_id for pile in found for one in pile.reminders),
        request=request,
    )
    piles = [{"pile": pile, "language": language_name(pile.language), "count": len(pile.reminders)} for pile in found]
    return render(request, "prevention/outreach/letters.html", {"piles": piles})


def _pile(language: str, size: str) -> paper.Pile | None:
    found = paper.piles(paper.waiting()[: paper.AT_ONCE])
    return next((p for p in found if p.language == language and p.large_print == (size == "large")), None)


@require_safe
@requires("prevention.reach_out")
def letters_pdf(request: AuthenticatedHttpRequest, language: str, size: str) -> HttpResponse:
    """A pile as a PDF; that it was posted is said afterwards."""
    pile = _pile(language, size)
    if pile is None:
        notify(request, _("Nothing waits to be printed."))
        return redirect("prevention:letters")
    for one in pile.reminders:
        audit.record_read(request.user, verb="prevention.print_letter", obj=one, request=request)
    response = HttpResponse(paper.as_pdf(pile), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="letters-{language}-{size}.pdf"'
    return response


@require_POST
@requires("prevention.reach_out")
def letters_posted(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The letters named in the form left the house."""
    ids = []
    for value in request.POST.getlist("reminder"):
        try:
            ids.append(uuid.UUID(value))
        except ValueError:
            continue
    count = paper.mark_posted(ids, by=request.user)
    notify(request, _("%(count)d letters marked as posted.") % {"count": count})
    return redirect("prevention:letters")


# --- Done elsewhere ---------------------------------------------------------------------------------------


def a_report(request: AuthenticatedHttpRequest, report_id: uuid.UUID) -> ElsewhereReport:
    return get_object_or_404(ElsewhereReport.objects.select_related("gap__member", "proof"), pk=report_id)


@require_safe
@requires("prevention.review_report")
def reports(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What members say was done elsewhere, oldest first."""
    waiting = ElsewhereReport.objects.filter(status="waiting").select_related("gap__member").order_by("reported_at")
    found = list(waiting[:100])
    audit.record_read(
        request.user, verb="prevention.reports", members=(one.member_id for one in found), request=request
    )
    rows = [{"report": one, "title": kind_of(one.gap.rule).title} for one in found]
    return render(request, "prevention/outreach/reports.html", {"rows": rows})


def _report_page(request: AuthenticatedHttpRequest, found: ElsewhereReport, **bound: Any) -> HttpResponse:
    audit.record_read(request.user, verb="prevention.report", obj=found, request=request)
    initial = {"done_on": found.done_on, "what": found.what}
    context = {
        "report": found,
        "title": kind_of(found.gap.rule).title,
        "accept": AcceptForm(report=found, initial=initial),
        "refuse": RefuseForm(),
        **bound,
    }
    return render(request, "prevention/outreach/report.html", context, status=422 if bound else 200)


@require_safe
@requires("prevention.review_report", obj=a_report)
def report(request: AuthenticatedHttpRequest, report_id: uuid.UUID) -> HttpResponse:
    return _report_page(request, request.record)


@require_POST
@requires("prevention.review_report", obj=a_report)
def report_accept(request: AuthenticatedHttpRequest, report_id: uuid.UUID) -> HttpResponse:
    form = AcceptForm(request.POST, report=request.record)
    if form.is_valid():
        try:
            accept_report(request.record, by=request.user, **form.cleaned_data)
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            notify(request, _("Charted as reported. The gap closes by it."))
            return redirect("prevention:reports")
    return _report_page(request, request.record, accept=form)


@require_POST
@requires("prevention.review_report", obj=a_report)
def report_refuse(request: AuthenticatedHttpRequest, report_id: uuid.UUID) -> HttpResponse:
    form = RefuseForm(request.POST)
    if form.is_valid():
        try:
            refuse_report(request.record, by=request.user, **form.cleaned_data)
        except ValueError as refused:
            notify(request, str(refused), level=messages.ERROR)
        else:
            notify(request, _("Kept. Outreach goes on."))
        return redirect("prevention:reports")
    return _report_page(request, request.record, refuse=form)


@require_safe
@requires("prevention.review_report", obj=a_report)
def report_proof(request: AuthenticatedHttpRequest, report_id: uuid.UUID) -> HttpResponse:
    """The file that the member sent, as a download: nothing in it runs here."""
    found = request.record
    if found.proof is None:
        return redirect("prevention:report", report_id)
    audit.record_read(request.user, verb="prevention.report_proof", obj=found, request=request)
    response = HttpResponse(bytes(found.proof.content), content_type=found.proof.content_type)
    response["Content-Disposition"] = 'attachment; filename="proof"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
