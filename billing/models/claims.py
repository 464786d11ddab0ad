from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from core.constraints import MemberForeignKey
from core.history import track
from core.models import Concept, Identified
from core.triggers import BumpVersion
from members.models import MemberOwned, member_key
from network.models import Department, Facility, Organization
from plans.models import Benefit, CoveragePeriod


class FeeScheduleLine(Identified):
    """What an outside provider is paid for a service, by contract or by default, for a period.

    A line with a modifier or a place of service is for claims that state it; one without is for all others.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", help_text="The plan that pays.")
    payee = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: any outside provider."
    )
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="+")
    modifier = models.CharField(max_length=2, blank=True, default="", db_default="", help_text="Empty: any.")
    place_of_service = models.CharField(
        max_length=2, blank=True, default="", db_default="", help_text="CMS place of service; empty: any."
    )
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    period = DateRangeField(help_text="Half open: the end is the first day without this fee.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="billing_feeschedule_period"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="billing_feeschedule_amount"),
            ExclusionConstraint(
                name="billing_feeschedule_once",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    (models.functions.Coalesce("payee", "organization"), RangeOperators.EQUAL),
                    ("concept", RangeOperators.EQUAL),
                    ("modifier", RangeOperators.EQUAL),
                    ("place_of_service", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This fee schedule already prices the service in that period.",
            ),
        ]


class StandardCost(Identified):
    """What a kind of internal service costs us, for a period: the charge to the budget, never a bill."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", help_text="The health plan.")
    service = models.CharField(max_length=20, choices=Benefit.Service)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    period = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="billing_standardcost_period"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="billing_standardcost_amount"),
            ExclusionConstraint(
                name="billing_standardcost_once",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This service already has a standard cost in that period.",
            ),
        ]


@track()
class OutsideClaim(MemberOwned):
    """A claim from a provider outside the network (X12 837), priced to a known cost."""

    class Status(models.TextChoices):
        RECEIVED = "received"
        PENDED = "pended", "needs a person"
        PRICED = "priced"
        PAID = "paid"
        DENIED = "denied"
        VOIDED = "voided", "void"

    claim_number = models.CharField(max_length=80, help_text="Payer claim control number.")
    patient_control_number = models.CharField(max_length=80, blank=True, default="", help_text="CLM01.")
    payer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="outside_claims")
    provider_npi = models.CharField(max_length=10, blank=True, default="")
    coverage_period = member_key(CoveragePeriod, null=True, blank=True, related_name="+")
    claim_type = models.CharField(max_length=15, help_text="professional or institutional")
    place_of_service = models.CharField(max_length=2, blank=True, default="")
    is_emergency = models.BooleanField(default=False)
    incurred_from = models.DateField()
    incurred_to = models.DateField()
    received_at = models.DateTimeField()
    charged = models.DecimalField(max_digits=14, decimal_places=2)
    allowed = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    member_share = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    plan_share = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED, db_default=Status.RECEIVED)
    pend_reason = models.CharField(max_length=200, blank=True, default="")
    priced_at = models.DateTimeField(null=True, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    source = models.CharField(
        max_length=200, unique=True, help_text="Sender and claim id: the same claim sent twice is one."
    )
    frequency = models.CharField(
        max_length=1, default="1", db_default="1", help_text="CLM05-3: 1 original, 7 replaces, 8 voids."
    )
    original_number = models.CharField(
        max_length=80, blank=True, default="", db_default="",
        help_text="Our number of what it replaces or voids, as its sender states it (REF*F8).",
    )  # fmt: skip
    corrects = member_key(
        "self", null=True, blank=True, related_name="corrections", db_index=False,
        help_text="The claim in whose place it stands.",
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("coverage_period"),
            MemberForeignKey("corrects"),
            models.UniqueConstraint(fields=["payer", "claim_number"], name="billing_claim_number"),
            models.UniqueConstraint(
                fields=["corrects"],
                name="billing_claim_corrected_once",
                violation_error_message="This claim was replaced or made void already.",
            ),
            models.CheckConstraint(
                condition=models.Q(allowed__isnull=True)
                | models.Q(allowed=models.F("member_share") + models.F("plan_share")),
                name="billing_claim_shares_sum",
            ),
        ]
        triggers = [BumpVersion(name="bump_version")]


@track()
class ClaimLine(MemberOwned):
    claim = member_key(OutsideClaim, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField()
    concept = models.ForeignKey(Concept, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    revenue_code = models.CharField(max_length=4, blank=True, default="")
    modifiers = models.CharField(max_length=11, blank=True, default="")
    service_date = models.DateField()
    units = models.DecimalField(max_digits=10, decimal_places=3, default=1)
    charged = models.DecimalField(max_digits=14, decimal_places=2)
    allowed = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    pricing = models.CharField(max_length=200, blank=True, default="", help_text="How the allowed amount came about.")

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("claim"),
            models.UniqueConstraint(fields=["claim", "number"], name="billing_claimline_number"),
        ]


class ClaimDiagnosis(models.Model):
    """A diagnosis as the claim states it; a corrected claim is a claim of its own."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    claim = member_key(OutsideClaim, on_delete=models.CASCADE, related_name="diagnoses", db_index=False)
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="+", db_index=False)
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            MemberForeignKey("claim"),
            models.UniqueConstraint(fields=["claim", "concept"], name="billing_claimdiagnosis_once"),
        ]


class UtilisationCost(MemberOwned):
    """A cost in the budget: internal care at standard cost, or an outside claim. Once for each source.

    Four dates (domain ruling 16): incurred, known, paid, posted; retroactive work posts in the open period.
    """

    append_only = True

    class Category(models.TextChoices):
        CARE = "care", "visits and procedures"
        HOSPITAL = "hospital"
        PHARMACY = "pharmacy"
        LABORATORY = "laboratory"
        OUTSIDE = "outside", "outside care"
        OUTREACH = "outreach"

    category = models.CharField(max_length=10, choices=Category)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    incurred_on = models.DateField()
    known_at = models.DateTimeField(db_default=Now())
    paid_on = models.DateField(null=True, blank=True)
    posted_on = models.DateField(null=True, blank=True)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    source = models.CharField(max_length=100, unique=True)

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints]
        indexes = [models.Index(fields=["incurred_on", "department"], name="billing_cost_month")]


class CostShare(MemberOwned):
    """What a member owes for one service: the price told before is the price charged. Once for each source."""

    append_only = True

    service = models.CharField(max_length=20, choices=Benefit.Service)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    service_date = models.DateField()
    explanation = models.JSONField(default=dict, help_text="Copay, deductible part, coinsurance part, limit reached.")
    source = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints]
