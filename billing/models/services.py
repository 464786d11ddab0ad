from django.db import models
from django.db.models.functions import Now

from clinical.models import Encounter
from core.constraints import MemberForeignKey
from core.history import track
from core.models import Concept
from members.models import MemberOwned, member_key
from network.models import Clinician, Department, Facility


@track()
class ServiceLine(MemberOwned):
    """A coded service of an internal visit or stay: no bill, but the record that encounter submission needs."""

    class Setting(models.TextChoices):
        PROFESSIONAL = "professional"
        INPATIENT = "inpatient", "hospital inpatient"
        OUTPATIENT = "outpatient", "hospital outpatient"

    encounter = member_key(Encounter, null=True, blank=True, related_name="service_lines")
    setting = models.CharField(max_length=12, choices=Setting)
    service_date = models.DateField()
    procedure = models.ForeignKey(
        Concept,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="CPT or HCPCS level II.",
    )
    modifiers = models.CharField(max_length=11, blank=True, default="", db_default="")
    revenue_code = models.CharField(max_length=4, blank=True, default="", db_default="")
    bill_type = models.CharField(max_length=4, blank=True, default="", db_default="", help_text="NUBC type of bill.")
    drg = models.CharField("MS-DRG", max_length=3, blank=True, default="", db_default="")
    units = models.DecimalField(max_digits=10, decimal_places=3, default=1, db_default=1)
    place_of_service = models.CharField(max_length=2, blank=True, default="", db_default="")
    clinician = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    cost = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, db_default=0, help_text="Internal cost at standard rates."
    )
    source = models.CharField(max_length=100, unique=True, help_text="The row it was coded from.")
    known_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints, MemberForeignKey("encounter")]
        indexes = [models.Index(fields=["service_date", "member"], name="billing_serviceline_date")]


class ServiceLineDiagnosis(models.Model):
    """An ICD-10-CM diagnosis on a service line; risk scores count these and never the problem list."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    line = member_key(ServiceLine, on_delete=models.CASCADE, related_name="diagnoses", db_index=False)
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="+", db_index=False)
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            MemberForeignKey("line"),
            models.UniqueConstraint(fields=["line", "concept"], name="billing_servicelinediagnosis_once"),
        ]
