"""The portal's first page and the member's own record."""

import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinical import record
from clinical.models import CareTeamMembership, Referral
from clinical.sensitivity import visible
from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.navigation import staff_nav, url_or_none
from core.permissions import requires, signed_in
from core.templatetags.kp import short_date
from members.models import Member, PrimaryCareAssignment
from members.panels import member_postal_code
from members.portal import has_chosen, hides_sensitive, is_own, open_member, people, scopes_for
from members.ports import Place, PortalCard, portal_cards
from network.permissions import works_here
from plans.models import CoveragePeriod

NEW_FOR_DAYS = 14


@signed_in
def home(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A member's first page: what needs them, the next visit, then nothing. Staff go to their own.

    Who works here and is a member or a proxy besides begins with the work; the portal is theirs once they have chosen
    a record in the account menu.
    """
    if not people(request.user) or (works_here(request.user) and not has_chosen(request) and staff_nav.links(request)):
        return redirect("clinical:staff_home")
    return portal_home(request)


@requires("members.portal_view", obj=open_member)
def portal_home(request: AuthenticatedHttpRequest) -> HttpResponse:
    member = request.record
    audit.record_read(request.user, verb="clinical.portal_home", obj=member, request=request)
    cards = portal_cards(request, member, scopes_for(request.user, member))
    by_place = {place: [card for card in cards if card.place is place] for place in Place}
    needs = sum(card.count for card in by_place[Place.NEEDS_YOU])
    calm = sorted((c for c in by_place[Place.CALM] if c.until), key=lambda card: card.until or datetime.date.max)
    context = {
        "greeting": _greeting(request.user, member),
        "sentence": _sentence(needs, calm[0].until if calm else None),
        "needs": _rendered(request, member, by_place[Place.NEEDS_YOU]),
        "next": _rendered(request, member, by_place[Place.NEXT]),
        "side": _rendered(request, member, by_place[Place.SIDE]),
        "calm": calm[0] if calm else None,
        "needs_nothing": needs == 0,
    }
    return render(request, "clinical/portal/home.html", context)


def _greeting(user: User, member: Member) -> str:
    """Good day to whose record it is; to who looks after them, whose record is open."""
    name = member.name_used or member.given or member.family
    if not is_own(user, member):
        return _("The record of %(name)s") % {"name": name}
    hour = timezone.localtime(timezone.now(), _zone(member)).hour
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    return (_("Good afternoon, %(name)s") if hour < 18 else _("Good evening, %(name)s")) % {"name": name}


def _zone(member: Member) -> datetime.tzinfo:
    import zoneinfo

    return zoneinfo.ZoneInfo(member.region.time_zone) if member.region else timezone.get_current_timezone()


def _sentence(needs: int, until: datetime.date | None) -> str:
    """What the page begins with: how much needs the person, and how long there is nothing after that.

    Up to nine the number is a word, as one says it.
    """
    words = (
        _("Nothing needs you today."),
        _("One thing needs you today."),
        _("Two things need you today."),
        _("Three things need you today."),
        _("Four things need you today."),
        _("Five things need you today."),
        _("Six things need you today."),
        _("Seven things need you today."),
        _("Eight things need you today."),
        _("Nine things need you today."),
    )
    said = words[needs] if needs < len(words) else _("%(count)d things need you today.") % {"count": needs}
    if not needs or until is None:
        return said
    # Beside what there is to do a last line that there is nothing to do reads as if it were taken back.
    return f"{said} {_('After that nothing is due until %(month)s.') % {'month': date_format(until, 'F')}}"


def _rendered(request: AuthenticatedHttpRequest, member: Member, cards: list[PortalCard]) -> list[str]:
    return [
        render_to_string(card.template, {**card.context, "member": member}, request=request)
        for card in cards
        if card.template
    ]


@requires("members.portal_view", obj=open_member)
def my_record(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Everything that the care team knows, in the member's words: problems, allergies, medicines, vaccines, visits."""
    member = request.record
    audit.record_read(request.user, verb="clinical.my_record", obj=member, request=request)
    hidden = hides_sensitive(request.user, member)
    context = {
        "problems": record.problems(member, hide_sensitive=hidden),
        "allergies": record.allergies(member, hide_sensitive=hidden),
        "medicines": record.medicines(member, hide_sensitive=hidden),
        "immunizations": record.immunizations(member, hide_sensitive=hidden),
        "visits": record.visits(member, hide_sensitive=hidden),
        "is_own": not hidden,
    }
    return render(request, "clinical/portal/record.html", context)


@requires("members.portal_view", obj=open_member)
def my_results(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Results by kind, newest first, each with what it means and how it went before."""
    member = request.record
    audit.record_read(request.user, verb="clinical.my_results", obj=member, request=request)
    found = record.results(member, hide_sensitive=hides_sensitive(request.user, member))
    return render(request, "clinical/portal/results.html", {"results": [_readable(series) for series in found]})


def _readable(series: record.Series) -> dict:
    word, status = meaning(series)
    when = short_date(series.last.date, "year")
    return {"series": series, "word": word, "status": status, "trend": series.trend(), "when": when}


def meaning(series: record.Series) -> tuple[str, str]:
    """The word and status that say how a result stands against its usual range; empty where none is stated."""
    flag = series.latest.interpretation if series.latest else ""
    if flag in ("HH", "LL", "AA"):
        return _("Far outside the usual range"), "stop"
    if flag == "H":
        return _("Above the usual range"), "due"
    if flag == "L":
        return _("Below the usual range"), "due"
    return (_("In the usual range"), "good") if flag == "N" else ("", "")


# --- Cards on the home ----------------------------------------------------------------------------------------


def new_results(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    """Results of the last two weeks as one card: the newest in full, the others by name."""
    since = timezone.now() - datetime.timedelta(days=NEW_FOR_DAYS)
    found = record.results(member, hide_sensitive=hides_sensitive(request.user, member), since=since)
    if not found:
        return None
    found = record.with_blood_pressure(found)
    return PortalCard(
        Place.NEEDS_YOU,
        "clinical/portal/card_result.html",
        {
            "result": _readable(found[0]),
            "others": found[1:4],
            "days": (timezone.now() - found[0].latest.effective.lower).days,
        },
    )


def care_team(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    today = timezone.localdate()
    primary = (
        PrimaryCareAssignment.objects.filter(member=member, period__contains=today).select_related("clinician").first()
    )
    others = CareTeamMembership.objects.filter(member=member, period__contains=today).select_related("clinician")
    waits = primary is None and CoveragePeriod.objects.of_member(member).in_force(today).benefit("medical").exists()
    if primary is None and not others and not waits:
        return None
    context = {
        "primary": primary,
        "others": others,
        "waits": waits,
        "has_address": waits and bool(member_postal_code(member)),
        "write_url": url_or_none("clinical:new_thread"),
    }
    return PortalCard(Place.SIDE, "clinical/portal/card_care_team.html", context)


def referrals(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    """Whom the member's doctor asked, and what comes next."""
    open_ones = Referral.objects.filter(member=member).exclude(status__in=("closed", "declined", "cancelled"))
    found = list(
        visible(open_ones, request.user, member)
        .select_related("to_department__facility", "to_organization")
        .order_by("-created_at")[:5]
    )
    if not found:
        return None
    rows = [{"who": str(row.receiver), "next": _next_step(row)} for row in found]
    return PortalCard(Place.SIDE, "clinical/portal/card_referrals.html", {"rows": rows})


def _next_step(row: Referral) -> str:
    if row.visit_on:
        return _("Your visit there is on %(day)s.") % {"day": short_date(row.visit_on, "weekday")}
    if row.is_outside and row.sent_at is None:
        return _("We are writing to them.")
    if row.is_outside:
        return _("They have our letter. Call them for a day, or wait for their call.")
    if row.status == Referral.Status.REQUESTED:
        return _("They answer by %(day)s.") % {"day": short_date(row.due_at, "weekday")}
    return _("They have accepted and will see you.")
