"""What FHIR brings that no other room owns: where each resource went, what pointed where, cost and cover as told."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from clinical.models import EncounterFact, Fact, FactCoding
from clinical.models.facts import fact_key
from core.constraints import MemberForeignKey
from core.history import track
from core.models import Concept, SourceSystem
from members.models import Member, MemberOwned, member_key


class ImportedResource(models.Model):
    """One resource of one sender and the row it became: references find it, and a repeat changes nothing."""

    id = models.BigAutoField(primary_key=True)
    source_system = models.ForeignKey(SourceSystem, models.PROTECT, related_name="+", db_index=False)
    type = models.CharField(max_length=40, help_text="FHIR resource type.")
    source_id = models.CharField(max_length=120)
    object_id = models.UUIDField(null=True, help_text="The row; null for types that become none.")
    member = models.ForeignKey(Member, models.CASCADE, null=True, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=16, help_text="Of the resource and the mapping's version.")
    is_owner = models.BooleanField(
        default=True, db_default=True, help_text="This sender brought the row; false where it named one we had."
    )
    identifiers = ArrayField(
        models.CharField(max_length=400), null=True, help_text="system|value, for references by identifier."
    )
    content = models.JSONField(null=True, help_text="Codes of a Medication, which becomes no row.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_system", "source_id", "type"], name="interop_imported_once")
        ]
        indexes = [
            GinIndex(
                fields=["identifiers"],
                name="interop_imported_identifiers",
                condition=models.Q(identifiers__isnull=False),
            )
        ]


class ResourceReference(models.Model):
    """A reference that no column holds (reasonReference, supportingInfo, addresses …), so that none is lost."""

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(Member, models.CASCADE, null=True, related_name="+", db_index=False)
    from_type = models.CharField(max_length=40)
    from_id = models.UUIDField()
    path = models.CharField(max_length=200, help_text="The element that holds it.")
    to_type = models.CharField(max_length=40, blank=True, default="")
    to_id = models.UUIDField(null=True, help_text="Null: contained, or of a type that becomes no row.")
    target = models.CharField(max_length=400, blank=True, default="", help_text="As written, where `to_id` is null.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["from_id", "path"], name="interop_reference_once")]
        indexes = [models.Index(fields=["to_id"], name="interop_reference_to")]


@track()
class CoverageStatement(Fact):
    """Insurance as an outside record tells it (FHIR Coverage). It enrols nobody: enrolment comes by 834 or a person."""

    payor_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    subscriber_number = models.CharField(max_length=80, blank=True, default="", db_default="")
    relationship = models.CharField(max_length=20, blank=True, default="", db_default="")
    payer_order = models.PositiveSmallIntegerField(null=True, blank=True)


@track()
class CoverageStatementCoding(FactCoding):
    fact = fact_key(CoverageStatement)


@track()
class CostRecord(EncounterFact):
    """What care cost elsewhere, as claimed or explained (FHIR Claim, ExplanationOfBenefit). Nothing we owe."""

    class Kind(models.TextChoices):
        CLAIM = "claim"
        EOB = "eob", "explanation of benefit"

    kind = models.CharField(max_length=5, choices=Kind)
    use = models.CharField(max_length=20, blank=True, default="", db_default="")
    outcome = models.CharField(max_length=20, blank=True, default="", db_default="")
    insurer_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    charged = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    paid = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)


@track()
class CostRecordCoding(FactCoding):
    fact = fact_key(CostRecord)


@track()
class CostLine(MemberOwned):
    record = member_key(CostRecord, on_delete=models.CASCADE, related_name="lines", db_index=False)
    number = models.PositiveSmallIntegerField()
    concept = models.ForeignKey(Concept, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    service_date = models.DateField(null=True, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True, default="", db_default="")
    quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    charged = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    allowed = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    paid = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    member_share = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("record"),
            models.UniqueConstraint(fields=["record", "number"], name="interop_costline_number"),
        ]
