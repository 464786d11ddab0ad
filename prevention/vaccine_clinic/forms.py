"""What a nurse fills in at a vaccine clinic."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.asked import DayField
from core.choices import offer_rows
from core.templatetags.kp import short_date
from pharmacy.models import StockLot
from prevention.vaccine_clinic.actions import Dose
from prevention.vaccine_clinic.models import Site, VaccineProduct

SITES = [
    (Site.LEFT_ARM, gettext_lazy("left upper arm")),
    (Site.RIGHT_ARM, gettext_lazy("right upper arm")),
    (Site.LEFT_THIGH, gettext_lazy("left thigh")),
    (Site.RIGHT_THIGH, gettext_lazy("right thigh")),
]
# Infants and toddlers are injected into the thigh (ACIP, General Best Practice Guidelines, route and injection).
THIGH_UNTIL = 3


class GiveForm(forms.Form):
    """One dose: nothing chosen means nothing given."""

    lot = forms.ChoiceField(label=gettext_lazy("Lot"), required=False)
    site = forms.ChoiceField(label=gettext_lazy("Where"), required=False, choices=SITES)
    information_on = DayField(
        label=gettext_lazy("Information sheet of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The edition that was handed out; it stands on the sheet."),
    )
    despite = forms.CharField(
        label=gettext_lazy("Why it is given all the same"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only where the schedule is against it; it is kept and reviewed."),
    )

    def __init__(
        self,
        *args: Any,
        lots: Sequence[StockLot],
        age: int | None,
        number: int = 0,
        may_be_against: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        lot = self.fields["lot"]
        assert isinstance(lot, forms.ChoiceField)
        lot.choices = [("", pgettext_lazy("a dose", "Not given")), *((str(one.pk), _in_words(one)) for one in lots)]
        sides = (Site.LEFT_THIGH, Site.RIGHT_THIGH) if age is not None and age < THIGH_UNTIL else (
            Site.LEFT_ARM, Site.RIGHT_ARM)  # fmt: skip
        # One after the other on two sides: three at one place ache.
        self.fields["site"].initial = sides[number % 2]
        editions = {one.product.vaccine.information_on for one in lots}
        if len(editions) == 1:
            self.fields["information_on"].initial = editions.pop()
        if not may_be_against:
            del self.fields["despite"]

    @property
    def dose(self) -> Dose | None:
        """What is to be given; None where nothing was chosen."""
        said = self.cleaned_data
        if not said.get("lot"):
            return None
        return Dose(uuid.UUID(said["lot"]), said["information_on"], said["site"], said.get("despite", ""))


def _in_words(lot: StockLot) -> str:
    return _("%(vaccine)s, lot %(lot)s, good until %(day)s, %(left)d left") % {
        "vaccine": lot.product.drug.name,
        "lot": lot.lot_number,
        "day": short_date(lot.expires_on, "year"),
        "left": lot.on_hand,
    }


class DeliveryForm(forms.Form):
    """A box of vaccine that came."""

    vaccine = forms.ModelChoiceField(VaccineProduct.objects.none(), label=gettext_lazy("Vaccine"))
    lot_number = forms.CharField(label=gettext_lazy("Lot"), max_length=40)
    expires_on = DayField(
        label=gettext_lazy("Good until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    doses = forms.IntegerField(label=gettext_lazy("Doses"), min_value=1, max_value=10_000)
    source = forms.CharField(
        label=gettext_lazy("Delivery note"), max_length=80, help_text=gettext_lazy("No delivery is booked in twice.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(
            self, "vaccine", VaccineProduct.objects.select_related("product__drug").order_by("product__drug__name")
        )


class WasteForm(forms.Form):
    """Doses of a lot that nobody got."""

    lot = forms.ChoiceField(label=gettext_lazy("Lot"))
    doses = forms.IntegerField(label=gettext_lazy("Doses"), min_value=1, max_value=10_000, initial=1)
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, help_text=gettext_lazy("Like: vial left open at the end of the day.")
    )

    def __init__(self, *args: Any, lots: Sequence[StockLot], today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lot = self.fields["lot"]
        assert isinstance(lot, forms.ChoiceField)
        lot.choices = [(str(one.pk), _in_words(one)) for one in lots if one.on_hand > 0]
