from django.db import models

from clinical.models.facts import EncounterFact, FactCoding, fact_key
from core.history import track


@track()
class Procedure(EncounterFact):
    """Something done to or for the member (FHIR Procedure); `effective` is when it was performed."""

    note = models.CharField(max_length=500, blank=True, default="", db_default="")


@track()
class ProcedureCoding(FactCoding):
    fact = fact_key(Procedure)


@track()
class Immunization(EncounterFact):
    """A vaccine dose given, or (negated) not given. CODE codings are CVX, or NDC of the product."""

    lot_number = models.CharField(max_length=40, blank=True, default="", db_default="")
    manufacturer = models.CharField(max_length=10, blank=True, default="", db_default="", help_text="MVX.")
    expires_on = models.DateField(null=True, blank=True)
    dose_quantity = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    dose_unit = models.CharField(max_length=20, blank=True, default="", db_default="")
    is_primary_source = models.BooleanField(default=True, db_default=True)


@track()
class ImmunizationCoding(FactCoding):
    fact = fact_key(Immunization)


@track()
class Communication(EncounterFact):
    """Information that was passed on (FHIR Communication); `effective` is when it was sent."""

    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    in_response_to = models.CharField(
        max_length=120, blank=True, default="", db_default="", help_text="basedOn or inResponseTo reference."
    )


@track()
class CommunicationCoding(FactCoding):
    fact = fact_key(Communication)


@track()
class AdverseEvent(EncounterFact):
    """Harm, or a reaction that matters for later care (FHIR AdverseEvent)."""

    note = models.CharField(max_length=500, blank=True, default="", db_default="")


@track()
class AdverseEventCoding(FactCoding):
    fact = fact_key(AdverseEvent)
