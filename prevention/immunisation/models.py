"""Immunisation policy, and what evaluation found for each member."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce, Now

from clinical.models import Immunization
from core.constraints import MemberForeignKey
from core.models import Identified, User
from members.models import MemberOwned, member_key, member_without_key
from members.triggers import members_exist
from network.models import Organization, Region
from prevention.immunisation.patient import EvaluationStatus, SeriesStatus


class SupportingDataTable(Identified):
    """A version of the CDC's supporting data as the compact table, read by `./kp load_cdsi`."""

    version = models.CharField(max_length=20, unique=True)
    published = models.DateField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the table.")
    table = models.JSONField()
    loaded_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "prevention"


class ImmunisationPolicy(Identified):
    """Which schedule a market follows, and from when: CDSi, and what a state's authority says otherwise.

    The overlay names vaccine groups and antigens of the compact table: `{"authority": …, "without": [groups],
    "antigens": {name: row}, "seasons": …}`, of which `seasons` (see the module of that name) names whose word it is,
    an organisation or another authority. Without a policy for the region the system's own holds, without that CDSi as
    packaged.
    """

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    period = DateRangeField()
    supporting_data = models.ForeignKey(
        SupportingDataTable, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    overlay = models.JSONField(default=dict, blank=True, db_default={})
    source = models.CharField(max_length=300, help_text="Where the authority publishes it.")
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        app_label = "prevention"
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="prevention_immpolicy_period"),
            ExclusionConstraint(
                name="prevention_immpolicy_once",
                expressions=[
                    ("managing_organization", RangeOperators.EQUAL),
                    # One policy of the system's own, too: NULL is not equal to NULL.
                    (Coalesce("region", "managing_organization"), RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another immunisation policy holds for this market then.",
            ),
        ]


@members_exist()
class ImmunisationState(MemberOwned):
    """What a member's evaluation rested on, so that the next run passes by whom nothing has changed for."""

    member = member_without_key()
    policy = models.CharField(max_length=80, help_text="Version and digest of schedule and overlay.")
    facts = models.CharField(max_length=32, help_text="Digest of birth date, sex, doses and observations.")
    next_change_on = models.DateField(null=True, help_text="The first day on which age or season alone changes it.")
    evaluated_at = models.DateTimeField()

    class Meta(MemberOwned.Meta):
        app_label = "prevention"
        constraints = [models.UniqueConstraint(fields=["member"], name="prevention_immstate_once")]


class GroupResult(MemberOwned):
    """A row about one vaccine group forecast: standard or risk, of one series group."""

    member = member_without_key()
    vaccine_group = models.CharField(max_length=40)
    is_risk = models.BooleanField(default=False, db_default=False)
    series_group = models.CharField(max_length=4, default="1", db_default="1")

    class Meta(MemberOwned.Meta):
        abstract = True


@members_exist()
class ImmunisationForecast(GroupResult):
    """A vaccine group forecast for a member (CDSi, chapter 9). Dates stand only where it is not complete."""

    status = models.CharField(max_length=20, choices=[(one.value, one.value) for one in SeriesStatus])
    dose_number = models.PositiveSmallIntegerField(null=True)
    earliest_on = models.DateField(null=True)
    recommended_on = models.DateField(null=True)
    past_due_on = models.DateField(null=True)
    latest_on = models.DateField(null=True)
    vaccines = ArrayField(models.CharField(max_length=5), default=list, db_default=[], help_text="CVX to give.")
    antigens = ArrayField(models.CharField(max_length=30), default=list, db_default=[])
    series = ArrayField(models.CharField(max_length=120), default=list, db_default=[])
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    authority = models.CharField(max_length=120, help_text="A name, or a roll-over of seasons as a code says it.")
    asks = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="What is asked before a dose, since the answer may make it needless: birth_country.",
    )
    changed_at = models.DateTimeField()

    class Meta(GroupResult.Meta):
        app_label = "prevention"
        # Nothing refers to a forecast, or to an evaluation: without a key for children, which each row would pay for.
        constraints = [
            models.UniqueConstraint(
                fields=["member", "vaccine_group", "is_risk", "series_group"], name="prevention_immforecast_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status="Not Complete", earliest_on__isnull=False)
                | ~models.Q(status="Not Complete") & models.Q(earliest_on__isnull=True),
                name="prevention_immforecast_dates",
            ),
        ]
        indexes = [
            models.Index(
                fields=["vaccine_group", "recommended_on", "member"],
                name="prevention_immforecast_due",
                condition=models.Q(status="Not Complete"),
            )
        ]


class ImmunisationEvaluation(GroupResult):
    """How a dose counts in a vaccine group (CDSi, chapter 6)."""

    # Whose it is, the dose's key says.
    immunization = member_key(Immunization, on_delete=models.CASCADE, related_name="+", db_index=False)
    status = models.CharField(max_length=20, choices=[(one.value, one.value) for one in EvaluationStatus])
    reasons = ArrayField(models.CharField(max_length=40), default=list, db_default=[])
    changed_at = models.DateTimeField()

    class Meta(GroupResult.Meta):
        app_label = "prevention"
        constraints = [
            MemberForeignKey("immunization", name="prevention_immevaluation_dose_fk"),
            models.UniqueConstraint(
                fields=["member", "immunization", "vaccine_group", "is_risk", "series_group"],
                name="prevention_immevaluation_once",
            ),
        ]
