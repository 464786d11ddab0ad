"""Forms of the pharmacy and of prescribing."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinical.forms import OverrideForm
from core.asked import DayField
from core.choices import offer_rows
from network.models import Facility
from pharmacy.models import ClinicalDrug, DrugProduct, Prescription
from pharmacy.ordering import Terms


class PrescribeForm(OverrideForm):
    """What is prescribed, and, where a check objects, why all the same."""

    drug = forms.ModelChoiceField(ClinicalDrug.objects.all(), widget=forms.HiddenInput, label=_("Medicine"))
    directions = forms.CharField(label=_("Directions"), max_length=500, help_text=_("As on the label: take 1 tablet …"))
    directions_es = forms.CharField(label=_("Directions in Spanish"), max_length=500, required=False)
    quantity = forms.DecimalField(
        label=_("Units a fill"), min_value=Decimal("0.001"), max_digits=12, decimal_places=3, initial=30
    )
    days_supply = forms.IntegerField(label=_("Days a fill lasts"), min_value=1, max_value=365, initial=30)
    refills = forms.IntegerField(label=_("Refills"), min_value=0, max_value=12, initial=0)
    pharmacy = forms.ModelChoiceField(Facility.objects.none(), label=_("Pick up at"), required=False)
    reason = forms.CharField(label=_("For what"), max_length=500, required=False)

    def __init__(self, *args: Any, pharmacies: QuerySet[Facility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "pharmacy", pharmacies)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        drug = given.get("drug")
        if drug is not None and drug.schedule and "refills" in given:
            most = 0 if drug.schedule == 2 else 5
            if given["refills"] > most:
                self.add_error(
                    "refills",
                    _("Schedule %(schedule)s: at most %(most)s refills.") % {"schedule": drug.schedule, "most": most},
                )
        return given

    def terms(self, renews: Prescription | None = None) -> Terms:
        given = self.cleaned_data
        return Terms(
            drug=given["drug"],
            directions=given["directions"],
            directions_es=given["directions_es"],
            quantity=given["quantity"],
            days_supply=given["days_supply"],
            refills=given["refills"],
            pharmacy=given["pharmacy"],
            renews=renews,
        )


class FillForm(forms.Form):
    scanned_ndc = forms.CharField(label=_("Scan or type the NDC"), max_length=20, required=False)
    pickup_place = forms.CharField(label=_("Where the bag goes"), max_length=60, required=False)


class ReceiveForm(forms.Form):
    product = forms.ModelChoiceField(DrugProduct.objects.select_related("drug"), label=_("Product"))
    lot_number = forms.CharField(label=_("Lot number"), max_length=40)
    expires_on = DayField(label=_("Expires on"), widget=forms.DateInput(attrs={"type": "date"}))
    quantity = forms.DecimalField(label=_("Units"), min_value=Decimal("0.001"), max_digits=12, decimal_places=3)
    source = forms.CharField(label=_("Delivery note"), max_length=80)


class RecallForm(forms.Form):
    reason = forms.CharField(label=_("Reason and recall number"), max_length=200)
