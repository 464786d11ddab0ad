"""What prevention shows on pages of lower rooms: portal home, chart, booking."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from clinical import ports as clinical
from clinical.models import Encounter, Task
from clinical.sensitivity import visible
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.permissions import may
from core.templatetags.kp import short_date
from members.models import Member
from members.ports import Place, PortalCard, register_portal_card
from prevention import actions
from prevention.aside import KIND as NOT_EVALUATED
from prevention.immunisation.outlook import given, outlook
from prevention.models import CareGap, CareRuleState, SurveillanceInterval
from prevention.outreach.calls import settle_calls
from prevention.outreach.elsewhere import report_for
from prevention.outreach.explain import why_of
from prevention.outreach.follow_up import KIND
from prevention.outreach.kinds import VACCINE, book_way, is_known, kind_of
from prevention.outreach.orders import order_for_gap
from prevention.outreach.protocols import ways_for_member, ways_for_staff
from prevention.rules import BY_ID, FOR_MEMBERS
from prevention.rules.positives import WAITING
from prevention.vaccine_clinic import VISIT_TYPE
from prevention.vaccine_clinic.recall import KIND as RECALL
from prevention.views.portal import booking_url, vaccines_booking_url
from scheduling.models import Appointment
from scheduling.ports import BookingOrigin, register_booking_origin, register_visit_notes

# A home that asks for more than this much at once is not read.
WHOLE_CARDS = 3


def portal_gaps(request: AuthenticatedHttpRequest, member: Member) -> Iterable[PortalCard]:
    """A card for each of the gaps that are due longest, one for all others, and what is next due for the calm line."""
    rows = CareGap.objects.filter(member=member, rule__in=FOR_MEMBERS).open().longest_due_first()
    gaps = list(visible(rows, request.user, member))
    orders = ways_for_member(gaps, actions.today())
    shown = [
        {
            "gap": gap,
            "rule": BY_ID[gap.rule],
            "why": why_of(BY_ID[gap.rule], member, request.user),
            "order": next(iter(orders[gap.pk]), None),
            "booking_url": "" if gap.last_done_what in WAITING else booking_url(gap),
            "follows_result": gap.last_done_what in WAITING,
        }
        for gap in gaps
    ]
    whole = len(shown) if len(shown) <= WHOLE_CARDS else WHOLE_CARDS - 1
    for context in shown[:whole]:
        yield PortalCard(Place.NEEDS_YOU, "prevention/card_gap.html", context)
    if shown[whole:]:
        yield PortalCard(
            Place.NEEDS_YOU, "prevention/card_more_gaps.html", {"more": shown[whole:]}, count=len(shown) - whole
        )
    states = CareRuleState.objects.filter(
        member=member, rule__in=FOR_MEMBERS, applies=True, next_due_on__gt=actions.today()
    )
    following = visible(states, request.user, member).order_by("next_due_on").first()
    if following:
        yield PortalCard(
            Place.CALM,
            text=within_sentence(str(BY_ID[following.rule].member_title)),
            until=following.next_due_on,
            count=0,
        )


def within_sentence(title: str) -> str:
    """A title in the middle of a sentence: its first letter small, a name like HbA1c as it is written."""
    return title if title[:2].isupper() or title[1:2].isupper() else title[:1].lower() + title[1:]


def portal_vaccines(request: AuthenticatedHttpRequest, member: Member) -> Iterable[PortalCard]:
    """One card for all vaccines that are due: they go into one visit."""
    due = outlook(member, request.user, actions.today(), with_risk=member.user_id == request.user.pk).now
    if due:
        context = {"due_now": due, "booking_url": vaccines_booking_url()}
        yield PortalCard(Place.NEEDS_YOU, "prevention/card_vaccines.html", context)


def chart_gaps(request: AuthenticatedHttpRequest, member: Member) -> clinical.Panel | None:
    found = CareRuleState.objects.filter(member=member, applies=True, rule__in=BY_ID).order_by("next_due_on")
    states = visible(found, request.user, member)
    gaps = {gap.rule: gap for gap in CareGap.objects.filter(member=member, rule__in=BY_ID).standing()}
    rows: list[dict[str, Any]] = [
        {"rule": BY_ID[state.rule], "state": state, "gap": gaps.get(state.rule)} for state in states
    ]
    own = dict(
        SurveillanceInterval.objects.filter(member=member, period__contains=actions.today()).values_list(
            "rule", "months"
        )
    )
    for row in rows:
        row["own_months"] = own.get(row["state"].rule)
    context = {
        "rows": [row for row in rows if not row["rule"].at_visit],
        # What is asked or spoken of while the member is here: only what is due, in one line.
        "at_visit": [
            row["rule"] for row in rows if row["rule"].at_visit and row["gap"] and row["gap"].status == "open"
        ],
        "can_set": bool(may(request.user, "prevention.set_interval", member)),
        "can_note": bool(may(request.user, "clinical.write_chart", member)),
        "member": member,
    }
    return clinical.Panel("prevention/chart_panel.html", context) if rows else None


def chart_immunisations(request: AuthenticatedHttpRequest, member: Member) -> clinical.Panel | None:
    found = outlook(member, request.user, actions.today())
    context = {
        "outlook": found,
        "asks": list(dict.fromkeys(due.row.vaccine_group for due in found.asks)),
        "given": given(member, request.user),
        "is_behind": any(due.is_overdue for due in found.now),
        "can_record": bool(may(request.user, "clinical.write_chart", member)),
    }
    return clinical.Panel("prevention/immunisations_panel.html", context)


def count_vaccines(request: AuthenticatedHttpRequest, member: Member) -> int:
    return len(outlook(member, request.user, actions.today()).now)


def count_gaps(request: AuthenticatedHttpRequest, member: Member) -> int:
    """Without the questions of a visit: those alone are no alert."""
    return visible(CareGap.objects.filter(member=member, rule__in=FOR_MEMBERS).open(), request.user, member).count()


def banner(request: AuthenticatedHttpRequest, member: Member) -> Iterable[clinical.BannerAlert]:
    count = count_gaps(request, member)
    if count:
        from django.utils.translation import ngettext

        yield clinical.BannerAlert(ngettext("%(count)d gap", "%(count)d gaps", count) % {"count": count}, "due")


def basket_items(request: AuthenticatedHttpRequest, member: Member) -> Iterable[clinical.BasketItem]:
    """Orders ready to sign: what the rules would have."""
    rows = CareGap.objects.filter(member=member, rule__in=BY_ID).open().longest_due_first()
    # A result that asks for something more is no screening to be signed with the others.
    gaps = list(visible(rows, request.user, member).exclude(last_done_what__in=WAITING))
    orders = ways_for_staff(gaps, request.user, actions.today())
    for gap in gaps:
        if orders[gap.pk]:
            yield clinical.BasketItem(str(gap.pk), str(BY_ID[gap.rule].title), basket_line(gap))


def basket_line(gap: CareGap) -> str:
    """`Home kit, due 4 Oct · $0`: how it is done, since when it is due, what it costs the member."""
    found = BY_ID[gap.rule]
    kit = any(way.kind == "order" and way.protocol.endswith("home_kit") for way in found.ways)
    since = _("due %(day)s") % {"day": short_date(gap.due_on)}
    parts = [f"{_('Home kit')}, {since}" if kit else since, "$0" if found.costs_nothing else ""]
    return " · ".join(part for part in parts if part)


def place_from_basket(value: str, member: Member, *, by: User, encounter: Encounter | None = None) -> Any:
    gap = CareGap.objects.select_related("member").get(pk=value, member=member)
    return order_for_gap(gap, by=by, encounter=encounter)


def gap_of(member: Member, value: str) -> CareGap | None:
    """The member's gap of an address; None for whatever else stands there."""
    try:
        key = uuid.UUID(value)
    except ValueError:
        return None
    gap = CareGap.objects.filter(pk=key, member=member).first()
    return gap if gap is not None and is_known(gap.rule) else None


