from django import forms
from django.utils.translation import gettext_lazy as _

from plans.models import CoveragePeriod


class EligibilityForm(forms.Form):
    """Which day, and as known when."""

    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    known_at = forms.DateTimeField(
        label=_("As known at"),
        required=False,
        help_text=_("Empty: as known now. UTC."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    benefit = forms.ChoiceField(
        label=_("Benefit"), choices=CoveragePeriod.BenefitKind.choices, initial="medical", required=False
    )

    def clean_benefit(self) -> str:
        return self.cleaned_data["benefit"] or "medical"
