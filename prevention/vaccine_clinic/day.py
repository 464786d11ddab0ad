"""Who comes to a vaccine clinic on a day, and what the forecasts say of each, in a few queries for all of them."""

import datetime
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils import timezone

from members.portal import age_on
from network.models import Department
from prevention.immunisation.patient import SeriesStatus
from prevention.models import ImmunisationForecast
from prevention.vaccine_clinic import VISIT_TYPE
from prevention.vaccine_clinic.models import DoseGiven
from scheduling import offers
from scheduling.models import Appointment

# What must wait a while yet, for a dose or a live vaccine of lately; what comes at another age is no matter of today.
SOON = datetime.timedelta(days=120)


@dataclass
class Comer:
    """One visit of the day. `due` today, `later` soon with its first day, `never`; `asks` first where they were born;
    `given` by name once it is done."""

    visit: Appointment
    time: str
    age: int | None
    due: list[str] = field(default_factory=list)
    later: list[tuple[str, datetime.date]] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.visit.status in ("booked", "arrived", "roomed")


def bounds(department: Department, on: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """A day at the department's place: from midnight until midnight."""
    zone = ZoneInfo(department.facility.time_zone)
    start = datetime.datetime.combine(on, datetime.time(), zone)
    return start, datetime.datetime.combine(on + datetime.timedelta(days=1), datetime.time(), zone)


def comers(department: Department, on: datetime.date) -> list[Comer]:
    """Everybody with a vaccine visit there that day, by time; cancelled ones left out.

    What carries a sensitivity label is on no list of many: it stands on the person's page, for whoever may see it.
    """
    start, end = bounds(department, on)
    zone = ZoneInfo(department.facility.time_zone)
    visits = (
        Appointment.objects.filter(department=department, visit_type__code=VISIT_TYPE)
        .exclude(status="cancelled")
        .on_day(start, end)
        .with_details()
        .select_related("member")
    )
    rows = {
        visit.pk: Comer(visit, offers.clock(timezone.localtime(visit.starts_at, zone)), age_on(visit.member, on))
        for visit in visits
    }
    by_member: dict[uuid.UUID, list[Comer]] = defaultdict(list)
    for row in rows.values():
        by_member[row.visit.member_id].append(row)
    asked = ImmunisationForecast.objects.filter(member__in=by_member, sensitivity=0).order_by(
        "recommended_on", "vaccine_group"
    )
    for member, group, status, earliest, recommended, question in asked.values_list(
        "member_id", "vaccine_group", "status", "earliest_on", "recommended_on", "asks"
    ):
        for row in by_member[member]:
            if status == SeriesStatus.CONTRAINDICATED.value:
                row.never.append(group)
            elif status != SeriesStatus.NOT_COMPLETE.value or earliest is None:
                continue
            elif question:
                if not row.visit.member.birth_country and group not in row.asks:
                    row.asks.append(group)
            elif on < earliest <= on + SOON:
                row.later.append((group, earliest))
            elif earliest <= on and recommended is not None and recommended <= on and group not in row.due:
                row.due.append(group)
    given = DoseGiven.objects.filter(visit__in=rows, sensitivity=0).select_related("lot__product__drug")
    for dose in given.order_by("given_at"):
        rows[dose.visit_id].given.append(dose.lot.product.drug.name)
    return list(rows.values())
