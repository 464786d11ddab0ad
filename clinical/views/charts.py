"""Find a member; open their chart."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical import access, actions, ports
from clinical.chart import Chart
from clinical.forms import AllergyForm, GlassForm, OrderForm, ProblemForm
from clinical.models import Condition, Encounter
from clinical.panels import chart_of
from clinical.tables import Number, columns
from clinical.views.charting import frame, identity, opens_chart, page_about
from clinical.words import said
from core import audit, questions
from core.asked import read_number
from core.http import AuthenticatedHttpRequest
from core.navigation import staff_nav
from core.notices import notify
from core.permissions import may, requires, signed_in
from core.templatetags.kp import short_date
from members.deaths import MemberDied
from members.models import Member, PrimaryCareAssignment
from members.portal import people
from members.querysets import is_enough
from network.permissions import roles_in_force

# LOINC of values whose trend opens a chart, in this order where the member has them: HbA1c, LDL, eGFR, weight.
TREND_FIRST = ("4548-4", "13457-7", "18262-6", "2089-1", "98979-8", "33914-3", "29463-7")

LONGEST_QUESTION = 100

# The place of the staff bar where a role's day begins; others begin with what stands first.
WORKPLACE = {
    "pharmacist": "pharmacy",
    "laboratory_technologist": "labs",
    "front_desk": "schedule",
    "medical_assistant": "schedule",
    "care_coordinator": "prevention",
}


@require_safe
@signed_in
def staff_home(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Where this person's work waits: the place of their role, else the in-basket with tasks in it.

    Somebody without any place goes to the portal. Whoever has neither is told so: each would send them to the other.
    """
    places = {place.name: place for place in staff_nav.links(request)}
    if not places:
        return redirect("/") if people(request.user) else render(request, "clinical/nowhere.html")
    waits = [place for name, place in places.items() if name == "inbasket" and place.count]
    own = [places[WORKPLACE[held.role]] for held in roles_in_force(request.user) if WORKPLACE.get(held.role) in places]
    return redirect([*own, *waits, *places.values()][0].url)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("clinical.find_member", only_asks=True)
