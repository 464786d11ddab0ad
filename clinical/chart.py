"""Reads of one member's chart, each a fixed number of queries however long the record is."""

import datetime
from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical import vitals
from clinical.models import (
    CareTeamMembership,
    CodingRole,
    Condition,
    Encounter,
    Note,
    Observation,
    ObservationCoding,
    Referral,
    ServiceRequest,
    Task,
)
from clinical.reading import SHOWN, Named, Reader, named
from clinical.sensitivity import visible
from clinical.words import readable_unit, short_name
from core.models import Concept, User
from members.models import Member, PrimaryCareAssignment

VITALS = "vital-signs"


class Chart:
    """One member's record as `user` may see it. Every method is one or two queries."""

    def __init__(self, member: Member, user: User) -> None:
        self.member, self.user = member, user
        self.today = timezone.localdate()

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.member, lambda rows: visible(rows, self.user, self.member))

    def _of(self, model: Any) -> QuerySet:
        return self.reader.of(model)

    def allergies(self) -> list[Named]:
        return self.reader.allergies()

    def problems(self) -> list[Named]:
        """The problem list; where nobody keeps one (imported charts), the active conditions."""
        active = self.reader.problems()
        kept = list(active.filter(is_problem=True)[:SHOWN])
        return named(kept or active[:SHOWN])

    def medicines(self) -> list[dict[str, Any]]:
        """Active orders for medicines, each once, with its last fill."""
        shown = {
            each.name: {
                "named": each,
                "filled": each.row.filled.lower if each.row.filled else None,
                "days": each.row.fill_days,
            }
            for each in reversed(self.reader.medicines())
        }
        return list(reversed(shown.values()))

    def immunizations(self) -> list[Named]:
        return self.reader.immunizations()

    def encounters(self, limit: int = SHOWN) -> list[Named]:
        return self.reader.visits(limit)

    def notes(self, limit: int = SHOWN) -> QuerySet[Note]:
        """Signed notes and one's own drafts, newest first; amendments come with what they amend."""
        rows = self._of(Note).filter(Q(signed_at__isnull=False) | Q(author=self.user), amends__isnull=True)
        return (
            rows.select_related("author", "encounter")
            .prefetch_related("amendments__author")
            .order_by("-created_at")[:limit]
        )

    def orders(self) -> list[Named]:
        rows = self._of(ServiceRequest).select_related("ordered_by").order_by("-recorded_at")
        return named(rows[:SHOWN])

    def referrals(self) -> QuerySet[Referral]:
        return (
            self._of(Referral)
            .select_related("to_department__facility", "to_organization", "accepted_by", "requested_by", "report")
            .order_by("-created_at")[:SHOWN]
        )

    def open_tasks(self) -> QuerySet[Task]:
        return (
            self._of(Task)
            .filter(status__in=Task.OPEN)
            .select_related("owner", "department__facility")
            .order_by("due_at")[:50]
        )

    def primary_care(self) -> PrimaryCareAssignment | None:
        return (
            PrimaryCareAssignment.objects.filter(member=self.member, period__contains=self.today)
            .select_related("clinician", "department__facility")
            .first()
        )

    def care_team(self) -> QuerySet[CareTeamMembership]:
        return CareTeamMembership.objects.filter(member=self.member, period__contains=self.today).select_related(
            "clinician"
        )

    def last_seen(self) -> datetime.datetime | None:
        """When this user last saw the member: their last finished encounter that is not
        the present day's."""
        found = (
            Encounter.objects.filter(member=self.member, clinician__user=self.user, status="finished")
            .filter(effective__startswith__lt=timezone.now() - datetime.timedelta(hours=12))
            .order_by("-effective")
            .values_list("effective", flat=True)
            .first()
        )
        return found.lower if found else None

    # --- Values -----------------------------------------------------------------------------------------

    def latest_values(self, *, is_vitals: bool | None = None) -> list[dict[str, Any]]:
        """For each measured thing its last two values, latest first; vital signs only, without, or both."""
        with connection.cursor() as cursor:
            cursor.execute(LATEST, {"member": self.member.pk, "hidden": self._hidden(), "vitals": is_vitals})
            rows = cursor.fetchall()
        found: dict[int, dict[str, Any]] = {}
        for concept, code, label, value, unit, text, low, high, interpretation, at, place in rows:
            if place == 1:
                found[concept] = {
                    "concept": concept,
                    "code": code,
                    "label": short_name(code, label),
                    "value": plain(value) if value is not None else text,
                    "unit": readable_unit(unit),
                    "range": reference(low, high),
                    "status": status_of(interpretation, value, low, high),
                    "at": at,
                    "was": None,
                }
            elif concept in found:
                found[concept]["was"] = plain(value) if value is not None else text
        shown = _with_blood_pressure(list(found.values()))
        return sorted(shown, key=lambda each: each["at"] or timezone.now(), reverse=True)

    def _hidden(self) -> int:
        from clinical.sensitivity import hidden_labels

        return int(hidden_labels(self.user, self.member))

    def trend(self, concept_id: int, years: int = 3) -> dict[str, Any] | None:
        """A measured thing's values over the last years, as the component `trend` takes them.

        Where there are none so late (an imported chart), the years up to the newest one.
        """
        about = ObservationCoding.objects.filter(member=self.member, concept=concept_id, role=CodingRole.CODE).values(
            "fact"
        )
        measured = (
            self._of(Observation)
            .filter(pk__in=about, value_quantity__isnull=False, effective__isnull=False)
            .exclude(status__in=("cancelled", "entered-in-error"))
        )
        newest = measured.order_by("-effective").values_list("effective", flat=True).first()
        last_day = min(newest.lower, timezone.now()) if newest and newest.lower else timezone.now()
        since = last_day - datetime.timedelta(days=365 * years)
        rows = list(measured.filter(effective__startswith__gte=since).order_by("effective")[:300])
        concept = Concept.objects.filter(pk=concept_id).first()
        if concept is None:
            return None
        last = rows[-1] if rows else None
        return {
            "concept": concept.pk,
            "label": short_name(concept.code, concept.display),
            "unit": readable_unit(last.value_unit) if last else "",
            "low": last.low if last else None,
            "high": last.high if last else None,
            "points": [{"date": row.effective.lower, "value": plain(row.value_quantity)} for row in rows],
        }

    # --- Counts for the rail ------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """How many of each there are, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(COUNTS, {"member": self.member.pk, "hidden": self._hidden(), "user": self.user.pk})
            return dict(cursor.fetchall())


