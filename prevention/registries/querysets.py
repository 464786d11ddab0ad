"""Entries of registries as lists read them."""

from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from members.models import Consent, Sensitivity


class RegistryEntryQuerySet(models.QuerySet):
    def standing(self) -> "RegistryEntryQuerySet":
        """Those in the registry now."""
        return self.filter(left_on__isnull=True)

    def in_registry(self, registry: str) -> "RegistryEntryQuerySet":
        return self.filter(registry=registry)

    def listable(self, on: date) -> "RegistryEntryQuerySet":
        """Entries that may stand in a list of many people.

        One that rests on labelled facts (domain ruling 5) is read in the person's own chart alone; except that of a
        substance-use programme (42 CFR Part 2) while the member's consent to treatment, payment and operations holds.
        """
        consent = Consent.objects.filter(
            member=OuterRef("member_id"), kind="part2_tpo", is_given=True, period__contains=on
        )
        other_labels = F("sensitivity").bitand(0x7FFF & ~int(Sensitivity.PART2))
        return self.alias(other=other_labels).filter(Q(sensitivity=0) | (Q(other=0) & Exists(consent)))
