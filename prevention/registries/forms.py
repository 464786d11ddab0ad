"""What registry lists are narrowed by, and what a batch asks before it is done."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.choices import offer_values
from prevention.registries.models import RegistryBatch, RegistryEntry

ANY = ("", _("Any"))


class RegistryFilter(forms.Form):
    """Narrows and orders the list of one registry."""

    control = forms.ChoiceField(label=_("Control"), required=False)
    tier = forms.ChoiceField(label=_("Risk"), required=False)
    missed = forms.ChoiceField(label=_("Missed contacts"), required=False)
    step = forms.ChoiceField(label=_("Next step"), required=False)
    clinician = forms.ChoiceField(label=_("Panel of"), required=False)
    facility = forms.ChoiceField(label=_("Facility"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False)

    SORTS = (("risk", _("Highest risk first")), ("name", _("Name")), ("since", _("Longest at this status first")))

    def __init__(
        self,
        *args: Any,
        missed: list[tuple[str, str]],
        steps: list[tuple[str, str]],
        clinicians: list[tuple[str, str]],
        facilities: list[tuple[str, str]],
        languages: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_values(self, "control", [ANY, *control_choices()])
        offer_values(self, "tier", [ANY, *((str(value), label) for value, label in tier_choices())])
        offer_values(self, "missed", [ANY, *missed])
        offer_values(self, "step", [ANY, *steps])
        offer_values(self, "clinician", [ANY, *clinicians])
        offer_values(self, "facility", [ANY, *facilities])
        offer_values(self, "language", [ANY, *languages])
        offer_values(self, "sort", self.SORTS)

    @property
    def chosen(self) -> dict[str, str]:
        """What is asked for and offered; the rest is as if it were not asked."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_bound else {}


def control_choices() -> list[tuple[str, Any]]:
    words = {
        RegistryEntry.Control.FAR: _("Far from goal"),
        RegistryEntry.Control.ABOVE: _("Above goal"),
        RegistryEntry.Control.AT_GOAL: _("At goal"),
        RegistryEntry.Control.UNKNOWN: _("No recent result"),
    }
    return [(control.value, label) for control, label in words.items()]


def tier_choices() -> list[tuple[int, Any]]:
    return [(1, _("High")), (2, _("Rising")), (3, _("Stable"))]


def _not_past(day: datetime.date | None) -> datetime.date | None:
    if day is not None and day < timezone.localdate():
        raise forms.ValidationError(_("Choose a day that is still to come."))
    return day


class FollowUpForm(forms.Form):
    """A note, a day to be in touch next, or both."""

    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    next_contact_on = DayField(
        label=_("Be in touch next on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_next_contact_on(self) -> datetime.date | None:
        return _not_past(self.cleaned_data["next_contact_on"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not self.errors and not found.get("note", "").strip() and not found.get("next_contact_on"):
            raise forms.ValidationError(_("Write a note or choose a day."))
        return found


class MessageForm(forms.Form):
    """A message that waits in the portal; the e-mail that announces it says nothing of its content."""

    subject = forms.CharField(label=_("Subject"), max_length=120)
    body = forms.CharField(
        label=_("Message"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Everybody gets the same words. They read it in the portal, and may answer."),
    )
    with_article = forms.BooleanField(
        label=_("Name the article of the health library, in each person's language"), required=False, initial=True
    )


class TaskForm(forms.Form):
    detail = forms.CharField(label=_("What to do"), max_length=300, required=False)


class OrderForm(forms.Form):
    """Nothing is asked: the protocol says what is ordered."""


FORMS: dict[str, type[forms.Form]] = {
    RegistryBatch.Action.MESSAGE: MessageForm,
    RegistryBatch.Action.ORDER: OrderForm,
    RegistryBatch.Action.TASK: TaskForm,
    RegistryBatch.Action.NOTE: FollowUpForm,
}
