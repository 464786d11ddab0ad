from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from core.models import Identified
from network.models import Organization, Region
from plans.querysets import BenefitQuerySet


class LineOfBusiness(models.TextChoices):
    COMMERCIAL_GROUP = "commercial_group", "employer group"
    INDIVIDUAL = "individual", "individual and family"
    MEDICARE = "medicare", "Medicare Advantage"
    MEDICAID = "medicaid", "Medicaid managed care"


class Product(Identified):
    """What is sold: a line of business, a kind of plan, benefits and the rule that counts part months."""

    class Kind(models.TextChoices):
        HMO = "hmo", "HMO"
        HDHP = "hdhp", "high-deductible HMO with HSA"

    class Proration(models.TextChoices):
        """How a part month counts in premium (domain ruling 4): Medicare pays whole months."""

        MONTH = "month", "whole month if covered on the 1st"
        DAY = "day", "by day"
        MID_MONTH = "mid_month", "whole month if it starts by the 15th"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="products", help_text="The health plan."
    )
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=100)
    line_of_business = models.CharField(max_length=20, choices=LineOfBusiness)
    kind = models.CharField(max_length=5, choices=Kind)
    metal = models.CharField(max_length=10, blank=True, default="")
    proration = models.CharField(max_length=10, choices=Proration, default=Proration.MONTH)
    deductible = models.DecimalField(max_digits=12, decimal_places=2, default=0, help_text="Each person, a plan year.")
    family_deductible = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    out_of_pocket_limit = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    family_out_of_pocket_limit = models.DecimalField(max_digits=12, decimal_places=2, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="plans_product_code")]

    def __str__(self) -> str:
        return self.name


class Benefit(Identified):
    """What a member pays for a kind of service under a product, for a period."""

    class Service(models.TextChoices):
        PRIMARY_CARE = "primary_care", "primary care visit"
        SPECIALTY_CARE = "specialty_care", "specialty visit"
        VIDEO = "video", "video or phone visit"
        PREVENTIVE = "preventive", "preventive care"
        URGENT_CARE = "urgent_care"
        EMERGENCY = "emergency", "emergency department"
        INPATIENT = "inpatient", "hospital stay"
        LABORATORY = "laboratory"
        IMAGING = "imaging"
        DRUG_TIER_1 = "drug_tier_1", "generic medicine"
        DRUG_TIER_2 = "drug_tier_2", "preferred brand medicine"
        DRUG_TIER_3 = "drug_tier_3", "other medicine"

    product = models.ForeignKey(Product, models.CASCADE, related_name="benefits")
    service = models.CharField(max_length=20, choices=Service)
    copay = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    coinsurance = models.DecimalField(max_digits=5, decimal_places=4, default=0, help_text="Member's share, 0–1.")
    after_deductible = models.BooleanField(default=False)
    period = DateRangeField()

    objects = BenefitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="plans_benefit_period"),
            models.CheckConstraint(
                condition=models.Q(coinsurance__gte=0, coinsurance__lte=1, copay__gte=0), name="plans_benefit_share"
            ),
            ExclusionConstraint(
                name="plans_benefit_once",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This product already states the cost of this service in that period.",
            ),
        ]


class EmployerGroup(Identified):
    """A purchaser: an employer, a state agency (Medicaid), CMS (Medicare), or the marketplace."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="groups", help_text="The health plan.")
    number = models.CharField(max_length=50, help_text="As in 834 REF*1L or REF*38.")
    name = models.CharField(max_length=200)
    tax_id = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="plans_group_number")]

    def __str__(self) -> str:
        return self.name


class GroupClass(Identified):
    """A class of employees with a product of its own (REF*17 / HD04)."""

    group = models.ForeignKey(EmployerGroup, models.CASCADE, related_name="classes")
    code = models.CharField(max_length=50)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "group classes"
        constraints = [models.UniqueConstraint(fields=["group", "code"], name="plans_groupclass_code")]


class PremiumRate(Identified):
    """The monthly premium of a product by tier or age band, and region, for a period."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="rates")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    tier = models.CharField(
        max_length=3, blank=True, default="", help_text="X12 1205 coverage level: EMP, ESP, ECH, FAM."
    )
    age_from = models.PositiveSmallIntegerField(default=0)
    age_to = models.PositiveSmallIntegerField(default=200, help_text="Exclusive.")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    period = DateRangeField()
