"""The front desk: one visit, and one member, with what is needed to receive, book, move and cancel."""

import datetime
import uuid
import zoneinfo
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, require, requires
from members.languages import language_name
from members.models import Member, MemberAddress, MemberTelecom
from members.tabs import person_tabs
from plans.models import CoveragePeriod
from scheduling import actions, offers
from scheduling.costs import visit_cost, visit_price
from scheduling.forms import StaffCancelForm
from scheduling.models import Appointment
from scheduling.views.portal import Finder, shown
from scheduling.views.staff import BADGES, member_to_book, their_appointment

Status = Appointment.Status


@require_safe
@requires("scheduling.run_visit", obj=their_appointment)
def visit(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    """One visit: who comes, how to reach them, who pays, what it costs, and the next step."""
    row: Appointment = request.record
    audit.record_read(request.user, verb="scheduling.staff_visit", obj=row, request=request)
    found = shown(row)
    context = {
        **person(request, row.member),
        "visit": found,
        "badge": BADGES[Status(row.status)],
        "price": visit_price(row.member, row.visit_type, found["date"]),
        "is_today": found["date"] == timezone.localdate(timezone=_zone(row)),
        "is_over": row.starts_at < timezone.now(),
        "day_url": _day_url(row),
    }
    return render(request, "scheduling/staff_visit.html", context)


@require_safe
@requires("scheduling.book_for_member", obj=member_to_book)
def member(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """A member at the desk or on the telephone: their visits, their coverage, how to reach them."""
    found: Member = request.record
    audit.record_read(request.user, verb="scheduling.member_desk", obj=found, request=request)
    now = timezone.now()
    mine = Appointment.objects.filter(member=found).with_details()
    context = {
        **person(request, found),
        "tabs": person_tabs(request, found, "visits"),
        "upcoming": [shown(row) for row in mine.upcoming(now)[:20]],
        "past": [shown(row) for row in mine.past(now)[:10]],
    }
    return render(request, "scheduling/member_desk.html", context)


def person(request: AuthenticatedHttpRequest, found: Member) -> dict[str, Any]:
    """Who it is, how they are reached, who pays: what the desk checks with each person."""
    today, now = timezone.localdate(), timezone.now()
    coverage = CoveragePeriod.objects.filter(member=found, valid__contains=today, known__contains=now)
    return {
        "member": found,
        "speaks": language_name(found.language),
        "primary_care": offers.primary_care_of(found, today),
        "telecoms": MemberTelecom.objects.filter(member=found, period__contains=today).order_by("rank")[:5],
        "address": MemberAddress.objects.filter(member=found, period__contains=today, use="home").first(),
        "coverage": list(coverage.select_related("product").order_by("benefit", "payer_order")),
        "is_clinician": opens_charts(request),
        "shows_limits": bool(may(request.user, "plans.view_coverage", found)),
        "may_edit": bool(may(request.user, "members.update", found)),
    }


def opens_charts(request: AuthenticatedHttpRequest) -> bool:
    """Whether this person's role works with charts at all; the chart itself asks about the member."""
    return bool(may(request.user, "clinical.break_the_glass"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("scheduling.run_visit", obj=their_appointment)
def move(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    """Another time for a member's visit; the old one is kept until the new one is certain."""
    found: Appointment = request.record
    if found.status != Status.BOOKED:
        raise Http404
    audit.record_read(request.user, verb="scheduling.staff_move", obj=found, request=request)
    finder = Finder(request, found.member, visit_type=found.visit_type, place=found.department)
    if request.method == "POST":
        slot = finder.chosen_slot()
        try:
            if slot is None:
                raise actions.BookingRefused(_("Choose a time first."))
            require(request.user, "scheduling.run_visit", slot.session, request=request)
            cost = visit_cost(found.member, found.visit_type, offers.local_day(slot))
            made = actions.move(found, by=request.user, slot=slot, expected_cost=cost)
        except actions.BookingRefused as refused:
            messages.error(request, refused.messages[0])
        else:
            notify(request, _("Moved to %(when)s. The member is told.") % {"when": offers.said(made.slot)})
            return redirect("scheduling:visit", made.pk)
    context = {**finder.context(), **person(request, found.member), "visit": shown(found)}
    if request.htmx and request.method == "GET":
        return render(request, "scheduling/staff_move.html#times", context)
    return render(request, "scheduling/staff_move.html", context, status=409 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("scheduling.run_visit", obj=their_appointment)
def cancel(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    """Cancel a member's visit, with who wished it; the member is told and the seat is free."""
    found: Appointment = request.record
    form = StaffCancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(found, by=request.user, reason=form.said())
        except actions.BookingRefused as refused:
            messages.error(request, refused.messages[0])
        else:
            notify(request, _("Cancelled. The member is told, and the time is free."))
        return redirect("scheduling:visit", found.pk)
    context = {**person(request, found.member), "visit": shown(found), "form": form}
    return render(request, "scheduling/staff_cancel.html", context, status=422 if form.errors else 200)


def _zone(row: Appointment) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(row.department.facility.time_zone)


def _day_url(row: Appointment) -> str:
    on: datetime.date = timezone.localdate(row.starts_at, _zone(row))
    return f"{reverse('scheduling:day')}?department={row.department_id}&day={on.isoformat()}"
