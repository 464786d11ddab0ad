from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from clinical.models.notes import Note
from clinical.models.orders import ServiceRequest
from core.constraints import MemberForeignKey
from core.history import track
from core.models import User
from core.triggers import BumpVersion
from members.models import MemberOwned, member_key
from network.models import Clinician, Department, Organization


@track()
class CareTeamMembership(MemberOwned):
    """A clinician who looks after the member besides their primary care clinician, in a role, for a period."""

    clinician = models.ForeignKey(Clinician, models.PROTECT, related_name="care_team_memberships")
    role = models.CharField(max_length=60)
    period = DateRangeField()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="clinical_careteam_period"),
            ExclusionConstraint(
                name="clinical_careteam_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("clinician", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


@track()
class Referral(MemberOwned):
    """A referral from request to closed loop: only the receiving side accepts, and only a report closes it."""

    class Status(models.TextChoices):
        REQUESTED = "requested"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        SCHEDULED = "scheduled"
        SEEN = "seen", "seen, report awaited"
        CLOSED = "closed", "report received and read"
        CANCELLED = "cancelled"

    request = member_key(ServiceRequest, related_name="referrals")
    to_department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    to_organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    question = models.CharField(max_length=1000)
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED, db_default=Status.REQUESTED)
    due_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    decline_reason = models.CharField(max_length=300, blank=True, default="")
    report = member_key(Note, null=True, blank=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("request"),
            MemberForeignKey("report"),
            models.UniqueConstraint(fields=["request"], name="clinical_referral_request"),
            models.CheckConstraint(
                condition=models.Q(to_department__isnull=False) | models.Q(to_organization__isnull=False),
                name="clinical_referral_receiver",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="closed") | models.Q(report__isnull=False, closed_at__isnull=False),
                name="clinical_referral_closed_by_report",
                violation_error_message="A referral is closed by the specialist's report.",
            ),
        ]
        triggers = [BumpVersion(name="bump_version")]
