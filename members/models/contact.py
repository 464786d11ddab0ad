from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from core.history import track
from members.models.owned import MemberOwned

ALL_TIME = models.expressions.RawSQL("'[,)'::daterange", [])


@track()
class MemberAddress(MemberOwned):
    """Where a member lives or is written to, and when: of each use one address at a time."""

    class Use(models.TextChoices):
        HOME = "home"
        MAIL = "mail", "mailing"
        CONFIDENTIAL = "confidential", "confidential communications"

    use = models.CharField(max_length=15, choices=Use, default=Use.HOME, db_default=Use.HOME)
    line1 = models.CharField(max_length=200, blank=True, default="")
    line2 = models.CharField(max_length=200, blank=True, default="", db_default="")
    city = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(max_length=50, blank=True, default="")
    postal_code = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=40, blank=True, default="US", db_default="US")
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    period = DateRangeField(db_default=ALL_TIME)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="members_address_period"),
            ExclusionConstraint(
                name="members_address_one_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("use", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another address of this use stands then: end it first.",
            ),
        ]


@track()
class MemberTelecom(MemberOwned):
    """How a member is reached. Several stand at a time, also of one system: `rank` says which is tried first."""

    class System(models.TextChoices):
        PHONE = "phone"
        SMS = "sms", "mobile phone that takes text messages"
        EMAIL = "email"

    system = models.CharField(max_length=5, choices=System)
    value = models.CharField(max_length=254, help_text="Phone in E.164 (+15105550123), or an e-mail address.")
    rank = models.PositiveSmallIntegerField(default=1, db_default=1)
    period = DateRangeField(db_default=ALL_TIME)

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints]
        indexes = [
            models.Index(fields=["value"], name="members_telecom_value"),
            GinIndex(OpClass(models.F("value"), name="gin_trgm_ops"), name="members_telecom_trigram"),
        ]


@track()
class CommunicationPreference(MemberOwned):
    """How a member wants to be reached; no row means the defaults of the region."""

    channels = ArrayField(
        models.CharField(max_length=10), default=list, help_text="Outbox channels, first choice first."
    )
    quiet_from = models.TimeField(null=True, blank=True, help_text="Local time from which nothing is sent.")
    quiet_until = models.TimeField(null=True, blank=True)
    no_outreach = models.BooleanField(default=False)
    large_print = models.BooleanField(default=False)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.UniqueConstraint(fields=["member"], name="members_preference_one"),
        ]
