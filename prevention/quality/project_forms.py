import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.edits import Edits
from core.models import User
from prevention.quality.project_models import ImprovementProject
from prevention.rules import RULES


def _day(label: Any, **more: Any) -> DayField:
    return DayField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


class Ahead(forms.Form):
    """A form with a day that is still to come."""

    ahead = ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        day: datetime.date | None = given.get(self.ahead)
        if day is not None and day <= timezone.localdate():
            self.add_error(self.ahead, _("Choose a day that is still to come."))
        return given


class ProjectForm(Ahead):
    ahead = "due_on"
    title = forms.CharField(label=_("Title"), max_length=120)
    aim = forms.CharField(
        label=_("Aim"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How much, for whom, by when."),
    )
    due_on = _day(_("To be met by"))


class CycleForm(forms.Form):
    change_idea = forms.CharField(label=_("Change idea"), max_length=300)
    prediction = forms.CharField(label=_("What we expect"), max_length=300, help_text=_("And how we will know."))
    start = _day(_("Tried from"))


class EndCycleForm(forms.Form):
    learnt = forms.CharField(label=_("What we learnt"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    next_step = forms.CharField(label=_("What we do next"), max_length=300)
    end = _day(_("Tried until"))


class PointForm(forms.Form):
    on = _day(_("Day"))
    value = forms.DecimalField(label=_("Rate, %"), min_value=0, max_value=100, decimal_places=2, max_digits=5)


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(label=_("Decision"), choices=ImprovementProject.Decision.choices)
    decision_note = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class GuidelineForm(Ahead):
    ahead = "review_by"
    title = forms.CharField(label=_("Title"), max_length=200)
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("Who published it, version and date."))
    address = forms.URLField(label=_("Address"), max_length=300, required=False, assume_scheme="https")
    rule = forms.ChoiceField(label=_("Care rule that carries it out"), required=False)
    review_by = _day(_("Review by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["rule"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("None")), *((rule.id, rule.title) for rule in RULES)]


class ReviewForm(Ahead):
    ahead = "review_by"
    found = forms.CharField(label=_("What you found"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    review_by = _day(_("It stands until"))


class RetireForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is retired"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Replaced by which one, withdrawn by whom, or no longer our work."),
    )


class ChangeProjectForm(Edits, Ahead):
    """An aim that was put wrongly, or a day that cannot be held; the owner and their lead may both have it open."""

    ahead = "due_on"
    aim = forms.CharField(label=_("Aim"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    due_on = _day(_("To be met by"))
    reason = forms.CharField(label=_("Why it changes"), max_length=300)


class HandOverForm(forms.Form):
    """To whom, among those who may own it."""

    owner = forms.ModelChoiceField(label=_("New owner"), queryset=User.objects.none())
    reason = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, *args: Any, owners: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["owner"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = owners
