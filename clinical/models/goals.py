from django.db import models

from clinical.models.facts import EncounterFact, FactCoding, fact_key
from core.history import track


@track()
class Goal(EncounterFact):
    description = models.CharField(max_length=500, blank=True, default="", db_default="")
    target = models.JSONField(null=True, blank=True, help_text="FHIR Goal.target.")


@track()
class GoalCoding(FactCoding):
    fact = fact_key(Goal)


@track()
class CarePlan(EncounterFact):
    title = models.CharField(max_length=200, blank=True, default="", db_default="")
    activities = models.JSONField(default=list, blank=True, db_default=[])


@track()
class CarePlanCoding(FactCoding):
    fact = fact_key(CarePlan)
