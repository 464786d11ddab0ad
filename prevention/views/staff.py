"""The outreach worker's list, and the runs behind it."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core import jobs as core_jobs
from core.http import AuthenticatedHttpRequest
from core.models import JobRun
from core.notices import notify
from core.permissions import may, requires
from core.templatetags.kp import short_date
from members.languages import language_name
from members.models import CommunicationPreference, MemberTelecom
from members.portal import age_on
from network.permissions import first_system, systems_held
from prevention import jobs
from prevention.forms import WorklistFilter
from prevention.immunisation.actions import seasons_over
from prevention.immunisation.outlook import IN_WORDS
from prevention.models import CareGap, OutreachContact, Reminder
from prevention.outreach.because import because
from prevention.outreach.calls import answer_from_list, settle_calls
from prevention.outreach.explain import explain, how_long, since_when
from prevention.outreach.forms import OUTCOME_WORDS, CallForm
from prevention.outreach.kinds import is_known, kind_of, staff_words
from prevention.outreach.orders import order_for_gap
from prevention.outreach.protocols import ways_for_staff
from prevention.reach import in_reach, sees_the_system
from prevention.rules import BY_ID, RULES

PAGE = 50
# Counting a place's own list stops where nobody reads on.
COUNTED = 10_000
# A member just reached is left alone for a while.
QUIET = timedelta(days=7)


def a_gap(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> CareGap:
    gap = get_object_or_404(CareGap.objects.select_related("member__region"), pk=gap_id)
    if not is_known(gap.rule):
        raise Http404
    return gap


def _filter(request: AuthenticatedHttpRequest) -> WorklistFilter:
    data = request.GET.copy()
    if data.get("rule") not in BY_ID:
        data["rule"] = RULES[0].id
    return WorklistFilter(
        data,
        rules=[(rule.id, str(rule.title)) for rule in RULES if not rule.at_visit],
        languages=list(settings.LANGUAGES),
    )


@require_safe
@requires("prevention.view_worklist")
def worklist(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Open gaps of one rule, longest due first, each with the one next action."""
    form = _filter(request)
    form.is_valid()
    rule = BY_ID[form.data["rule"]]
    due = CareGap.objects.open().for_rule(rule.id).filter(member__deceased_at__isnull=True)
    mine = in_reach(due.longest_due_first().select_related("member"), request.user)
    language = form.data.get("language")
    gaps = mine.filter(member__language=language) if language else mine
    start = _after(gaps, request.GET.get("after", ""))
    rows = list(start[: PAGE + 1])
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    rows = rows[:PAGE]
    contacted = set(
        OutreachContact.objects.filter(gap__in=[gap.pk for gap in rows], at__gt=timezone.now() - QUIET).values_list(
            "gap_id", flat=True
        )
    )
    audit.record_read(
        request.user,
        verb="prevention.worklist",
        members=(gap.member_id for gap in rows),
        detail={"rule": rule.id},
        request=request,
    )
    context = {
        "form": form,
        "rule": rule,
        "rows": [_row(gap, gap.pk in contacted) for gap in rows],
        "counts": _counts(request, rule.id, mine),
        "next": f"{more.due_on.isoformat()}_{more.member_id}" if more else "",
        "can_call": bool(may(request.user, "prevention.reach_out")),
        "sees_runs": bool(may(request.user, "prevention.view_runs")),
    }
    return render(request, "prevention/worklist.html", context)


def _after(gaps: QuerySet[CareGap], cursor: str) -> QuerySet[CareGap]:
    """Rows after `<due_on>_<member>`; all of them where the cursor is none."""
    day, _, member = cursor.partition("_")
    try:
        due_on, member_id = date.fromisoformat(day), uuid.UUID(member)
    except ValueError:
        return gaps
    from django.db.models import Q

    return gaps.filter(Q(due_on__gt=due_on) | Q(due_on=due_on, member_id__gt=member_id))


