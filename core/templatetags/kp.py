"""Filters and tags that templates and components share: `{% load kp %}`."""

import datetime
import json
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    Field,
    ModelChoiceField,
    RadioSelect,
)
from django.template.context import Context
from django.utils import formats, timezone, translation
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString
from django_cotton.templatetags import Attrs

from core import navigation
from core.notices import UNDO

register = template.Library()

NOTHING = "–"
MINUS = "\N{MINUS SIGN}"
STATUS_ICONS = {"due": "schedule", "stop": "warning", "good": "check_circle", "info": "info", "plain": ""}
MESSAGE_STATUS = {"error": "stop", "warning": "due", "success": "good"}


# --- Numbers, money, dates ------------------------------------------------------------------------------


@register.filter
def money(value: Any, style: str = "") -> str:
    """`340` as `$340`, `340.5` as `$340.50`; with `money:"cents"` always two places, as tables of money need.

    Half a cent rounds up; nothing is shown as a dash.
    """
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    except (InvalidOperation, ValueError):
        return NOTHING
    whole = style != "cents" and amount == amount.to_integral_value()
    digits = f"{abs(amount):,.0f}" if whole else f"{abs(amount):,.2f}"
    return f"{MINUS if amount < 0 else ''}${digits}"


@register.filter
def mrn(value: Any) -> str:
    """A record number in groups as people read it aloud: `110488237` as `1104 8823 7`."""
    digits = str(value or "").replace(" ", "")
    return "\N{NO-BREAK SPACE}".join(digits[start : start + 4] for start in range(0, len(digits), 4))


@register.filter
def verb_words(code: str) -> str:
    """What the access log keeps, as one reads it: `clinical.break_the_glass` as `break the glass (clinical)`."""
    room, _, words = str(code).rpartition(".")
    words = words.replace("_", " ").replace(",", ", ")
    return f"{words} ({room})" if room else words


@register.filter
def short_date(value: datetime.date | datetime.datetime | None, style: str = "") -> str:
    """`12 Aug`, with the year where it is not this one; `short_date:"year"` always, `"weekday"` as `Thu 3 Dec`."""
    day = as_local_date(value)
    if day is None:
        return NOTHING
    month = "b" if translation.get_language() == "es" else "M"
    pattern = f"j {month}"
    if style == "weekday":
        pattern = f"D {pattern}"
    if style == "year" or day.year != timezone.localdate().year:
        pattern += " Y"
    return formats.date_format(day, pattern)


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str, record: Any = None) -> bool:
    """`{% may "clinical.place_order" member as may_order %}`: what the one registry says to whoever looks."""
    from core.permissions import may as ask

    return bool(ask(context["request"].user, permission, record))


@register.filter
def short_time(value: datetime.time | datetime.datetime | None) -> str:
    """`9:20 am`, in the current time zone."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.hour % 12 or 12}:{value.minute:02} {'am' if value.hour < 12 else 'pm'}"


def as_local_date(value: Any) -> datetime.date | None:
    """The calendar day of a date or of an instant in the current time zone; None for anything else."""
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, datetime.date) else None


@register.filter
def browser_name(user_agent: Any) -> str:
    """`Chrome, Linux` of a browser's long self-description; enough to know one's own device again."""
    text = str(user_agent or "")
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
        *(("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
    )
    found = [next((name for mark, name in names if mark in text), "") for names in (browsers, systems)]
    return ", ".join(filter(None, found)) or text[:60] or NOTHING


@register.filter
def initials(name: Any) -> str:
    """`Dr. Amara Chen` as `AC`: first and last word that begin with a letter and are no title."""
    words = [word for word in str(name or "").split() if word[0].isalpha() and not word.endswith(".")]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


# --- Components -----------------------------------------------------------------------------------------


@register.filter
def html_attrs(attrs: Attrs) -> SafeString:
    """A component's remaining attributes, escaped (`{{ attrs }}` itself does not escape values)."""
    return format_html_join(
        "",
        ' {}="{}"',
        (
            (name, "" if value is True else conditional_escape(value))
            for name, value in attrs.attrs_dict().items()
            if value not in (False, None)
        ),
    )


@register.filter
def status_icon(status: str) -> str:
    """The sprite name of a status: due, stop, good, info."""
    return STATUS_ICONS.get(status, "")


@register.filter
def message_status(message: Message) -> str:
    """The status in which a Django message is shown."""
    return MESSAGE_STATUS.get(message.level_tag, "info")


@register.filter
def undo_url(message: Message) -> str:
    """Where a message's action can be taken back, if `notify()` was told."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""


@register.filter
def asks_something(form: BaseForm) -> bool:
    """Whether a form requires any field: only then is it worth saying which others are optional."""
    return any(field.field.required for field in form)


@register.filter
def field_kind(field: BoundField) -> str:
    """How a form field is laid out: `choice` (one box), `group` (many boxes), `plain`, `hidden`."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "group"
    return "choice" if isinstance(widget, CheckboxInput) else "plain"


