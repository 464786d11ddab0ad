from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable
from django.db.models.functions import Now

from clinical.models import Encounter
from core.constraints import MemberForeignKey, readable
from core.history import track
from core.models import User
from core.triggers import BumpVersion, immutable
from hospitals.querysets import DatedQuerySet, StayQuerySet
from members.models import MemberOwned, member_key
from network.models import Bed, Clinician, Department, Facility


@track()
class Stay(MemberOwned):
    """A hospital stay: one encounter, dated statuses, one bed at a time."""

    encounter = member_key(Encounter, related_name="stays")
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="stays")
    attending = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="+")
    admitted_at = models.DateTimeField()
    expected_discharge_at = models.DateTimeField(null=True, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)
    disposition = models.CharField(
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text="FHIR discharge-disposition: home, snf, hosp, exp …",
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = StayQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("encounter"),
            models.UniqueConstraint(fields=["encounter"], name="hospitals_stay_encounter"),
            models.UniqueConstraint(
                fields=["member"],
                condition=models.Q(discharged_at__isnull=True),
                name="hospitals_stay_open",
                violation_error_message="This person is already admitted.",
            ),
            models.CheckConstraint(
                condition=models.Q(discharged_at__isnull=True) | models.Q(discharged_at__gt=models.F("admitted_at")),
                name="hospitals_stay_order",
            ),
            readable("admitted_at", name="hospitals_stay_admitted_readable"),
            readable("expected_discharge_at", name="hospitals_stay_expected_readable"),
            readable("discharged_at", name="hospitals_stay_discharged_readable"),
        ]
        triggers = [BumpVersion(name="bump_version")]


@track()
class StayStatus(MemberOwned):
    """What the stay was when: observation is outpatient, and the difference is money and rights."""

    class Status(models.TextChoices):
        EMERGENCY = "emergency"
        OBSERVATION = "observation", "observation (outpatient)"
        INPATIENT = "inpatient"
        DAY_SURGERY = "day_surgery"
        BOARDER = "boarder", "boarding in the emergency department"
        LEAVE = "leave", "on leave, bed held"

    stay = member_key(Stay, related_name="statuses")
    status = models.CharField(max_length=12, choices=Status)
    during = DateTimeRangeField()

    objects = DatedQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("stay"),
            models.CheckConstraint(condition=models.Q(during__isempty=False), name="hospitals_staystatus_during"),
            ExclusionConstraint(
                name="hospitals_staystatus_once",
                expressions=[("stay", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                deferrable=Deferrable.DEFERRED,
            ),
        ]


@track()
class BedAssignment(MemberOwned):
    """Who lies where, when. Deferred to commit, so that two people can swap beds."""

    stay = member_key(Stay, related_name="beds")
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="assignments")
    during = DateTimeRangeField()

    objects = DatedQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("stay"),
            models.CheckConstraint(condition=models.Q(during__isempty=False), name="hospitals_bed_during"),
            ExclusionConstraint(
                name="hospitals_bed_once",
                expressions=[("bed", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                deferrable=Deferrable.DEFERRED,
                violation_error_message="Somebody is in this bed at that time.",
            ),
            ExclusionConstraint(
                name="hospitals_stay_one_bed",
                expressions=[("stay", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                deferrable=Deferrable.DEFERRED,
                violation_error_message="This stay already has a bed at that time.",
            ),
        ]


class Handoff(MemberOwned):
    """Responsibility passed from one clinician or ward to another; open until the receiver accepts."""

    append_only = True

    stay = member_key(Stay, related_name="handoffs")
    from_user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    to_user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    to_department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    summary = models.TextField(help_text="Illness severity, patient summary, actions, contingencies (I-PASS).")
    given_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints, MemberForeignKey("stay")]
        triggers = immutable()


class HandoffAcceptance(MemberOwned):
    """The receiver took responsibility; who gave it is free from then on."""

    append_only = True

    handoff = member_key(Handoff, related_name="acceptances")
    accepted_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    accepted_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("handoff"),
            models.UniqueConstraint(
                fields=["handoff"],
                name="hospitals_handoffacceptance_once",
                violation_error_message="This handoff has been accepted already.",
            ),
        ]
        triggers = immutable()
