from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.choices import offer_values


class IntervalForm(forms.Form):
    """A person's own interval, from a day on, with the reason that everybody who looks at it reads."""

    months = forms.TypedChoiceField(
        label=_("Again after"),
        coerce=int,
        choices=[
            (3, _("3 months")),
            (6, _("6 months")),
            (12, _("1 year")),
            (24, _("2 years")),
            (36, _("3 years")),
            (60, _("5 years")),
            (84, _("7 years")),
            (120, _("10 years")),
        ],
    )
    reason = forms.CharField(
        label=_("Why"), min_length=5, max_length=300, help_text=_("Like: two adenomas under 10 mm, 2026.")
    )
    start = DayField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))


class DoseForm(forms.Form):
    """A dose of a vaccine: given at the visit under way, or elsewhere and told or shown."""

    vaccine = forms.ChoiceField(label=_("Vaccine"))
    on = DayField(label=_("Given on"), widget=forms.DateInput(attrs={"type": "date"}))
    where = forms.ChoiceField(
        label=_("Where"),
        choices=[("here", _("Here, at this visit")), ("elsewhere", _("Elsewhere: told or shown"))],
        widget=forms.RadioSelect,
    )
    lot_number = forms.CharField(label=_("Lot"), max_length=40, required=False)
    manufacturer = forms.CharField(
        label=_("Maker"), max_length=10, required=False, help_text=_("CDC's short name (MVX), like SKB or PFR.")
    )
    expires_on = DayField(label=_("Vial good until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, vaccines: list[tuple[str, Any]], can_give: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vaccine, where = self.fields["vaccine"], self.fields["where"]
        assert isinstance(vaccine, forms.ChoiceField) and isinstance(where, forms.ChoiceField)
        vaccine.choices = [("", "—"), *vaccines]
        if not can_give:
            del self.fields["where"]
        else:
            where.initial = "here"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("where") == "here" and not cleaned.get("lot_number"):
            # 42 U.S.C. 300aa-25: maker and lot are kept of every dose that is given.
            self.add_error("lot_number", _("Say the lot of the vial that was given."))
        if cleaned.get("where") == "here" and not cleaned.get("manufacturer"):
            self.add_error("manufacturer", _("Say whose vaccine it was."))
        return cleaned


class WorklistFilter(forms.Form):
    """What the worklist shows."""

    rule = forms.ChoiceField(label=_("Due for"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False, choices=[("", _("Any"))])

    def __init__(
        self, *args: Any, rules: list[tuple[str, str]], languages: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_values(self, "rule", rules)
        offer_values(self, "language", [("", _("Any")), *languages])
