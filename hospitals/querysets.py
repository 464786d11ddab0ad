"""Chainable reads of stays and beds."""

from __future__ import annotations

from datetime import datetime

from django.db import models


class StayQuerySet(models.QuerySet):
    def current(self) -> StayQuerySet:
        """Those who are in now."""
        return self.filter(discharged_at__isnull=True)

    def with_people(self) -> StayQuerySet:
        return self.select_related("member", "facility__organization", "attending", "encounter")


class DatedQuerySet(models.QuerySet):
    def in_force(self) -> DatedQuerySet:
        """Those without an end."""
        return self.filter(during__endswith__isnull=True)

    def at(self, instant: datetime) -> DatedQuerySet:
        return self.filter(during__contains=instant)
