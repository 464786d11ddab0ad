"""The pages behind a message's link: a neutral one; after the date of birth one gap and the ways to answer it."""

import datetime
import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core import audit
from core.permissions import GuardedView, public
from prevention import actions
from prevention.models import CareGap, OneTapLink
from prevention.outreach.elsewhere import report_elsewhere
from prevention.outreach.explain import explain
from prevention.outreach.forms import BirthDateForm, ElsewhereForm, NotNowForm, order_forms, what_applies
from prevention.outreach.kinds import book_way, kind_of
from prevention.outreach.one_tap import Holder, LinkSpent, confirm, holding, open_link, use_link
from prevention.outreach.orders import NotAsked, NotForThem, keep_answers, order_as_member
from scheduling import actions as scheduling
from scheduling import offers
from scheduling.costs import visit_cost
from scheduling.models import Slot, VisitType
from scheduling.ports import tell_booked

SESSION_KEY = "one_tap"
# How long an answered date of birth holds in this browser.
CONFIRMED_FOR = datetime.timedelta(minutes=15)
# From one address in ten minutes: so many wrong dates of birth, and far more pages. A clinic's wireless network or a
# carrier's gateway is one address for thousands of people, of whom few mistake their birthday.
TRIES, PAGES, WINDOW = 30, 3000, 600
TIMES = 6

Handler = Callable[..., HttpResponse]


def _count(request: HttpRequest, what: str, by: int = 1) -> int:
    """How often something came from this address in the window, this time included."""
    window = int(timezone.now().timestamp()) // WINDOW
    key = f"one-tap:{what}:{request.META.get('REMOTE_ADDR', '')}:{window}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        return cache.incr(key, by)
    except ValueError:
        # Emptied in between: the counting begins again.
        return 0


def _too_many(request: HttpRequest) -> bool:
    guesses = request.method == "POST" and _count(request, "wrong", 0) >= TRIES
    return guesses or _count(request, "page") > PAGES


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "prevention/outreach/one_tap_gone.html", status=410)


def _page(view: Handler) -> GuardedView:
    """A page that acts for the holder of the link in its address, in the language of the message."""

    @public
    @never_cache
    @functools.wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        if _too_many(request):
            return render(request, "429.html", status=429)
        try:
            with holding(token) as holder:
                link = open_link(holder)
                chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
                language = translation.get_language() if chosen or not link.reminder else link.reminder.language
                with translation.override(language):
                    response = view(request, token, holder, link)
                return response
        except LinkSpent:
            return _gone(request)

    return opened


def _is_confirmed(request: HttpRequest, link: OneTapLink) -> bool:
    kept = request.session.get(SESSION_KEY, {})
    return kept.get("link") == str(link.pk) and kept.get("until", 0) > timezone.now().timestamp()


def _confirmed(view: Handler) -> Handler:
    """Only after the date of birth; otherwise the neutral page asks for it."""

    @functools.wraps(view)
    def asked(request: HttpRequest, token: str, holder: Holder, link: OneTapLink) -> HttpResponse:
        if not _is_confirmed(request, link):
            return redirect("prevention:one_tap", token)
        return view(request, token, holder, link)

    return asked


@require_http_methods(["GET", "HEAD", "POST"])
@_page
def one_tap(request: HttpRequest, token: str, holder: Holder, link: OneTapLink) -> HttpResponse:
    """Asks for the date of birth and says nothing else; then the gap."""
    if _is_confirmed(request, link):
        return _answers(request, token, holder, link)
    form = BirthDateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if confirm(link, by=holder.by, born=form.cleaned_data["born"]):
            until = timezone.now() + CONFIRMED_FOR
            request.session[SESSION_KEY] = {"link": str(link.pk), "until": until.timestamp()}
            return redirect("prevention:one_tap", token)
        _count(request, "wrong")
        form.add_error("born", _("That is not the date we have. Check it, or sign in instead."))
    context = {"form": form, "token": token}
    return render(request, "prevention/outreach/one_tap.html", context, status=422 if form.errors else 200)


def _answers(
    request: HttpRequest, token: str, holder: Holder, link: OneTapLink, *, status: int = 200, **bound: Any
) -> HttpResponse:
    gap = link.gap
    audit.record_read(holder.by, verb="prevention.one_tap", obj=gap, request=request)
    explained = explain(gap, timezone.localdate())
    visit_type, slots = _times(gap)
    context = {
        "token": token,
        "gap": gap,
        "explained": explained,
        "orders": order_forms(explained.now),
        "visit_type": visit_type,
        "days": offers.days_of(slots),
        "cost": visit_cost(gap.member, visit_type, offers.local_day(slots[0])) if visit_type and slots else None,
        "not_now": NotNowForm(),
        "elsewhere": ElsewhereForm(),
        **bound,
    }
    return render(request, "prevention/outreach/one_tap_answers.html", context, status=status)


