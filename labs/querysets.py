"""Chainable reads of the laboratory."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Count, Min, Value, When

if TYPE_CHECKING:
    pass

# What waits, in the order of the work.
STAGES = ("ordered", "mailed", "collected", "received", "resulted")
PRIORITY_RANK = {"stat": 0, "asap": 1, "urgent": 2, "routine": 3}


class LabOrderQuerySet(models.QuerySet):
    def waiting(self) -> LabOrderQuerySet:
        """Neither released nor cancelled."""
        return self.filter(status__in=STAGES)

    def at_stage(self, stage: str) -> LabOrderQuerySet:
        return self.filter(status=stage)

    def by_urgency(self) -> LabOrderQuerySet:
        """The most urgent first, then who waits longest."""
        rank = Case(*(When(request__priority=name, then=Value(n)) for name, n in PRIORITY_RANK.items()), default=3)
        return self.annotate(urgency=rank).order_by("urgency", "status_at", "id")

    def for_bench(self) -> LabOrderQuerySet:
        """With all that a row of the bench shows."""
        return self.select_related("member", "test", "request__requester").by_urgency()

    def stage_counts(self) -> dict[str, tuple[int, datetime]]:
        """Stage → how many wait there and since when the oldest does."""
        rows = self.waiting().values("status").annotate(many=Count("pk"), oldest=Min("status_at")).order_by()
        return {row["status"]: (row["many"], row["oldest"]) for row in rows}


class LabResultQuerySet(models.QuerySet):
    def released(self) -> LabResultQuerySet:
        """Final and corrected results that no later correction replaces."""
        return self.filter(status__in=("final", "corrected"), corrections__isnull=True)

    def newest_first(self) -> LabResultQuerySet:
        return self.select_related("test", "specimen", "performing_laboratory", "observation").order_by(
            "-specimen__collected_at", "-released_at", "-id"
        )