def _row(gap: CareGap, contacted: bool) -> dict[str, Any]:
    return {
        "gap": gap,
        "name": f"{gap.member.family}, {gap.member.name_used or gap.member.given}",
        "line": _line(gap),
        "contacted": contacted,
        "detail": reverse("prevention:gap_detail", args=[gap.pk]),
    }


def _line(gap: CareGap) -> str:
    """`52 · last Mar 2016 · overdue by 8 months · Spanish, interpreter`: what one wants to know before one calls."""
    age = age_on(gap.member, timezone.localdate())
    today = timezone.localdate()
    if gap.last_done_on:
        last = _("last %(day)s") % {"day": short_date(gap.last_done_on, "year")}
        since = _("overdue by %(time)s") % {"time": how_long(max(0, (today - gap.due_on).days))}
    else:
        last, since = _("never on record"), ""
        if day := since_when(gap, today):
            since = _("due since %(day)s") % {"day": short_date(day, "year")}
    language = language_name(gap.member.language) if not gap.member.language.startswith("en") else ""
    if gap.member.needs_interpreter:
        language = f"{language}, {_('interpreter')}" if language else _("interpreter")
    return " · ".join(part for part in (str(age) if age is not None else "", last, since, language) if part)


def _counts(request: AuthenticatedHttpRequest, rule: str, mine: QuerySet[CareGap]) -> dict[str, Any]:
    """How many are open, of how many nothing is on record, and how long the others are overdue at most.

    As the last run found it: counting a million rows is its work, not a page's. For whom the list is of their own
    place, how many stand in it as well.
    """
    runs = JobRun.objects.filter(kind=jobs.KIND).order_by("-created_at")
    # A run that is done again, or failed when it was, still has what it found before.
    run, last = runs.filter(totals__has_key="open").first(), runs.first()
    found: dict[str, Any] = {"count": 0, "never": 0, "oldest": None, "own": None}
    found["as_of"] = date.fromisoformat(run.key[:10]) if run else None
    found["failed"] = last is not None and last.status == JobRun.Status.FAILED
    systems = {str(system) for system in systems_held(request.user)}
    for system, rules in (run.totals.get("open", {}) if run else {}).items():
        if system in systems and rule in rules:
            found["count"] += rules[rule]["count"]
            # Runs of earlier versions told neither of these, or the day of everybody.
            if "never" in rules[rule]:
                found["never"] += rules[rule]["never"]
                if rules[rule]["oldest"]:
                    oldest = date.fromisoformat(rules[rule]["oldest"])
                    found["oldest"] = min(oldest, found["oldest"] or oldest)
    if not sees_the_system(request.user):
        found["own"] = mine.order_by()[:COUNTED].count()
    if found["oldest"]:
        found["overdue"] = how_long(max(0, (timezone.localdate() - found["oldest"]).days))
    return found


def _detail(request: AuthenticatedHttpRequest, gap: CareGap, form: CallForm) -> dict[str, Any]:
    rule = kind_of(gap.rule)
    return {
        "gap": gap,
        "rule": rule,
        "explained": explain(gap, timezone.localdate(), reader=request.user, to_staff=True),
        "because": because(gap, request.user, timezone.localdate()),
        "orders": [
            {"protocol": way.protocol, "label": staff_words(way)}
            for way in ways_for_staff([gap], request.user, timezone.localdate())[gap.pk]
        ],
        "telecoms": MemberTelecom.objects.filter(member=gap.member, period__contains=timezone.localdate()).order_by(
            "rank"
        ),
        "speaks": language_name(gap.member.language),
        "preference": CommunicationPreference.objects.filter(member=gap.member).first(),
        "others": [
            kind_of(g.rule)
            for g in CareGap.objects.filter(member=gap.member).open().exclude(pk=gap.pk)
            if is_known(g.rule)
        ],
        "reminders": Reminder.objects.filter(gap=gap).order_by("step"),
        "contacts": [
            {"words": OUTCOME_WORDS.get(row.outcome, row.outcome), "at": row.at}
            for row in OutreachContact.objects.filter(gap=gap).order_by("-at")[:5]
        ],
        "form": form,
        "booking_url": f"{reverse('scheduling:staff_book', args=[gap.member_id])}?from=gap:{gap.pk}"
        if any(way.kind == "book" for way in rule.ways) and may(request.user, "scheduling.book_for_member", gap.member)
        else "",
        "can_set_interval": bool(may(request.user, "prevention.set_interval", gap.member)),
        "can_contact": bool(may(request.user, "prevention.reach_out", gap)),
    }


