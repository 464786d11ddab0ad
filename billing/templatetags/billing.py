"""Filters and tags of the finance pages: `{% load billing %}`."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext as _

from core.permissions import may

register = template.Library()

# name, page, what one needs for it
PARTS = (
    ("capitation", "billing:runs", "billing.view_capitation"),
    ("budget", "billing:budget", "billing.view_budget"),
    ("claims", "billing:claims", "billing.view_claim"),
    ("fees", "billing:fees", "billing.manage_fees"),
    ("ledger", "billing:ledger", "billing.view_ledger"),
    ("periods", "billing:periods", "billing.view_ledger"),
)


@register.simple_tag(takes_context=True)
def finance_tabs(context: Context, here: str) -> list[dict[str, Any]]:
    """The parts of finance that the person may open; `here` is the present one."""
    labels = {
        "capitation": _("Capitation"),
        "budget": _("Budget"),
        "claims": _("Outside claims"),
        "fees": _("Fees"),
        "ledger": _("Books"),
        "periods": _("Closed months"),
    }
    return [
        {"label": labels[name], "url": reverse(page), "current": name == here}
        for name, page, permission in PARTS
        if may(context["request"].user, permission)
    ]


@register.filter
def thousands(value: Any) -> str:
    """`1234567` as `1,234,567` in the reader's language."""
    return intcomma(value)


@register.filter
def total(counts: Mapping[str, int] | None) -> int:
    """The sum of a mapping's counts; nothing counts as zero."""
    return sum((counts or {}).values())


@register.filter
def sum_of(rows: Iterable[Mapping[str, Any]], name: str) -> Decimal:
    """The sum of one column, so that a table's foot is its rows' and nobody else's."""
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


@register.filter
def absolute(value: Decimal) -> Decimal:
    return abs(value)


@register.filter
def is_number(value: str) -> bool:
    return value.isdigit()