@register.filter
def described(field: BoundField) -> SafeString:
    """A form field's control with USWDS class, `aria-describedby` for hint and error, and `aria-invalid`.

    A placeholder is left out: it vanishes while one types, and many people cannot read it. Give a hint.
    """
    attrs: dict[str, str | bool] = {"placeholder": False}
    notes = []
    if field.help_text:
        notes.append(f"{field.auto_id}_hint")
    if field.errors:
        notes.append(f"{field.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if notes and field_kind(field) != "group":
        attrs["aria-describedby"] = " ".join(notes)
    tag = getattr(field.field.widget, "input_type", None)
    if field_kind(field) == "plain":
        own = field.field.widget.attrs.get("class", "")
        kind = {"select": "usa-select", None: "usa-textarea"}.get(tag, "usa-input")
        attrs["class"] = f"{own} {kind}".strip()
    _name_the_blank(field.field)
    return field.as_widget(attrs=attrs)


def _name_the_blank(asked: Field) -> None:
    """Django's row of dashes says nothing: what must be chosen says so, what may be left out is a short dash."""
    if isinstance(asked, ModelChoiceField) and asked.empty_label == BLANK_CHOICE_DASH[0][1]:
        asked.empty_label = translation.gettext("Choose") if asked.required else NOTHING
        asked.widget.choices = asked.choices


@register.filter
def trend_json(trend: Mapping[str, Any]) -> str:
    """A trend (see components/trend.html) as the JSON that trend.js reads from a data attribute."""
    days = [as_local_date(point["date"]) or datetime.date.min for point in trend["points"]]
    # Over a year or more the axis names months; the table beside it has the days.
    pattern = "M Y" if days and (max(days) - min(days)).days > 300 else "j M"
    points = [
        {"label": formats.date_format(day, pattern), "value": float(point["value"])}
        for day, point in zip(days, trend["points"], strict=True)
    ]
    lines = {name: None if (at := trend.get(name)) is None else float(at) for name in ("low", "high", "median")}
    return json.dumps({"unit": trend.get("unit", ""), **lines, "points": points})


@register.filter
def bars_json(bars: Mapping[str, Any]) -> str:
    """Groups side by side (see components/bars.html) as the JSON that trend.js reads from a data attribute."""
    goal = bars.get("goal")
    groups = [
        {**{name: float(group[name]) for name in ("value", "low", "high")}, "label": str(group["label"])}
        | {"marked": bool(group.get("marked"))}
        for group in bars["groups"]
    ]
    return json.dumps({"unit": bars.get("unit", ""), "goal": None if goal is None else float(goal), "groups": groups})


@register.filter
def funnel_json(funnel: Mapping[str, Any]) -> str:
    """Steps and rows (see components/funnel.html) as the JSON that trend.js reads from a data attribute."""
    rows = [{"label": str(row["label"]), "counts": [int(count) for count in row["counts"]]} for row in funnel["rows"]]
    return json.dumps({"steps": [str(step) for step in funnel["steps"]], "rows": rows})


@register.filter
def sparkline(values: Sequence[float]) -> str:
    """The points of an SVG polyline in a box of 96 by 24: oldest left, highest on top, a flat line in the middle."""
    low, high = min(values), max(values)
    step = 92 / max(len(values) - 1, 1)
    return " ".join(
        f"{2 + number * step:.1f},{22 - (20 * (value - low) / (high - low) if high > low else 10):.1f}"
        for number, value in enumerate(values)
    )


@register.simple_tag(takes_context=True)
def sort_link(context: Context, key: str, direction: str | None) -> str:
    """The query string that sorts by `key`, and the other way round where it is sorted so already."""
    query = context["request"].GET.copy()
    query["sort"] = f"-{key}" if direction == "ascending" else key
    query.pop("cursor", None)
    return f"?{query.urlencode()}"


# --- Frames ---------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def portal_links(context: Context) -> list[navigation.Link]:
    """The portal's places for this request."""
    return navigation.portal_nav.links(context["request"]) if "request" in context else []


@register.simple_tag(takes_context=True)
def staff_places(context: Context) -> dict[str, list[navigation.Link]]:
    """The staff bar's places for this request: those `shown` in it, and those in the menu `more`."""
    links = navigation.staff_nav.links(context["request"]) if "request" in context else []
    shown, more = navigation.side_by_side(links)
    return {"shown": shown, "more": more}


@register.simple_tag(takes_context=True)
def account_people(context: Context) -> list[navigation.Person]:
    """Whose records the signed-in person may open."""
    return navigation.frame.people_for(context["request"]) if "request" in context else []


@register.simple_tag(takes_context=True)
def account_identity(context: Context) -> str:
    """Who is signed in, in one line."""
    return navigation.frame.identity_for(context["request"]) if "request" in context else ""


@register.simple_tag(takes_context=True)
def account_work_url(context: Context) -> str:
    """Where the signed-in person's work is; empty for who does not work here."""
    return navigation.frame.work_url_for(context["request"]) if "request" in context else ""


@register.simple_tag(takes_context=True)
def member_search_url(context: dict[str, Any]) -> str:
    """Where the staff search box sends its question; empty where no room answers, or the reader may not search."""
    request = context.get("request")
    return navigation.frame.member_search_url(getattr(request, "user", None)) or ""


@register.simple_tag(takes_context=True)
def url_if_may(context: dict[str, Any], permission: str, obj: Any, url_name: str, *args: Any) -> str:
    """The address of a named page, or nothing where the reader may not open it: no link leads to a refusal."""
    from core.permissions import may as ask

    request = context.get("request")
    address = navigation.url_or_none(url_name, *args)
    return address if address and request is not None and ask(request.user, permission, obj) else ""


@register.simple_tag
def url_if(url_name: str, *args: Any) -> str:
    """The address of a named page, or nothing where it does not exist."""
    from django.urls import NoReverseMatch, reverse

    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""
