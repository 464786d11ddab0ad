"""Cursor pages over a key that never repeats: no count, no offset, the thousandth page as quick as the first."""

import base64
import binascii
from typing import Any

import orjson
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.days import is_believed

DEFAULT, MOST = 20, 100
UNKNOWN = "This cursor was not made here; begin again without it."


def size_of(request: Request) -> int:
    asked = request.query_params.get("page_size", DEFAULT)
    try:
        size = int(asked)
    except ValueError:
        size = 0
    if not 1 <= size <= MOST:
        raise ValidationError({"page_size": f"A whole number from 1 to {MOST}."})
    return size


def encode(key: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode(cursor: str, length: int) -> list[Any]:
    """The key in a cursor. Raises `ValidationError` for one that we did not make."""
    try:
        key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or len(key) != length or not all(isinstance(part, str) for part in key):
        key = None
    if key is None or any("\0" in part or _is_no_day(part) for part in key):
        raise ValidationError({"cursor": UNKNOWN})
    return key


def _is_no_day(part: str) -> bool:
    """Whether it is written as a day or an instant, and is none that a row of ours has (like the year 1)."""
    try:
        found = parse_datetime(part) or parse_date(part)
    except ValueError:
        return False
    return found is not None and not is_believed(found)


def page(rows: QuerySet, request: Request, ordering: tuple[str, ...]) -> tuple[list[dict], str | None]:
    """One page of `rows` (a `values()` queryset with the ordering's columns) and the cursor of the next, or None."""
    size = size_of(request)
    falls = ordering[0].startswith("-")
    names = [name.lstrip("-") for name in ordering]
    if cursor := request.query_params.get("cursor"):
        key = decode(cursor, len(names))
        beyond = Q()
        for depth in range(len(names)):
            same = dict(zip(names[:depth], key, strict=False))
            beyond |= Q(**same, **{f"{names[depth]}__{'lt' if falls else 'gt'}": key[depth]})
        first = Q(**{f"{names[0]}__{'lte' if falls else 'gte'}": key[0]})
        try:
            rows = rows.filter(first & beyond)
        except (DjangoValidationError, ValueError, TypeError) as error:
            raise ValidationError({"cursor": UNKNOWN}) from error
    return cut(list(rows.order_by(*ordering)[: size + 1]), size, names)


def is_first(request: Request) -> bool:
    """Whether the first page of the usual size is asked for."""
    return "cursor" not in request.query_params and size_of(request) == DEFAULT


def cut(found: list[dict], size: int, names: list[str]) -> tuple[list[dict], str | None]:
    """`size` of the rows found, and where there was one more the cursor of the next page."""
    if len(found) <= size:
        return found, None
    return found[:size], encode([found[size - 1][name] for name in names])
