"""Rows written by COPY: a batch's new rows cost a tenth of what INSERT through the mapper costs."""

import datetime
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

from core import db

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write new rows, all of them with values for the same columns; the rest get the database's defaults."""
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not field.generated
        and not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
        and not (isinstance(field, models.AutoField) and getattr(rows[0], field.attname) is None)
    ]
    names = [field.attname for field in fields]
    lines = "".join("\t".join([text(getattr(row, name)) for name in names]) + "\n" for row in rows)
    # copy_expert is not among the calls whose errors Django translates by itself.
    with connection.wrap_database_errors:
        db.copy(model._meta.db_table, [field.column for field in fields], io.StringIO(lines))


def text(value: Any) -> str:
    """A value as COPY's text format has it. Raises `TypeError` for one that it has no form for."""
    match value:
        case str():
            return value.translate(_ESCAPES)
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case UUID() | int() | Decimal():
            return str(value)
        case datetime.date():
            return value.isoformat()
        case (lower, upper):
            return f"[{bound(lower)},{bound(upper)})"
        case dict() | list():
            return json.dumps(value).translate(_ESCAPES)
    raise TypeError(f"COPY has no form for {type(value).__name__}.")


def bound(value: datetime.date | None) -> str:
    return "" if value is None else f'"{value.isoformat()}"'
