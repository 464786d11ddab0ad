"""Who is in which registry, how it stands, and what people did about it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.constraints import MemberForeignKey
from core.history import track
from core.models import Identified, JobRun, User
from members.models import MemberOwned, member_key
from network.models import Organization
from prevention.registries.querysets import RegistryEntryQuerySet


@track()
class RegistryEntry(MemberOwned):
    """A member's place in a registry from the day they were found to belong until the day they no longer did.

    Written by the nightly run, and within seconds of a change in the chart; its words stand in the definition.
    """

    class Control(models.TextChoices):
        AT_GOAL = "at_goal", "at goal"
        ABOVE = "above", "above goal"
        FAR = "far", "far from goal"
        UNKNOWN = "unknown", "no recent result"

    class Tier(models.IntegerChoices):
        HIGH = 1, "high"
        RISING = 2, "rising"
        STABLE = 3, "stable"

    registry = models.CharField(max_length=40, help_text="Registry id, like diabetes.")
    entered_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)
    control = models.CharField(max_length=10, choices=Control)
    control_since = models.DateField(help_text="Since when the control status is what it is.")
    tier = models.PositiveSmallIntegerField(choices=Tier)
    grounds = ArrayField(models.CharField(max_length=40), default=list, help_text="Why the risk is what it is.")
    missed = ArrayField(models.CharField(max_length=40), default=list, help_text="Contacts that were not.")
    readings = models.JSONField(default=dict, db_default={}, help_text="Last values: name → value and day.")
    next_step = models.CharField(max_length=40, blank=True, default="", db_default="")
    changed_at = models.DateTimeField()

    objects = RegistryEntryQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["member", "registry"], condition=Q(left_on__isnull=True), name="prevention_registryentry_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("entered_on")),
                name="prevention_registryentry_period",
            ),
        ]
        indexes = [
            models.Index(
                fields=["registry", "tier", "member"],
                name="prevention_registry_list",
                condition=Q(left_on__isnull=True),
            )
        ]


class RegistryFollowUp(MemberOwned):
    """What somebody of the care team noted about a member in a registry, and when they mean to be in touch next."""

    append_only = True

    entry = member_key(RegistryEntry, related_name="follow_ups")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(max_length=300, blank=True, default="")
    next_contact_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("entry"),
            models.CheckConstraint(
                condition=~Q(note="") | Q(next_contact_on__isnull=False), name="prevention_registryfollowup_says"
            ),
        ]
        indexes = [models.Index(fields=["entry", "-at"], name="prevention_followup_latest")]


class RegistryBatch(Identified):
    """One action over several people of a registry: prepared, looked at, done once."""

    class Action(models.TextChoices):
        MESSAGE = "message", "write to them"
        ORDER = "order", "order the test under protocol"
        TASK = "task", "give to care coordinators"
        NOTE = "note", "note and next contact"

    class Status(models.TextChoices):
        PREPARED = "prepared"
        DONE = "done"

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    registry = models.CharField(max_length=40)
    action = models.CharField(max_length=10, choices=Action)
    parameters = models.JSONField(default=dict, db_default={}, help_text="Subject and words, note, day.")
    filters = models.JSONField(default=dict, db_default={}, help_text="How the people were found.")
    status = models.CharField(max_length=10, choices=Status, default=Status.PREPARED, db_default=Status.PREPARED)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="prepared", done_at__isnull=True) | Q(status="done", done_at__isnull=False),
                name="prevention_registrybatch_done_at",
            )
        ]


class RegistryBatchItem(MemberOwned):
    """One person in a batch: included or left out with the reason, and done once."""

    class Status(models.TextChoices):
        PLANNED = "planned"
        LEFT_OUT = "left_out", "left out"
        DONE = "done"

    batch = models.ForeignKey(RegistryBatch, models.CASCADE, related_name="items", db_index=False)
    entry = member_key(RegistryEntry, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=Status)
    reason = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="Why left out.")

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("entry"),
            models.UniqueConstraint(fields=["batch", "member"], name="prevention_registrybatchitem_once"),
        ]


class RegistrySummary(Identified):
    """How many people of a system stand where in a registry, counted by the nightly run; pages read it.

    `dimension` all, facility, clinician or language; `stratum` the id or code there, empty for none.
    """

    run = models.ForeignKey(JobRun, models.CASCADE, related_name="+")
    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    as_of = models.DateField()
    registry = models.CharField(max_length=40)
    dimension = models.CharField(max_length=10)
    stratum = models.CharField(max_length=40, blank=True, default="")
    control = models.CharField(max_length=10, choices=RegistryEntry.Control)
    tier = models.PositiveSmallIntegerField(choices=RegistryEntry.Tier)
    missed = models.BooleanField(help_text="Whether a contact was missed.")
    people = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "run",
                    "managing_organization",
                    "registry",
                    "dimension",
                    "stratum",
                    "control",
                    "tier",
                    "missed",
                ],
                name="prevention_registrysummary_once",
            )
        ]
        indexes = [
            models.Index(fields=["registry", "dimension", "stratum", "as_of"], name="prevention_registrysum_page")
        ]
