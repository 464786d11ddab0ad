"""Coverage as chainable reads, on both time axes."""

import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q


class CoveragePeriodQuerySet(models.QuerySet):
    """Versions of coverage: `valid` says when it holds, `known` when we knew."""

    def as_known_at(self, instant: datetime.datetime | None = None) -> "CoveragePeriodQuerySet":
        """The versions known at `instant`; without one, those known now and not superseded."""
        if instant is None:
            return self.filter(known__upper_inf=True)
        return self.filter(known__contains=instant)

    def in_force(self, on: datetime.date, known_at: datetime.datetime | None = None) -> "CoveragePeriodQuerySet":
        """Coverage valid on a day, as known at an instant (default: as known now)."""
        return self.as_known_at(known_at).filter(valid__contains=on)

    def overlapping(self, start: datetime.date, end: datetime.date | None) -> "CoveragePeriodQuerySet":
        """Valid at some time in `[start, end)`; without end, from `start` on."""
        return self.filter(valid__overlap=(start, end))

    def of_member(self, member: UUID | models.Model) -> "CoveragePeriodQuerySet":
        return self.filter(member=member)

    def benefit(self, kind: str) -> "CoveragePeriodQuerySet":
        """Medical, pharmacy, dental or vision."""
        return self.filter(benefit=kind)

    def with_contract(self) -> "CoveragePeriodQuerySet":
        return self.select_related("product", "coverage__contract__group")

    def history(self) -> "CoveragePeriodQuerySet":
        """All versions, superseded ones included, newest knowledge first."""
        return self.order_by("-known", "benefit", "payer_order", "-valid")


class BenefitQuerySet(models.QuerySet):
    def in_force(self, on: datetime.date) -> "BenefitQuerySet":
        return self.filter(period__contains=on)


class AccumulatorQuerySet(models.QuerySet):
    def of_plan_year(self, on: datetime.date) -> "AccumulatorQuerySet":
        """Accumulators whose plan year contains a day."""
        return self.filter(plan_year__contains=on)

    def for_person(self, member_id: UUID, contract: models.Model | UUID) -> "AccumulatorQuerySet":
        """The person's own and the contract's family accumulators."""
        return self.filter(contract=contract).filter(Q(scope="person", member=member_id) | Q(scope="family"))
