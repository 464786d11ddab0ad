from django.db import models

from core.models import Identified
from network.models import Clinician, Facility, Organization


class GuardrailRow(Identified):
    """Cost beside use and quality over twelve months, for one facility's members or one clinician's panel.

    Expected numbers are what the system's members of the same age band and sex had in as many member months (indirect
    standardisation); for open gaps and met measures, what the same people would have at the system's averages.
    """

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    as_of = models.DateField()
    facility = models.ForeignKey(Facility, models.CASCADE, related_name="+", db_index=False)
    clinician = models.ForeignKey(Clinician, models.CASCADE, null=True, related_name="+", db_index=False)
    members = models.IntegerField()
    member_months = models.DecimalField(max_digits=12, decimal_places=2)
    cost = models.DecimalField(max_digits=16, decimal_places=2)
    cost_expected = models.DecimalField(max_digits=16, decimal_places=2)
    cost_variance = models.DecimalField(
        max_digits=24, decimal_places=6, help_text="Of the sum, from the spread of members' costs."
    )
    visits = models.IntegerField()
    visits_expected = models.DecimalField(max_digits=24, decimal_places=6)
    emergencies = models.IntegerField()
    emergencies_expected = models.DecimalField(max_digits=24, decimal_places=6)
    referrals = models.IntegerField()
    referrals_expected = models.DecimalField(max_digits=24, decimal_places=6)
    gaps = models.IntegerField()
    gaps_expected = models.DecimalField(max_digits=24, decimal_places=6)
    met = models.IntegerField(
        help_text="Of the measures that people count in, how many times care was as it should be."
    )
    met_expected = models.DecimalField(max_digits=24, decimal_places=6)
    met_variance = models.DecimalField(max_digits=24, decimal_places=6)
    counted = models.IntegerField()
    is_hidden = models.BooleanField(help_text="Fewer than 11 people, or a subtraction would give such a few away.")
    is_flagged = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["managing_organization", "facility", "clinician"],
                name="billing_guardrail_once",
                nulls_distinct=False,
            )
        ]
