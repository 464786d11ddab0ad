"""Writes to the schedule: sessions, bookings, moves, arrivals. Each in one transaction, each audited.

An appointment's way through its day is the table `TRANSITIONS`; everything that changes a status asks it.
"""

import datetime
import zoneinfo
from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg2
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import AuditEvent, User
from members.deaths import refuse_dead
from members.models import Member
from members.portal import age_on
from network.ages import takes
from network.models import Clinician, Department, Resource, Room
from scheduling.models import Appointment, ResourceBooking, Session, Slot, VisitType
from scheduling.notices import notify
from scheduling.querysets import FreeSeat

Status = Appointment.Status
Action = AuditEvent.Action

# From → what may follow. Whatever is not here does not happen.
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.BOOKED: frozenset({Status.ARRIVED, Status.CANCELLED, Status.NO_SHOW, Status.ROOMED}),
    Status.ARRIVED: frozenset({Status.ROOMED, Status.FULFILLED, Status.CANCELLED, Status.BOOKED}),
    Status.ROOMED: frozenset({Status.FULFILLED, Status.ARRIVED}),
    Status.FULFILLED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.NO_SHOW: frozenset({Status.ARRIVED}),
}


class BookingRefused(ValidationError):
    """The booking did not happen; the message says why in words for the person who books."""


def _refuse(error: IntegrityError) -> BookingRefused:
    """The refusal that a constraint stands for; anything unknown is raised again."""
    cause = error.__cause__
    constraint = cause.diag.constraint_name if isinstance(cause, psycopg2.Error) else ""
    said = {
        "scheduling_appointment_seat": ("taken", _("Somebody else has just taken this time. Please choose another.")),
        "scheduling_appointment_capacity": ("taken", _("This time is full. Please choose another.")),
        "scheduling_appointment_open": ("closed", _("This time is no longer open. Please choose another.")),
        "scheduling_appointment_member": (
            "overlap",
            _("You already have an appointment at that time. Move that one, or choose another time."),
        ),
        "scheduling_booking_once": ("busy", _("The clinician or room is already booked at that time.")),
    }.get(constraint)
    if said is None:
        raise error
    return BookingRefused(said[1], code=said[0])


@transaction.atomic
def create_session(
    *,
    by: User,
    department: Department,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    clinician: Clinician | None = None,
    room: Room | None = None,
    modality: str = VisitType.Modality.IN_PERSON,
    slot_minutes: int = 20,
    capacity: int = 1,
    visit_types: Iterable[VisitType] = (),
) -> Session:
    """Open a stretch of a clinician's or room's day, cut into slots of `slot_minutes` with `capacity` seats each.

    Raises `BookingRefused` where the clinician or the room is already booked then, `ValidationError` where no slot
    fits.
    """
    length = datetime.timedelta(minutes=slot_minutes)
    if slot_minutes <= 0 or starts_at + length > ends_at:
        raise ValidationError(_("No slot fits between these times."), code="too_short")
    during = DateTimeTZRange(starts_at, ends_at)
    session = Session.objects.create(
        department=department, clinician=clinician, room=room, during=during, modality=modality
    )
    # Whoever came by an interface has none yet, and without one the exclusion does not see them.
    held = [Resource.objects.get_or_create(clinician=clinician)[0]] if clinician else []
    if room:
        held.append(Resource.objects.get_or_create(room=room)[0])
    try:
        with transaction.atomic():
            ResourceBooking.objects.bulk_create(
                ResourceBooking(resource=resource, during=during, session=session, purpose="session")
                for resource in held
            )
    except IntegrityError as error:
        raise _refuse(error) from error
    count = int((ends_at - starts_at) / length)
    slots = Slot.objects.bulk_create(
        Slot(session=session, starts_at=starts_at + length * n, ends_at=starts_at + length * (n + 1), capacity=capacity)
        for n in range(count)
    )
    through = Slot.visit_types.through
    through.objects.bulk_create(through(slot=slot, visittype=kind) for slot in slots for kind in visit_types)
    audit.record(by=by, action=Action.CREATE, verb="scheduling.create_session", obj=session, detail={"slots": count})
    return session


@transaction.atomic
def cancel_session(session: Session, *, by: User, reason: str) -> list[Appointment]:
    """Close a session: its time is free for others, its visits are cancelled and their members told.

    Returns the cancelled appointments, for somebody to call.
    """
    Session.objects.filter(pk=session.pk).update(is_cancelled=True)
    ResourceBooking.objects.filter(session=session).delete()
    held = Appointment.objects.filter(slot__session=session, status__in=(Status.BOOKED, Status.ARRIVED))
    cancelled = [cancel(appointment, by=by, reason=reason) for appointment in held.select_related("member")]
    audit.record(
        by=by,
        action=Action.UPDATE,
        verb="scheduling.cancel_session",
        obj=session,
        reason=reason,
        detail={"appointments": len(cancelled)},
    )
    return cancelled


