"""What the gallery's pages show. People and values are invented; days are fixed so that pictures compare."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.widgets import ComboBox, Money

LONG = (
    "Diabetes mellitus type 2 with diabetic chronic kidney disease and hyperglycaemia, under observation after a "
    "change of therapy, Pneumonoultramicroscopicsilicovolcanoconiosis excluded"
)

LANGUAGES = [
    (name.lower(), name) for name in ("Amharic", "Arabic", "Bengali", "Cantonese", "Farsi", "Korean", "Spanish")
]


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Full name"), help_text=_("As on your card."), max_length=100)
    birth = DayField(label=_("Date of birth"), widget=forms.DateInput(attrs={"type": "date"}))
    language = forms.ChoiceField(label=_("Language"), choices=[("en", "English"), ("es", "Español")])
    language_spoken = forms.ChoiceField(
        label=_("Interpreter"), choices=[("", ""), *LANGUAGES], widget=ComboBox, required=False
    )
    amount = forms.DecimalField(label=_("Amount"), widget=Money, required=False)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    how = forms.ChoiceField(
        label=_("How shall we reach you?"),
        choices=[("sms", _("Text message")), ("email", _("E-mail")), ("letter", _("Letter"))],
        widget=forms.RadioSelect,
        help_text=_("We write only that you have a message."),
    )
    agree = forms.BooleanField(label=_("I have read this"))


def everything() -> dict[str, Any]:
    """The context of every example page."""
    return {**words(), **trends(), **inputs(), **places(), **tables()}


def words() -> dict[str, Any]:
    """Text that tries a component: long, hostile, dated."""
    return {
        "long": LONG,
        "hostile": "<script>alert(1)</script> \"quoted\" & 'so on'",
        "visit": datetime.datetime(2026, 12, 3, 9, 20),
    }


def trends() -> dict[str, Any]:
    """Charts of values: towards a goal, empty, within a range."""
    return {
        "trend": trend(),
        "bars": {
            "label": "Colorectal cancer screening",
            "unit": "%",
            "goal": 70,
            "groups": [
                {"label": "English", "value": 71.2, "low": 70.1, "high": 72.3},
                {"label": "Spanish", "value": 61.5, "low": 58.2, "high": 64.7, "marked": True},
                {"label": "Vietnamese", "value": 68.0, "low": 60.3, "high": 74.8},
            ],
        },
        "funnel": {
            "label": "Channel",
            "steps": ["Sent", "Opened", "Booked or ordered", "Done"],
            "rows": [
                {"label": "E-mail", "counts": [1200, 480, 210, 190]},
                {"label": "Text message", "counts": [800, 510, 260, 240]},
            ],
        },
        "trend_empty": {"label": "HbA1c", "unit": "%", "points": [], "low": None, "high": None},
        "trend_pressure": {
            "label": "Systolic",
            "unit": "mmHg",
            "low": 110,
            "high": 130,
            "goal": "Agreed: 110 to 130",
            "points": [
                {"date": datetime.date(2026, 11, day), "value": value, "note": ""}
                for day, value in [(1, 146), (5, 139), (9, 141), (13, 134), (17, 131), (21, 128)]
            ],
        },
    }


def inputs() -> dict[str, Any]:
    """A form untouched and one that was refused, and free times to choose from."""
    return {
        "form": ExampleForm(),
        "bad_form": ExampleForm(
            {"name": "", "birth": "31 February", "language": "fr", "reason": LONG}, auto_id="bad_%s"
        ),
        "days": free_times(),
        "steps": [_("Choose a time"), _("How we meet"), _("Check and book")],
    }


def places() -> dict[str, Any]:
    """Ways about: rail, tabs, crumbs."""
    return {
        "chart_rail": [
            {"label": _("Summary"), "url": "#", "current": True},
            {"label": _("Timeline"), "url": "#"},
            {"label": _("Problems"), "url": "#", "count": 5},
            {"label": _("Medicines"), "url": "#", "count": 4},
            {"label": _("Results"), "url": "#", "count": _("3 new")},
            {"label": _("Notes"), "url": "#", "count": 41},
            {"label": _("Orders"), "url": "#", "count": 2},
            {"label": _("Care plan"), "url": "#"},
            {"label": _("Immunisations"), "url": "#"},
            {"label": _("Referrals"), "url": "#", "count": 1},
            {"label": _("Documents"), "url": "#", "count": 12},
        ],
        "tabs": [
            {"label": _("All"), "url": "#", "count": 31, "current": True},
            {"label": _("Mine"), "url": "#", "count": 7},
            {"label": _("Done today"), "url": "#"},
        ],
        "crumbs": [{"label": _("Results"), "url": "#"}, {"label": "HbA1c", "url": "#"}],
    }


def tables() -> dict[str, Any]:
    """Columns, amounts, facts, and a worklist's rows."""
    return {
        "columns": [
            {"label": _("Medicine"), "sort": "name", "direction": "ascending"},
            {"label": _("How")},
            {"label": _("Last fill"), "sort": "fill"},
            {"label": _("Taken"), "numeric": True},
            {"label": ""},
        ],
        "money_columns": [
            {"label": _("Entity")},
            {"label": _("Budget"), "numeric": True},
            {"label": _("Actual"), "numeric": True},
        ],
        "amounts": [
            {"label": "Medical group, north", "budget": Decimal(1204000), "actual": Decimal("1187432.5")},
            {"label": "Hospitals", "budget": Decimal(2410000), "actual": Decimal("2466019.07")},
            {"label": "Retroactive adjustments", "budget": Decimal(0), "actual": Decimal("-12044.9")},
        ],
        "facts": [
            {"label": _("Record number"), "value": "1104 8823 7"},
            {"label": _("Language"), "value": "Spanish, interpreter"},
            {"label": _("Preferred name"), "value": None},
        ],
        "outreach": [
            ("Alvarez, Maria", "52 F · Spanish, mornings · colorectal, eye exam", "due", "Due since 4 Oct"),
            ("Brown, Terrence", "61 M · English · blood pressure above 140 twice", "due", "Due since 12 Sep"),
            (
                "Chowdhury, Farzana Begum",
                "47 F · Bengali, interpreter · mammogram abroad, report asked for",
                "info",
                "Waiting",
            ),
            ("De la Cruz, José Antonio", "74 M · Spanish · home kit sent back unreadable", "stop", "Kit failed"),
        ],
    }


def trend() -> dict[str, Any]:
    """Three years of HbA1c towards an agreed goal."""
    return {
        "label": "HbA1c",
        "unit": "%",
        "low": None,
        "high": Decimal("7.0"),
        "goal": _("Goal agreed: below 7.0 %"),
        "points": [
            {"date": datetime.date(year, month, 10), "value": Decimal(value), "note": ""}
            for year, month, value in [
                (2024, 1, "8.3"),
                (2024, 6, "8.0"),
                (2024, 11, "7.7"),
                (2025, 4, "7.6"),
                (2025, 9, "7.5"),
                (2026, 3, "7.4"),
                (2026, 11, "6.8"),
            ]
        ],
    }


def free_times() -> list[dict[str, Any]]:
    """Two days with free times."""
    morning: list[tuple[str, Any]] = [("9:20", ""), ("9:40", ""), ("11:00", _("video"))]
    return [
        {
            "date": datetime.date(2026, 12, day),
            "times": [{"value": f"{day}-{label}", "label": f"{label} am", "note": note} for label, note in times],
        }
        for day, times in [(3, morning), (4, [("8:00", "")])]
    ]
