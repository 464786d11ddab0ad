from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from core.history import track
from core.models import Identified, User
from network.models import Organization


@track()
class ImprovementProject(Identified):
    """An aim about a rate, of everybody or of one group; changes tried for it; and what was decided in the end."""

    class Decision(models.TextChoices):
        ADOPT = "adopt", "adopt: it becomes how we work"
        ADAPT = "adapt", "adapt: try it changed, in a new project"
        ABANDON = "abandon", "abandon: it did not help"

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    aim = models.CharField(max_length=500, help_text="How much, for whom, by when.")
    measure = models.CharField(max_length=20, help_text="Measure id, like CMS130.")
    group = models.PositiveSmallIntegerField(default=1)
    dimension = models.CharField(max_length=20, default="all", help_text="Whose rate: a dimension and a group of it.")
    region = models.CharField(max_length=36, blank=True, default="")
    stratum = models.CharField(max_length=160, blank=True, default="")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    started_on = models.DateField()
    due_on = models.DateField(help_text="By when the aim is to be met.")
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default="")
    decision_note = models.CharField(max_length=500, blank=True, default="")
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_on__gt=models.F("started_on")), name="prevention_project_due"
            ),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_on__isnull=True, decided_by__isnull=True)
                | (~models.Q(decision="") & models.Q(decided_on__isnull=False, decided_by__isnull=False)),
                name="prevention_project_decided",
                violation_error_message="A decision has a day and somebody who made it.",
            ),
        ]


@track()
class ProjectCycle(Identified):
    """One turn of plan, do, study, act: a change idea tried for a time, and what was learnt."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(ImprovementProject, models.PROTECT, related_name="cycles", db_index=False)
    change_idea = models.CharField(max_length=300)
    prediction = models.CharField(max_length=300, help_text="Plan: what we expect, and how we will know.")
    period = DateRangeField(help_text="Do: open while it is tried; one cycle at a time.")
    learnt = models.CharField(max_length=500, blank=True, default="", help_text="Study: what happened.")
    next_step = models.CharField(max_length=300, blank=True, default="", help_text="Act.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="prevention_cycle_period"),
            ExclusionConstraint(
                name="prevention_cycle_one_at_a_time",
                expressions=[("project", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message="Another cycle of this project stands at that time.",
            ),
        ]


@track()
class ProjectPoint(Identified):
    """A number on a project's run chart that the team took itself, more often than the nightly run keeps months."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(ImprovementProject, models.PROTECT, related_name="points", db_index=False)
    on = models.DateField()
    value = models.DecimalField(max_digits=9, decimal_places=2, help_text="Per cent.")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "on"],
                name="prevention_point_once",
                violation_error_message="This day already has a number.",
            ),
            models.CheckConstraint(condition=models.Q(value__gte=0, value__lte=100), name="prevention_point_percent"),
        ]


@track()
class Guideline(Identified):
    """A guideline that the organisation works by: whose it is, and by when it must be looked at again."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=300, help_text="Who published it, version and date.")
    address = models.URLField(max_length=300, blank=True, default="")
    rule = models.CharField(max_length=60, blank=True, default="", help_text="The care rule that carries it out.")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    review_by = models.DateField()
    retired_on = models.DateField(null=True, blank=True)
    retired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    retired_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["managing_organization", "title"],
                condition=models.Q(retired_on__isnull=True),
                name="prevention_guideline_title",
                violation_error_message="A guideline of this title is in force.",
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="prevention_guideline_source"),
            models.CheckConstraint(
                condition=models.Q(retired_on__isnull=True, retired_by__isnull=True, retired_reason="")
                | models.Q(retired_on__isnull=False) & ~models.Q(retired_reason=""),
                name="prevention_guideline_retired",
                violation_error_message="A guideline is retired with a reason.",
            ),
        ]


class GuidelineReview(Identified):
    """Somebody looked at a guideline again: what they found, and until when it stands."""

    append_only = True

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="reviews")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    found = models.CharField(max_length=500)
    review_by = models.DateField()
    at = models.DateTimeField(db_default=Now())


class EarlierTerms(Identified):
    """What stood of a project or guideline until somebody corrected it or handed it over, and why they did."""

    append_only = True

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(ImprovementProject, models.PROTECT, null=True, related_name="earlier")
    guideline = models.ForeignKey(Guideline, models.PROTECT, null=True, related_name="earlier")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(help_text="By when the aim was to be met, or the guideline to be looked at again.")
    aim = models.CharField(max_length=500, blank=True, default="")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(project__isnull=True, guideline__isnull=False)
                | models.Q(project__isnull=False, guideline__isnull=True),
                name="prevention_earlier_of_one",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="prevention_earlier_reason"),
        ]
