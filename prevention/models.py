from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from core.constraints import MemberForeignKey
from core.history import track
from core.models import OutboxMessage, User
from core.triggers import note_changes
from members.models import MemberOwned, member_key, member_without_key
from members.triggers import members_exist
from prevention.querysets import CareGapQuerySet
from prevention.triggers import NoteMovedResult


@members_exist()
class MeasureResult(MemberOwned):
    """A member's counts in one group of one official measure for a period. Changes only where it differs.

    For a patient-based measure each count is 0 or 1; for an episode-based one it is the number of episodes.
    """

    member = member_without_key()
    measure = models.CharField(max_length=120, help_text="Measure name and version, like CMS125/0.0.001.")
    period = DateRangeField(help_text="Measurement period.")
    group = models.PositiveSmallIntegerField(default=1)
    initial_population = models.PositiveSmallIntegerField(default=0)
    denominator = models.PositiveSmallIntegerField(default=0)
    denominator_exclusion = models.PositiveSmallIntegerField(default=0)
    denominator_exception = models.PositiveSmallIntegerField(default=0)
    numerator = models.PositiveSmallIntegerField(default=0)
    numerator_exclusion = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta(MemberOwned.Meta):
        # Nothing refers to a result: without a key for children, which each of millions of rows would pay for.
        constraints = [
            models.UniqueConstraint(fields=["member", "measure", "period", "group"], name="prevention_result_once"),
        ]
        triggers = [NoteMovedResult(name="note_moved")]


class ResultsStanding(models.Model):
    """What everybody's results of measures were answered by: one row, or none where nobody can say.

    While it stands, a night answers the measures of those alone whose chart changed (`prevention.standing`).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    fingerprint = models.CharField(max_length=64, help_text="Of the measures' text, the engine and the value sets.")
    since = models.DateTimeField(help_text="The instant whose knowledge counted in the night that wrote it.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="prevention_standing_one")]


@members_exist()
class AnsweredSince(MemberOwned):
    """A member whose measures were answered outside a night: the next one answers them again, and empties this queue.

    Whoever answers between two nights may have another version of the program or of the value sets, or answer at the
    same moment as the night; one more answer is what it costs to be sure.
    """

    member = member_without_key()
    at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        # Several rows of one member are right: one that commits late must not fall to a night that did not see it.
        constraints = []


@track()
class CareGap(MemberOwned):
    """Something due for a member by a care rule: open until a fact closes it or the rule no longer applies.

    One open gap for each member and rule. What closed it is a fact, never a click on "done".
    """

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed", "closed by a fact"
        EXCLUDED = "excluded", "the rule no longer applies"
        DEFERRED = "deferred", "not now"

    rule = models.CharField(max_length=60, help_text="Care rule id, like colorectal_screening.")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    due_on = models.DateField(help_text="Since when it is due.")
    last_done_on = models.DateField(null=True, blank=True)
    last_done_what = models.CharField(max_length=60, blank=True, default="", db_default="")
    evidence = models.JSONField(default=dict, db_default={}, help_text="Facts the rule used: model and id.")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    deferred_until = models.DateField(null=True, blank=True)
    defer_reason = models.CharField(max_length=200, blank=True, default="", db_default="")

    objects = CareGapQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["member", "rule"],
                condition=models.Q(status__in=["open", "deferred"]),
                name="prevention_caregap_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["open", "deferred"], closed_at__isnull=True)
                | models.Q(status__in=["closed", "excluded"], closed_at__isnull=False),
                name="prevention_caregap_closed_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["rule", "due_on", "member"], name="prevention_gap_worklist", condition=models.Q(status="open")
            ),
            models.Index(
                fields=["member"],
                name="prevention_gap_unclear",
                condition=models.Q(status__in=["open", "deferred"], last_done_what="result that is not clear"),
            ),
        ]


@members_exist()
class CareRuleState(MemberOwned):
    """For each enrolled member and care rule: whether it applies, when last done and when next due."""

    member = member_without_key()
    rule = models.CharField(max_length=60)
    applies = models.BooleanField()
    last_done_on = models.DateField(null=True, blank=True)
    last_done_what = models.CharField(max_length=60, blank=True, default="", db_default="")
    next_due_on = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta(MemberOwned.Meta):
        # Nothing refers to a state either.
        constraints = [
            models.UniqueConstraint(fields=["member", "rule"], name="prevention_careruleststate_once"),
        ]


class Reminder(MemberOwned):
    """One step of outreach for one gap, once: a message, a letter to print, a call to make, a word at the next visit.

    Messages are delivered by the outbox; letters, calls and visits wait here until somebody has seen to them.
    """

    class Channel(models.TextChoices):
        PORTAL = "portal", "notice in the portal"
        PUSH = "push"
        EMAIL = "email", "e-mail"
        SMS = "sms", "text message"
        LETTER = "letter"
        CALL = "call"
        VISIT = "visit", "at the next visit"

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        SKIPPED = "skipped", "not sent: quiet, capped or no longer due"

    # Whose it is, its gap's key says; the key over gap and step finds a gap's reminders.
    member = member_without_key()
    gap = member_key(CareGap, related_name="reminders", db_index=False)
    step = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=10, choices=Channel)
    language = models.CharField(max_length=10)
    send_after = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, db_default=Status.QUEUED)
    message = models.ForeignKey(OutboxMessage, models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    pile = models.ForeignKey(
        "prevention.LetterPile",
        models.PROTECT,
        null=True,
        related_name="letters",
        db_index=False,
        help_text="A letter: in whose printed pile it lies.",
    )
    taken_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, help_text="A call: who has it in hand."
    )
    taken_at = models.DateTimeField(null=True, help_text="A call: taken for some minutes from then on.")

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("gap"),
            models.UniqueConstraint(fields=["gap", "step"], name="prevention_reminder_once"),
            models.CheckConstraint(
                condition=models.Q(taken_by__isnull=True, taken_at__isnull=True)
                | models.Q(taken_by__isnull=False, taken_at__isnull=False, channel="call"),
                name="prevention_reminder_taken",
            ),
            models.CheckConstraint(
                condition=models.Q(pile__isnull=True) | models.Q(channel="letter"), name="prevention_reminder_piled"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "send_after"],
                name="prevention_reminder_by_hand",
                condition=models.Q(status="queued", channel__in=["letter", "call", "visit"]),
            ),
            models.Index(fields=["pile"], name="prevention_reminder_pile", condition=models.Q(pile__isnull=False)),
            models.Index(fields=["member", "-created_at"], name="prevention_reminder_cap"),
        ]


class OutreachContact(MemberOwned):
    """What came of a call or answer about a gap."""

    append_only = True

    gap = member_key(CareGap, related_name="contacts")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(
        max_length=30, help_text="booked, kit_ordered, done_elsewhere, not_now, declined, no_answer"
    )
    note = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints, MemberForeignKey("gap")]


@track()
class SurveillanceInterval(MemberOwned):
    """A person's own interval for a care rule (polyps, an abnormal result, risk): it overrides the general one."""

    rule = models.CharField(max_length=60)
    months = models.PositiveSmallIntegerField(help_text="From the last time it was done.")
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    period = DateRangeField(help_text="From when it holds; its end is when it was replaced or withdrawn.")

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(months__gte=1), name="prevention_surveillance_months"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="prevention_surveillance_reason"),
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="prevention_surveillance_period"),
            ExclusionConstraint(
                name="prevention_surveillance_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("rule", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person already has an interval of their own for this rule then.",
            ),
        ]
        triggers = note_changes()


