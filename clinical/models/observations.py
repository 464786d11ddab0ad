from django.db import models

from clinical.models.facts import EncounterFact, FactCoding, fact_key
from clinical.triggers import final_coding, final_observation
from core.constraints import MemberForeignKey
from core.history import track
from members.models import member_key


@track()
class Observation(EncounterFact):
    """A measurement, result or answer. A coded value is a VALUE coding; components are rows with `part_of`.

    Identity of a result is (source system, source id): filler number, specimen, code (domain ruling 9).
    """

    part_of = member_key("self", on_delete=models.CASCADE, null=True, blank=True, related_name="components")
    value_quantity = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    value_unit = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="UCUM.")
    value_comparator = models.CharField(max_length=2, blank=True, default="", db_default="", help_text="<, <=, >=, >")
    value_integer = models.IntegerField(null=True, blank=True)
    value_boolean = models.BooleanField(null=True, blank=True)
    value_time = models.DateTimeField(null=True, blank=True)
    value_text = models.TextField(blank=True, default="", db_default="")
    low = models.DecimalField("reference low", max_digits=18, decimal_places=6, null=True, blank=True)
    high = models.DecimalField("reference high", max_digits=18, decimal_places=6, null=True, blank=True)
    interpretation = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="HL7 0078: N, L, H, LL, HH, A …"
    )
    performing_laboratory = models.CharField(max_length=200, blank=True, default="", db_default="")
    corrects = member_key("self", null=True, blank=True, related_name="corrections", db_index=False)

    class Meta(EncounterFact.Meta):
        constraints = [
            *EncounterFact.Meta.constraints,
            MemberForeignKey("part_of"),
            MemberForeignKey("corrects"),
        ]
        triggers = [*EncounterFact.Meta.triggers, *final_observation()]


@track()
class ObservationCoding(FactCoding):
    fact = fact_key(Observation)

    class Meta(FactCoding.Meta):
        triggers = [*FactCoding.Meta.triggers, *final_coding()]
