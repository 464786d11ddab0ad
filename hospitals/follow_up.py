"""After discharge: the visit with primary care within seven days, suggested with its times, booked in one step."""

import datetime
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.models import Task
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.permissions import may
from core.templatetags.kp import short_date
from hospitals.actions.stays import FOLLOW_UP, FOLLOW_UP_KIND, NO_FOLLOW_UP
from hospitals.models import Stay
from members.models import Member
from members.ports import Place, PortalCard
from scheduling import offers
from scheduling.models import Appointment, Slot, VisitType
from scheduling.ports import BookingOrigin

ORIGIN = "discharge"
# Times that are suggested, of the many that may be free.
SUGGESTED = 3
# How long after discharge the visit is still offered.
OFFERED = datetime.timedelta(days=30)


@dataclass(frozen=True)
class FollowUp:
    """What a discharged person needs: by when, with whom; the visit that is booked, or times to choose from."""

    stay: Stay
    task: Task | None
    due_on: datetime.date
    booked: Appointment | None
    times: list[dict[str, str]]
    book_url: str


def task_of(stay: Stay) -> Task | None:
    return Task.objects.filter(kind=FOLLOW_UP_KIND, dedupe_key=f"hospitals.discharge:{stay.pk}").first()


def of(stay: Stay, *, with_times: bool = True) -> FollowUp | None:
    """The follow-up of a stay; None before discharge, where nobody is to be followed up, or once it was done."""
    if stay.discharged_at is None or stay.disposition in NO_FOLLOW_UP:
        return None
    task = task_of(stay)
    if task is not None and task.status not in Task.OPEN:
        return None
    booked = visit_after(stay)
    zone = ZoneInfo(stay.facility.time_zone)
    return FollowUp(
        stay=stay,
        task=task,
        due_on=timezone.localdate(stay.discharged_at + FOLLOW_UP, zone),
        booked=booked,
        times=[] if booked or not with_times else _times(stay),
        book_url=f"{reverse('scheduling:staff_book', args=[stay.member_id])}?from={ORIGIN}:{stay.pk}",
    )


def visit_after(stay: Stay) -> Appointment | None:
    """The first visit in primary care that is booked, or took place, after the discharge."""
    return (
        Appointment.objects.filter(
            member=stay.member_id, department__is_primary_care=True, during__startswith__gte=stay.discharged_at
        )
        .holding()
        .select_related("clinician", "department__facility", "visit_type", "slot__session__department__facility")
        .order_by("during")
        .first()
    )


def visit_type_for(member: Member) -> VisitType | None:
    """The visit in person that members of this system have in primary care."""
    fitting = [
        kind
        for kind in offers.visit_types_for(member)
        if not kind.specialty and kind.modality == VisitType.Modality.IN_PERSON
    ]
    return next((kind for kind in fitting if kind.code in ("FOLLOW_UP", "OFFICE")), fitting[0] if fitting else None)


def _times(stay: Stay) -> list[dict[str, str]]:
    """The first free times with the member's own clinician within the seven days, else with their colleagues."""
    kind = visit_type_for(stay.member)
    care = offers.primary_care_of(stay.member, timezone.localdate())
    if kind is None or care is None or stay.discharged_at is None:
        return []
    start = max(timezone.now() + datetime.timedelta(hours=1), stay.discharged_at)
    end = max(stay.discharged_at + FOLLOW_UP, start + datetime.timedelta(days=2))
    own = offers.open_slots(offers.Where((care.department,), care.clinician), kind, start, end)
    found = own or offers.open_slots(offers.Where((care.department,)), kind, start, end)
    return [{"value": str(slot.pk), "label": _said(slot), "type": kind.code} for slot in found[:SUGGESTED]]


def _said(slot: Slot) -> str:
    return " · ".join(part for part in (offers.said(slot), str(slot.session.clinician or "")) if part)


# --- Plugged into the rooms below ---------------------------------------------------------------------------


def _stay(member: Member, value: str) -> Stay | None:
    try:
        key = uuid.UUID(value)
    except ValueError:
        return None
    return Stay.objects.filter(pk=key, member=member, discharged_at__isnull=False).select_related("facility").first()


def origin(request: AuthenticatedHttpRequest, member: Member, value: str) -> BookingOrigin | None:
    """What a booking from a discharge is for."""
    stay, kind = _stay(member, value), visit_type_for(member)
    if stay is None or kind is None or stay.discharged_at is None:
        return None
    due = short_date(stay.discharged_at + FOLLOW_UP, "weekday")
    return BookingOrigin(
        title=_("Visit after your hospital stay"),
        visit_type=kind.code,
        reason=_("After the hospital stay: %(place)s") % {"place": stay.facility.name},
        text=_("Best by %(day)s: your doctor goes through your medicines and what comes next.") % {"day": due},
    )


def booked(appointment: Appointment, value: str, by: User) -> None:
    """The task says that the visit is booked; it stays open until the member was seen."""
    stay = _stay(appointment.member, value)
    task = task_of(stay) if stay else None
    if task is not None and task.status in Task.OPEN:
        task.title = _("See after discharge: booked %(day)s") % {"day": short_date(appointment.starts_at, "weekday")}
        task.due_at = appointment.ends_at + datetime.timedelta(days=1)
        task.save(update_fields=["title", "due_at"])


def task_url(task: Task, user: User) -> str:
    """The stay, where summary and suggested times stand; for a desk, which opens none, the booking of the visit."""
    stays = Stay.objects.select_related("facility__organization", "member")
    stay = stays.filter(pk=task.focus_id).first() if task.focus_id else None
    if stay is not None and may(user, "hospitals.view_stay", stay):
        return reverse("hospitals:stay", args=[stay.pk])
    if stay is not None and may(user, "scheduling.book_for_member", task.member):
        return f"{reverse('scheduling:staff_book', args=[task.member_id])}?from={ORIGIN}:{stay.pk}"
    return (
        reverse("clinical:chart", args=[task.member_id]) if may(user, "clinical.break_the_glass", task.member) else ""
    )


def portal_card(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    """At home again: the visit to book, while it is not booked yet."""
    stay = (
        Stay.objects.filter(member=member, discharged_at__gt=timezone.now() - OFFERED)
        .select_related("facility", "member")
        .order_by("-discharged_at")
        .first()
    )
    found = of(stay, with_times=False) if stay else None
    if found is None or found.booked is not None:
        return None
    context = {"follow_up": found, "care": offers.primary_care_of(member, timezone.localdate())}
    return PortalCard(Place.NEEDS_YOU, "hospitals/portal/card_follow_up.html", context)
