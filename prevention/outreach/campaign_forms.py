"""A campaign's policy as a form: one day for each kind of step, in the words of those who run it."""

import datetime
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.asked import DayField
from core.choices import offer_rows, offer_values
from core.edits import SEEN, Edits
from network.models import Organization, Region
from prevention.immunisation.outlook import IN_WORDS
from prevention.models import Campaign
from prevention.outreach.campaigns import STEPS, Plan
from prevention.outreach.kinds import VACCINE, kind_of
from prevention.quality.labels import WORDS
from prevention.rules import RULES

SEASON = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
FOR_WHOM = ("age_from", "age_until", "in_one_visit")
WORDINGS = [("care_waiting", gettext_lazy("Something waits for you")), ("reminder", gettext_lazy("A reminder"))]

# CDC race and ethnicity, the groups of OMB 1997.
GROUPS = {
    "1002-5": WORDS["race"]["american_indian"],
    "2028-9": WORDS["race"]["asian"],
    "2054-5": WORDS["race"]["black"],
    "2076-8": WORDS["race"]["pacific_islander"],
    "2106-3": WORDS["race"]["white"],
    "2135-2": WORDS["ethnicity"]["hispanic"],
}


def _number(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=365, required=False, **more)


def _weight(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=99, decimal_places=2, **more)


