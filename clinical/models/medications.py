from django.db import models

from clinical.models.facts import EncounterFact, FactCoding, fact_key
from clinical.models.orders import Order
from core.constraints import MemberForeignKey
from core.history import track
from members.models import member_key


@track()
class MedicationRequest(Order):
    """A medicine that was ordered. CODE codings are RxNorm clinical drugs; `effective` is the validity period."""

    dosage_text = models.CharField(max_length=500, blank=True, default="", db_default="")
    dosage = models.JSONField(null=True, blank=True, help_text="FHIR dosageInstruction.")
    quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    quantity_unit = models.CharField(max_length=40, blank=True, default="", db_default="")
    refills = models.PositiveSmallIntegerField(null=True, blank=True)
    days_supply = models.PositiveSmallIntegerField(null=True, blank=True)
    category = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="inpatient, outpatient, community, discharge"
    )


@track()
class MedicationRequestCoding(FactCoding):
    fact = fact_key(MedicationRequest)


@track()
class MedicationDispense(EncounterFact):
    """A medicine that was handed over. `effective` starts at the hand-over."""

    request = member_key(MedicationRequest, null=True, blank=True, related_name="dispenses", db_index=False)
    quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    quantity_unit = models.CharField(max_length=40, blank=True, default="", db_default="")
    days_supply = models.PositiveSmallIntegerField(null=True, blank=True)
    dosage = models.JSONField(null=True, blank=True)

    class Meta(EncounterFact.Meta):
        constraints = [*EncounterFact.Meta.constraints, MemberForeignKey("request")]


@track()
class MedicationDispenseCoding(FactCoding):
    fact = fact_key(MedicationDispense)


@track()
class MedicationStatement(EncounterFact):
    """A medicine the member takes or took, by whatever source: the reconciled list."""

    request = member_key(MedicationRequest, null=True, blank=True, related_name="statements", db_index=False)
    dosage_text = models.CharField(max_length=500, blank=True, default="", db_default="")
    information_source = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta(EncounterFact.Meta):
        constraints = [*EncounterFact.Meta.constraints, MemberForeignKey("request")]


@track()
class MedicationStatementCoding(FactCoding):
    fact = fact_key(MedicationStatement)