# Row-level security applies here as everywhere: the member is one whom the transaction reaches.
LATEST = """
SELECT concept_id, code, display, value_quantity, value_unit, value_text, low, high, interpretation, at, place FROM (
    SELECT c.concept_id, k.code, coalesce(nullif(k.display, ''), k.code) AS display, o.value_quantity, o.value_unit,
        o.value_text, o.low, o.high, o.interpretation, lower(o.effective) AS at,
        row_number() OVER (PARTITION BY c.concept_id ORDER BY lower(o.effective) DESC NULLS LAST, o.id DESC) AS place
    FROM clinical_observation o
    JOIN clinical_observationcoding c ON c.fact_id = o.id AND c.member_id = o.member_id AND c.role = 1
    JOIN core_concept k ON k.id = c.concept_id
    WHERE o.member_id = %(member)s AND o.sensitivity & %(hidden)s = 0 AND NOT o.is_negated
        AND o.status NOT IN ('cancelled', 'entered-in-error', 'registered')
        AND (o.value_quantity IS NOT NULL OR o.value_text <> '')
        AND (%(vitals)s IS NULL OR %(vitals)s = EXISTS (
            SELECT FROM clinical_observationcoding v JOIN core_concept vk ON vk.id = v.concept_id
            WHERE v.fact_id = coalesce(o.part_of_id, o.id) AND v.role = 2 AND vk.code = 'vital-signs'))
) ranked WHERE place <= 2
"""
COUNTS = """
SELECT 'problems', count(*) FROM clinical_condition WHERE member_id = %(member)s AND sensitivity & %(hidden)s = 0
    AND status IN ('active', 'recurrence', 'relapse') AND NOT is_negated
UNION ALL SELECT 'medicines', count(*) FROM clinical_medicationrequest WHERE member_id = %(member)s
    AND sensitivity & %(hidden)s = 0 AND status = 'active'
UNION ALL SELECT 'notes', count(*) FROM clinical_note WHERE member_id = %(member)s
    AND (sensitivity & %(hidden)s = 0 OR author_id = %(user)s) AND amends_id IS NULL
    AND (signed_at IS NOT NULL OR author_id = %(user)s)
UNION ALL SELECT 'orders', count(*) FROM clinical_servicerequest WHERE member_id = %(member)s
    AND sensitivity & %(hidden)s = 0 AND status = 'active'
UNION ALL SELECT 'immunizations', count(*) FROM clinical_immunization WHERE member_id = %(member)s
    AND sensitivity & %(hidden)s = 0 AND status = 'completed' AND NOT is_negated
UNION ALL SELECT 'referrals', count(*) FROM clinical_referral WHERE member_id = %(member)s
    AND sensitivity & %(hidden)s = 0 AND status NOT IN ('closed', 'declined', 'cancelled')
UNION ALL SELECT 'documents', count(*) FROM clinical_document WHERE member_id = %(member)s
    AND sensitivity & %(hidden)s = 0
UNION ALL SELECT 'messages', count(*) FROM clinical_messagethread WHERE member_id = %(member)s
    AND sensitivity & %(hidden)s = 0 AND NOT is_closed
"""


