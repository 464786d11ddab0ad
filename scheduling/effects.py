"""What ending somebody's coverage touches in the schedule."""

from datetime import date, datetime, time
from uuid import UUID

from django.utils import timezone
from django.utils.translation import ngettext

from scheduling.models import Appointment


def booked_visits(member_id: UUID, end: date, as_of: date) -> list[str]:
    """A sentence about visits booked on or after the first day without coverage; none where there is none."""
    since = timezone.make_aware(datetime.combine(max(end, as_of), time.min))
    count = Appointment.objects.filter(
        member=member_id, status=Appointment.Status.BOOKED, during__startswith__gte=since
    ).count()
    said = ngettext(
        "%(n)s visit is booked after that day and would not be covered.",
        "%(n)s visits are booked after that day and would not be covered.",
        count,
    )
    return [said % {"n": count}] if count else []
