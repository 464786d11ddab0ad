"""What an address asks for: a day or a number in its query. What cannot be read counts as not asked."""

import datetime
import uuid
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

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


class MomentField(forms.DateTimeField):
    """A day and time of such a day: one in the year 9999 is one that nothing can read at a clock west of London."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(is_moment)


def is_moment(at: datetime.datetime) -> None:
    """Raises `ValidationError` for an instant whose day, as written, is none that is believed."""
    if not FIRST_DAY <= at.date() <= LAST_DAY:
        raise forms.ValidationError(
            _("Days go from %(first)s to %(last)s."),
            code="out_of_bounds",
            params={"first": date_format(FIRST_DAY), "last": date_format(LAST_DAY)},
        )
