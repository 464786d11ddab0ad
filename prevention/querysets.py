"""Gaps as lists read them."""

from django.db import models


class CareGapQuerySet(models.QuerySet):
    def open(self) -> "CareGapQuerySet":
        return self.filter(status="open")

    def standing(self) -> "CareGapQuerySet":
        """Open or put off: not yet settled."""
        return self.filter(status__in=["open", "deferred"])

    def for_rule(self, rule: str) -> "CareGapQuerySet":
        return self.filter(rule=rule)

    def longest_due_first(self) -> "CareGapQuerySet":
        return self.order_by("due_on", "member_id")
