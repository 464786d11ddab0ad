import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from prevention.quality.models import MeasureGoal


class GoalForm(forms.Form):
    """What a rate is compared with, from a day on."""

    percent = forms.DecimalField(
        label=_("Rate to reach, %"), min_value=0, max_value=100, decimal_places=2, max_digits=5
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=MeasureGoal.Kind.choices)
    source = forms.CharField(
        label=_("Source"), max_length=200, help_text=_("Who set it and when, or where it was published.")
    )
    start = DayField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))

    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        given = dict(self.cleaned_data)
        percent: Decimal = given.pop("percent")
        start: datetime.date = given["start"]
        return {**given, "rate": percent / 100, "start": start}