class CampaignForm(Edits, forms.Form):
    """What it is about, whom first, by what and when. The code never changes: it ties the versions together.

    Two people may have one campaign open; of a new one nothing stands yet.
    """

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    code = forms.SlugField(
        label=gettext_lazy("Short name"), max_length=40, help_text=gettext_lazy("Like stool-tests; it stays for good.")
    )
    region = forms.ModelChoiceField(
        Region.objects.none(), label=gettext_lazy("Market"), required=False, empty_label=gettext_lazy("All markets")
    )
    rules = forms.MultipleChoiceField(
        label=gettext_lazy("About"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: everything that is due and reminds."),
    )
    age_from = forms.IntegerField(
        label=gettext_lazy("Ages from"), required=False, min_value=0, max_value=120,
        help_text=gettext_lazy("Empty: everybody."),
    )  # fmt: skip
    age_until = forms.IntegerField(label=gettext_lazy("Ages under"), required=False, min_value=1, max_value=130)
    in_one_visit = forms.BooleanField(
        label=gettext_lazy("One visit does all of it"),
        required=False,
        help_text=gettext_lazy("Then a person is written to about one thing at a time."),
    )
    portal_day = _number(gettext_lazy("Notice in the portal, day"), help_text=gettext_lazy("Days after it came due."))
    message_day = _number(gettext_lazy("E-mail or text message, day"))
    letter_day = _number(gettext_lazy("Letter, day"))
    call_day = _number(gettext_lazy("Call, day"))
    visit_day = _number(gettext_lazy("A word at the next visit, day"), help_text=gettext_lazy("Empty: not at all."))
    season_from = forms.CharField(
        label=gettext_lazy("Season from"),
        required=False,
        max_length=5,
        help_text=gettext_lazy("Month and day, like 09-01; empty: all year."),
    )
    season_until = forms.CharField(label=gettext_lazy("Season until"), required=False, max_length=5)
    weight_overdue = _weight(gettext_lazy("Weight of waiting long"), initial=1)
    weight_risk = _weight(gettext_lazy("Weight of risk"), initial=1)
    weight_equity = _weight(
        gettext_lazy("Weight of equity"), initial=0, help_text=gettext_lazy("For the languages below.")
    )
    equity_languages = forms.CharField(
        label=gettext_lazy("Languages put first"), required=False, max_length=60, help_text=gettext_lazy("Like es, vi.")
    )
    equity_races = forms.MultipleChoiceField(
        label=gettext_lazy("Groups put first"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("By what people say of themselves. Their gap in the rates is the reason."),
    )
    holdout_percent = forms.DecimalField(
        label=gettext_lazy("Held back, %"),
        min_value=0,
        max_value=50,
        decimal_places=1,
        initial=5,
        help_text=gettext_lazy("Not written to, so that its effect can be known."),
    )
    daily_limit = forms.IntegerField(
        label=gettext_lazy("Reminders a day at most"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Empty: no limit."),
    )
    rank = forms.IntegerField(
        label=gettext_lazy("Rank"),
        min_value=1,
        max_value=999,
        initial=100,
        help_text=gettext_lazy("Of two campaigns about the same thing the lower one has it."),
    )
    wordings = forms.MultipleChoiceField(
        label=gettext_lazy("Wordings"),
        choices=WORDINGS,
        initial=["care_waiting"],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With more than one, each person always gets the same, and their effect is compared."),
    )
    script = forms.CharField(
        label=gettext_lazy("What is said on the telephone"), required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    start = DayField(
        label=gettext_lazy("Holds from"), widget=forms.DateInput(attrs={"type": "date"}), initial=timezone.localdate
    )

    def __init__(self, *args: Any, system: Organization, campaign: Campaign | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = initial(campaign) if campaign else None
        super().__init__(*args, **kwargs)
        offer_rows(self, "region", Region.objects.filter(system=system).order_by("name"))
        vaccines = [f"{VACCINE}{group}" for group in IN_WORDS]
        known = [rule.id for rule in RULES if rule.remind] + vaccines
        offer_values(self, "rules", sorted(((one, str(kind_of(one).title)) for one in known), key=lambda pair: pair[1]))
        groups = dict(GROUPS)
        # A finer code of an older version is kept as it stands.
        groups |= {code: code for code in (campaign.equity_races if campaign else ()) if code not in groups}
        offer_values(self, "equity_races", groups.items())
        # The day from which it holds is nobody's value: it is today's, and another on a page opened before midnight.
        self.stands = {name: value for name, value in self.stands.items() if campaign is not None and name != "start"}
        self.initial = {**self.initial, SEEN: self.token}
        self.must_say = campaign is not None
        if campaign is not None:
            for name in ("code", "region"):
                self.fields[name].disabled = True

    def _season(self, name: str) -> int | None:
        said = self.cleaned_data.get(name, "").strip()
        if not said:
            return None
        if not SEASON.fullmatch(said):
            self.add_error(name, _("Write the day like 09-01, month first."))
            return None
        return int(said.replace("-", ""))

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        first, last = self._season("season_from"), self._season("season_until")
        if (first is None) != (last is None) and not self.errors:
            self.add_error("season_until", _("A season has a first and a last day."))
        ages = said.get("age_from"), said.get("age_until")
        if ages[0] is not None and ages[1] is not None and ages[0] >= ages[1]:
            self.add_error("age_until", _("The first age lies below the last."))
        said["season"] = (first, last) if first is not None and last is not None else None
        if not self.steps():
            self.add_error(None, _("Say by what it reaches people: give at least one step its day."))
        return said

    def steps(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for name, channels in STEPS.items():
            day = self.cleaned_data.get(f"{name}_day")
            if day is not None:
                found[day] = [*found.get(day, []), *channels]
        return found

    def plan(self) -> Plan:
        said = self.cleaned_data
        same = (
            "name",
            "rules",
            "wordings",
            "season",
            "holdout_percent",
            "daily_limit",
            "rank",
            "script",
            "equity_races",
        )
        weights = ("weight_overdue", "weight_risk", "weight_equity")
        languages = [one.strip() for one in said["equity_languages"].split(",") if one.strip()]
        return Plan(
            steps=self.steps(),
            equity_languages=languages,
            **{name: said[name] for name in (*same, *FOR_WHOM, *weights)},
        )


def initial(campaign: Campaign) -> dict[str, Any]:
    """The form as the campaign stands; it changes from today."""
    same = (
        "name",
        "code",
        "region",
        "rules",
        "holdout_percent",
        "daily_limit",
        "rank",
        "wordings",
        "script",
        "equity_races",
        *FOR_WHOM,
    )
    weights = ("weight_overdue", "weight_risk", "weight_equity")
    found: dict[str, Any] = {name: getattr(campaign, name) for name in (*same, *weights)}
    found["equity_languages"] = ", ".join(campaign.equity_languages)
    for name in ("season_from", "season_until"):
        day = getattr(campaign, name)
        found[name] = f"{day // 100:02d}-{day % 100:02d}" if day else ""
    for step in campaign.steps.all():
        for name, channels in STEPS.items():
            if set(step.channels) & set(channels):
                found[f"{name}_day"] = step.after_days
    today = timezone.localdate()
    found["start"] = max(today, campaign.period.lower or datetime.date.min)
    return found
