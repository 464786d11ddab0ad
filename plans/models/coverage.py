from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from core.constraints import MemberForeignKey
from core.history import track
from core.models import User
from core.triggers import note_changes
from members.models import Member, MemberOwned, member_key
from plans.models.products import EmployerGroup, GroupClass, Product
from plans.querysets import AccumulatorQuerySet, CoveragePeriodQuerySet
from plans.triggers import CoverageVersioned, FormerCoverage, KnownFromNow


@track()
class CoverageContract(MemberOwned):
    """The subscriber's contract: group, class, number. Family accumulators hang on it."""

    group = models.ForeignKey(EmployerGroup, models.PROTECT, related_name="contracts")
    group_class = models.ForeignKey(GroupClass, models.PROTECT, null=True, blank=True, related_name="+")
    number = models.CharField(max_length=80, help_text="Subscriber number (834 REF*0F).")

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["group", "number"],
                name="plans_contract_number",
                violation_error_message="This group already has a contract with this subscriber number.",
            ),
        ]


@track()
class Coverage(MemberOwned):
    """One person covered under one contract (FHIR Coverage); its periods say when, with which product."""

    contract = models.ForeignKey(CoverageContract, models.PROTECT, related_name="coverages")
    relationship = models.CharField(max_length=2, help_text="X12 1069: 18 self, 01 spouse, 19 child …")
    number = models.CharField(max_length=80, blank=True, default="", help_text="Member number under the contract.")
    administrative_sex = models.CharField(max_length=10, choices=Member.AdministrativeSex, default="unknown")
    is_former = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Came with a record that was merged into this one, which has a place under the contract: history.",
    )

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["contract", "member"],
                condition=models.Q(is_former=False),
                name="plans_coverage_once",
                violation_error_message="This person has a place under this contract already.",
            ),
        ]
        triggers = [FormerCoverage(name="former")]


class CoveragePeriod(MemberOwned):
    """A version of a member's coverage: valid over `valid`, known to us over `known`.

    Never overwritten: a change closes `known` and inserts (engineering ruling 4), so that last March's
    eligibility can be asked as it was known in March. At each place of the payer order for a benefit one
    coverage stands at a time, of what is known now. Since versions are only inserted open and only closed, it was so
    at every instant before, except where two records of one person became one: both were known then, each by itself.
    """

    class BenefitKind(models.TextChoices):
        MEDICAL = "medical"
        PHARMACY = "pharmacy"
        DENTAL = "dental"
        VISION = "vision"

    coverage = member_key(Coverage, related_name="periods", db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    benefit = models.CharField(max_length=10, choices=BenefitKind, default="medical", db_default="medical")
    payer_order = models.PositiveSmallIntegerField(default=1, db_default=1, help_text="1 pays first.")
    tier = models.CharField(max_length=3, blank=True, default="", db_default="", help_text="X12 1205 coverage level.")
    valid = DateRangeField(help_text="Half open: the end is the first day without coverage.")
    known = DateTimeRangeField(help_text="From when we knew until it was superseded.")
    source = models.CharField(max_length=200, help_text="Import record or screen that brought it.")
    reason = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="X12 1203 maintenance reason."
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    objects = CoveragePeriodQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("coverage"),
            models.CheckConstraint(condition=models.Q(valid__isempty=False), name="plans_coverageperiod_valid"),
            models.CheckConstraint(condition=models.Q(known__isempty=False), name="plans_coverageperiod_known"),
            models.CheckConstraint(condition=models.Q(payer_order__gte=1), name="plans_coverageperiod_order"),
            ExclusionConstraint(
                name="plans_coverageperiod_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("benefit", RangeOperators.EQUAL),
                    ("payer_order", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(known__upper_inf=True),
                violation_error_message="Another coverage already stands at this place of the payer order then.",
            ),
        ]
        triggers = [CoverageVersioned(name="versioned"), KnownFromNow(name="known_from_now"), *note_changes()]


@track()
class Accumulator(MemberOwned):
    """What counts toward a limit in a plan year: a person's, or (scope family) the subscriber's contract's."""

    class Scope(models.TextChoices):
        PERSON = "person"
        FAMILY = "family"

    class Category(models.TextChoices):
        DEDUCTIBLE = "deductible"
        OUT_OF_POCKET = "out_of_pocket", "out-of-pocket limit"

    contract = models.ForeignKey(CoverageContract, models.PROTECT, related_name="accumulators")
    scope = models.CharField(max_length=10, choices=Scope)
    category = models.CharField(max_length=20, choices=Category)
    plan_year = DateRangeField()
    limit = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, help_text="Sum of its entries; ./kp reconcile proves it."
    )

    objects = AccumulatorQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(total__gte=0, total__lte=models.F("limit")),
                name="plans_accumulator_within_limit",
                violation_error_message="More would count than the limit allows.",
            ),
            ExclusionConstraint(
                name="plans_accumulator_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("contract", RangeOperators.EQUAL),
                    ("scope", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    ("plan_year", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class AccumulatorEntry(MemberOwned):
    """One amount that counted. A reversal is a negative entry. Once for each source and accumulator."""

    append_only = True

    accumulator = models.ForeignKey(Accumulator, models.PROTECT, related_name="entries", db_index=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    source = models.CharField(max_length=100, help_text="Row that caused it, like billing.costshare:<id>.")
    service_date = models.DateField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(fields=["accumulator", "source"], name="plans_accumulatorentry_once"),
        ]