def booking_origin(request: AuthenticatedHttpRequest, member: Member, value: str) -> BookingOrigin | None:
    gap = gap_of(member, value)
    if gap is None or not visible(CareGap.objects.filter(pk=gap.pk), request.user, member).exists():
        return None
    found = kind_of(gap.rule)
    way = book_way(found)
    if way is None:
        return None
    return BookingOrigin(str(found.member_title), way.visit_type, str(found.member_title), str(found.why))


def booked(appointment: Appointment, value: str, by: User) -> None:
    gap = gap_of(appointment.member, value)
    if gap and gap.rule.startswith(VACCINE):
        vaccines_booked(appointment, value, by)
    elif gap:
        actions.note_contact(gap, by=by, outcome="booked")
        settle_calls(gap)


def vaccines_origin(request: AuthenticatedHttpRequest, member: Member, value: str) -> BookingOrigin | None:
    """A visit for all vaccines that are due, whichever of them is a gap."""
    due = outlook(member, request.user, actions.today(), with_risk=member.user_id == request.user.pk).now
    words = ", ".join(str(one.words) for one in due)
    title = _("Vaccines that are due")
    return BookingOrigin(title, VISIT_TYPE, words or title, _("All of these can be given in one visit."))


def vaccines_booked(appointment: Appointment, value: str, by: User) -> None:
    """They go into one visit: each gap of a vaccine waits for it."""
    for gap in CareGap.objects.filter(member=appointment.member_id, rule__startswith=VACCINE).open():
        actions.note_contact(gap, by=by, outcome="booked")
        settle_calls(gap)


