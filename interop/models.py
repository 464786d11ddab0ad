from django.db import models
from django.db.models.functions import Now

from core.constraints import MemberForeignKey
from core.history import track
from core.models import Identified, User
from members.models import MemberOwned, member_key
from network.models import Organization
from plans.models import Coverage


class ImportRun(Identified):
    """One file (or message batch) taken in: what was accepted, what was set aside."""

    class Kind(models.TextChoices):
        X12_834 = "x12_834", "X12 834 enrolment"
        X12_837 = "x12_837", "X12 837 claims"
        X12_820 = "x12_820", "X12 820 premium payment"
        FHIR = "fhir", "FHIR R4"
        HL7V2 = "hl7v2", "HL7 v2"

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    managing_organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The integrated system whose file it is; where nobody could tell, only jobs see the run.",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content.")
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    total = models.PositiveIntegerField(null=True, help_text="Records in the file, once known.")
    counts = models.JSONField(default=dict, help_text="accepted, unchanged, set_aside, by type")
    options = models.JSONField(default=dict, db_default={}, help_text="How it was read, for replaying it the same way.")
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    # Where the same file came again: what had been counted until then. Not kept.
    counts_before: dict[str, int] | None = None

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="interop_importrun_recent")]


class SetAside(Identified):
    """A record that could not be taken, whole, with where it stood and why; replayed after a fix."""

    class Status(models.TextChoices):
        OPEN = "open"
        REPLAYED = "replayed"
        DISMISSED = "dismissed"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="set_aside")
    managing_organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The run's: people of another system never see what was sent.",
    )
    position = models.CharField(max_length=100, help_text="Segment number and loop, or file, entry and type; no name.")
    code = models.CharField(max_length=40, help_text="Kind of fault.")
    reason = models.CharField(max_length=500, help_text="What is wrong and how to mend it. Names fields, not values.")
    payload = models.TextField(help_text="The record as sent.")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    resolved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "set aside"
        constraints = [models.UniqueConstraint(fields=["run", "position", "code"], name="interop_setaside_once")]


@track()
class TerminationProposal(MemberOwned):
    """Somebody covered whom a full list (834 BGN08 4 or RX) does not name. Nothing ends until a person says so."""

    class Status(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn", "listed again since"

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="termination_proposals")
    coverage = member_key(Coverage, related_name="+", db_index=False)
    ends_on = models.DateField(help_text="First day without coverage: the day that the list speaks of.")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("coverage"),
            models.UniqueConstraint(
                fields=["coverage"], condition=models.Q(status="open"), name="interop_termination_open_once"
            ),
        ]


# The slices keep their own models beside their mappings; Django looks for them here.
from interop.fhir.models import (  # noqa: E402
    CostLine,
    CostRecord,
    CostRecordCoding,
    CoverageStatement,
    CoverageStatementCoding,
    ImportedResource,
    ResourceReference,
)
from interop.hl7v2.models import LocalCode  # noqa: E402

__all__ = [
    "CostLine",
    "CostRecord",
    "CostRecordCoding",
    "CoverageStatement",
    "CoverageStatementCoding",
    "ImportRun",
    "ImportedResource",
    "LocalCode",
    "ResourceReference",
    "SetAside",
    "TerminationProposal",
]
