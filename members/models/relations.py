from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from core.history import track
from core.models import User
from core.triggers import note_changes
from members.models.owned import MemberOwned
from network.models import Clinician, Department


@track()
class Proxy(MemberOwned):
    """Somebody who may see and act for the member in the portal: a parent, a carer, a guardian."""

    class Relationship(models.TextChoices):
        PARENT = "parent"
        SPOUSE = "spouse"
        CHILD = "child", "adult child"
        GUARDIAN = "guardian", "legal guardian"
        CARER = "carer"

    user = models.ForeignKey(User, models.PROTECT, related_name="proxies")
    relationship = models.CharField(max_length=10, choices=Relationship)
    scopes = ArrayField(
        models.CharField(max_length=20), default=list, help_text="view, schedule, message, refill, costs"
    )
    period = DateRangeField()
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="members_proxy_period"),
            models.CheckConstraint(
                condition=~models.Q(granted_by=models.F("user")),
                name="members_proxy_by_another",
                violation_error_message="Nobody gives themselves access to somebody else's record.",
            ),
            ExclusionConstraint(
                name="members_proxy_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person already has access in that period.",
            ),
        ]


@track()
class Consent(MemberOwned):
    """A member's recorded yes or no; a revocation is its end. `reminders` and `part2_tpo` are read by software."""

    kind = models.CharField(max_length=30, help_text="Like part2_tpo, data_sharing, reminders, research.")
    is_given = models.BooleanField()
    period = DateRangeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="members_consent_period"),
            ExclusionConstraint(
                name="members_consent_once",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


@track()
class PrimaryCareAssignment(MemberOwned):
    """Who is the member's primary care clinician, where, for which period; one at a time."""

    class Origin(models.TextChoices):
        CHOSEN = "chosen", "chosen by the member"
        ENROLMENT = "enrolment", "named in the enrolment file"
        ASSIGNED = "assigned", "assigned by distance, language and room"

    clinician = models.ForeignKey(Clinician, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    period = DateRangeField()
    origin = models.CharField(max_length=10, choices=Origin)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="members_primarycare_period"),
            ExclusionConstraint(
                name="members_primarycare_once",
                expressions=[("member", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                violation_error_message="The member already has a primary care clinician in that period.",
            ),
        ]
        triggers = note_changes()