@require_safe
@requires("prevention.view_worklist", obj=a_gap)
def gap_detail(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> HttpResponse:
    """One gap beside the list; as a page of its own where there is no script."""
    gap = request.record
    audit.record_read(request.user, verb="prevention.gap_detail", obj=gap, request=request)
    template = "prevention/_gap_detail.html" if request.htmx else "prevention/gap_detail.html"
    return render(request, template, _detail(request, gap, CallForm()))


@require_POST
@requires("prevention.reach_out", obj=a_gap)
def contact(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> HttpResponse:
    """What came of a call: kept, and done as it was said."""
    form = CallForm(request.POST)
    if form.is_valid():
        try:
            answer_from_list(request.record, by=request.user, **form.cleaned_data)
        except ValueError as refused:
            form.add_error(None, str(refused))
    if form.errors:
        return render(request, "prevention/gap_detail.html", _detail(request, request.record, form), status=422)
    notify(request, _("Kept."))
    return redirect(f"{reverse('prevention:worklist')}?rule={request.record.rule}")


@require_POST
@requires("prevention.order_for_gap", obj=a_gap)
def order(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> HttpResponse:
    """The kit or test, under the rule's protocol."""
    try:
        order_for_gap(request.record, by=request.user, protocol=request.POST.get("protocol", ""))
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        settle_calls(request.record)
        notify(request, _("Ordered under protocol."))
    if request.POST.get("next") == "calls":
        return redirect("prevention:calls")
    return redirect(f"{reverse('prevention:worklist')}?rule={request.record.rule}")


# --- Runs -----------------------------------------------------------------------------------------------


def _run_context(run: JobRun) -> dict[str, Any]:
    progress = core_jobs.progress(run)
    words = {"done": "good", "failed": "stop", "running": "info", "queued": "info", "cancelled": "due"}
    return {
        "run": run,
        "progress": progress,
        "status": words[run.status],
        "is_open": run.status in ("queued", "running"),
    }


@require_safe
@requires("prevention.view_runs")
def runs(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The nightly runs: how far, and what they wrote. Rates stand on the quality dashboard."""
    found = list(JobRun.objects.filter(kind=jobs.KIND).order_by("-created_at")[:20])
    context = {
        "latest": _run_context(found[0]) if found else None,
        "runs": found,
        "seasons_over": _seasons_over(request),
        "sets_schedules": bool(may(request.user, "prevention.set_immunisation_policy")),
        "sees_quality": bool(may(request.user, "prevention.view_quality")),
        "can_start": bool(may(request.user, "prevention.start_run")),
    }
    return render(request, "prevention/runs.html", context)


def _seasons_over(request: AuthenticatedHttpRequest) -> list[str]:
    """Vaccine groups without dates for a season that has come: the runs find nobody due for them."""
    system = first_system(request.user)
    markets = seasons_over(system, timezone.localdate()) if system else []
    groups = dict.fromkeys(ended.vaccine_group for market in markets for ended in market.ended)
    return [str(IN_WORDS.get(group, group)) for group in groups]


@require_safe
@requires("prevention.view_runs")
def run_progress(request: AuthenticatedHttpRequest, run_id: uuid.UUID) -> HttpResponse:
    run = get_object_or_404(JobRun, pk=run_id, kind=jobs.KIND)
    return render(request, "prevention/_run_progress.html", _run_context(run))


@require_POST
@requires("prevention.start_run")
def start_run(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Today's run, now, by the workers."""
    run = jobs.start_nightly(by=request.user, as_of=timezone.localdate())
    core_jobs.send(run)
    audit.record(by=request.user, action="execute", verb="prevention.start_run", obj=run)
    notify(request, _("Started."))
    return redirect("prevention:runs")