def due_at_visit(member_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """What is due for the people of a day's list, for whoever brings them in: titles alone, nothing labelled."""
    found: dict[uuid.UUID, list[str]] = {}
    gaps = CareGap.objects.filter(member__in=member_ids, sensitivity=0).open().order_by("due_on", "id")
    for member, rule in gaps.values_list("member_id", "rule"):
        if is_known(rule):
            found.setdefault(member, []).append(str(kind_of(rule).title))
    return found


def task_url(task: Task, user: User) -> str:
    report = report_for(task)
    return reverse("prevention:report", args=[report]) if report else reverse("prevention:worklist")


def chart_url(task: Task, user: User) -> str:
    return reverse("clinical:chart_panel", args=[task.member_id, "vaccines"])


def follow_up_url(task: Task, user: User) -> str:
    return reverse("prevention:follow_ups")


def plug_in() -> None:
    """Called once at start-up."""
    from django.utils.translation import gettext_lazy

    register_portal_card("gaps", 10, portal_gaps)
    register_portal_card("vaccines", 12, portal_vaccines)
    clinical.register_chart_panel(
        "prevention", gettext_lazy("Prevention"), 40, chart_gaps, count_gaps, on_summary=True, place="side"
    )
    clinical.register_chart_panel("vaccines", _("Vaccines due"), 45, chart_immunisations, count_vaccines, place="side")
    clinical.register_banner_alerts("prevention", 50, banner)
    clinical.register_basket("prevention", basket_items, place_from_basket)
    clinical.register_task_kind(NOT_EVALUATED, gettext_lazy("Preventive care could not be worked out"), chart_url)
    clinical.register_task_kind("outside_record", gettext_lazy("Outside result to be confirmed"), task_url)
    clinical.register_task_kind(RECALL, gettext_lazy("Vaccine called back: tell them"), chart_url)
    clinical.register_task_kind(KIND, gettext_lazy("Abnormal result to follow"), follow_up_url, closes_itself=True)
    register_visit_notes("gaps", due_at_visit)
    register_booking_origin("gap", booking_origin, booked)
    register_booking_origin("vaccines", vaccines_origin, vaccines_booked)
