import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.choices import offer_rows
from network.models import Organization


class ReasonForm(forms.Form):
    """Why somebody opens members' lines: kept in the access log, so it names the work, not the person."""

    reason = forms.CharField(
        label=_("Why do you need these members' lines?"),
        help_text=_("For example: reconciling October with the medical group. It is kept in the access log."),
        min_length=8,
        max_length=200,
    )


class FeeForm(forms.Form):
    """A line of the fee schedule. Nothing but the code says what the service is."""

    code = forms.CharField(label=_("Procedure or revenue code"), max_length=5)
    amount = forms.DecimalField(label=_("Fee in dollars"), min_value=0, max_digits=12, decimal_places=2)
    start = DayField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    end = DayField(label=_("First day without it"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    modifier = forms.CharField(label=_("Modifier"), required=False, max_length=2, help_text=_("Empty: any."))
    place = forms.CharField(label=_("Place of service"), required=False, max_length=2, help_text=_("Empty: any."))
    npi = forms.CharField(
        label=_("Provider's NPI"), required=False, max_length=10, help_text=_("Empty: any outside provider.")
    )


class EndFeeForm(forms.Form):
    """From when a fee is not paid any more."""

    on = DayField(label=_("First day without it"), widget=forms.DateInput(attrs={"type": "date"}))


class DenyForm(forms.Form):
    """Why a claim is denied, as the provider will read it."""

    reason = forms.CharField(label=_("Reason for denial"), min_length=8, max_length=200)


class VoidForm(forms.Form):
    """Why a priced claim is taken back."""

    reason = forms.CharField(label=_("Why it is taken back"), min_length=8, max_length=180)


class ClosePeriodForm(forms.Form):
    """Whose books of which month are closed for good."""

    entity = forms.ModelChoiceField(Organization.objects.none(), label=_("Whose books"), empty_label=None)
    month = forms.CharField(label=_("Month"), widget=forms.DateInput(attrs={"type": "month"}), max_length=7)
    is_sure = forms.BooleanField(label=_("Nothing more is to be posted in this month: it is not opened again"))

    def __init__(self, *args: Any, entities: QuerySet[Organization], today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        offer_rows(self, "entity", entities)

    def clean_month(self) -> datetime.date:
        """The first day of a month that is over."""
        try:
            month = datetime.datetime.strptime(self.cleaned_data["month"], "%Y-%m").date()
        except ValueError:
            raise forms.ValidationError(_now("Write the month like 2026-10.")) from None
        if month >= self.today.replace(day=1):
            raise forms.ValidationError(_now("This month is not over."))
        return month
