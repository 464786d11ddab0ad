"""Orders under protocol, kits on their way, and results that ask for something more."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from clinical.models import Observation, ServiceRequest, Task
from core.constraints import MemberForeignKey
from core.history import track
from core.models import Identified, User
from members.models import MemberOwned, member_key
from network.models import Clinician, Organization


class StandingOrder(Identified):
    """A protocol that a clinician has signed: which order, for whose gaps, placed by whom, how long it stands.

    A change is a new row; what was ordered names the protocol in force then.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, help_text="The system whose members it is for."
    )
    protocol = models.CharField(max_length=60, help_text="As the way out of a care rule names it, like fit_home_kit.")
    name = models.CharField(max_length=120)
    text = models.TextField(help_text="Who it is for, who it is not for, what is done with the result.")
    rules = ArrayField(models.CharField(max_length=60), help_text="The gaps for which it may be ordered.")
    code_system = models.CharField(max_length=200)
    code = models.CharField(max_length=30)
    roles = ArrayField(models.CharField(max_length=25), help_text="Who may order under it, besides physicians.")
    members_may = models.BooleanField(default=False, help_text="Members may order it for themselves.")
    signed_by = models.ForeignKey(Clinician, models.PROTECT, related_name="+", db_index=False)
    signed_at = models.DateTimeField(db_default=Now())
    period = DateRangeField()
    review_by = models.DateField(help_text="When a clinician looks at it again.")
    nudge_days = models.PositiveSmallIntegerField(default=14, help_text="A kit not back by then: ask the member.")
    lost_days = models.PositiveSmallIntegerField(default=45, help_text="Not back by then: it counts as lost.")
    shelf_days = models.PositiveSmallIntegerField(default=365, help_text="Later than this a kit cannot be tested.")

    class Meta:
        app_label = "prevention"
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="prevention_standingorder_period"),
            models.CheckConstraint(
                condition=models.Q(nudge_days__lt=models.F("lost_days"), lost_days__lte=models.F("shelf_days")),
                name="prevention_standingorder_days",
            ),
            ExclusionConstraint(
                name="prevention_standingorder_once",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("protocol", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This protocol is already signed for that time.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def managing_organization_id(self) -> uuid.UUID:
        """Whose it is, for the permission registry. Members read it, so the column itself is a catalogue's."""
        return self.organization_id


class BatchOrder(Identified):
    """A list of orders under one protocol, prepared by somebody and signed by a clinician at one stroke."""

    class Status(models.TextChoices):
        PREPARED = "prepared"
        SIGNED = "signed"
        WITHDRAWN = "withdrawn"

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    standing_order = models.ForeignKey(StandingOrder, models.PROTECT, related_name="batches")
    rule = models.CharField(max_length=60)
    status = models.CharField(max_length=9, choices=Status, default=Status.PREPARED, db_default=Status.PREPARED)
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    prepared_at = models.DateTimeField(db_default=Now())
    signed_by = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "prevention"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="signed", signed_by__isnull=False, signed_at__isnull=False)
                | ~models.Q(status="signed") & models.Q(signed_by__isnull=True, signed_at__isnull=True),
                name="prevention_batchorder_signed",
            )
        ]


@track()
class BatchOrderItem(MemberOwned):
    """One person on a batch, and what became of them at the signature."""

    batch = models.ForeignKey(BatchOrder, models.PROTECT, related_name="items")
    gap = member_key("prevention.CareGap", related_name="+")
    order = member_key(ServiceRequest, null=True, blank=True, related_name="+", db_index=False)
    left_out = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="Why not ordered.")

    class Meta(MemberOwned.Meta):
        app_label = "prevention"
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("gap"),
            MemberForeignKey("order"),
            models.UniqueConstraint(fields=["batch", "gap"], name="prevention_batchitem_once"),
        ]


@track()
class HomeKit(MemberOwned):
    """A kit on its way. Where it is the laboratory's order says; here stands what the laboratory cannot know."""

    gap = member_key("prevention.CareGap", related_name="kits")
    order = member_key(ServiceRequest, related_name="+")
    standing_order = models.ForeignKey(
        StandingOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="kits",
        help_text="Empty: a physician's own order.",
    )
    ordered_at = models.DateTimeField(db_default=Now())
    nudged_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    replaces = member_key("self", null=True, blank=True, related_name="replaced_by", db_index=False)

    class Meta(MemberOwned.Meta):
        app_label = "prevention"
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("gap"),
            MemberForeignKey("order"),
            MemberForeignKey("replaces"),
            models.UniqueConstraint(fields=["order"], name="prevention_homekit_once"),
        ]


@track()
class FollowUp(MemberOwned):
    """An abnormal result that asks for something by a day: watched until a fact answers it, then measured."""

    class Status(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        WITHDRAWN = "withdrawn", "the result was withdrawn"
        CLOSED = "closed", "closed by a clinician with a reason"

    rule = models.CharField(max_length=60, help_text="Follow-up rule, like positive_stool_test.")
    observation = member_key(Observation, related_name="+", help_text="The result.")
    resulted_on = models.DateField()
    due_on = models.DateField()
    task = member_key(Task, null=True, related_name="+", db_index=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    escalated_at = models.DateTimeField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    fact_model = models.CharField(max_length=60, blank=True, default="", db_default="")
    fact_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(MemberOwned.Meta):
        app_label = "prevention"
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("observation"),
            MemberForeignKey("task"),
            models.UniqueConstraint(fields=["observation", "rule"], name="prevention_followup_once"),
            models.CheckConstraint(
                condition=models.Q(status="open", closed_at__isnull=True)
                | models.Q(status="done", closed_at__isnull=False, done_on__isnull=False, fact_id__isnull=False)
                | models.Q(status__in=["withdrawn", "closed"], closed_at__isnull=False) & ~models.Q(reason=""),
                name="prevention_followup_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="prevention_followup_open", condition=models.Q(status="open")),
        ]