def _times(gap: CareGap) -> tuple[VisitType | None, list[Slot]]:
    """The visit that settles the gap, and the first free times at the member's own places."""
    way = book_way(kind_of(gap.rule))
    if way is None:
        return None, []
    visit_type = next((one for one in offers.visit_types_for(gap.member) if one.code == way.visit_type), None)
    if visit_type is None:
        return None, []
    now = timezone.now()
    own = offers.primary_care_of(gap.member, timezone.localdate())
    where = offers.Where(tuple(offers.places_for(gap.member, visit_type, own)))
    span = datetime.timedelta(days=offers.DAYS)
    slots = offers.open_slots(where, visit_type, now, now + span) if where.departments else []
    return visit_type, slots[:TIMES]


def _done(request: HttpRequest, said: str) -> HttpResponse:
    request.session.pop(SESSION_KEY, None)
    return render(request, "prevention/outreach/one_tap_done.html", {"said": said})


@require_POST
@_page
@_confirmed
def order_kit(request: HttpRequest, token: str, holder: Holder, link: OneTapLink) -> HttpResponse:
    try:
        with transaction.atomic():
            gap = use_link(link, used_for=OneTapLink.Use.KIT_ORDERED)
            asked = what_applies(request.POST)
            order_as_member(gap, by=holder.by, protocol=request.POST.get("protocol", ""), applies=asked)
    except NotForThem as refused:
        # The link is not spent: they may book with it.
        keep_answers(link.gap, refused, by=holder.by)
        return _answers(request, token, holder, link, status=409, problem=str(refused))
    except NotAsked as refused:
        return _answers(request, token, holder, link, status=422, problem=str(refused))
    except ValueError:
        problem = _("This cannot be sent to you just now. Book a visit instead, or call us.")
        return _answers(request, token, holder, link, status=409, problem=problem)
    return _done(request, _("Ordered. It comes by mail in a few days; nothing more to do until then."))


@require_POST
@_page
@_confirmed
def book(request: HttpRequest, token: str, holder: Holder, link: OneTapLink) -> HttpResponse:
    visit_type, slots = _times(link.gap)
    chosen = next((slot for slot in slots if str(slot.pk) == request.POST.get("slot")), None)
    if chosen is None or visit_type is None:
        return _answers(request, token, holder, link, status=422, problem=_("Choose a time first."))
    try:
        with transaction.atomic():
            gap = use_link(link, used_for=OneTapLink.Use.BOOKED)
            made = scheduling.book(
                by=holder.by,
                member=gap.member,
                slot=chosen,
                visit_type=visit_type,
                reason=str(kind_of(gap.rule).member_title),
                expected_cost=visit_cost(gap.member, visit_type, offers.local_day(chosen)),
            )
            tell_booked(made, f"gap:{gap.pk}", holder.by)
    except scheduling.BookingRefused as refused:
        return _answers(request, token, holder, link, status=409, problem=refused.messages[0])
    return _done(request, _("Booked for %(when)s.") % {"when": offers.said(chosen)})


@require_POST
@_page
@_confirmed
def elsewhere(request: HttpRequest, token: str, holder: Holder, link: OneTapLink) -> HttpResponse:
    form = ElsewhereForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answers(request, token, holder, link, status=422, elsewhere=form)
    with transaction.atomic():
        gap = use_link(link, used_for=OneTapLink.Use.DONE_ELSEWHERE)
        report_elsewhere(gap, by=holder.by, **form.cleaned_data)
    return _done(request, _("Thank you. Your care team looks at it; you need not repeat it."))


@require_POST
@_page
@_confirmed
def not_now(request: HttpRequest, token: str, holder: Holder, link: OneTapLink) -> HttpResponse:
    form = NotNowForm(request.POST)
    if not form.is_valid():
        return _answers(request, token, holder, link, status=422, not_now=form)
    said = form.cleaned_data
    used_for = OneTapLink.Use.DECLINED if said["never"] else OneTapLink.Use.NOT_NOW
    with transaction.atomic():
        gap = use_link(link, used_for=used_for)
        answer_not_now(gap, by=holder.by, **said)
    return _done(request, _("Noted. Your doctor sees the reason."))


def answer_not_now(gap: CareGap, *, by: Any, never: bool, until: datetime.date | None, reason: str) -> None:
    """What a `NotNowForm` says, done."""
    if never or until is None:
        actions.decline_gap(gap, by=by, reason=reason)
    else:
        actions.defer_gap(gap, by=by, until=until, reason=reason)
