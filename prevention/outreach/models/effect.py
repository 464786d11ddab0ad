"""What outreach costs, and what came of it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from core.models import Identified, User
from network.models import Organization
from prevention.outreach.models.policy import Campaign


class OutreachCost(Identified):
    """What one message, letter, call or kit costs a system, from a day on."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, help_text="portal, push, email, sms, letter, call, visit or kit.")
    amount = models.DecimalField(max_digits=10, decimal_places=4)
    period = DateRangeField()
    set_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, help_text="Unknown of the first ones."
    )

    class Meta:
        app_label = "prevention"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="prevention_outreachcost_amount"),
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="prevention_outreachcost_period"),
            ExclusionConstraint(
                name="prevention_outreachcost_once",
                expressions=[
                    ("managing_organization", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class OutreachSummary(Identified):
    """A campaign's effect by stratum, written by the nightly run; pages read it instead of members.

    Dimension `arm` counts people and gaps closed within `within_days`; the others count what was sent and came of it.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="summaries")
    as_of = models.DateField()
    dimension = models.CharField(max_length=10, help_text="arm, channel, language or wording.")
    stratum = models.CharField(max_length=60)
    gaps = models.PositiveIntegerField(help_text="Gaps in it.")
    sent = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    booked = models.PositiveIntegerField(default=0, help_text="Booked, or a kit ordered.")
    done = models.PositiveIntegerField(default=0, help_text="Closed by a fact within 90 days of entering.")
    # Rates are told of those alone whose time is over: closures of the others show at once, their failures not yet.
    observed = models.PositiveIntegerField(default=0, help_text="Those of `gaps` whose 90 days are over.")
    done_observed = models.PositiveIntegerField(default=0, help_text="Those of `observed` that are `done`.")
    cost = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    cost_observed = models.DecimalField(
        max_digits=14, decimal_places=4, default=0, help_text="That part of `cost` which was for those of `observed`."
    )

    class Meta:
        app_label = "prevention"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "dimension", "stratum"], name="prevention_outreachsummary_once")
        ]