def search(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Members of one's own system by name (as typed, or nearly), MRN, birth date or phone.

    What is asked is posted and kept in the session (`core.questions`).
    """
    if request.method == "POST":
        return questions.ask(request, "q")
    asked = questions.asked(request, "q").get("q", "")[:LONGEST_QUESTION]
    found = find(asked) if is_enough(asked) else []
    audit.record_read(request.user, verb="clinical.search", members=(member.pk for member in found), request=request)
    doctors = {
        row.member_id: row.clinician
        for row in PrimaryCareAssignment.objects.filter(
            member__in=[member.pk for member in found], period__contains=timezone.localdate()
        ).select_related("clinician")
    }
    rows: list[dict[str, Any]] = [
        {
            "member": member,
            "line": identity(member),
            "doctor": doctors.get(member.pk),
            "url": page_about(request, member),
        }
        for member in found
    ]
    opens = ("clinical.view_chart", "clinical.break_the_glass")
    is_number = len(found) == 1 and asked.replace(" ", "") == found[0].mrn
    if is_number and any(may(request.user, permission, found[0]) for permission in opens):
        return redirect(rows[0]["url"])
    return render(
        request,
        "clinical/search.html",
        {"asked": asked, "rows": rows, "columns": columns(_("Name"), _("Who"), Number(_("MRN")), _("Primary care"))},
    )


def find(text: str) -> list[Member]:
    """The room below knows how to search a million members; until it does, by name and MRN as typed."""
    try:
        from members.querysets import search as search_members
    except ImportError:
        from django.db.models import Q

        words = text.lower().split()
        rows = Member.objects.filter(status="active")
        for word in words:
            rows = rows.filter(Q(name_key__contains=word) | Q(mrn=word))
        return list(rows.order_by("name_key")[:20])
    return search_members(text, 20)


@require_safe
@opens_chart("clinical.chart")
def chart(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    """The summary: since you last saw them, problems, a trend, medicines, what is ready to sign, who does what."""
    opened: Chart = chart_of(request, member)
    seen = opened.last_seen()
    values = opened.latest_values(is_vitals=None)
    context = {
        **frame(request, member, "summary"),
        "last_seen": seen,
        "since_title": since_title(member, seen) if seen else "",
        "since": ports.since(request, member, seen) if seen else [],
        "news": [value for value in values if seen and value["at"] and value["at"] > seen][:6],
        "problems": opened.problems(),
        "values": values[:8],
        "trend": _trend(request, opened, values),
        "panels": panels(request, member, "main"),
        "side_panels": panels(request, member, "side"),
        "basket": basket(request, member),
        "tasks": opened.open_tasks(),
        "care_team": opened.care_team(),
        "visits": _visits(member),
        "now": timezone.now(),
        "may_write": may(request.user, "clinical.write_chart", member),
        "may_order": may(request.user, "clinical.place_order", member),
    }
    return render(request, "clinical/chart.html", context)


def _trend(request: AuthenticatedHttpRequest, opened: Chart, values: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The trend asked for, else that of the first of TREND_FIRST, else of the newest number."""
    if wanted := read_number(request.GET.get("trend")):
        return opened.trend(wanted)
    from core.models import Concept

    ids = [value["concept"] for value in values]
    codes = dict(Concept.objects.filter(pk__in=ids, code__in=TREND_FIRST).values_list("code", "pk"))
    first = next((codes[code] for code in TREND_FIRST if code in codes), ids[0] if ids else None)
    return opened.trend(first) if first else None


def since_title(member: Member, seen: datetime.datetime) -> str:
    """`Since you last saw her, 12 Aug`: by the member's pronouns, else their sex."""
    word = member.pronouns.split("/")[0] or {"female": "she", "male": "he"}.get(member.sex, "they")
    day = {"day": short_date(seen)}
    if word == "she":
        return _("Since you last saw her, %(day)s") % day
    return (_("Since you last saw him, %(day)s") if word == "he" else _("Since you last saw them, %(day)s")) % day


def panels(request: AuthenticatedHttpRequest, member: Member, place: str) -> list[dict[str, str]]:
    """The panels of one column of the summary, rendered. `Panel.template` knows `member` and `request`."""
    shown = []
    for panel in ports.chart_panels():
        if not panel.on_summary or panel.place != place:
            continue
        if panel.permission and not may(request.user, panel.permission, member):
            continue
        made = panel.render(request, member)
        if made is not None:
            context = {**made.context, "member": member, "on_summary": True, "panel": panel}
            shown.append({"name": panel.name, "html": render_to_string(made.template, context, request=request)})
    return shown


def basket(request: AuthenticatedHttpRequest, member: Member) -> list[dict[str, Any]]:
    return [
        {"source": source.name, "item": item}
        for source in ports.basket_sources().values()
        for item in source.items(request, member)
    ]


def _running(request: AuthenticatedHttpRequest, member: Member) -> Encounter | None:
    """The user's own running visit with the member, to which what they order now belongs."""
    return Encounter.objects.filter(member=member, status="in-progress", clinician__user=request.user).first()


def _visits(member: Member) -> QuerySet[Encounter]:
    return Encounter.objects.filter(member=member, status="in-progress", appointment__isnull=False).select_related(
        "department__facility", "clinician"
    )[:5]


@require_safe
@opens_chart("clinical.chart_panel")
def chart_panel(request: AuthenticatedHttpRequest, member: Member, name: str) -> HttpResponse:
    """One part of the chart on its own."""
    panel = ports.chart_panel(name)
    if panel is None or (panel.permission and not may(request.user, panel.permission, member)):
        raise Http404
    made = panel.render(request, member)
    context = {
        **frame(request, member, name),
        "panel": panel,
        "content": render_to_string(made.template, {**made.context, "member": member, "panel": panel}, request=request)
        if made
        else "",
    }
    return render(request, "clinical/chart_panel.html", context)


def member_behind_glass(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> Member:
    return get_object_or_404(Member, pk=member_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("clinical.break_the_glass", obj=member_behind_glass)
def break_glass(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Ask for a reason; with one the chart opens for a limited time, seen by the member and by auditors."""
    member: Member = request.record
    form = GlassForm(request.POST or None)
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = ""
    if request.method == "POST" and form.is_valid():
        try:
            access.break_the_glass(by=request.user, member=member, reason=form.cleaned_data["reason"])
        except ValueError as refused:
            form.add_error("reason", str(refused))
        else:
            notify(request, _("The record is open to you for four hours."))
            return redirect(target) if target else redirect("clinical:chart", member.pk)
    return render(request, "clinical/break_glass.html", {"member": member, "form": form, "hours": access.GLASS_HOURS})


# --- Charting from the summary -------------------------------------------------------------------------------


@require_POST
@opens_chart("clinical.sign_basket", "clinical.place_order")
def sign_basket(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    """Place the chosen orders that were made ready: one signature for all of them."""
    sources = ports.basket_sources()
    running = _running(request, member)
    placed, stopped = 0, []
    for chosen in request.POST.getlist("order"):
        name, _sep, value = chosen.partition(":")
        if name not in sources:
            continue
        try:
            sources[name].place(value, member, by=request.user, encounter=running)
            placed += 1
        except ValidationError as refused:
            stopped += refused.messages
        except actions.ReasonNeeded as needed:
            stopped.append(str(needed))
    for message in stopped:
        messages.error(request, message)
    if placed:
        notify(request, _("%(count)s orders signed.") % {"count": placed})
    return redirect("clinical:chart", member.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("clinical.order", "clinical.place_order")
def order(request: AuthenticatedHttpRequest, member: Member, kind: str) -> HttpResponse:
    """Order something of a kind: find it, say why, see what the checks say, sign."""
    known = ports.order_kind(kind)
    if known is None or known.choices is None:
        raise Http404
    if not may(request.user, known.permission, member):
        raise Http404
    asked = request.GET.get("q", "").strip()
    form = OrderForm(request.POST or None)
    alerts: list[Any] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        draft = ports.OrderDraft(
            member=member,
            kind=kind,
            concepts=(given["concept"],),
            by=request.user,
            requester=getattr(request.user, "clinician", None),
            encounter=_running(request, member),
            priority=given["priority"],
            reason_text=given["reason"],
        )
        try:
            actions.place_order(
                by=request.user,
                draft=draft,
                override_reason=given["override"],
                override_code=given["override_code"],
            )
        except actions.ReasonNeeded as needed:
            alerts = needed.alerts
            form.objected()
        except MemberDied as refused:
            form.add_error(None, refused)
        else:
            notify(request, _("Ordered: %(what)s.") % {"what": said(given["concept"].display)})
            return redirect("clinical:chart_panel", member.pk, "orders")
    context = {
        **frame(request, member, "orders"),
        "kind": known,
        "asked": asked,
        "choices": list(known.choices(asked))[:30],
        "form": form,
        "alerts": alerts,
        "kinds": ports.order_kinds(),
    }
    return render(request, "clinical/order.html", context, status=422 if alerts or form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("clinical.add_problem", "clinical.write_chart")
def add_problem(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    form = ProblemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.add_problem(
            by=request.user,
            member=member,
            concepts=[form.cleaned_data["concept"]],
            onset=form.cleaned_data["onset"],
            note=form.cleaned_data["note"],
        )
        notify(request, _("On the problem list."))
        return redirect("clinical:chart_panel", member.pk, "problems")
    context = {**frame(request, member, "problems"), "form": form, "title": _("Add a problem")}
    return render(request, "clinical/chart_form.html", context)


@require_POST
@opens_chart("clinical.resolve_problem", "clinical.write_chart")
def resolve_problem(request: AuthenticatedHttpRequest, member: Member, condition_id: uuid.UUID) -> HttpResponse:
    actions.resolve_problem(get_object_or_404(Condition, pk=condition_id, member=member), by=request.user)
    notify(request, _("Resolved."))
    return redirect("clinical:chart_panel", member.pk, "problems")


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("clinical.record_allergy", "clinical.write_chart")
def record_allergy(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    form = AllergyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        actions.record_allergy(
            by=request.user,
            member=member,
            concepts=[given["concept"]],
            category=given["category"],
            criticality=given["criticality"],
            reactions=given["reactions"].split(","),
            severity=given["severity"],
        )
        notify(request, _("Recorded. It is in the banner from now on."))
        return redirect("clinical:chart", member.pk)
    context = {**frame(request, member, "summary"), "form": form, "title": _("Record an allergy")}
    return render(request, "clinical/chart_form.html", context)
