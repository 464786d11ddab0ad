"""The terms of outreach and its unit costs as forms. Two people may have one open: `core.edits`."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.asked import DayField
from core.edits import SEEN, Edits
from prevention.models import OutreachCost, OutreachPolicy, Reminder
from prevention.outreach.terms import EARLIEST, LATEST, Terms

# What a message or letter may go by; calls and words at a visit are steps of a campaign, not a choice among ways.
ORDERED = ("email", "sms", "portal", "push", "letter")
PLACES = tuple(f"channel_{place}" for place in range(1, len(ORDERED) + 1))
KINDS = {
    "portal": gettext_lazy("Notice in the portal"),
    "push": gettext_lazy("Notice on the phone"),
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text message"),
    "letter": gettext_lazy("Letter with print and postage"),
    "call": gettext_lazy("Attempt to call"),
    "visit": gettext_lazy("Word at a visit"),
    "kit": gettext_lazy("Home kit"),
}


def _count(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, **more)


def _time(label: Any, **more: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **more)


def _start() -> DayField:
    return DayField(label=gettext_lazy("Holds from"), widget=forms.DateInput(attrs={"type": "date"}))


class _Dated(Edits, forms.Form):
    """The day from which it holds is nobody's value: a page that was opened before midnight is not out of date."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stands.pop("start", None)
        self.initial = {**self.initial, SEEN: self.token}

    def clean_start(self) -> datetime.date:
        start: datetime.date = self.cleaned_data["start"]
        if start < timezone.localdate():
            raise forms.ValidationError(
                _("Choose today or a day that is still to come: what was sent stays as it was.")
            )
        return start


class TermsForm(_Dated):
    """Cap, quiet hours, order of channels, and how long things last."""

    cap = _count(
        gettext_lazy("Messages, letters and calls to one person, at most"), 1, 20,
        help_text=gettext_lazy("Of all campaigns together, 1 to 20."),
    )  # fmt: skip
    cap_days = _count(gettext_lazy("Within so many days"), 1, 90, help_text=gettext_lazy("1 to 90."))
    quiet_from = _time(
        gettext_lazy("Quiet from"), help_text=gettext_lazy("By the person's own clock; 9 in the evening at the latest.")
    )
    quiet_until = _time(
        gettext_lazy("Quiet until"), help_text=gettext_lazy("8 in the morning at the earliest; noon at the latest.")
    )
    channel_1 = forms.ChoiceField(
        label=gettext_lazy("First by"),
        help_text=gettext_lazy("Where neither a person's wish nor their answers so far say otherwise."),
    )
    channel_2 = forms.ChoiceField(label=gettext_lazy("Then by"), required=False)
    channel_3 = forms.ChoiceField(label=gettext_lazy("Third by"), required=False)
    channel_4 = forms.ChoiceField(label=gettext_lazy("Fourth by"), required=False)
    channel_5 = forms.ChoiceField(label=gettext_lazy("Last by"), required=False)
    link_days = _count(
        gettext_lazy("Days for which a link in a message works"), 7, 180, help_text=gettext_lazy("7 to 180.")
    )
    bounce_days = _count(
        gettext_lazy("Days for which an address that failed is left alone"), 7, 730,
        help_text=gettext_lazy("7 to 730, or until another address is found."),
    )  # fmt: skip
    call_attempts = _count(gettext_lazy("Attempts to call"), 1, 10, help_text=gettext_lazy("1 to 10."))
    call_again_days = _count(gettext_lazy("Days between two attempts"), 1, 30, help_text=gettext_lazy("1 to 30."))
    start = _start()

    def __init__(self, *args: Any, policy: OutreachPolicy | None, **kwargs: Any) -> None:
        super().__init__(*args, initial=initial(policy), **kwargs)
        words = [(one, str(Reminder.Channel(one).label).capitalize()) for one in ORDERED]
        for place in PLACES:
            field = self.fields[place]
            assert isinstance(field, forms.ChoiceField)
            field.choices = words if field.required else [("", _("none")), *words]

    def clean_quiet_from(self) -> datetime.time:
        start: datetime.time = self.cleaned_data["quiet_from"]
        if not datetime.time(16) <= start <= LATEST:
            raise forms.ValidationError(
                _("Quiet hours begin between 4 in the afternoon and 9 in the evening: later nobody may be called.")
            )
        return start

    def clean_quiet_until(self) -> datetime.time:
        end: datetime.time = self.cleaned_data["quiet_until"]
        if not EARLIEST <= end <= datetime.time(12):
            raise forms.ValidationError(
                _("Quiet hours end between 8 in the morning and noon: earlier nobody may be called.")
            )
        return end

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        chosen = [said.get(place) or "" for place in PLACES]
        named = [one for one in chosen if one]
        for number, one in enumerate(chosen):
            if one and one in chosen[:number]:
                self.add_error(PLACES[number], _("Each way once: this one stands further up already."))
        said["channels"] = named
        return said

    def terms(self) -> Terms:
        said = self.cleaned_data
        return Terms(**{name: said[name] for name in Terms.__dataclass_fields__})


def initial(policy: OutreachPolicy | None) -> dict[str, Any]:
    """The form as the terms stand; without any, as the model begins."""
    held = policy or OutreachPolicy(channels=["email", "sms", "portal", "letter"])
    found: dict[str, Any] = {name: getattr(held, name) for name in Terms.__dataclass_fields__ if name != "channels"}
    for number, place in enumerate(PLACES):
        found[place] = held.channels[number] if number < len(held.channels) else ""
    return {**found, "start": first_day(held)}


def first_day(held: OutreachPolicy | OutreachCost) -> datetime.date:
    """From when a change would hold: today, or the day of a version that is still to come."""
    today = timezone.localdate()
    return max(today, held.period.lower or today) if held.period else today


def _cost(kind: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=KINDS[kind],
        min_value=0,
        max_value=1000,
        decimal_places=4,
        help_text=gettext_lazy("Dollars, 0 to 1,000."),
    )


class CostsForm(_Dated):
    """What one of each kind costs, in dollars."""

    portal = _cost("portal")
    push = _cost("push")
    email = _cost("email")
    sms = _cost("sms")
    letter = _cost("letter")
    call = _cost("call")
    visit = _cost("visit")
    kit = _cost("kit")
    start = _start()

    def __init__(self, *args: Any, costs: dict[str, OutreachCost], **kwargs: Any) -> None:
        # As people write it: 1.1, not 1.1000.
        stand = {
            kind: Decimal(f"{costs[kind].amount.normalize():f}") if kind in costs else Decimal(0) for kind in KINDS
        }
        start = max((first_day(one) for one in costs.values()), default=timezone.localdate())
        super().__init__(*args, initial={**stand, "start": start}, **kwargs)

    def amounts(self) -> dict[str, Decimal]:
        return {kind: self.cleaned_data[kind] for kind in KINDS}
