"""Saved cohorts, agreements under which data leave, and what left: who, what, when, why."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.history import track
from core.models import Identified, JobRun, User
from network.models import Organization


@track()
class Cohort(Identified):
    """People of a system found by criteria, and how many they were when last counted."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=300)
    criteria = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    run = models.ForeignKey(JobRun, models.SET_NULL, null=True, related_name="+", help_text="The last count.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["managing_organization", "name"],
                name="prevention_cohort_name",
                violation_error_message="A cohort of this name exists already.",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="prevention_cohort_purpose"),
        ]


@track()
class DataUseAgreement(Identified):
    """A recorded agreement under which a limited data set may go to a recipient (45 CFR 164.514(e))."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=200)
    reference = models.CharField(max_length=100, help_text="Where the signed paper is filed.")
    permitted_use = models.CharField(max_length=500, help_text="Research, public health or health care operations.")
    signed_on = models.DateField()
    period = DateRangeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["managing_organization", "reference"], name="prevention_agreement_once"),
            models.CheckConstraint(condition=Q(period__isempty=False), name="prevention_agreement_period"),
            models.CheckConstraint(condition=~Q(permitted_use="") & ~Q(recipient=""), name="prevention_agreement_says"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}, {self.reference}"


@track()
class CohortExport(Identified):
    """One export and its log: who asked for what and why, what was in it, until when it can be fetched."""

    class Kind(models.TextChoices):
        SAFE_HARBOR = "safe_harbor", "de-identified (Safe Harbor)"
        LIMITED = "limited", "limited data set"

    class Status(models.TextChoices):
        QUEUED = "queued"
        READY = "ready"
        REFUSED = "refused", "refused: too few people"
        FAILED = "failed"
        EXPIRED = "expired"

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=15, choices=Kind)
    agreement = models.ForeignKey(DataUseAgreement, models.PROTECT, null=True, blank=True, related_name="exports")
    purpose = models.CharField(max_length=300)
    criteria = models.JSONField(help_text="The cohort's criteria as they were.")
    as_of = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, db_default=Status.QUEUED)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    columns = ArrayField(models.CharField(max_length=60), default=list, help_text="File and column, like people.age.")
    files = models.JSONField(default=list, db_default=[], help_text="[{name, rows, bytes, sha256}]")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="safe_harbor", agreement__isnull=True) | Q(kind="limited", agreement__isnull=False),
                name="prevention_cohortexport_agreement",
                violation_error_message="A limited data set needs an agreement.",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="prevention_cohortexport_purpose"),
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(expires_at__isnull=False), name="prevention_cohortexport_expires"
            ),
        ]
        indexes = [models.Index(fields=["cohort", "-requested_at"], name="prevention_cohortexport_log")]
