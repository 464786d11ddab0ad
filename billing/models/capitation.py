from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from billing.triggers import OfOpenRun, PostedRunStands, ScoreStands
from core.constraints import MemberForeignKey
from core.models import Identified, JobRun
from core.triggers import immutable
from members.models import MemberOwned, member_key
from network.models import Contract, Department, Facility, Organization, Region
from plans.models import CoveragePeriod
from plans.models.products import LineOfBusiness


class CapitationContract(Identified):
    """The capitation terms of a contract: what share of which rate cells the payee gets, and how months count."""

    class MemberMonth(models.TextChoices):
        FIRST = "first", "covered on the 1st"
        BY_DAY = "by_day", "by covered days"

    contract = models.OneToOneField(Contract, models.PROTECT, related_name="capitation")
    member_month = models.CharField(max_length=10, choices=MemberMonth, default=MemberMonth.FIRST)
    is_risk_adjusted = models.BooleanField(default=True)
    lookback_months = models.JSONField(
        default=dict, blank=True, help_text="Line of business → months within which retroactive changes are paid."
    )


class RateCell(Identified):
    """The monthly amount for one member in a cell: line of business, age band, sex, region; for a period."""

    contract = models.ForeignKey(CapitationContract, models.CASCADE, related_name="rate_cells")
    line_of_business = models.CharField(max_length=20, choices=LineOfBusiness)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    sex = models.CharField(
        max_length=10, blank=True, default="", help_text="Administrative sex of the coverage; empty: any."
    )
    age_from = models.PositiveSmallIntegerField()
    age_to = models.PositiveSmallIntegerField(help_text="Exclusive; age on the first of the service month.")
    amount = models.DecimalField(max_digits=12, decimal_places=4)
    period = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(age_to__gt=models.F("age_from")), name="billing_ratecell_ages"),
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="billing_ratecell_period"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="billing_ratecell_amount"),
            ExclusionConstraint(
                name="billing_ratecell_once",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    ("line_of_business", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    ("sex", RangeOperators.EQUAL),
                    (models.Func("age_from", "age_to", function="int4range"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another rate cell already covers these ages, sex, region and dates.",
            ),
        ]


class RiskScore(MemberOwned):
    """A member's risk score for a payment year, model, segment and run (initial, mid-year, final).

    Another score supersedes it and leaves it standing: a month that was paid on it is explained by it.
    """

    class Run(models.TextChoices):
        INITIAL = "initial"
        MID_YEAR = "mid_year"
        FINAL = "final"

    payment_year = models.PositiveSmallIntegerField()
    model = models.CharField(max_length=40, help_text="Like CMS-HCC V28.")
    segment = models.CharField(max_length=10, help_text="Like CNA, CND, CFA, INS, NE.")
    run = models.CharField(max_length=10, choices=Run)
    service_window = DateRangeField(help_text="Dates of service that counted.")
    raw_score = models.DecimalField(max_digits=8, decimal_places=4)
    payment_score = models.DecimalField(
        max_digits=8, decimal_places=4, help_text="After normalisation and coding adjustment."
    )
    explanation = models.JSONField(
        default=dict,
        help_text="HCCs, demographics, interactions, each with its coefficient, and the diagnoses behind each.",
    )
    inputs = models.CharField(
        max_length=32, blank=True, default="", help_text="Digest of what it was computed from: unchanged, untouched."
    )
    computed_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["member", "payment_year", "model", "run"],
                condition=models.Q(superseded_at=None),
                name="billing_riskscore_once",
            ),
            models.CheckConstraint(
                condition=models.Q(superseded_at=None) | models.Q(superseded_at__gte=models.F("computed_at")),
                name="billing_riskscore_stood",
            ),
        ]
        triggers = [ScoreStands(name="score_stands")]


