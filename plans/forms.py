from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.asked import DayField, MomentField
from core.choices import offer_rows
from core.widgets import ComboBox
from plans.models import Coverage, CoveragePeriod, EmployerGroup, Product

DATE = forms.DateInput(attrs={"type": "date"})
# X12 1069, those that a desk meets.
RELATIONSHIPS = [
    ("18", _("the subscriber")),
    ("01", _("spouse of the subscriber")),
    ("19", _("child of the subscriber")),
    ("53", _("life partner of the subscriber")),
    ("G8", _("other dependant")),
]
# X12 1205.
TIERS = [
    ("", _("not stated")),
    ("EMP", _("employee only")),
    ("ESP", _("employee and spouse")),
    ("ECH", _("employee and children")),
    ("FAM", _("family")),
    ("IND", _("individual")),
]
# X12 1203 maintenance reasons, those that end coverage.
REASONS = [
    ("07", _("termination of benefits")),
    ("08", _("termination of employment")),
    ("03", _("death")),
    ("01", _("divorce")),
    ("14", _("voluntary withdrawal")),
    ("59", _("no premium was paid")),
    ("25", _("correction of an error")),
]


class EligibilityForm(forms.Form):
    """Which day, and as known when."""

    on = DayField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    known_at = MomentField(
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


class EnrolmentForm(forms.Form):
    """Under whose contract, by which product, from when."""

    group = forms.ModelChoiceField(EmployerGroup.objects.none(), label=_("Group"), widget=ComboBox)
    relationship = forms.ChoiceField(label=_("They are"), choices=RELATIONSHIPS)
    number = forms.CharField(
        label=_("Subscriber number"), max_length=80, help_text=_("The subscriber's, in this group.")
    )
    product = forms.ModelChoiceField(Product.objects.none(), label=_("Product"))
    tier = forms.ChoiceField(label=_("Who is covered"), choices=TIERS, required=False)
    start = DayField(label=_("First covered day"), widget=DATE)
    end = DayField(label=_("First day without"), required=False, widget=DATE, help_text=_("Empty: until it is ended."))

    def __init__(self, *args: Any, system_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = EmployerGroup.objects.filter(organization__system=system_id).order_by("name")
        offer_rows(self, "group", groups)
        offer_rows(self, "product", Product.objects.filter(organization__system=system_id).order_by("name"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        group, product = said.get("group"), said.get("product")
        if group and product and group.organization_id != product.organization_id:
            self.add_error("product", _("This product belongs to another plan than the group."))
        return said


class CoverageChoice(forms.ModelChoiceField):
    def label_from_instance(self, coverage: Coverage) -> str:
        return f"{coverage.contract.group}, {coverage.contract.number}"


class EndForm(forms.Form):
    """Which coverage ends, when, for whom."""

    coverage = CoverageChoice(Coverage.objects.none(), label=_("Coverage"))
    end = DayField(label=_("First day without coverage"), widget=DATE)
    reason = forms.ChoiceField(label=_("Why"), choices=REASONS)
    family = forms.BooleanField(label=_("Also everybody else under this contract"), required=False)

    def __init__(self, *args: Any, coverages: QuerySet[Coverage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "coverage", coverages)
        if len(coverages) == 1:
            self.fields["coverage"].initial = coverages[0]
