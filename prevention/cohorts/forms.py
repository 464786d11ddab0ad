"""Forms of the cohort builder."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.choices import offer_rows, offer_values
from core.models import ValueSet
from prevention.cohorts.criteria import Criteria, Fact
from prevention.cohorts.offered import offered
from prevention.measures import measures_of
from prevention.models import CohortExport, DataUseAgreement
from prevention.registries import REGISTRIES
from prevention.registries.forms import control_choices

ANY = ("", _("Any"))
DAY = {"type": "date"}


class CohortForm(forms.Form):
    """Everything that is said must hold."""

    name = forms.CharField(label=_("Name"), max_length=100)
    purpose = forms.CharField(label=_("What it is for"), max_length=300)
    min_age = forms.IntegerField(label=_("From age"), min_value=0, max_value=130, required=False)
    max_age = forms.IntegerField(label=_("To age"), min_value=0, max_value=130, required=False)
    sex = forms.MultipleChoiceField(
        label=_("Sex"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("female", _("Female")), ("male", _("Male")), ("other", _("Other")), ("unknown", _("Unknown"))],
    )
    lines_of_business = forms.MultipleChoiceField(
        label=_("Line of business"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("commercial_group", _("Employer group")),
            ("individual", _("Individual and family")),
            ("medicare", _("Medicare")),
            ("medicaid", _("Medicaid")),
        ],
    )
    region = forms.ChoiceField(label=_("Market"), required=False)
    registry = forms.ChoiceField(label=_("Registry"), required=False)
    control = forms.ChoiceField(label=_("Control"), required=False)
    condition = forms.ChoiceField(label=_("Has a condition of"), required=False)
    observation = forms.ChoiceField(label=_("Has a result of"), required=False)
    procedure = forms.ChoiceField(label=_("Had a procedure of"), required=False)
    medicine = forms.ChoiceField(label=_("Was dispensed a medicine of"), required=False)
    since = DayField(label=_("These facts from"), required=False, widget=forms.DateInput(attrs=DAY))
    until = DayField(label=_("These facts until"), required=False, widget=forms.DateInput(attrs=DAY))
    measure = forms.ChoiceField(label=_("Measure"), required=False)
    measure_status = forms.ChoiceField(
        label=_("Result of the measure"),
        required=False,
        choices=[ANY, ("met", _("Met")), ("not_met", _("Not met")), ("excluded", _("Excluded"))],
    )

    FACTS = ("condition", "observation", "procedure", "medicine")

    def __init__(self, *args: Any, regions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names: dict[str, str] = {}
        for kind, sets in offered().items():
            # One that was chosen when more were offered stays until another is chosen.
            chosen = self.initial.get(kind)
            if chosen and chosen not in dict(sets):
                sets = [*sets, *ValueSet.objects.filter(url=chosen).values_list("url", "name")]
            self.names |= dict(sets)
            offer_values(self, kind, [ANY, *sets])
        offer_values(self, "region", [ANY, *regions])
        offer_values(self, "registry", [ANY, *((one.id, one.title) for one in REGISTRIES)])
        offer_values(self, "control", [ANY, *control_choices()])
        measures = measures_of(timezone.localdate().year)
        offer_values(self, "measure", [ANY, *((one.key, f"{one.id} {one.title}") for one in measures)])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if self.errors:
            return found
        if bool(found["measure"]) != bool(found["measure_status"]):
            self.add_error("measure_status", _("Say measure and result together."))
        if found["control"] and not found["registry"]:
            self.add_error("registry", _("Say in which registry."))
        low, high = found["min_age"], found["max_age"]
        if low is not None and high is not None and low > high:
            self.add_error("max_age", _("The upper age lies below the lower."))
        if found["since"] and found["until"] and found["since"] > found["until"]:
            self.add_error("until", _("The last day lies before the first."))
        return found

    def criteria(self) -> Criteria:
        """What the form says, as criteria."""
        said = self.cleaned_data
        since, until = (said[name].isoformat() if said[name] else None for name in ("since", "until"))
        return Criteria(
            min_age=said["min_age"],
            max_age=said["max_age"],
            sex=tuple(said["sex"]),
            lines_of_business=tuple(said["lines_of_business"]),
            regions=(said["region"],) if said["region"] else (),
            registries=(said["registry"],) if said["registry"] else (),
            control=(said["control"],) if said["control"] else (),
            facts=tuple(
                Fact(kind, said[kind], self.names[said[kind]], since, until) for kind in self.FACTS if said[kind]
            ),
            measure=said["measure"],
            measure_status=said["measure_status"],
        )


def _as_now(key: str) -> str:
    """The key under which a measure that was chosen in an earlier year is chosen today."""
    today = measures_of(timezone.localdate().year)
    return next((one.key for one in today if one.id == key.partition("/")[0]), key)


def initial(criteria: Criteria) -> dict[str, Any]:
    """A form's first values for criteria that were made by one."""
    found: dict[str, Any] = {
        "min_age": criteria.min_age,
        "max_age": criteria.max_age,
        "sex": list(criteria.sex),
        "lines_of_business": list(criteria.lines_of_business),
        "region": next(iter(criteria.regions), ""),
        "registry": next(iter(criteria.registries), ""),
        "control": next(iter(criteria.control), ""),
        "measure": _as_now(criteria.measure),
        "measure_status": criteria.measure_status,
    }
    for fact in criteria.facts:
        found |= {fact.kind: fact.url, "since": fact.since, "until": fact.until}
    return found


class ExportForm(forms.Form):
    """What leaves, under what, and why."""

    kind = forms.ChoiceField(label=_("Kind"))
    agreement = forms.ModelChoiceField(
        label=_("Data use agreement"),
        queryset=DataUseAgreement.objects.none(),
        required=False,
        help_text=_("For a limited data set."),
    )
    purpose = forms.CharField(label=_("Purpose"), max_length=300)

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], agreements: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_values(self, "kind", kinds)
        offer_rows(self, "agreement", agreements)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("kind") == CohortExport.Kind.LIMITED and not found.get("agreement"):
            self.add_error("agreement", _("A limited data set needs an agreement in force."))
        return found


class AgreementForm(forms.Form):
    """A data use agreement that was signed on paper."""

    recipient = forms.CharField(label=_("Recipient"), max_length=200)
    reference = forms.CharField(label=_("Where the signed paper is filed"), max_length=100)
    permitted_use = forms.CharField(
        label=_("Permitted use"), max_length=500, help_text=_("Research, public health or health care operations.")
    )
    signed_on = DayField(label=_("Signed on"), widget=forms.DateInput(attrs=DAY))
    until = DayField(label=_("In force until"), widget=forms.DateInput(attrs=DAY))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("signed_on") and found.get("until") and found["until"] <= found["signed_on"]:
            self.add_error("until", _("It ends after it was signed."))
        return found
