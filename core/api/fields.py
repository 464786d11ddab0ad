"""What comes in and what a filter takes: strict bodies, references by id, values that a column can have."""

from __future__ import annotations

import contextlib
import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from core.days import FIRST_DAY, LAST_DAY, is_ahead, is_believed


class Input(serializers.Serializer):
    """A body. What it does not name is refused: a mistyped field must not be lost in silence."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {str(name): [serializers.ErrorDetail("There is no such field.", "unknown")] for name in unknown}
                )
        return super().to_internal_value(data)


class Nothing(Input):
    """A step that needs no words: an empty object."""


OUT_OF_BOUNDS = f"Days go from {FIRST_DAY} to {LAST_DAY}."
TO_COME = "This is still to come."


@extend_schema_field(OpenApiTypes.DATE)
class Day(serializers.DateField):
    """A day that somebody may live on or an agreement may name; with `is_past`, none that is still to come."""

    def __init__(self, *, is_past: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_past = is_past

    def to_internal_value(self, value: Any) -> datetime.date:
        day = super().to_internal_value(value)
        if not is_believed(day):
            raise serializers.ValidationError(OUT_OF_BOUNDS, "out_of_bounds")
        if self.is_past and is_ahead(day):
            raise serializers.ValidationError(TO_COME, "future")
        return day


@extend_schema_field(OpenApiTypes.DATETIME)
class Instant(serializers.DateTimeField):
    """An instant of such a day; with `is_past`, none that is still to come."""

    def __init__(self, *, is_past: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_past = is_past

    def to_internal_value(self, value: Any) -> datetime.datetime:
        at = super().to_internal_value(value)
        if not is_believed(at):
            raise serializers.ValidationError(OUT_OF_BOUNDS, "out_of_bounds")
        if self.is_past and is_ahead(at):
            raise serializers.ValidationError(TO_COME, "future")
        return at


@extend_schema_field(OpenApiTypes.UUID)
class ById(serializers.PrimaryKeyRelatedField):
    """A record named by its id; one that is not there, or out of reach, is a fault of this field."""

    default_error_messages = {"does_not_exist": "There is none with this id."}

    def __init__(self, queryset: models.QuerySet, **kwargs: Any) -> None:
        super().__init__(queryset=queryset, pk_field=serializers.UUIDField(), **kwargs)


class Code(Input):
    """A code of a code system, by the system's URI."""

    system = serializers.CharField(max_length=200, help_text="URI, like http://loinc.org.")
    code = serializers.CharField(max_length=100)


@dataclass(frozen=True)
class Filter:
    """A query parameter: which rows it keeps (a lookup; empty where the view does it), and what it may say."""

    lookup: str
    field: serializers.Field
    help: str

    def parameter(self, name: str) -> OpenApiParameter:
        return OpenApiParameter(name, schema_of(self.field), description=self.help)


def filter_for(model: type[models.Model], name: str, lookup: str | Filter) -> Filter:
    """The filter that a lookup stands for: its values are those of the column that the lookup ends at."""
    if isinstance(lookup, Filter):
        return lookup
    field, path = _column(model, lookup)
    words = name.replace("_", " ")
    return Filter(lookup, _value_of(field, path), f"Only those with this {words}.")


def _column(model: type[models.Model], lookup: str) -> tuple[models.Field, str]:
    field: Any = None
    current: Any = model
    for part in lookup.split("__"):
        try:
            field = current._meta.get_field(part)
        except (FieldDoesNotExist, AttributeError):
            break
        current = field.related_model if field.is_relation else None
    return field, lookup


def _value_of(field: models.Field, lookup: str) -> serializers.Field:
    if isinstance(field, DateTimeRangeField | models.DateTimeField):
        return serializers.DateTimeField()
    if isinstance(field, DateRangeField | models.DateField):
        return serializers.DateField()
    if field.choices:
        return serializers.ChoiceField([value for value, _ in field.flatchoices])
    if field.is_relation or isinstance(field, models.UUIDField):
        return serializers.UUIDField()
    if isinstance(field, models.BooleanField):
        return serializers.BooleanField()
    return serializers.CharField(max_length=getattr(field, "max_length", None) or 200)


def schema_of(field: serializers.Field) -> dict[str, Any]:
    """A filter's values as JSON Schema."""
    if isinstance(field, serializers.ChoiceField):
        return {"type": "string", "enum": list(field.choices)}
    if isinstance(field, serializers.IntegerField):
        found: dict[str, Any] = {"type": "integer"}
        with contextlib.suppress(AttributeError, TypeError):
            found |= {"minimum": field.min_value, "maximum": field.max_value}
        return {name: value for name, value in found.items() if value is not None}
    if isinstance(field, serializers.BooleanField):
        return {"type": "boolean"}
    formats = {serializers.UUIDField: "uuid", serializers.DateTimeField: "date-time", serializers.DateField: "date"}
    for kind, word in formats.items():
        if isinstance(field, kind):
            return {"type": "string", "format": word}
    return {"type": "string", "maxLength": getattr(field, "max_length", None) or 200}
