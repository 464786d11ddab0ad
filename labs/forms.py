"""What is typed at the bench and in the chart."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.asked import DayField, MomentField
from labs.actions.specimens import REJECTIONS
from labs.interpretation import WORDS
from labs.models import LabTest

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class IdentifyForm(forms.Form):
    """The two identifiers, as the person says them or the label shows them."""

    mrn = forms.CharField(label=_("Record number (MRN)"), max_length=14, help_text=_("From the card or the label."))
    birth_date = DayField(label=_("Birth date"), widget=DATE, help_text=_("Ask; do not read it out."))
    mrn.widget.attrs["autocomplete"] = "off"


class ReturnKitForm(IdentifyForm):
    collected_on = MomentField(
        label=_("Sample taken"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


class ResultForm(forms.Form):
    accession = forms.CharField(label=_("Accession number"), max_length=20, help_text=_("Scan or type it."))
    value = forms.CharField(label=_("Value"), max_length=500)

    def __init__(self, *args: Any, test: LabTest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accession"].widget.attrs["autocomplete"] = "off"
        value = self.fields["value"]
        if test.unit:
            value.label = _("Value in %(unit)s") % {"unit": test.unit}
            value.widget.attrs.update(inputmode="decimal", autocomplete="off")
        else:
            self.fields["value"] = forms.ChoiceField(label=_("Result"), choices=[("", "–"), *((w, w) for w in WORDS)])


class RejectForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong with it"), choices=[(why, why) for why in REJECTIONS])


class CorrectForm(forms.Form):
    value = forms.CharField(label=_("Right value"), max_length=500)
    reason = forms.CharField(label=_("Why it was wrong"), max_length=300)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class AcknowledgeForm(forms.Form):
    note = forms.CharField(label=_("What was done"), max_length=500, required=False)
