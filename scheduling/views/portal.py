"""A member's visits: find a time, book, move, cancel, add to the calendar."""

import datetime
import uuid
import zoneinfo
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from members.models import Member
from members.portal import age_on, look_at_whose, open_member, people, scopes_for
from members.ports import Place, PortalCard
from network.models import Department
from scheduling import actions, calendars, offers, waiting
from scheduling.costs import visit_cost, visit_price
from scheduling.forms import CancelForm, FindTimeForm, ReasonForm
from scheduling.models import Appointment, Slot, VisitType, WaitlistEntry
from scheduling.ports import BookingOrigin, booking_origin, tell_booked


def own_appointment(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> Appointment:
    """An appointment of somebody whose record the reader may open; 404 for anybody else's. A notice leads a parent to
    their child's."""
    found = get_object_or_404(
        Appointment.objects.with_details().select_related("member"),
        pk=appointment_id,
        member__in=people(request.user),
    )
    look_at_whose(request, found.member)
    return found


@require_safe
@requires("members.portal_schedule", obj=open_member)
def appointments(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Coming and past visits, and what the member waits for."""
    member: Member = request.record
    audit.record_read(request.user, verb="scheduling.appointments", obj=member, request=request)
    now = timezone.now()
    mine = Appointment.objects.filter(member=member).with_details()
    context = {
        "upcoming": [shown(appointment) for appointment in mine.upcoming(now)],
        "past": [shown(appointment) for appointment in mine.past(now)[:30]],
        "waiting": WaitlistEntry.objects.filter(member=member, status__in=("waiting", "offered")).select_related(
            "visit_type", "department__facility", "clinician"
        ),
    }
    return render(request, "scheduling/appointments.html", context)


@require_safe
@requires("members.portal_schedule", obj=own_appointment)
def appointment(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    audit.record_read(request.user, verb="scheduling.appointment", obj=request.record, request=request)
    return render(request, "scheduling/appointment.html", {"visit": shown(request.record)})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.portal_schedule", obj=open_member)
def book(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Choose a visit and a time. Comes from a care gap or another origin (`?from=`), or starts with a kind of visit."""
    member: Member = request.record
    source = request.GET.get("from", "")
    origin = booking_origin(request, member, source) if source else None
    finder = Finder(request, member, origin)
    reason = ReasonForm(request.POST or None, initial={"reason": origin.reason if origin else ""})
    if request.method == "POST" and reason.is_valid() and finder.visit_type:
        slot = finder.chosen_slot()
        if slot is not None:
            try:
                made = actions.book(
                    by=request.user,
                    member=member,
                    slot=slot,
                    visit_type=finder.visit_type,
                    reason=reason.cleaned_data["reason"],
                    expected_cost=visit_cost(member, finder.visit_type, offers.local_day(slot)),
                )
            except actions.BookingRefused as refused:
                messages.error(request, refused.messages[0])
            else:
                if origin:
                    tell_booked(made, source, request.user)
                notify(request, _("Booked for %(when)s.") % {"when": offers.said(made.slot)})
                return redirect("scheduling:appointment", made.pk)
        else:
            messages.error(request, _("Choose a time first."))
    context = {**finder.context(), "origin": origin, "reason_form": reason, "source": source}
    if request.htmx and request.method == "GET":
        return render(request, "scheduling/book.html#times", context)
    return render(request, "scheduling/book.html", context, status=409 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.portal_schedule", obj=own_appointment)
def move(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    """Another time for the same visit; the old one is kept until the new one is certain."""
    found: Appointment = request.record
    if found.status != Appointment.Status.BOOKED:
        raise Http404
    finder = Finder(request, found.member, visit_type=found.visit_type)
    if request.method == "POST":
        slot = finder.chosen_slot()
        try:
            if slot is None:
                raise actions.BookingRefused(_("Choose a time first."))
            cost = visit_cost(found.member, found.visit_type, offers.local_day(slot))
            made = actions.move(found, by=request.user, slot=slot, expected_cost=cost)
        except actions.BookingRefused as refused:
            messages.error(request, refused.messages[0])
        else:
            notify(request, _("Moved to %(when)s.") % {"when": offers.said(made.slot)})
            return redirect("scheduling:appointment", made.pk)
    context = {**finder.context(), "visit": shown(found)}
    if request.htmx and request.method == "GET":
        return render(request, "scheduling/move.html#times", context)
    return render(request, "scheduling/move.html", context, status=409 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.portal_schedule", obj=own_appointment)
def cancel(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(request.record, by=request.user, reason=form.cleaned_data["reason"])
        except actions.BookingRefused as refused:
            messages.error(request, refused.messages[0])
        else:
            notify(request, _("Cancelled. Nothing is charged."))
        return redirect("scheduling:appointments")
    return render(request, "scheduling/cancel.html", {"visit": shown(request.record), "form": form})


@require_safe
@requires("members.portal_schedule", obj=own_appointment)
def calendar(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    """The visit as an iCalendar file. It says when and where, not what about: calendars are shared."""
    response = HttpResponse(calendars.event(request.record), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


@require_POST
@requires("members.portal_schedule", obj=open_member)
def wait(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Tell me when an earlier time is free, within four weeks."""
    finder = Finder(request, request.record)
    if finder.visit_type is None:
        raise Http404
    today = timezone.localdate()
    waiting.join_waitlist(
        by=request.user,
        member=request.record,
        visit_type=finder.visit_type,
        dates=(today, today + datetime.timedelta(days=28)),
        department=finder.place,
    )
    notify(request, _("We tell you when an earlier time is free."))
    return redirect("scheduling:appointments")


def shown(appointment: Appointment) -> dict[str, Any]:
    """An appointment as the pages show it: at its place's clock."""
    zone = zoneinfo.ZoneInfo(appointment.department.facility.time_zone)
    local = timezone.localtime(appointment.starts_at, zone)
    return {
        "row": appointment,
        "date": local.date(),
        "time": offers.clock(local),
        "can_change": appointment.status == Appointment.Status.BOOKED and appointment.starts_at > timezone.now(),
        "is_video": appointment.visit_type.modality == VisitType.Modality.VIDEO,
    }


def next_visit(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    """The home's card of the next visit."""
    found = Appointment.objects.filter(member=member).with_details().upcoming(timezone.now()).first()
    if found is None:
        return None
    return PortalCard(Place.NEXT, "scheduling/card_next.html", {"visit": shown(found)}, count=0)


class Finder:
    """What one request asks for: the kind of visit, the place and the days; and the free times that answer it."""

    def __init__(
        self,
        request: AuthenticatedHttpRequest,
        member: Member,
        origin: BookingOrigin | None = None,
        *,
        visit_type: VisitType | None = None,
        place: Department | None = None,
    ) -> None:
        self.request, self.member = request, member
        today = timezone.localdate()
        self.types = [visit_type] if visit_type else offers.visit_types_for(member)
        self.assignment = offers.primary_care_of(member, today)
        asked = request.GET.copy()
        if "type" in request.POST:
            asked["type"] = request.POST["type"]
        if origin and all(kind.code != origin.visit_type for kind in self.types):
            self.types += VisitType.objects.filter(
                code=origin.visit_type, organization__system=member.managing_organization_id
            )
        if not asked.get("type"):
            # What the origin asks for may not be offered here: then the page begins with what is.
            codes = [kind.code for kind in self.types]
            wished = origin.visit_type if origin else ""
            asked["type"] = wished if wished in codes else (codes[0] if codes else "")
        self.visit_type = next((kind for kind in self.types if kind.code == asked["type"]), None)
        self.places = offers.places_for(member, self.visit_type, self.assignment) if self.visit_type else []
        if place is not None and place not in self.places:
            self.places.insert(0, place)
        first = place or (self.places[0] if self.places else None)
        asked.setdefault("place", str(first.pk) if first else "")
        asked.setdefault("start", today.isoformat())
        self.form = FindTimeForm(asked, types=self.types, places=self.places)
        self.form.is_valid()
        self.place = self.form.cleaned_data.get("place")
        self.start = max(self.form.cleaned_data.get("start") or today, today)

    def slots(self) -> list[Slot]:
        """Free times over two weeks from the day asked for; from an hour ahead."""
        if self.visit_type is None or not self.places:
            return []
        start = max(
            timezone.make_aware(datetime.datetime.combine(self.start, datetime.time.min)),
            timezone.now() + datetime.timedelta(hours=1),
        )
        where = offers.Where((self.place,) if self.place else tuple(self.places), age=age_on(self.member, self.start))
        return offers.open_slots(where, self.visit_type, start, start + datetime.timedelta(days=offers.DAYS))

    def chosen_slot(self) -> Slot | None:
        try:
            pk = uuid.UUID(self.request.POST.get("slot", ""))
        except ValueError:
            return None
        return (
            Slot.objects.filter(pk=pk)
            .select_related("session__clinician", "session__department__facility__organization")
            .first()
        )

    def context(self) -> dict[str, Any]:
        price = visit_price(self.member, self.visit_type, self.start) if self.visit_type else None
        days, later = offers.first_days(self.slots(), self.start + datetime.timedelta(days=offers.DAYS))
        return {
            "find_form": self.form,
            "visit_type": self.visit_type,
            "place": self.place,
            "days": days,
            "price": price,
            "shows_limits": "costs" in scopes_for(self.request.user, self.member),
            "later": later,
            "chosen": self.request.POST.get("slot", ""),
        }
