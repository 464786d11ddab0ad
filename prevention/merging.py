"""What prevention works out for each of two records, and one person has once, makes way before they become one.

A gap is closed by facts and a registry is left by them: nobody could have settled it by hand before the merge.
"""

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from core.models import User
from core.models.base import ClockTimestamp
from members.models import Member
from prevention.models import CareGap, RegistryEntry

STANDING = (CareGap.Status.OPEN, CareGap.Status.DEFERRED)


def make_way(kept: Member, gone: Member, by: User) -> None:
    """Close the gaps and leave the registries of the record that goes where the one that stays has the same.

    They go along with their reminders and notes, as history, and say into whom they were merged. Taken apart again,
    the record is answered anew from its own chart.
    """
    rules = CareGap.objects.filter(member=kept, status__in=STANDING).values("rule")
    for gap in CareGap.objects.filter(member=gone, status__in=STANDING, rule__in=rules):
        gap.evidence = {**gap.evidence, "merged": [str(kept.pk)]}
        gap.status, gap.closed_at = CareGap.Status.EXCLUDED, timezone.now()
        gap.save(update_fields=["status", "closed_at", "evidence"])
    registries = RegistryEntry.objects.filter(member=kept, left_on__isnull=True).values("registry")
    RegistryEntry.objects.filter(member=gone, left_on__isnull=True, registry__in=registries).update(
        left_on=Greatest(F("entered_on"), timezone.localdate()), changed_at=ClockTimestamp()
    )
