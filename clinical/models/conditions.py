from django.db import models

from clinical.models.facts import EncounterFact, FactCoding, fact_key
from core.history import track


@track()
class Condition(EncounterFact):
    """A problem or diagnosis. `status` is its clinical status; `effective` runs from onset to abatement."""

    verification = models.CharField(max_length=20, blank=True, default="confirmed", db_default="confirmed")
    is_problem = models.BooleanField(default=False, db_default=False, help_text="On the problem list.")
    note = models.CharField(max_length=500, blank=True, default="", db_default="")


@track()
class ConditionCoding(FactCoding):
    fact = fact_key(Condition)


@track()
class AllergyIntolerance(EncounterFact):
    """An allergy or intolerance. Its CODE codings name the substance (ingredient, class or product)."""

    class Criticality(models.TextChoices):
        LOW = "low"
        HIGH = "high"
        UNABLE = "unable-to-assess", "not assessed"

    verification = models.CharField(max_length=20, blank=True, default="confirmed", db_default="confirmed")
    kind = models.CharField(max_length=12, blank=True, default="", db_default="", help_text="allergy or intolerance")
    category = models.CharField(
        max_length=12, blank=True, default="", db_default="", help_text="food, medication, environment, biologic"
    )
    criticality = models.CharField(max_length=16, choices=Criticality, blank=True, default="", db_default="")
    reactions = models.JSONField(
        default=list, blank=True, db_default=[], help_text="[{manifestation: [...], severity, onset}]"
    )


@track()
class AllergyCoding(FactCoding):
    fact = fact_key(AllergyIntolerance)


@track()
class FamilyHistory(EncounterFact):
    """A relative's condition (FHIR FamilyMemberHistory)."""

    relationship = models.CharField(max_length=20, help_text="HL7 v3 RoleCode, like MTH.")
    onset_age = models.PositiveSmallIntegerField(null=True, blank=True)


@track()
class FamilyHistoryCoding(FactCoding):
    fact = fact_key(FamilyHistory)