def _check_fits(slot: Slot, visit_type: VisitType, member: Member, at: datetime.datetime) -> None:
    session = slot.session
    organization = session.department.facility.organization
    # Asked now: a page that was open while the records were merged still knows the member as they were.
    if Member.objects.filter(pk=member.pk, status=Member.Status.MERGED).exists():
        raise BookingRefused(_("This record was merged into another. Please book on that one."), code="merged")
    if member.managing_organization_id not in (organization.system_id, organization.pk):
        raise BookingRefused(_("This place is not part of your network."), code="network")
    if session.modality not in (visit_type.modality, VisitType.Modality.IN_PERSON):
        raise BookingRefused(_("This time is for another kind of visit."), code="modality")
    kinds = [kind.pk for kind in slot.visit_types.all()]
    if kinds and visit_type.pk not in kinds:
        raise BookingRefused(_("This time is for another kind of visit."), code="visit_type")
    if slot.ends_at - slot.starts_at < datetime.timedelta(minutes=visit_type.minutes):
        raise BookingRefused(_("This time is too short for this visit."), code="too_short")
    primary_care = session.department.is_primary_care and not visit_type.specialty
    specialties = session.department.specialty, session.clinician.specialty if session.clinician else ""
    if primary_care and not takes(age_on(member, timezone.localdate(slot.starts_at)), *specialties):
        raise BookingRefused(_("This place looks after people of another age. Please choose another."), code="age")
    if slot.ends_at <= at:
        raise BookingRefused(_("This time is over. Please choose another."), code="past")


def _take_seat(appointment: Appointment) -> Appointment:
    """Insert into the lowest free seat. Somebody who is quicker by a moment leaves the next seat to us."""
    for attempt in range(3):
        free = Slot.objects.filter(pk=appointment.slot_id).values_list(FreeSeat("id"), flat=True).get()
        if free is None:
            break
        appointment.seat = free
        try:
            with transaction.atomic():
                appointment.save(force_insert=True)
                return appointment
        except IntegrityError as error:
            refusal = _refuse(error)
            if refusal.code != "taken" or attempt == 2:
                raise refusal from error
    raise BookingRefused(_("Somebody else has just taken this time. Please choose another."), code="taken")


@transaction.atomic
def book(
    *,
    by: User,
    member: Member,
    slot: Slot,
    visit_type: VisitType,
    reason: str = "",
    expected_cost: Decimal | None = None,
    moved_from: Appointment | None = None,
    at: datetime.datetime | None = None,
) -> Appointment:
    """Give `member` a seat in `slot`. `expected_cost` is what they were told it costs them.

    `at` is when it was agreed, by default now: what was written down while the screens were dark is entered later.

    Raises `BookingRefused`: taken, closed, past, too short, of another kind, age or network, or overlapping a visit
    that the member already has.
    """
    refuse_dead(member, at=slot.starts_at, error=partial(BookingRefused, code="deceased"))
    _check_fits(slot, visit_type, member, at or timezone.now())
    appointment = _take_seat(
        Appointment(
            member=member,
            slot=slot,
            during=DateTimeTZRange(slot.starts_at, slot.ends_at),
            visit_type=visit_type,
            clinician=slot.session.clinician,
            department=slot.session.department,
            reason=reason[:300],
            expected_cost=expected_cost,
            moved_from=moved_from,
            booked_by=by,
        )
    )
    audit.record(by=by, action=Action.CREATE, verb="scheduling.book", obj=appointment)
    if moved_from is None:
        _tell(appointment, "visit_booked")
    return appointment


@transaction.atomic
def move(appointment: Appointment, *, by: User, slot: Slot, expected_cost: Decimal | None = None) -> Appointment:
    """Give the visit another time: the old seat is free and the new one taken, both or neither.

    Kind, reason and what the visit is for stay; the new row points at the old one.
    """
    old = _locked(appointment)
    _become(old, Status.CANCELLED, cancel_reason="moved")
    new = book(
        by=by,
        member=old.member,
        slot=slot,
        visit_type=old.visit_type,
        reason=old.reason,
        expected_cost=expected_cost if expected_cost is not None else old.expected_cost,
        moved_from=old,
    )
    audit.record(by=by, action=Action.UPDATE, verb="scheduling.move", obj=new, detail={"from": str(old.pk)})
    _tell(new, "visit_changed")
    _offer_after_commit(old)
    return new


