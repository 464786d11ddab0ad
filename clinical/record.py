"""Reads of one member's record, in the form that people read it: portal, chart and letters use the same.

Each function takes the member and whether labelled rows are hidden (a proxy never sees them) and runs a fixed number
of queries. What stands in the record is read by `clinical.reading`, as for the chart.
"""

import datetime
import zoneinfo
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical import vitals
from clinical.models import CodingRole, Observation
from clinical.reading import Named, Reader, named
from clinical.words import readable_unit, said, short_name
from core.models import Concept
from members.models import Member

# One name a fact: the system that says it best for people who read it.
PREFERRED_SYSTEMS = ("ICD-10-CM", "LOINC", "RxNorm", "CVX")


@dataclass(frozen=True)
class Point:
    date: datetime.date
    value: str
    note: str = ""


@dataclass
class Series:
    """All values of one kind of result, oldest first; the last is the current one, from the row `latest`."""

    code: str
    label: str
    unit: str
    latest: Observation
    points: list[Point] = field(default_factory=list)
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def last(self) -> Point:
        return self.points[-1]

    @property
    def before(self) -> Point | None:
        return self.points[-2] if len(self.points) > 1 else None

    def trend(self) -> dict:
        """The form that `<c-trend>` takes; empty of points where the values are not numbers."""
        numbers = [point for point in self.points if _is_number(point.value)]
        return {
            "label": self.label,
            "unit": self.unit,
            "points": [{"date": point.date, "value": point.value, "note": point.note} for point in numbers],
            "low": self.low,
            "high": self.high,
        }


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).replace("-", "", 1).isdigit()


def with_codings(rows: QuerySet) -> QuerySet:
    """The rows with their codes at hand: one further query, whatever their number."""
    coding = rows.model._meta.get_field("codings").related_model
    codes = coding.objects.filter(role__in=(CodingRole.CODE, CodingRole.TYPE, CodingRole.VALUE)).select_related(
        "concept__system"
    )
    return rows.prefetch_related(Prefetch("codings", queryset=codes, to_attr="read_codings"))


def concept_of(row: Any, role: int = CodingRole.CODE) -> Concept | None:
    """The concept that names the row best, or None."""
    found = [coding.concept for coding in row.read_codings if coding.role == role]
    if not found:
        return None
    return min(
        found,
        key=lambda concept: (
            not concept.display,
            PREFERRED_SYSTEMS.index(concept.system.name) if concept.system.name in PREFERRED_SYSTEMS else 9,
        ),
    )


def _visible(rows: QuerySet, hide_sensitive: bool) -> QuerySet:
    return rows.filter(sensitivity=0) if hide_sensitive else rows


def _reader(member: Member, hide_sensitive: bool) -> Reader:
    return Reader(member, lambda rows: _visible(rows, hide_sensitive))


def problems(member: Member, *, hide_sensitive: bool) -> list[Named]:
    """Active conditions, newest onset first."""
    return named(_reader(member, hide_sensitive).problems())


def allergies(member: Member, *, hide_sensitive: bool) -> list[Named]:
    """Those that still hold, the most dangerous first."""
    return _reader(member, hide_sensitive).allergies()


def medicines(member: Member, *, hide_sensitive: bool) -> list[Named]:
    """Active orders with their directions; `row.last_fill` is the last hand-over or None."""
    found = _reader(member, hide_sensitive).medicines()
    for each in found:
        each.row.last_fill = each.row.filled.lower if each.row.filled else None
    return found


def immunizations(member: Member, *, hide_sensitive: bool) -> list[Named]:
    return _reader(member, hide_sensitive).immunizations()


def visits(member: Member, *, hide_sensitive: bool, limit: int = 30) -> list[Named]:
    return _reader(member, hide_sensitive).visits(limit, status="finished")


def results(member: Member, *, hide_sensitive: bool, since: datetime.datetime | None = None) -> list[Series]:
    """Results by kind, the kind with the newest value first. With `since`, only kinds with a value after it.

    A panel's components count as kinds of their own; a corrected value stands in place of the one it corrects.
    """
    rows = Observation.objects.filter(member=member, status__in=("final", "amended", "corrected"), is_negated=False)
    rows = with_codings(_visible(rows, hide_sensitive)).filter(corrections__isnull=True).order_by("effective", "id")
    zone = zoneinfo.ZoneInfo(member.region.time_zone) if member.region else None
    series: dict[str, Series] = {}
    for row in rows:
        concept, value = concept_of(row), value_of(row)
        if concept is None or not value or row.effective is None:
            continue
        one = series.setdefault(
            concept.code,
            Series(concept.code, short_name(concept.code, concept.display), readable_unit(row.value_unit), row),
        )
        one.points.append(Point(day_of(row, zone), value, row.interpretation if row.interpretation != "N" else ""))
        one.latest, one.low, one.high, one.unit = row, row.low, row.high, readable_unit(row.value_unit)
    found = [one for one in series.values() if since is None or one.latest.effective.lower >= since]
    return sorted(found, key=lambda one: one.latest.effective.lower, reverse=True)


def day_of(row: Observation, zone: datetime.tzinfo | None) -> datetime.date:
    """The day on which it was taken, by the clock of `zone` (None: the reader's).

    One that is known to the day alone began at midnight somewhere near: its noon is of that day in every zone around.
    """
    since = row.effective.lower
    return timezone.localdate(since if row.precision[0] == "t" else since + datetime.timedelta(hours=12), zone)


def with_blood_pressure(found: list[Series]) -> list[Series]:
    """The same, with systolic and diastolic values of the same moments as one, 124/76, as people read it."""
    by_code = {one.code: one for one in found}
    upper, lower = by_code.get(vitals.SYSTOLIC.loinc), by_code.get(vitals.DIASTOLIC.loinc)
    if upper is None or lower is None or upper.latest.effective.lower != lower.latest.effective.lower:
        return found
    below = {point.date: point.value for point in lower.points}
    points = [Point(each.date, f"{each.value}/{below[each.date]}") for each in upper.points if each.date in below]
    both = replace(upper, label=_("Blood pressure"), points=points)
    return [both if one is upper else one for one in found if one is not lower]


def value_of(row: Observation) -> str:
    """The value as it is read: number without padding, coded answer, or words."""
    if row.value_quantity is not None:
        return f"{row.value_comparator}{row.value_quantity.normalize():f}"
    coded = concept_of(row, CodingRole.VALUE)
    if coded:
        return said(coded.display) or coded.code
    if row.value_integer is not None:
        return str(row.value_integer)
    return row.value_text
