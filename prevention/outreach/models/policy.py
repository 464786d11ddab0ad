"""Who is reached about what, in which order, how often and when: dated rows of a system or one of its markets."""

import datetime
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce

from core.models import Identified, User
from network.models import Organization, Region

# NULL is not equal to NULL: a row of the whole system stands at the system itself.
MARKET = Coalesce("region", "managing_organization")


class OfMarket(Identified):
    """A dated row of a system, or of one of its markets, which goes before the system's own."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    period = DateRangeField(help_text="From when it holds; a change is a new row.")
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class OutreachPolicy(OfMarket):
    """What holds over all campaigns together. A system without one writes to nobody."""

    cap = models.PositiveSmallIntegerField(default=2, help_text="Messages, letters and calls to one person …")
    cap_days = models.PositiveSmallIntegerField(default=14, help_text="… within so many days.")
    quiet_from = models.TimeField(default=datetime.time(20), help_text="Local time; a member's own hours go before.")
    quiet_until = models.TimeField(default=datetime.time(9))
    channels = ArrayField(
        models.CharField(max_length=10), help_text="Which channel first, where neither wish nor response says so."
    )
    link_days = models.PositiveSmallIntegerField(default=30, help_text="How long a one-tap link works.")
    bounce_days = models.PositiveSmallIntegerField(
        default=180, help_text="A channel that failed is left alone for so long."
    )
    call_attempts = models.PositiveSmallIntegerField(default=3)
    call_again_days = models.PositiveSmallIntegerField(default=3)

    class Meta:
        app_label = "prevention"
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="prevention_outreachpolicy_period"),
            models.CheckConstraint(
                condition=models.Q(cap__gte=1, cap_days__gte=1, link_days__gte=1),
                name="prevention_outreachpolicy_counts",
            ),
            ExclusionConstraint(
                name="prevention_outreachpolicy_once",
                expressions=[
                    ("managing_organization", RangeOperators.EQUAL),
                    (MARKET, RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another outreach policy holds for this market then.",
            ),
        ]


class Campaign(OfMarket):
    """Which gaps are worked on, whom first, in which wording, and who is held back for comparison.

    A gap that several campaigns name belongs to the market's own, then to the one of lowest rank.
    """

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    rank = models.PositiveSmallIntegerField(default=100)
    rules = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        help_text="Gaps by rule, like colorectal_screening or immunisation:Influenza; empty: every rule that reminds.",
    )
    age_from = models.PositiveSmallIntegerField(null=True, blank=True, help_text="For people of this age and over.")
    age_until = models.PositiveSmallIntegerField(null=True, blank=True, help_text="For people under this age.")
    in_one_visit = models.BooleanField(
        default=False, db_default=False, help_text="One gap of a person at a time is written about: one visit does all."
    )
    season_from = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Month and day, 901 for 1 September; empty: all year."
    )
    season_until = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The last day, likewise.")
    weight_overdue = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(1))
    weight_risk = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(1))
    weight_equity = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    equity_languages = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    equity_races = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, help_text="CDC race and ethnicity codes."
    )
    wordings = ArrayField(
        models.CharField(max_length=60),
        help_text="Templates under templates/messages/; a member always gets the same one of them.",
    )
    holdout_percent = models.DecimalField(
        max_digits=4, decimal_places=1, default=Decimal(0), help_text="Not reached out to, for an honest comparison."
    )
    daily_limit = models.PositiveIntegerField(null=True, blank=True, help_text="Reminders a day; whom first decides.")
    script = models.TextField(blank=True, default="", help_text="What is said on the telephone.")

    class Meta:
        app_label = "prevention"
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="prevention_campaign_period"),
            models.CheckConstraint(
                condition=models.Q(holdout_percent__gte=0, holdout_percent__lte=50), name="prevention_campaign_holdout"
            ),
            models.CheckConstraint(
                condition=models.Q(season_from__isnull=True, season_until__isnull=True)
                | models.Q(season_from__gte=101, season_from__lte=1231, season_until__gte=101, season_until__lte=1231),
                name="prevention_campaign_season",
                violation_error_message="A season has a first and a last day.",
            ),
            models.CheckConstraint(
                condition=models.Q(age_from__isnull=True)
                | models.Q(age_until__isnull=True)
                | models.Q(age_from__lt=models.F("age_until")),
                name="prevention_campaign_ages",
                violation_error_message="The first age lies below the last.",
            ),
            models.CheckConstraint(condition=models.Q(wordings__len__gte=1), name="prevention_campaign_wording"),
            ExclusionConstraint(
                name="prevention_campaign_once",
                expressions=[
                    ("managing_organization", RangeOperators.EQUAL),
                    (MARKET, RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This campaign already runs in this market then.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignStep(Identified):
    """One step of a campaign: so many days after the gap came into it, by one of these channels."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    after_days = models.PositiveSmallIntegerField()
    channels = ArrayField(
        models.CharField(max_length=10), help_text="portal, push, email, sms; or letter; call; visit."
    )

    class Meta:
        app_label = "prevention"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="prevention_campaignstep_once"),
            models.CheckConstraint(condition=models.Q(channels__len__gte=1), name="prevention_campaignstep_channels"),
        ]