# The slices' own models, which Django looks for here.
from prevention.cohorts.models import Cohort, CohortExport, DataUseAgreement  # noqa: E402, F401
from prevention.immunisation.models import (  # noqa: E402, F401
    ImmunisationEvaluation,
    ImmunisationForecast,
    ImmunisationPolicy,
    ImmunisationState,
    SupportingDataTable,
)
from prevention.outreach.models import (  # noqa: E402, F401
    BatchOrder,
    BatchOrderItem,
    Campaign,
    CampaignStep,
    ElsewhereReport,
    FollowUp,
    HomeKit,
    LetterPile,
    OneTapLink,
    OutreachCost,
    OutreachEpisode,
    OutreachPolicy,
    OutreachSummary,
    StandingOrder,
)
from prevention.plan_rates.models import PlanRate  # noqa: E402, F401
from prevention.quality.models import (  # noqa: E402, F401
    AreaDeprivation,
    MeasureGoal,
    MeasureStratum,
    QualitySnapshot,
    StratumCount,
)
from prevention.quality.project_models import (  # noqa: E402, F401
    EarlierTerms,
    Guideline,
    GuidelineReview,
    ImprovementProject,
    ProjectCycle,
    ProjectPoint,
)
from prevention.registries.models import (  # noqa: E402, F401
    RegistryBatch,
    RegistryBatchItem,
    RegistryEntry,
    RegistryFollowUp,
    RegistrySummary,
)
from prevention.vaccine_clinic.models import DoseGiven, VaccineProduct  # noqa: E402, F401
