"""Which visits and times a member is shown: their own places first, a few days at a time."""

import datetime
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from core.templatetags.kp import short_date, short_time
from members.models import Member, PrimaryCareAssignment
from members.portal import age_on
from network.ages import takes
from network.models import Clinician, Department
from scheduling.models import Slot, VisitType

DAYS = 14
SHOWN = 400
# So many times are one page; a day is never cut.
AT_ONCE = 100


@dataclass(frozen=True)
class Where:
    """With whom and where times are looked for; primary care only with those who look after that age."""

    departments: tuple[Department, ...]
    clinician: Clinician | None = None
    age: int | None = None


def visit_types_for(member: Member) -> list[VisitType]:
    """What members of this system book themselves, the visit with their own doctor first, a specialty's last."""
    system = member.managing_organization_id
    ours = Q(organization__system=system) | Q(organization=system)
    found = VisitType.objects.filter(ours, is_self_scheduled=True)
    return sorted(found, key=lambda kind: (kind.specialty, kind.service != "primary_care", kind.name))


def primary_care_of(member: Member, on: datetime.date) -> PrimaryCareAssignment | None:
    return (
        PrimaryCareAssignment.objects.filter(member=member, period__contains=on)
        .select_related("clinician", "department__facility")
        .first()
    )


def places_for(member: Member, visit_type: VisitType, assignment: PrimaryCareAssignment | None) -> list[Department]:
    """Departments of the member's system that hold such visits for their age; the member's own department first."""
    found = Department.objects.filter(
        facility__organization__system=member.managing_organization_id, is_primary_care=not visit_type.specialty
    ).select_related("facility")
    if visit_type.specialty:
        found = found.filter(specialty=visit_type.specialty)
    if assignment and assignment.department.facility.region_id:
        found = found.filter(facility__region=assignment.department.facility.region_id)
    elif member.region_id:
        found = found.filter(facility__region=member.region_id)
    own = assignment.department_id if assignment else None
    age = None if visit_type.specialty else age_on(member, timezone.localdate())
    theirs = (department for department in found if takes(age, department.specialty))
    return sorted(theirs, key=lambda department: (department.pk != own, str(department)))


def open_slots(where: Where, visit_type: VisitType, start: datetime.datetime, end: datetime.datetime) -> list[Slot]:
    """Free slots for the visit type that start in `[start, end)`, soonest first."""
    slots = Slot.objects.between(start, end).for_visit(visit_type).at(where.departments)
    if where.clinician is not None:
        slots = slots.with_clinician(where.clinician)
    if where.age is not None and not visit_type.specialty:
        with_others = slots.order_by().values_list("session__clinician__specialty", flat=True).distinct()
        slots = slots.exclude(
            session__clinician__specialty__in=[one for one in with_others if one and not takes(where.age, one)]
        )
    # Where hours are held for this kind of visit, it takes nobody else's.
    held_for_it = slots.filter(visit_types=visit_type)
    if held_for_it.exists():
        slots = held_for_it
    return list(
        slots.with_free_seat()
        .select_related("session__clinician", "session__department__facility")
        .order_by("starts_at", "session_id")
        .distinct()[:SHOWN]
    )


def days_of(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    """Slots as the component `times` takes them: by day at the facility's clock."""
    days: dict[datetime.date, list[dict[str, Any]]] = {}
    for slot in slots:
        zone = zoneinfo.ZoneInfo(slot.session.department.facility.time_zone)
        local = timezone.localtime(slot.starts_at, zone)
        days.setdefault(local.date(), []).append(
            {"value": str(slot.pk), "label": clock(local), "note": str(slot.session.clinician or "")}
        )
    return [{"date": day, "times": times} for day, times in days.items()]


def first_days(slots: list[Slot], end: datetime.date) -> tuple[list[dict[str, Any]], datetime.date]:
    """The days of `slots` that one page shows, whole, and the day from which there are later ones.

    `end` is the first day that was not looked at.
    """
    days = days_of(slots)
    if len(slots) == SHOWN and len(days) > 1:
        # There may be more of the last.
        end = days.pop()["date"]
    shown = 0
    for number, day in enumerate(days):
        shown += len(day["times"])
        if number and shown > AT_ONCE:
            return days[:number], day["date"]
    return days, end


def clock(local: datetime.datetime) -> str:
    """`9:20 am` of a time that is already at its place's clock."""
    return short_time(local.replace(tzinfo=None))


def local_day(slot: Slot) -> datetime.date:
    """The slot's day at its facility."""
    return timezone.localdate(slot.starts_at, zoneinfo.ZoneInfo(slot.session.department.facility.time_zone))


def said(slot: Slot) -> str:
    """`Thu 3 Dec, 9:20 am`, at the slot's facility."""
    zone = zoneinfo.ZoneInfo(slot.session.department.facility.time_zone)
    local = timezone.localtime(slot.starts_at, zone)
    return f"{short_date(local.date(), 'weekday')}, {clock(local)}"
