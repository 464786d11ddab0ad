import pgtrigger
from django.db import models
from django.db.models.functions import Now

from clinical.models import Observation, ServiceRequest
from core.constraints import MemberForeignKey
from core.history import track
from core.models import Concept, Identified, User
from core.triggers import BumpVersion, immutable
from labs.querysets import LabOrderQuerySet, LabResultQuerySet
from labs.triggers import ResultOfItsSpecimen, TakenInItsTime
from members.models import MemberOwned, member_key
from network.models import Department, Organization


class LabTest(Identified):
    """A test of our catalogue: its LOINC, specimen, unit, turnaround, and how long a result stays useful."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    loinc = models.ForeignKey(Concept, models.PROTECT, related_name="+", help_text="The LOINC of its result.")
    specimen_type = models.CharField(max_length=40, help_text="HL7 0487, like SER, BLD, UR, STL.")
    unit = models.CharField(max_length=40, blank=True, default="", help_text="UCUM.")
    decimals = models.PositiveSmallIntegerField(default=1)
    # labs.bounds holds what is entered against them. A base excess may be negative, and then `least` says how far.
    least = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, blank=True, default=0, db_default=0,
        help_text="Nobody's specimen holds less; empty: no bound.",
    )  # fmt: skip
    most = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, blank=True, help_text="Nobody's specimen holds more."
    )
    turnaround_hours = models.PositiveSmallIntegerField(default=24)
    useful_days = models.PositiveSmallIntegerField(
        default=0, help_text="A repeat within this many days is warned as a duplicate; 0: never."
    )
    is_home_kit = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="labs_labtest_code"),
            models.CheckConstraint(
                condition=models.Q(least__isnull=True)
                | models.Q(most__isnull=True)
                | models.Q(least__lt=models.F("most")),
                name="labs_labtest_bounds",
                violation_error_message="The least possible value lies below the most.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReferenceRange(Identified):
    """Normal and critical limits of a test by sex for clinical use and age in days, with their source."""

    test = models.ForeignKey(LabTest, models.CASCADE, related_name="ranges")
    sex = models.CharField(max_length=10, blank=True, default="", help_text="Empty: any.")
    age_days_from = models.PositiveIntegerField(default=0)
    age_days_to = models.PositiveIntegerField(default=60000, help_text="Exclusive.")
    low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    critical_low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    critical_high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    source = models.CharField(max_length=200, blank=True, default="")


@track()
class LabOrder(MemberOwned):
    """The laboratory's workflow for one ordered test."""

    class Status(models.TextChoices):
        ORDERED = "ordered"
        MAILED = "mailed", "kit mailed"
        COLLECTED = "collected"
        RECEIVED = "received", "at the bench"
        RESULTED = "resulted", "entered, not released"
        RELEASED = "released"
        CANCELLED = "cancelled"

    request = member_key(ServiceRequest, related_name="lab_orders")
    test = models.ForeignKey(LabTest, models.PROTECT, related_name="orders")
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", help_text="The laboratory that does it."
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.ORDERED, db_default=Status.ORDERED)
    status_at = models.DateTimeField(db_default=Now(), help_text="Since when it waits at this stage.")
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = LabOrderQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("request"),
            models.UniqueConstraint(fields=["request", "test"], name="labs_laborder_once"),
        ]
        indexes = [
            models.Index(fields=["status", "created_at"], name="labs_laborder_bench"),
            models.Index(
                fields=["status", "status_at"],
                name="labs_laborder_waiting",
                condition=~models.Q(status__in=["released", "cancelled"]),
            ),
        ]
        triggers = [BumpVersion(name="bump_version")]


@track()
class Specimen(MemberOwned):
    """What was taken, from whom, when, by whom; its accession number is on the tube."""

    order = member_key(LabOrder, related_name="specimens")
    accession = models.CharField(max_length=20, unique=True)
    type = models.CharField(max_length=40)
    collected_at = models.DateTimeField()
    collected_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField(null=True, blank=True)
    rejected_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("order"),
            models.CheckConstraint(
                condition=models.Q(received_at__isnull=True) | models.Q(received_at__gte=models.F("collected_at")),
                name="labs_specimen_received",
                violation_error_message="A specimen is received after it was taken.",
            ),
        ]
        triggers = [TakenInItsTime(name="taken_in_its_time")]


@track()
class LabResult(MemberOwned):
    """One result of our own laboratory. Final never changes: a correction is a new row (`corrects`)."""

    class Status(models.TextChoices):
        PRELIMINARY = "preliminary"
        FINAL = "final"
        CORRECTED = "corrected"
        CANCELLED = "cancelled"

    specimen = member_key(Specimen, related_name="results")
    order = member_key(LabOrder, related_name="results")
    test = models.ForeignKey(LabTest, models.PROTECT, related_name="+")
    value_quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    value_text = models.CharField(max_length=500, blank=True, default="")
    value_concept = models.ForeignKey(Concept, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.CharField(max_length=40, blank=True, default="")
    flag = models.CharField(max_length=4, blank=True, default="", help_text="HL7 0078: N, L, H, LL, HH, A.")
    is_critical = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=Status, default=Status.PRELIMINARY)
    performing_laboratory = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField(db_default=Now())
    released_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    released_at = models.DateTimeField(null=True, blank=True)
    corrects = member_key("self", null=True, blank=True, related_name="corrections")
    observation = member_key(Observation, null=True, blank=True, related_name="+", help_text="Written at release.")

    objects = LabResultQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("specimen"),
            MemberForeignKey("order"),
            MemberForeignKey("corrects"),
            MemberForeignKey("observation"),
            models.CheckConstraint(
                condition=models.Q(status__in=["preliminary", "cancelled"])
                | models.Q(released_at__isnull=False, released_by__isnull=False, observation__isnull=False),
                name="labs_labresult_released",
            ),
            models.UniqueConstraint(
                fields=["specimen", "test"],
                condition=models.Q(status__in=["preliminary", "final"]),
                name="labs_labresult_one",
                violation_error_message="This specimen already has a result for this test.",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                name="labs_labresult_corrected_once",
                violation_error_message="This result has been corrected already: correct the correction.",
            ),
        ]
        triggers = [
            *immutable("final", pgtrigger.Q(old__status__in=["final", "corrected"])),
            ResultOfItsSpecimen(name="of_its_specimen"),
        ]


@track()
class ResultMismatch(MemberOwned):
    """A result that was refused because tube and order do not belong together; open until a person has looked."""

    class Status(models.TextChoices):
        OPEN = "open"
        RESOLVED = "resolved"

    order = member_key(LabOrder, related_name="mismatches")
    accession = models.CharField(max_length=20, help_text="What stood on the tube.")
    reason = models.CharField(max_length=300)
    value = models.CharField("value as entered", max_length=500, blank=True, default="")
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    resolution = models.CharField(max_length=300, blank=True, default="")
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("order"),
            models.CheckConstraint(
                condition=models.Q(status="open")
                | (models.Q(resolved_by__isnull=False, resolved_at__isnull=False) & ~models.Q(resolution="")),
                name="labs_resultmismatch_resolved",
            ),
        ]