class CapitationRun(Identified):
    """The close of a payment month. A new version re-does a month that was withdrawn; a re-run changes nothing.

    Version 0 is the running estimate: totals alone, renewed each time, with neither lines nor postings.
    """

    class Status(models.TextChoices):
        OPEN = "open", "being computed"
        POSTED = "posted"
        ESTIMATE = "estimate"
        WITHDRAWN = "withdrawn", "withdrawn: its postings are reversed"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", help_text="The health plan that pays."
    )
    payment_month = models.DateField(help_text="First day of the month.")
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    known_at = models.DateTimeField(help_text="Eligibility as known at this instant.")
    job = models.ForeignKey(JobRun, models.PROTECT, null=True, related_name="+")
    totals = models.JSONField(default=dict)
    posted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payment_month", "version"], name="billing_capitationrun_once"
            )
        ]
        triggers = [PostedRunStands(name="posted_stands")]


class CapitationEligibility(MemberOwned):
    """Eligibility frozen for a run: who was covered in which service month, as known at the close."""

    append_only = True

    run = models.ForeignKey(CapitationRun, models.CASCADE, related_name="eligibility", db_index=False)
    service_month = models.DateField()
    coverage_period = member_key(CoveragePeriod, related_name="+", db_index=False)
    line_of_business = models.CharField(max_length=20, choices=LineOfBusiness)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The member's, otherwise that of the primary care facility. Null: set aside, nothing is paid.",
    )
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", db_index=False)
    sex = models.CharField(max_length=10)
    age = models.PositiveSmallIntegerField(
        null=True, help_text="On the first of the service month. Null: birth date not known, set aside."
    )
    covered_days = models.PositiveSmallIntegerField()
    days_in_month = models.PositiveSmallIntegerField()
    covered_on_first = models.BooleanField()
    risk_score = models.DecimalField(max_digits=8, decimal_places=4, default=1)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("coverage_period"),
            models.UniqueConstraint(
                fields=["run", "member", "service_month", "coverage_period"], name="billing_eligibility_once"
            ),
        ]
        triggers = [OfOpenRun(name="of_open_run")]


class CapitationLine(MemberOwned):
    """What a run pays for one member, contract and service month; the sub-ledger of capitation.

    `full_amount` = rate × risk × fraction, rounded half-even to cents, once, here; an adjustment is the new full
    amount minus all that was posted before for the cell. The explanation is the row itself: cell, rate, score,
    fraction, earlier amount. A month that moved to another cell has two lines: the old cell given back, the new paid.
    """

    append_only = True

    run = models.ForeignKey(CapitationRun, models.CASCADE, related_name="lines", db_index=False)
    contract = models.ForeignKey(CapitationContract, models.PROTECT, related_name="+", db_index=False)
    service_month = models.DateField()
    rate_cell = models.ForeignKey(
        RateCell, models.PROTECT, related_name="+", db_index=False, help_text="Fraction 0: the cell no longer applies."
    )
    rate = models.DecimalField(max_digits=12, decimal_places=4)
    risk_score = models.DecimalField(max_digits=8, decimal_places=4)
    fraction = models.DecimalField(max_digits=9, decimal_places=8, help_text="Share of the month that counts.")
    full_amount = models.DecimalField(
        max_digits=12, decimal_places=2, help_text="What the month is worth as known now."
    )
    posted_before = models.DecimalField(max_digits=12, decimal_places=2)
    amount = models.DecimalField(max_digits=12, decimal_places=2, help_text="full_amount − posted_before.")
    line_of_business = models.CharField(max_length=20, choices=LineOfBusiness)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["run", "contract", "member", "service_month", "rate_cell"], name="billing_capitationline_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount=models.F("full_amount") - models.F("posted_before")),
                name="billing_capitationline_sum",
            ),
        ]
        indexes = [models.Index(fields=["run", "department", "member"], name="billing_capitationline_place")]
        triggers = [OfOpenRun(name="of_open_run"), *immutable()]


class Budget(Identified):
    """The amount planned for a department, facility or region in a month."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="budgets")
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    month = models.DateField(help_text="First day.")
    category = models.CharField(max_length=30, help_text="revenue, care, pharmacy, laboratory, outside")
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "facility", "department", "month", "category"],
                nulls_distinct=False,
                name="billing_budget_once",
            )
        ]
