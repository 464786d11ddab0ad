"""The shape of every clinical fact: status, when, by whom, from where; and all the codes that name it."""

from typing import Any

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models.functions import Now

from core.constraints import MemberForeignKey
from core.models import Concept, SourceSystem
from core.triggers import BumpVersion, note_changes
from members.models import MemberOwned, member_key
from network.models import Clinician, Organization


class Fact(MemberOwned):
    """What is recorded of a member, named as in FHIR.

    `effective` is half open. A date known to the day covers that day in the source's offset; `precision` and
    `utc_offset` keep what was said, so that it can be said back. None of a fact's codings is "the" code.
    """

    class Precision(models.TextChoices):
        YEAR = "y"
        MONTH = "m"
        DAY = "d"
        TIME = "t"

    status = models.CharField(max_length=20, help_text="The FHIR status of this kind of resource.")
    effective = DateTimeRangeField(null=True, blank=True)
    precision = models.CharField(
        max_length=2,
        default=Precision.TIME,
        db_default=Precision.TIME,
        help_text="How finely the time was said; two letters where the ends differ, the start's first.",
    )
    utc_offset = models.SmallIntegerField(null=True, blank=True, help_text="Minutes east, as the source wrote it.")
    recorded_at = models.DateTimeField(
        null=True, blank=True, db_default=Now(), help_text="FHIR issued, recordedDate or authoredOn."
    )
    is_negated = models.BooleanField(
        default=False, db_default=False, help_text="Known not done or not present; why is a status_reason coding."
    )
    performer = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    source_system = models.ForeignKey(
        SourceSystem, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    source_id = models.CharField(max_length=120, blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta(MemberOwned.Meta):
        abstract = True
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["source_system", "source_id"],
                condition=~models.Q(source_id=""),
                name="%(app_label)s_%(class)s_source",
            ),
            models.CheckConstraint(
                condition=models.Q(effective__isnull=True) | models.Q(effective__isempty=False),
                name="%(app_label)s_%(class)s_effective",
            ),
        ]
        triggers = [BumpVersion(name="bump_version"), *note_changes()]


class EncounterFact(Fact):
    """A fact that may belong to an encounter."""

    encounter = member_key("clinical.Encounter", null=True, blank=True, related_name="+", db_index=False)

    class Meta(Fact.Meta):
        abstract = True
        constraints = [*Fact.Meta.constraints, MemberForeignKey("encounter")]


class CodingRole(models.IntegerChoices):
    """Which element of the resource a coding stands in."""

    CODE = 1
    CATEGORY = 2
    VALUE = 3
    REASON = 4
    STATUS_REASON = 5
    BODY_SITE = 6
    TYPE = 7
    CLASS = 8
    DISCHARGE_DISPOSITION = 9
    INTERPRETATION = 10
    METHOD = 11
    SEVERITY = 12
    PERFORMER_TYPE = 13
    ROUTE = 14
    VERIFICATION = 15
    PLACE = 16


class FactCoding(models.Model):
    """One coding of one fact. Subclasses name the fact."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    role = models.PositiveSmallIntegerField(choices=CodingRole, default=CodingRole.CODE, db_default=CodingRole.CODE)
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["fact", "role", "concept"], name="%(app_label)s_%(class)s_once"),
            MemberForeignKey("fact"),
        ]
        indexes = [
            models.Index(fields=["concept", "role", "member"], include=["fact"], name="%(class)s_cpt"),
        ]
        # A code added to or taken from a fact that stands changes what the fact says.
        triggers = note_changes()


def fact_key(to: str | type[models.Model]) -> Any:
    """The coding's reference to its fact; the composite key goes with it."""
    return member_key(to, on_delete=models.CASCADE, related_name="codings", db_index=False)
