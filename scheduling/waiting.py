"""The waiting list: who wishes for an earlier time, and who is told when one becomes free."""

import datetime

from django.db import transaction
from django.utils import timezone

from core import audit
from core.models import AuditEvent, User
from members.deaths import refuse_dead
from members.models import Member
from network.models import Clinician, Department
from scheduling.models import Slot, VisitType, WaitlistEntry
from scheduling.notices import notify

Action = AuditEvent.Action


@transaction.atomic
def join_waitlist(
    *,
    by: User,
    member: Member,
    visit_type: VisitType,
    dates: tuple[datetime.date, datetime.date],
    department: Department | None = None,
    clinician: Clinician | None = None,
) -> WaitlistEntry:
    """Ask to be told of an earlier time; asking twice for the same is one wish."""
    refuse_dead(member)
    entry = WaitlistEntry.objects.filter(
        member=member, visit_type=visit_type, department=department, clinician=clinician, status="waiting"
    ).first()
    if entry is None:
        entry = WaitlistEntry.objects.create(
            member=member, visit_type=visit_type, department=department, clinician=clinician, dates=dates
        )
        audit.record(by=by, action=Action.CREATE, verb="scheduling.join_waitlist", obj=entry)
    return entry


@transaction.atomic
def offer_freed_slot(slot: Slot, *, by: User, on: datetime.date) -> WaitlistEntry | None:
    """Tell the first who waits for such a time that one is free. Runs as a job: it looks over all who wait.

    `on` is the slot's day at its facility. Nothing is held for them; a slot is offered to one person at a time.
    """
    session = slot.session
    waiting = WaitlistEntry.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        status=WaitlistEntry.Status.WAITING,
        dates__contains=on,
        visit_type__modality=session.modality,
        visit_type__minutes__lte=(slot.ends_at - slot.starts_at).total_seconds() // 60,
        member__managing_organization=session.department.facility.organization.system_id,
    )
    kinds = list(slot.visit_types.all())
    if kinds:
        waiting = waiting.filter(visit_type__in=kinds)
    for entry in waiting.select_related("member").order_by("created_at"):
        if entry.department_id not in (None, session.department_id):
            continue
        if entry.clinician_id not in (None, session.clinician_id):
            continue
        entry.status, entry.offered_slot, entry.offered_at = WaitlistEntry.Status.OFFERED, slot, timezone.now()
        entry.save(update_fields=["status", "offered_slot", "offered_at"])
        audit.record(by=by, action=Action.UPDATE, verb="scheduling.offer_freed_slot", obj=entry)
        notify(entry.member, "visit_time_free", f"waitlist:{entry.pk}:{slot.pk}", "/appointments/")
        return entry
    return None
