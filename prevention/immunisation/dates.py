"""3.4 Date calculations: durations such as "6 months - 4 days" and adding them to a date."""

import re
from datetime import MAXYEAR, date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

# 3.3 and the attribute tables: what stands for an empty date.
BEGINNING = date(1900, 1, 1)
END = date(2999, 12, 31)


class Duration(NamedTuple):
    """Years and months as months, weeks and days as days; a part may be negative."""

    months: int
    days: int


PART = re.compile(r"([+-]?)\s*(\d+)\s*(year|month|week|day)s?", re.IGNORECASE)
UNITS = {"year": (12, 0), "month": (1, 0), "week": (0, 7), "day": (0, 1)}


@cache
def duration(text: str) -> Duration | None:
    """`"18 years - 4 days"` as a duration; None for an empty text.

    Raises `ValueError` for a text that is no duration, so that a schedule never loads half understood.
    """
    text = text.strip()
    if not text or text.lower() == "n/a":
        return None
    if PART.sub("", text).strip():
        raise ValueError(f"not a duration: {text!r}")
    months = days = 0
    for sign, count, unit in PART.findall(text):
        number = -int(count) if sign == "-" else int(count)
        in_months, in_days = UNITS[unit.lower()]
        months += number * in_months
        days += number * in_days
    return Duration(months, days)


@lru_cache(maxsize=1 << 17)
def plus(start: date, length: Duration) -> date:
    """CALCDT-1 … CALCDT-6: years and months first, an unreal day moves to the next month's first, then days."""
    moved = start
    if length.months:
        month = start.year * 12 + start.month - 1 + length.months
        year, month = divmod(month, 12)
        if year > MAXYEAR - 1:
            return END
        try:
            moved = date(year, month + 1, start.day)
        except ValueError:
            moved = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return moved + timedelta(days=length.days) if length.days else moved


def latest_birthday(age: Duration, by: date) -> date:
    """The latest date of birth with which `age` is reached by a day. Who was born later reaches it later."""
    # Beyond it by a few days at most: months are not of one length.
    day = plus(by, Duration(-age.months, -age.days)) + timedelta(days=5)
    while plus(day, age) > by:
        day -= timedelta(days=1)
    return day


def plus_or(start: date, length: Duration | None, otherwise: date) -> date:
    """The calculated date, or the attribute table's value where the supporting data is empty."""
    return otherwise if length is None else plus(start, length)
