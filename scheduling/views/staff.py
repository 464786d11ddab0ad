"""The clinic's day: who comes when, who is here, who is in which room."""

import datetime
import uuid
import zoneinfo
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.asked import read_day
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.notices import notify
from core.permissions import may, require, requires
from members.models import Member
from network.models import Department, Room
from network.permissions import roles_in_force
from scheduling import actions, offers
from scheduling.costs import visit_cost
from scheduling.forms import ReasonForm, RoomForm, SessionForm
from scheduling.models import Appointment, Session
from scheduling.ports import booking_origin, tell_booked, visit_notes
from scheduling.views.portal import Finder

Status = Appointment.Status
WEEK = datetime.timedelta(days=7)
BADGES = {
    Status.BOOKED: "plain",
    Status.ARRIVED: "due",
    Status.ROOMED: "info",
    Status.FULFILLED: "good",
    Status.CANCELLED: "plain",
    Status.NO_SHOW: "plain",
}


HERE = (Status.ARRIVED, Status.ROOMED)


def departments_of(user: User) -> list[Department]:
    """Departments where the user works: those their roles name, otherwise all of the organisation or facility."""
    from django.db.models import Q

    asked = Q(pk__in=[])
    for held in roles_in_force(user):
        if held.department_id:
            asked |= Q(pk=held.department_id)
        elif held.facility_id:
            asked |= Q(facility=held.facility_id)
        else:
            asked |= Q(facility__organization=held.organization_id) | Q(
                facility__organization__system=held.organization_id
            )
    return list(
        Department.objects.filter(asked)
        .select_related("facility__organization")
        .order_by("facility__name", "name")[:200]
    )


def chosen_department(request: AuthenticatedHttpRequest, **kwargs: Any) -> Department:
    """The department asked for in `?department=`, else the first where the user works. 404 where there is none."""
    asked = request.GET.get("department") or request.POST.get("department")
    if asked:
        try:
            key = uuid.UUID(asked)
        except ValueError as error:
            raise Http404 from error
        return get_object_or_404(Department.objects.select_related("facility__organization"), pk=key)
    own = departments_of(request.user)
    if not own:
        raise PermissionDenied(_("You work at no department."))
    return _busiest(own) or own[0]


def _busiest(own: list[Department]) -> Department | None:
    """The first of these that holds hours this week: somebody of a ward and a clinic sees the clinic's day."""
    now = timezone.now()
    held = set(
        Session.objects.filter(department__in=own, during__overlap=(now, now + WEEK), is_cancelled=False)
        .values_list("department", flat=True)
        .distinct()
    )
    return next((department for department in own if department.pk in held), None)


def their_appointment(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID, **kwargs: Any) -> Appointment:
    return get_object_or_404(
        Appointment.objects.with_details().select_related("member", "department__facility__organization"),
        pk=appointment_id,
    )


@require_safe
@requires("scheduling.view_schedule", obj=chosen_department)
def day(request: AuthenticatedHttpRequest) -> HttpResponse:
    """One department's visits of a day, by time; filtered by clinician."""
    department: Department = request.record
    zone = zoneinfo.ZoneInfo(department.facility.time_zone)
    on = read_day(request.GET.get("day")) or timezone.localdate(timezone=zone)
    start = datetime.datetime.combine(on, datetime.time.min, zone)
    end = start + datetime.timedelta(days=1)
    rows = list(
        Appointment.objects.filter(department=department).on_day(start, end).with_details().select_related("member")
    )
    sessions = list(
        Session.objects.filter(department=department, during__overlap=(start, end), is_cancelled=False)
        .select_related("clinician", "room")
        .order_by("during")
    )
    audit.record_read(
        request.user,
        verb="scheduling.day",
        obj=department,
        members=(row.member_id for row in rows),
        request=request,
    )
    clinician = request.GET.get("clinician", "")
    shown = [row for row in rows if not clinician or str(row.clinician_id) == clinician]
    is_clinician = bool(may(request.user, "clinical.break_the_glass"))
    # What is due is for those who room and see people, not for the desk.
    notes = visit_notes([row.member_id for row in shown]) if is_clinician else {}
    context = {
        "department": department,
        "departments": departments_of(request.user),
        "clinicians": sorted({s.clinician for s in sessions if s.clinician}, key=str),
        "clinician": clinician,
        "day": on,
        "before": on - datetime.timedelta(days=1),
        "after": on + datetime.timedelta(days=1),
        "is_today": on == timezone.localdate(timezone=zone),
        "rows": [
            {
                **_line(row, zone),
                "notes": notes.get(row.member_id, []),
                # Asked of those alone who are here: somebody of another department sees them and opens no visit.
                "may_open": row.status in HERE and bool(may(request.user, "clinical.write_chart", row)),
            }
            for row in shown
        ],
        "counts": _counts(rows),
        "room_form": RoomForm(department=department),
        "sessions": [
            {"row": s, "from": _clock(s.during.lower, zone), "until": _clock(s.during.upper, zone)} for s in sessions
        ],
        "here": request.get_full_path(),
        "is_clinician": is_clinician,
        "may_open_hours": bool(may(request.user, "scheduling.manage_sessions", department)),
        "columns": [
            {"label": _("Time"), "numeric": True},
            *({"label": label} for label in (_("Member"), _("Visit"), _("With"), _("State"), "")),
        ],
    }
    return render(request, "scheduling/day.html", context)


