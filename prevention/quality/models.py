from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from core.models import Identified, User
from network.models import Organization


class StratumCount(models.Model):
    """What one share of a nightly run counted, until the run's end adds the shares up. Never read by a page."""

    id = models.BigAutoField(primary_key=True)
    managing_organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    run = models.UUIDField()
    share = models.PositiveIntegerField()
    measure = models.CharField(max_length=120)
    group = models.PositiveSmallIntegerField()
    dimension = models.CharField(max_length=20, help_text="A dimension of the region, or `place`.")
    region = models.UUIDField(null=True)
    department = models.UUIDField(null=True)
    clinician = models.UUIDField(null=True)
    stratum = models.CharField(max_length=60, blank=True)
    members = models.IntegerField()
    denominator = models.IntegerField()
    numerator = models.IntegerField()
    exclusions = models.IntegerField()
    exceptions = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["run", "share"], name="prevention_stratumcount_share")]


class QualitySnapshot(Identified):
    """A system's rates for a measurement period as they stood in a month: the last run of the month stays."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    period = DateRangeField(help_text="Measurement period.")
    month = models.DateField(help_text="First day of the month.")
    as_of = models.DateField(help_text="The day of the run that wrote it last.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["managing_organization", "month", "period"], name="prevention_snapshot_once"
            ),
            models.CheckConstraint(condition=models.Q(as_of__gte=models.F("month")), name="prevention_snapshot_month"),
        ]


class MeasureStratum(Identified):
    """One rate of a measure for one group of people, as pages read it.

    `region` is empty for a row over all regions. Places are paths: `region/facility/department/clinician`, so that
    the parts of a place are the rows under its path. `-` is "not known". A hidden row's counts are kept so that the
    next run can compare; no page and no export shows them.
    """

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    snapshot = models.ForeignKey(QualitySnapshot, models.CASCADE, related_name="strata", db_index=False)
    measure = models.CharField(max_length=120)
    group = models.PositiveSmallIntegerField()
    dimension = models.CharField(max_length=20, help_text="all, region, facility, sex, race, stratum …")
    region = models.CharField(max_length=36, blank=True, default="", db_default="")
    stratum = models.CharField(max_length=160, blank=True)
    members = models.IntegerField(help_text="People counted; below 11 the row is hidden.")
    denominator = models.IntegerField(help_text="Less exclusions and exceptions: people, or visits.")
    numerator = models.IntegerField()
    exclusions = models.IntegerField()
    exceptions = models.IntegerField()
    is_hidden = models.BooleanField()
    hides_rate = models.BooleanField(
        help_text="Who met it and who did not: fewer than 11, or they would give such away."
    )
    hides_exclusions = models.BooleanField()
    hides_exceptions = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "measure", "group", "dimension", "region", "stratum"],
                name="prevention_stratum_once",
            ),
            models.CheckConstraint(
                condition=models.Q(is_hidden=True) | models.Q(members=0) | models.Q(members__gte=11),
                name="prevention_stratum_small_is_hidden",
            ),
            models.CheckConstraint(
                condition=models.Q(hides_rate=True)
                | models.Q(is_hidden=False)
                & (models.Q(numerator=0) | models.Q(numerator__gte=11))
                & (models.Q(denominator=models.F("numerator")) | models.Q(denominator__gte=models.F("numerator") + 11)),
                name="prevention_stratum_small_rate_is_hidden",
            ),
        ]
        indexes = [
            models.Index(fields=["snapshot", "dimension", "region"], name="prevention_stratum_page"),
        ]


class AreaDeprivation(models.Model):
    """How deprived a postal code is by a published index: one index at a time, loaded by `./kp load_deprivation`."""

    postal_code = models.CharField(max_length=5, primary_key=True)
    percentile = models.PositiveSmallIntegerField(help_text="National, 1–100; 100 is the most deprived.")
    index = models.CharField(max_length=40, help_text="Like ADI or SVI.")
    version = models.CharField(max_length=20)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percentile__gte=1, percentile__lte=100), name="prevention_deprivation_percentile"
            )
        ]


class MeasureGoal(Identified):
    """What a rate is compared with, dated, with its source: the organisation's own goal, or a published benchmark."""

    class Kind(models.TextChoices):
        GOAL = "goal", "own goal"
        BENCHMARK = "benchmark", "published benchmark"

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    measure = models.CharField(max_length=20, help_text="Measure id, like CMS125: it holds over its versions.")
    group = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.GOAL)
    rate = models.DecimalField(max_digits=5, decimal_places=4, help_text="0–1.")
    source = models.CharField(max_length=200, help_text="Who set it, or where it was published.")
    period = DateRangeField()
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rate__gte=0, rate__lte=1), name="prevention_goal_rate"),
            models.CheckConstraint(condition=~models.Q(source=""), name="prevention_goal_source"),
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="prevention_goal_period"),
            ExclusionConstraint(
                name="prevention_goal_once",
                expressions=[
                    ("managing_organization", RangeOperators.EQUAL),
                    ("measure", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This rate already has such a goal in that period.",
            ),
        ]
