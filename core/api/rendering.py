"""JSON by orjson, from plain values of the database."""

import datetime
import decimal
from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.encoding import force_str
from django.utils.functional import Promise
from psycopg2.extras import Range
from rest_framework.renderers import BaseRenderer


def plain(value: Any) -> Any:
    """What orjson does not know: amounts as written, periods as start and end, words in the reader's language."""
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, Range):
        return {"start": value.lower, "end": value.upper}
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, Promise):
        return force_str(value)
    if isinstance(value, list | tuple | set | dict):
        return list(value) if not isinstance(value, dict) else dict(value)
    raise TypeError(type(value).__name__)


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=plain, option=orjson.OPT_UTC_Z)
