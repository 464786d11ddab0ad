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
from core.templatetags.kp import short_time
from members.models import MemberTelecom
from prevention.models import ElsewhereReport, LetterPile, OutreachContact, OutreachEpisode, Reminder
from prevention.outreach import calls as telephone
from prevention.outreach import letters as paper
from prevention.outreach.elsewhere import accept_report, refuse_report
from prevention.outreach.explain import explain
from prevention.outreach.forms import AcceptForm, CallForm, RefuseForm
from prevention.outreach.guardians import adults_of
from prevention.outreach.kinds import book_way, kind_of, staff_words
from prevention.outreach.protocols import ways_for_staff
from prevention.reach import in_reach
from prevention.views.staff import language_name


def a_call(request: AuthenticatedHttpRequest, reminder_id: uuid.UUID) -> Reminder:
    found = Reminder.objects.select_related("gap", "member__region").filter(channel=Reminder.Channel.CALL)
    return get_object_or_404(found, pk=reminder_id)


@require_safe
@requires("prevention.reach_out")
def calls(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Whom to call next: one entry a household, whom first on top."""
    found = telephone.open_calls(by=request.user)
    audit.record_read(
        request.user,
        verb="prevention.calls",
        members=(one.member_id for call in found for one in (*call.reminders, *call.others)),
        request=request,
    )
    rows = [
        {
            "name": f"{call.member.family}, {call.member.name_used or call.member.given}",
            "taken": _taken_words(call.taken, request) if call.taken else "",
            "is_free": call.taken is None or call.taken.taken_by_id == request.user.pk,
            "take": reverse("prevention:take_call", args=[call.first.pk]),
            "line": " · ".join(
                [
                    *([_("ask for %(name)s") % {"name": call.adult.name}] if call.adult else []),
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


def _taken_words(taken: Reminder, request: AuthenticatedHttpRequest) -> str:
    until = short_time(taken.taken_at + telephone.IN_HAND) if taken.taken_at else ""
    if taken.taken_by_id == request.user.pk:
        return _("Yours until %(time)s") % {"time": until}
    return _("%(name)s, until %(time)s") % {"name": taken.taken_by, "time": until}


def _call_context(request: AuthenticatedHttpRequest, reminder: Reminder, form: CallForm) -> dict[str, Any]:
    gap, member = reminder.gap, reminder.member
    at = timezone.now()
    # Of a child alone.
    adults = adults_of([member], timezone.localdate()).get(member.pk)
    episode = OutreachEpisode.objects.select_related("campaign").filter(gap=gap).first()
    kind = kind_of(gap.rule)
    waiting = telephone.of_household(reminder).select_related("gap", "member", "taken_by").order_by("id")
    taken = next((one for one in waiting if telephone.is_in_hand(one, at)), None)
    home = in_reach(waiting.exclude(pk=reminder.pk), request.user)
    return {
        "reminder": reminder,
        "taken": _taken_words(taken, request) if taken else "",
        "is_mine": taken is not None and taken.taken_by_id == request.user.pk,
        "gap": gap,
        "member": member,
        "explained": explain(gap, timezone.localdate(), reader=request.user, to_staff=True),
        "to_staff": True,
        "script": episode.campaign.script if episode else "",
        "speaks": language_name(reminder.language if adults else member.language),
        "adults": adults,
        "telecoms": MemberTelecom.objects.filter(
            member=member, system__in=["phone", "sms"], period__contains=timezone.localdate()
        ).order_by("rank"),
        "tried": OutreachContact.objects.filter(gap=gap, outcome="no_answer").count(),
        "orders": [
            {"protocol": way.protocol, "label": staff_words(way)}
            for way in ways_for_staff([gap], request.user, timezone.localdate())[gap.pk]
        ]
        if may(request.user, "prevention.order_for_gap", gap)
        else [],
        "booking_url": f"{reverse('scheduling:staff_book', args=[member.pk])}?from=gap:{gap.pk}"
        if book_way(kind) and may(request.user, "scheduling.book_for_member", member)
        else "",
        "home": [{"reminder": one, "title": kind_of(one.gap.rule).title} for one in home],
        "form": form,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.reach_out", obj=a_call)
def call(request: AuthenticatedHttpRequest, reminder_id: uuid.UUID) -> HttpResponse:
    """One call: whom, why, what to say, what can be done during it, and what came of it.

    Looking takes nothing; the number is shown to whoever took the call.
    """
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


@require_POST
@requires("prevention.reach_out", obj=a_call)
def take_call(request: AuthenticatedHttpRequest, reminder_id: uuid.UUID) -> HttpResponse:
    """Have the household's call in hand, so that nobody else calls them meanwhile."""
    try:
        telephone.take_call(request.record, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
        return redirect("prevention:calls")
    return redirect("prevention:call", reminder_id)


@require_POST
@requires("prevention.reach_out", obj=a_call)
def leave_call(request: AuthenticatedHttpRequest, reminder_id: uuid.UUID) -> HttpResponse:
    telephone.leave_call(request.record, by=request.user)
    notify(request, _("Left to whoever calls next."))
    return redirect("prevention:calls")


# --- Letters ----------------------------------------------------------------------------------------------


def a_pile(request: AuthenticatedHttpRequest, pile_id: uuid.UUID) -> LetterPile:
    return get_object_or_404(paper.readable(request.user).select_related("managing_organization"), pk=pile_id)


@require_safe
@requires("prevention.reach_out")
def letters(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What is printed and not posted yet, by whom, and what is to be printed, in piles."""
    found = paper.piles(paper.waiting(request.user)[: paper.AT_ONCE])
    audit.record_read(
        request.user,
        verb="prevention.letters",
        members=(one.member_id for pile in found for one in pile.reminders),
        request=request,
    )
    context = {
        "piles": [
            {"pile": pile, "language": language_name(pile.language), "count": len(pile.reminders)} for pile in found
        ],
        "printed": [
            {"pile": pile, "language": language_name(pile.language), "is_mine": pile.printed_by_id == request.user.pk}
            for pile in paper.in_hand(request.user)
        ],
    }
    return render(request, "prevention/outreach/letters.html", context)


@require_POST
@requires("prevention.reach_out")
def print_letters(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Take a pile: from now on it is in one pair of hands, and its PDF stands on the page."""
    asked = request.POST
    try:
        paper.print_pile(
            uuid.UUID(asked.get("system", "")),
            language=asked.get("language", ""),
            large_print=asked.get("size") == "large",
            by=request.user,
        )
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    return redirect("prevention:letters")


@require_safe
@requires("prevention.reach_out", obj=a_pile)
def letters_pdf(request: AuthenticatedHttpRequest, pile_id: uuid.UUID) -> HttpResponse:
    """A printed pile as a PDF, as often as the paper jams; that it was posted is said afterwards."""
    pile = paper.printed(request.record)
    if not pile.reminders:
        notify(request, _("Nothing waits to be printed."))
        return redirect("prevention:letters")
    for one in pile.reminders:
        audit.record_read(request.user, verb="prevention.print_letter", obj=one, request=request)
    response = HttpResponse(paper.as_pdf(pile), content_type="application/pdf")
    size = "large" if pile.large_print else "usual"
    response["Content-Disposition"] = f'attachment; filename="letters-{pile.language}-{size}.pdf"'
    return response


@require_POST
@requires("prevention.reach_out", obj=a_pile)
def letters_posted(request: AuthenticatedHttpRequest, pile_id: uuid.UUID) -> HttpResponse:
    """The pile left the house."""
    try:
        count = paper.mark_posted(request.record, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("%(count)d letters marked as posted.") % {"count": count})
    return redirect("prevention:letters")


@require_POST
@requires("prevention.reach_out", obj=a_pile)
def letters_put_back(request: AuthenticatedHttpRequest, pile_id: uuid.UUID) -> HttpResponse:
    """The paper is lost: the letters wait again."""
    try:
        paper.put_back(request.record, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("They wait to be printed again."))
    return redirect("prevention:letters")


# --- Done elsewhere ---------------------------------------------------------------------------------------


def a_report(request: AuthenticatedHttpRequest, report_id: uuid.UUID) -> ElsewhereReport:
    return get_object_or_404(ElsewhereReport.objects.select_related("gap__member", "proof"), pk=report_id)


@require_safe
@requires("prevention.review_report")
def reports(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What members say was done elsewhere, oldest first."""
    waiting = ElsewhereReport.objects.filter(status="waiting").select_related("gap__member").order_by("reported_at")
    found = list(in_reach(waiting, request.user)[:100])
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
            positive = form.cleaned_data.get("result") == "positive"
            notify(
                request,
                _("Charted as reported. The result is followed until its answer.")
                if positive
                else _("Charted as reported. The gap closes by it."),
            )
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
