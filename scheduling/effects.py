"""What ending somebody's coverage, or their death, touches in the schedule."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

from core.models import User
from members.deaths import Ended
from scheduling.actions import cancel
from scheduling.models import Appointment, WaitlistEntry

Waiting = WaitlistEntry.Status


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


def cancel_for_the_dead(died: Mapping[UUID, datetime], by: User) -> Iterable[Ended]:
    """Cancel the visits booked for after somebody's death and take them off the waiting list; nobody is written to."""
    ended = []
    booked = Appointment.objects.filter(member__in=died, status=Appointment.Status.BOOKED)
    for visit in booked.select_related("visit_type").order_by("id"):
        if visit.starts_at >= died[visit.member_id]:
            cancel(visit, by=by, reason="deceased", tell=False)
            when = date_format(timezone.localtime(visit.starts_at), "DATETIME_FORMAT")
            ended.append(Ended(visit.member_id, "visit", f"{visit.visit_type.name}, {when}", visit.sensitivity))
    # After the visits: a seat given back is offered to whoever waits.
    waiting = WaitlistEntry.objects.filter(member__in=died, status__in=(Waiting.WAITING, Waiting.OFFERED))
    ended += [
        Ended(entry.member_id, "waiting", entry.visit_type.name, entry.sensitivity)
        for entry in waiting.select_related("visit_type")
    ]
    waiting.update(status=Waiting.WITHDRAWN)
    return ended


def visits_ended(n: int) -> str:
    """So many visits were cancelled."""
    return ngettext("%(n)s visit was cancelled", "%(n)s visits were cancelled", n) % {"n": n}


def places_ended(n: int) -> str:
    """So many waiting list places were given up."""
    return ngettext(
        "%(n)s place on the waiting list was given up", "%(n)s places on the waiting list were given up", n
    ) % {"n": n}
