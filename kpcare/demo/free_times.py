"""Clinicians' and rooms' sessions with the free times that they are cut into, to Postgres by COPY."""

import datetime

from core.ids import uuid7
from kpcare.demo.copying import Table
from network.models import Clinician, Department, Room
from scheduling.models import VisitType

LASTS = datetime.timedelta(hours=3)


class FreeTimes:
    """Sessions, what they hold, and their free times."""

    def __init__(self) -> None:
        self.sessions = Table(
            *("scheduling.Session", "id", "department_id", "clinician_id", "room_id", "during"),
            *("modality", "is_cancelled"),
        )
        self.bookings = Table("scheduling.ResourceBooking", "resource_id", "during", "session_id", "purpose")
        self.slots = Table("scheduling.Slot", "id", "session_id", "starts_at", "ends_at", "capacity", "is_blocked")
        self.only = Table("scheduling.Slot_visit_types", "slot_id", "visittype_id")

    def add(
        self,
        department: Department,
        holder: Clinician | Room,
        start: datetime.datetime,
        cut: tuple[int, ...],
        only: VisitType | None = None,
        seats: int = 1,
    ) -> None:
        """Three hours of a clinician or a room, cut into times of so many minutes; `only`: for that kind of visit.

        A clinician's stretch begins with a long time, into which a preventive visit fits.
        """
        session, during = uuid7(), f"[{start},{start + LASTS})"
        clinician, room = (holder.pk, None) if isinstance(holder, Clinician) else (None, holder.pk)
        self.sessions.add(session, department.pk, clinician, room, during, VisitType.Modality.IN_PERSON, False)
        self.bookings.add(holder.resource.pk, during, session, "")
        begin = start
        for minutes in cut:
            until = begin + datetime.timedelta(minutes=minutes)
            slot = uuid7()
            self.slots.add(slot, session, begin, until, seats, False)
            if only is not None:
                self.only.add(slot, only.pk)
            begin = until

    @property
    def tables(self) -> tuple[Table, ...]:
        return self.sessions, self.bookings, self.slots, self.only