@transaction.atomic
def cancel(appointment: Appointment, *, by: User, reason: str = "", tell: bool = True) -> Appointment:
    """Give the seat back, and `tell` the member. Raises `BookingRefused` where the visit has begun or ended."""
    found = _locked(appointment)
    _become(found, Status.CANCELLED, cancel_reason=reason[:100])
    audit.record(by=by, action=Action.UPDATE, verb="scheduling.cancel", obj=found, reason=reason)
    if tell:
        _tell(found, "visit_changed")
    _offer_after_commit(found)
    return found


@transaction.atomic
def check_in(appointment: Appointment, *, by: User, at: datetime.datetime | None = None) -> Appointment:
    """The member is here (or on the line), by default now. Possible on the day of the visit."""
    at = at or timezone.now()
    found = _locked(appointment)
    zone = _zone(found)
    if timezone.localdate(found.starts_at, zone) != timezone.localdate(at, zone):
        raise BookingRefused(_("This visit is on another day."), code="other_day")
    _become(found, Status.ARRIVED, arrived_at=at)
    audit.record(by=by, action=Action.UPDATE, verb="scheduling.check_in", obj=found)
    return found


@transaction.atomic
def room(
    appointment: Appointment, *, by: User, room: Room | None = None, at: datetime.datetime | None = None
) -> Appointment:
    """Bring the member to a room, which is theirs until the visit's planned end; video and phone need none.

    `at` is when they went in, by default now.

    Raises `BookingRefused` where the room is taken or of another department.
    """
    found = _locked(appointment)
    now = at or timezone.now()
    if room is not None:
        if room.department_id != found.department_id:
            raise BookingRefused(_("This room belongs to another department."), code="room")
        if found.slot.session.room_id != room.pk:
            _hold_room(found, room, now)
    _become(found, Status.ROOMED, roomed_at=now, arrived_at=found.arrived_at or now, room=room)
    audit.record(by=by, action=Action.UPDATE, verb="scheduling.room", obj=found)
    return found


def _purpose(appointment: Appointment) -> str:
    return f"appointment {appointment.pk}"


def _hold_room(appointment: Appointment, room: Room, now: datetime.datetime) -> None:
    resource, _made = Resource.objects.get_or_create(room=room)
    until = max(appointment.ends_at, now + datetime.timedelta(minutes=appointment.visit_type.minutes))
    try:
        with transaction.atomic():
            ResourceBooking.objects.create(
                resource=resource, during=DateTimeTZRange(now, until), purpose=_purpose(appointment)
            )
    except IntegrityError as error:
        raise _refuse(error) from error


@transaction.atomic
def fulfil(appointment: Appointment, *, by: User, at: datetime.datetime | None = None) -> Appointment:
    """The visit took place; its room is free from then on, which is by default now."""
    found = _locked(appointment)
    _become(found, Status.FULFILLED)
    now = at or timezone.now()
    for booking in ResourceBooking.objects.filter(purpose=_purpose(found)):
        if booking.during.lower < now < booking.during.upper:
            booking.during = DateTimeTZRange(booking.during.lower, now)
            booking.save(update_fields=["during"])
    audit.record(by=by, action=Action.UPDATE, verb="scheduling.fulfil", obj=found)
    return found


@transaction.atomic
def mark_no_show(appointment: Appointment, *, by: User) -> Appointment:
    """The member did not come. Not before the visit's time."""
    found = _locked(appointment)
    if found.starts_at > timezone.now():
        raise BookingRefused(_("This visit has not begun yet."), code="early")
    _become(found, Status.NO_SHOW)
    audit.record(by=by, action=Action.UPDATE, verb="scheduling.mark_no_show", obj=found)
    return found


# --- Helpers ------------------------------------------------------------------------------------------------


def _zone(appointment: Appointment) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(appointment.department.facility.time_zone)


def _locked(appointment: Appointment) -> Appointment:
    """The appointment as it stands now, locked: two people who act at once act one after the other."""
    return (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("visit_type", "department__facility", "slot__session", "member")
        .get(pk=appointment.pk)
    )


def _become(appointment: Appointment, status: str, **changes: Any) -> None:
    if status not in TRANSITIONS[Status(appointment.status)]:
        raise BookingRefused(
            _("This visit is already %(status)s.") % {"status": appointment.get_status_display().lower()},
            code="transition",
        )
    appointment.status = status
    for name, value in changes.items():
        setattr(appointment, name, value)
    try:
        with transaction.atomic():
            appointment.save(update_fields=["status", *changes])
    except IntegrityError as error:
        raise _refuse(error) from error


def _tell(appointment: Appointment, template: str) -> None:
    key = f"{template}:{appointment.pk}"
    notify(appointment.member, template, key, f"/appointments/{appointment.pk}/")


def _offer_after_commit(appointment: Appointment) -> None:
    from scheduling import tasks

    if appointment.starts_at > timezone.now():
        slot_id = str(appointment.slot_id)
        transaction.on_commit(lambda: tasks.send_offer(slot_id))