def _clock(instant: datetime.datetime, zone: zoneinfo.ZoneInfo) -> str:
    return offers.clock(timezone.localtime(instant, zone))


def _line(row: Appointment, zone: zoneinfo.ZoneInfo) -> dict[str, Any]:
    waiting = None
    if row.status == Status.ARRIVED and row.arrived_at:
        waiting = max(0, int((timezone.now() - row.arrived_at).total_seconds() // 60))
    return {
        "row": row,
        "time": _clock(row.starts_at, zone),
        "badge": BADGES[Status(row.status)],
        "waiting": waiting,
        "is_late": row.status == Status.BOOKED and row.starts_at < timezone.now(),
    }


def _counts(rows: list[Appointment]) -> dict[str, int]:
    return {
        "booked": sum(row.status == Status.BOOKED for row in rows),
        "waiting": sum(row.status == Status.ARRIVED for row in rows),
        "roomed": sum(row.status == Status.ROOMED for row in rows),
        "seen": sum(row.status == Status.FULFILLED for row in rows),
    }


STEPS = {
    "arrive": lambda row, request: actions.check_in(row, by=request.user),
    "room": lambda row, request: actions.room(row, by=request.user, room=_room(row, request)),
    "no-show": lambda row, request: actions.mark_no_show(row, by=request.user),
}


def _room(row: Appointment, request: AuthenticatedHttpRequest) -> Room:
    form = RoomForm(request.POST, department=row.department)
    if not form.is_valid():
        raise actions.BookingRefused(_("Choose a room of this department."))
    return form.cleaned_data["room"]


@require_POST
@requires("scheduling.run_visit", obj=their_appointment)
def step(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID, step: str) -> HttpResponse:
    """The next step of a visit's day: arrive, room, no-show."""
    if step not in STEPS:
        raise Http404
    try:
        changed = STEPS[step](request.record, request)
    except actions.BookingRefused as refused:
        messages.error(request, refused.messages[0])
    else:
        notify(request, f"{changed.member}: {changed.get_status_display()}")
    back = request.POST.get("next", "")
    # An address of ours begins so; anything else `redirect` would look up as the name of a page.
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = reverse("scheduling:day")
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("scheduling.manage_sessions", obj=chosen_department)
def new_session(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Open hours: a clinician's stretch of a day at this department."""
    department: Department = request.record
    zone = zoneinfo.ZoneInfo(department.facility.time_zone)
    form = SessionForm(request.POST or None, department=department, initial={"day": timezone.localdate(timezone=zone)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.create_session(
                by=request.user,
                department=department,
                clinician=given["clinician"],
                room=given["room"],
                visit_types=given["visit_types"],
                starts_at=datetime.datetime.combine(given["day"], given["starts"], zone),
                ends_at=datetime.datetime.combine(given["day"], given["ends"], zone),
                modality=given["modality"],
                slot_minutes=given["slot_minutes"],
                capacity=given["capacity"],
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            notify(request, _("Hours opened."))
            return redirect(f"{reverse('scheduling:day')}?department={department.pk}&day={given['day']}")
    return render(request, "scheduling/new_session.html", {"form": form, "department": department})


def member_to_book(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> Member:
    return get_object_or_404(Member, pk=member_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("scheduling.book_for_member", obj=member_to_book)
def book(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Book a visit for a member: by phone, at the desk, from the chart."""
    member: Member = request.record
    audit.record_read(request.user, verb="scheduling.staff_book", obj=member, request=request)
    source = request.GET.get("from", "")
    origin = booking_origin(request, member, source) if source else None
    finder = Finder(request, member, origin)
    # Never from the address: it stays in browser histories.
    reason = ReasonForm(request.POST or None, initial={"reason": origin.reason if origin else ""})
    if request.method == "POST" and reason.is_valid() and finder.visit_type:
        slot = finder.chosen_slot()
        try:
            if slot is None:
                raise actions.BookingRefused(_("Choose a time first."))
            require(request.user, "scheduling.run_visit", slot.session, request=request)
            cost = visit_cost(member, finder.visit_type, offers.local_day(slot))
            made = actions.book(
                by=request.user,
                member=member,
                slot=slot,
                visit_type=finder.visit_type,
                reason=reason.cleaned_data["reason"] or (origin.reason if origin else ""),
                expected_cost=cost,
            )
        except actions.BookingRefused as refused:
            messages.error(request, refused.messages[0])
        else:
            if origin:
                tell_booked(made, source, request.user)
            notify(request, _("Booked for %(when)s. The member is told.") % {"when": offers.said(slot)})
            return redirect("scheduling:visit", made.pk)
    context = {
        **finder.context(),
        "member": member,
        "reason_form": reason,
        "for_staff": True,
        "origin": origin,
        "source": source,
    }
    context["shows_limits"] = bool(may(request.user, "plans.view_coverage", member))
    if request.htmx and request.method == "GET":
        return render(request, "scheduling/staff_book.html#times", context)
    return render(request, "scheduling/staff_book.html", context, status=409 if request.method == "POST" else 200)