def _with_blood_pressure(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Systolic and diastolic of one moment as one line, 132/81, as people read it."""
    by_code = {value["code"]: value for value in values}
    upper, lower = by_code.get(vitals.SYSTOLIC.loinc), by_code.get(vitals.DIASTOLIC.loinc)
    if not upper or not lower or upper["at"] != lower["at"]:
        return values
    both = {**upper, "label": _("Blood pressure"), "value": f"{upper['value']}/{lower['value']}"}
    both["was"] = f"{upper['was']}/{lower['was']}" if upper["was"] and lower["was"] else None
    return [both if value is upper else value for value in values if value is not lower]


def plain(value: Decimal | None) -> str:
    """A number with the digits that were given: 6.800000 → 6.8, 130.000000 → 130."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reference(low: Decimal | None, high: Decimal | None) -> str:
    """A reference range in words."""
    if low is not None and high is not None:
        return f"{plain(low)}–{plain(high)}"
    if high is not None:
        return f"≤ {plain(high)}"
    return f"≥ {plain(low)}" if low is not None else ""


def status_of(interpretation: str, value: Decimal | None, low: Decimal | None, high: Decimal | None) -> str:
    """How a value stands: critical, high, low, abnormal, normal, or nothing where neither lab nor range says."""
    said = {
        "HH": "critical",
        "LL": "critical",
        "AA": "critical",
        "H": "high",
        "L": "low",
        "A": "abnormal",
        "N": "normal",
    }
    if interpretation in said:
        return said[interpretation]
    if value is None or (low is None and high is None):
        return ""
    if high is not None and value > high:
        return "high"
    return "low" if low is not None and value < low else "normal"


def timeline(chart: Chart) -> list[dict[str, Any]]:
    """Visits, problems, doses, reports and notes by day, newest first."""
    events: dict[datetime.date, list[dict[str, Any]]] = defaultdict(list)

    def add(at: datetime.datetime | None, kind: str, title: str, line: str = "") -> None:
        if at is not None:
            events[timezone.localdate(at)].append({"at": at, "kind": kind, "title": title, "line": line})

    for each in chart.encounters():
        row = each.row
        place = row.department or row.facility or row.organization or ""
        title = each.name if each.concept else (row.reason_text or "Visit")
        add(each.since, "visit", title, " · ".join(str(part) for part in (row.clinician, place) if part))
    for each in named(chart._of(Condition).exclude(status="").order_by("-effective")[:SHOWN]):
        add(each.since, "problem", each.name)
    for each in chart.immunizations():
        add(each.since, "immunization", each.name)
    for note in chart.notes():
        add(note.signed_at or note.created_at, "note", note.title or note.get_kind_display(), str(note.author))
    flat = [event for day in sorted(events, reverse=True) for event in sorted(
        events[day], key=lambda event: event["at"], reverse=True)]  # fmt: skip
    return flat[:SHOWN]
