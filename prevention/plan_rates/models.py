from django.contrib.postgres.fields import DateRangeField
from django.db import models

from core.models import Identified, JobRun
from network.models import Organization


class PlanRate(Identified):
    """A measure's plan rate for a line of business (empty: all of them), as a run counted it.

    `population` had what the measure asks for; of these `enrolled` were covered long enough and on the anchor date;
    less the measure's exclusions they are the `denominator`.
    """

    run = models.ForeignKey(JobRun, models.CASCADE, related_name="+")
    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    measure = models.CharField(max_length=120)
    period = DateRangeField()
    line_of_business = models.CharField(max_length=20, blank=True, default="", db_default="")
    anchor = models.DateField(help_text="Coverage must hold on this day; before the year's end, the day of the run.")
    is_final = models.BooleanField(help_text="The measurement year was over.")
    population = models.PositiveIntegerField()
    enrolled = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    numerator = models.PositiveIntegerField()

    class Meta:
        app_label = "prevention"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "managing_organization", "measure", "line_of_business"], name="prevention_planrate_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    numerator__lte=models.F("denominator"),
                    denominator__lte=models.F("enrolled"),
                    enrolled__lte=models.F("population"),
                ),
                name="prevention_planrate_within",
            ),
        ]

    @property
    def percent(self) -> float | None:
        return 100 * self.numerator / self.denominator if self.denominator else None
