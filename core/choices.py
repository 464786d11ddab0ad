"""Choices of a form that depend on who asks: which rows or values one of its fields offers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> forms.ModelChoiceField:
    """Offer `rows` in the field `name`, a choice among rows; returns the field."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField), f"{name} is no choice among rows"
    field.queryset = rows
    return field


def offer_values(
    form: forms.BaseForm, name: str, values: "Iterable[tuple[str, str | StrPromise]]"
) -> forms.ChoiceField:
    """Offer `values` with their labels in the field `name`, a choice among values; returns the field."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField), f"{name} is no choice among values"
    field.choices = list(values)
    return field
