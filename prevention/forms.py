from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.choices import offer_values


class ContactForm(forms.Form):
    """What came of a call."""

    OUTCOMES = [
        ("booked", _("Booked a visit")),
        ("kit_ordered", _("Kit on its way")),
        ("done_elsewhere", _("Done elsewhere")),
        ("not_now", _("Not now")),
        ("declined", _("Does not want it")),
        ("no_answer", _("No answer")),
    ]
    outcome = forms.ChoiceField(label=_("What came of it"), choices=OUTCOMES)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


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
    start = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))


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
