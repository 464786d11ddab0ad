import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from core.history import track
from core.models import User
from core.triggers import note_changes
from members.models.owned import MemberOwned
from network.ages import ADULT
from network.models import Clinician, Department


def years_before(day: datetime.date, years: int) -> datetime.date:
    """Who was born on that day or earlier is `years` old on `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def birthday(born: datetime.date, age: int) -> datetime.date:
    """The day on which somebody becomes `age`; of 29 February it is 1 March where there is none."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return datetime.date(born.year + age, 3, 1)


class ProxyQuerySet(models.QuerySet["Proxy"]):
    def in_force(self, on: datetime.date) -> "ProxyQuerySet":
        """Those that hold on a day: a parent's ends when the child is of age, whatever was written then."""
        of_age = models.Q(relationship="parent", member__birth_date__lte=years_before(on, ADULT))
        return self.filter(period__contains=on).exclude(of_age)


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
    # Unknown of what was given before this was kept.
    granted_at = models.DateTimeField(null=True, blank=True, db_default=Now(), editable=False)
    reason = models.CharField(
        max_length=300, blank=True, default="", db_default="", help_text="On what ground staff gave it."
    )
    confirmed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Who saw the papers besides, where it was given to somebody who works here.",
    )

    objects = ProxyQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="members_proxy_period"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True)
                | (~models.Q(confirmed_by=models.F("granted_by")) & ~models.Q(confirmed_by=models.F("user"))),
                name="members_proxy_two_people",
                violation_error_message="Who confirms access neither gave it nor gets it.",
            ),
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

    @property
    def ends(self) -> datetime.date | None:
        """The first day without it: a parent's no later than the day on which the child is of age."""
        born = self.member.birth_date
        if self.relationship != self.Relationship.PARENT or born is None:
            return self.period.upper
        of_age = birthday(born, ADULT)
        return min(self.period.upper, of_age) if self.period.upper is not None else of_age


@track()
class ProxyRequest(MemberOwned):
    """Access that staff would give to somebody who works here: nothing holds until a second person has confirmed it."""

    class Status(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"
        REFUSED = "refused"

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    relationship = models.CharField(max_length=10, choices=Proxy.Relationship)
    scopes = ArrayField(models.CharField(max_length=20), default=list)
    period = DateRangeField()
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="members_proxyrequest_period"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="members_proxyrequest_reason"),
            models.CheckConstraint(
                condition=models.Q(status="open", decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(status="refused", decided_by__isnull=False, decided_at__isnull=False)
                | (
                    models.Q(status="confirmed", decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(decided_by=models.F("asked_by"))
                    & ~models.Q(decided_by=models.F("user"))
                ),
                name="members_proxyrequest_two_people",
                violation_error_message="Who confirms access neither asked for it nor gets it.",
            ),
            models.UniqueConstraint(
                fields=["member", "user"],
                condition=models.Q(status="open"),
                name="members_proxyrequest_once",
                violation_error_message="This access waits for a second person already.",
            ),
        ]


@track()
class IdentityCheck(MemberOwned):
    """Somebody stood at a desk, and staff compared them with a document before their portal was opened to them."""

    class Document(models.TextChoices):
        PASSPORT = "passport"
        DRIVING_LICENCE = "driving_licence", "driver's licence"
        STATE_ID = "state_id", "state identity card"
        MILITARY_ID = "military_id", "military identity card"
        RESIDENT_CARD = "resident_card", "permanent resident card"
        TRIBAL_ID = "tribal_id", "tribal identity card"
        CONSULAR_ID = "consular_id", "consular identity card"

    document = models.CharField(max_length=20, choices=Document)
    email = models.EmailField(max_length=254, help_text="The address that they said is theirs, and were invited at.")
    checked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    checked_at = models.DateTimeField(db_default=Now(), editable=False)


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
