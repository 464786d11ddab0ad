"""The facts of one member's record that stand, each in the words it is shown in: read once for everybody.

The chart (`clinical.chart`) and the member's own record (`clinical.record`) present what is read here; which labelled
rows the reader may see is theirs to say. Every method is a fixed number of queries, however long the record is.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from clinical.coding import names
from clinical.models import (
    AllergyIntolerance,
    CodingRole,
    Condition,
    Encounter,
    Immunization,
    MedicationDispense,
    MedicationRequest,
)
from clinical.words import said
from core.models import Concept
from members.models import Member

SHOWN = 200
ACTIVE = ("active", "recurrence", "relapse")
NOT_BELIEVED = ("refuted", "entered-in-error")
WORST_FIRST = {"high": 0, "": 1, "unable-to-assess": 2, "low": 3}


@dataclass(frozen=True)
class Named:
    """A fact with the words it is shown in; `detail` is a second line, like directions or how bad it is."""

    row: Any
    concept: Concept | None
    detail: str = ""

    @property
    def name(self) -> str:
        if self.concept is None:
            return getattr(self.row, "note", "") or "–"
        return said(self.concept.display) or self.concept.code

    @property
    def code(self) -> str:
        return self.concept.code if self.concept else ""

    @property
    def since(self) -> datetime.datetime | None:
        """When it began, where the record says so."""
        return self.row.effective.lower if self.row.effective else None

    @property
    def when(self) -> datetime.datetime | None:
        """When it began, or else when it was written down."""
        return self.since or self.row.recorded_at


def named(rows: Iterable, role: int = CodingRole.CODE, detail: Callable[[Any], str] = lambda row: "") -> list[Named]:
    rows = list(rows)
    found = names(rows, role)
    return [Named(row, found.get(row.pk), detail(row)) for row in rows]


class Reader:
    """What stands in a member's record. `see` leaves out the rows that are kept from whoever reads."""

    def __init__(self, member: Member, see: Callable[[QuerySet], QuerySet]) -> None:
        self.member, self.see = member, see

    def of(self, model: Any) -> QuerySet:
        return self.see(model.objects.filter(member=self.member))

    def problems(self) -> QuerySet[Condition]:
        """Active conditions that nobody refuted, newest onset first; `named` gives them their words."""
        active = self.of(Condition).filter(status__in=ACTIVE, is_negated=False)
        return active.exclude(verification__in=NOT_BELIEVED).order_by("-effective")

    def allergies(self) -> list[Named]:
        """Those that still hold, the most dangerous first."""
        rows = self.of(AllergyIntolerance).filter(is_negated=False).exclude(status__in=("inactive", "resolved"))
        found = named(
            rows.exclude(verification__in=NOT_BELIEVED)[:SHOWN], detail=lambda row: row.get_criticality_display()
        )
        return sorted(found, key=lambda each: (WORST_FIRST.get(each.row.criticality, 1), each.name))

    def medicines(self) -> list[Named]:
        """Active orders with their directions; `row.filled` and `row.fill_days` are of the last hand-over, or None."""
        fills = MedicationDispense.objects.filter(request=OuterRef("pk"), status="completed").order_by("-effective")
        rows = (
            self.of(MedicationRequest)
            .filter(status="active", is_negated=False)
            .annotate(
                filled=Subquery(fills.values("effective")[:1]), fill_days=Subquery(fills.values("days_supply")[:1])
            )
            .order_by("-effective", "-recorded_at")
        )
        return named(rows[:SHOWN], detail=lambda row: row.dosage_text)

    def immunizations(self) -> list[Named]:
        rows = self.of(Immunization).filter(status="completed", is_negated=False).order_by("-effective")
        return named(rows[:SHOWN])

    def visits(self, limit: int = SHOWN, **only: Any) -> list[Named]:
        """Encounters, newest first, with their places; `only` narrows them."""
        rows = self.of(Encounter).filter(**only).select_related("department__facility", "facility", "clinician")
        rows = rows.select_related("organization").order_by("-effective")[:limit]
        return named(rows, CodingRole.TYPE, detail=lambda row: row.reason_text)
