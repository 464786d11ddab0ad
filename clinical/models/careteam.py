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
    """A referral from request to closed loop: only the receiving side accepts, and only a report closes it.

    A specialist outside has no login here: whoever asked keeps the loop (`from_department`), sends the letter and
    takes the reply in.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        SCHEDULED = "scheduled"
        SEEN = "seen", "seen, report awaited"
        CLOSED = "closed", "report received and read"
        CANCELLED = "cancelled"

    class SentHow(models.TextChoices):
        DIRECT = "direct", "secure e-mail (Direct)"
        FAX = "fax"
        MAIL = "mail", "letter by mail"
        HAND = "hand", "given to the member"

    request = member_key(ServiceRequest, related_name="referrals")
    to_department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    to_organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    from_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose loop it is: who works there follows it beside the sender.",
    )
    question = models.CharField(max_length=1000)
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED, db_default=Status.REQUESTED)
    due_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    decline_reason = models.CharField(max_length=300, blank=True, default="")
    report = member_key(Note, null=True, blank=True, related_name="+", db_index=False)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the letter went outside.")
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    sent_how = models.CharField(max_length=10, choices=SentHow, blank=True, default="", db_default="")
    visit_on = models.DateField(null=True, blank=True, help_text="The day of the visit outside.")
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
                condition=models.Q(to_department__isnull=False, to_organization__isnull=True)
                | models.Q(to_department__isnull=True, to_organization__isnull=False),
                name="clinical_referral_receiver",
                violation_error_message="A referral goes to one of our departments, or to one organisation outside.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="closed") | models.Q(report__isnull=False, closed_at__isnull=False),
                name="clinical_referral_closed_by_report",
                violation_error_message="A referral is closed by the specialist's report.",
            ),
        ]
        triggers = [BumpVersion(name="bump_version")]

    @property
    def receiver(self) -> Department | Organization:
        """Who was asked: a department of ours, or an organisation outside."""
        found = self.to_department or self.to_organization
        assert found is not None, "clinical_referral_receiver holds that there is one."
        return found

    @property
    def is_outside(self) -> bool:
        return self.to_department_id is None
