"""What an address asks for: a day or a number in its query. What cannot be read counts as not asked."""

import datetime
import uuid
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dateparse import parse_date

from core.days import FIRST_DAY, LAST_DAY, is_believed

MOST = 2**31 - 1


def read_day(text: str | None) -> datetime.date | None:
    """The day that `text` writes as YYYY-MM-DD."""
    try:
        found = parse_date(text or "")
    except ValueError:  # like 30 February
        return None
    return found if found is not None and is_believed(found) else None


def read_number(text: str | None, *, most: int = MOST) -> int | None:
    """The whole number that `text` writes in plain digits, up to `most`."""
    written = text or ""
    if not written.isascii() or not written.isdigit() or len(written) > len(str(most)):
        return None
    return found if (found := int(written)) <= most else None


def read_uuid(text: str | None) -> uuid.UUID | None:
    """The id that `text` writes."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


class DayField(forms.DateField):
    """A day that somebody may live on or an agreement may name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators += [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
