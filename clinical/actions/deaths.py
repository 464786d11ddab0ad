"""Somebody has died: the record says so, and nothing goes on as if they lived."""

from datetime import datetime

from django.db import transaction

from core import outbox
from core.models import User
from members.actions import update_member
from members.models import Member
from scheduling.actions import cancel
from scheduling.models import Appointment


@transaction.atomic
def record_death(member: Member, *, by: User, at: datetime, reason: str) -> list[Appointment]:
    """Note when the member died; gives back the visits to come, which are cancelled without a word to anybody.

    Messages that wait are withdrawn. Reminders, gaps, panels and capitation ask for the date themselves.
    """
    update_member(member, by=by, reason=reason, deceased_at=at)
    ahead = Appointment.objects.filter(member=member, status=Appointment.Status.BOOKED, during__startswith__gte=at)
    cancelled = [cancel(visit, by=by, reason="deceased", tell=False) for visit in ahead]
    outbox.withdraw(member.pk)
    return cancelled
