"""Reads of the schedule: free times, and who comes when."""

import datetime
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Func, Q

if TYPE_CHECKING:
    from network.models import Clinician, Department
    from scheduling.models import VisitType

HOLDING = ("booked", "arrived", "roomed", "fulfilled")


class FreeSeat(Func):
    """The lowest free seat of a slot, or null. It answers for everybody's seats, also those that the asker may not
    see, and tells nothing else about them."""

    function = "scheduling_free_seat"
    output_field = models.SmallIntegerField()


class SlotQuerySet(models.QuerySet):
    def between(self, start: datetime.datetime, end: datetime.datetime) -> "SlotQuerySet":
        """Slots that start in `[start, end)`."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def for_visit(self, visit_type: "VisitType") -> "SlotQuerySet":
        """Slots long enough for the visit type, held its way, and open to it.

        A clinician who is in the clinic can also be called; one who works from home cannot be visited.
        """
        minutes = datetime.timedelta(minutes=visit_type.minutes)
        return self.filter(
            Q(visit_types=visit_type) | Q(visit_types__isnull=True),
            session__modality__in={visit_type.modality, "in_person"},
            ends_at__gte=F("starts_at") + minutes,
        )

    def at(self, departments: "Collection[Department] | models.QuerySet") -> "SlotQuerySet":
        return self.filter(session__department__in=departments)

    def with_clinician(self, clinician: "Clinician") -> "SlotQuerySet":
        return self.filter(session__clinician=clinician)

    def with_free_seat(self) -> "SlotQuerySet":
        """Open slots, each with `free_seat`, the lowest that nobody has."""
        return (
            self.filter(is_blocked=False, session__is_cancelled=False)
            .alias(seat=FreeSeat("id"))
            .filter(seat__isnull=False)
            .annotate(free_seat=F("seat"))
        )


class AppointmentQuerySet(models.QuerySet):
    def holding(self) -> "AppointmentQuerySet":
        """Those that keep their seat: neither cancelled nor missed."""
        return self.filter(status__in=HOLDING)

    def upcoming(self, now: datetime.datetime) -> "AppointmentQuerySet":
        """Booked or begun and not over at `now`, soonest first."""
        return self.filter(status__in=("booked", "arrived", "roomed"), during__endswith__gt=now).order_by("during")

    def past(self, now: datetime.datetime) -> "AppointmentQuerySet":
        return self.exclude(status__in=("booked", "arrived", "roomed"), during__endswith__gt=now).order_by("-during")

    def on_day(self, start: datetime.datetime, end: datetime.datetime) -> "AppointmentQuerySet":
        return self.filter(during__overlap=(start, end)).order_by("during")

    def with_details(self) -> "AppointmentQuerySet":
        """With all that a list of visits shows, in one query."""
        return self.select_related("visit_type", "clinician", "department__facility", "room", "slot__session")
