"""Celery's door into scheduling. A task is only a wake-up; the sweep finds what a lost one left."""

import logging
import zoneinfo

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from core.db import as_job
from core.models import User
from scheduling import waiting
from scheduling.models import Appointment, Slot, WaitlistEntry

log = logging.getLogger(__name__)


def send_offer(slot_id: str) -> None:
    """Ask a worker to offer a freed slot. Without a broker the sweep does it: the cancellation itself stands."""
    try:
        offer_freed_slot.apply_async([slot_id], retry=False)
    except OperationalError:
        log.warning("No broker: the sweep will offer the freed slot.")


@shared_task(queue="default", ignore_result=True)
def offer_freed_slot(slot_id: str) -> None:
    """Offer one slot, if it is still free and ahead, to the first who waits for such a time."""
    by = User.objects.system("scheduling")
    with as_job(by, reason="waiting list"):
        free = Slot.objects.filter(pk=slot_id, starts_at__gt=timezone.now()).with_free_seat()
        slot = free.select_related("session__department__facility__organization").first()
        if slot is not None:
            zone = zoneinfo.ZoneInfo(slot.session.department.facility.time_zone)
            waiting.offer_freed_slot(slot, by=by, on=timezone.localdate(slot.starts_at, zone))


@shared_task(queue="default", ignore_result=True)
def sweep_waitlist() -> int:
    """Offer slots that were given back and never offered; returns how many were looked at."""
    with as_job(User.objects.system("scheduling"), reason="waiting list"):
        if not WaitlistEntry.objects.filter(status=WaitlistEntry.Status.WAITING).exists():
            return 0
        freed = Appointment.objects.filter(status="cancelled", slot__starts_at__gt=timezone.now())
        offered = WaitlistEntry.objects.filter(offered_slot__isnull=False).values("offered_slot")
        slots = list(freed.exclude(slot__in=offered).values_list("slot_id", flat=True).distinct()[:500])
    for slot_id in slots:
        offer_freed_slot(str(slot_id))
    return len(slots)
