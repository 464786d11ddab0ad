"""FHIR dates, times and periods → half-open ranges with what was said about precision and offset.

A moment is the millisecond that begins there (FHIR instants and CQL know no finer step), so that a moment and
the closed end of a FHIR Period both become half open: `[t, t + 1 ms)`. A date covers its day, month or year in
`zone`, since a date carries no offset of its own. Saying it back: the upper bound less one millisecond.

Days that nobody lives on (`core.days`) are refused. The end of a period in the year 9999 says that there is none.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from core.days import FIRST_DAY, LAST_DAY, is_believed
from interop.fhir.mapping.base import MappingError

MOMENT = timedelta(milliseconds=1)
NO_DATE = f"A date or time is not written as FHIR writes them, or lies before {FIRST_DAY} or after {LAST_DAY}."
NO_END = "9999"


@dataclass(frozen=True, slots=True)
class Span:
    """One FHIR date or time: the half-open span it covers, its precision (y, m, d, t) and offset in minutes."""

    lower: datetime
    upper: datetime
    precision: str
    utc_offset: int | None


@lru_cache(maxsize=50_000)
def span(value: str, zone: tzinfo = UTC) -> Span:
    """The span of a FHIR date, dateTime or instant. Raises `ValueError` for anything else (FHIR R4, 2.24.0.1)."""
    if len(value) > 10:
        moment = datetime.fromisoformat(value)
        if not is_believed(moment):
            raise ValueError(value)
        offset = moment.utcoffset()
        if offset is None:
            moment = moment.replace(tzinfo=zone)
            return Span(moment, moment + MOMENT, "t", None)
        return Span(moment, moment + MOMENT, "t", int(offset.total_seconds()) // 60)
    parts = [int(part) for part in value.split("-")]
    if not value[:4].isdigit() or len(value) not in (4, 7, 10) or len(parts) != (len(value) - 1) // 3:
        raise ValueError(value)
    year, month, day = [*parts, 1, 1][:3]
    lower = datetime(year, month, day, tzinfo=zone)
    if not is_believed(lower):
        raise ValueError(value)
    if len(parts) == 1:
        return Span(lower, lower.replace(year=year + 1), "y", None)
    if len(parts) == 2:
        return Span(lower, lower.replace(year=year + month // 12, month=month % 12 + 1), "m", None)
    return Span(lower, lower + timedelta(days=1), "d", None)


@lru_cache(maxsize=20_000)
def effective(start: str | None, end: str | None, zone: tzinfo = UTC) -> dict:
    """Values for `effective`, `precision` and `utc_offset` from the two ends of a period; either may be missing.

    Raises `MappingError` where a date is none, or the end lies before the start.
    """
    try:
        first = span(start, zone) if start else None
        last = span(end, zone) if end else None
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise MappingError(NO_DATE) from None
    known = first or last
    if known is None:
        return {"effective": None, "precision": "t", "utc_offset": None}
    if first and last and last.upper <= first.lower:
        raise MappingError("A period ends before it starts.")
    # Two letters where the ends differ: the start's, then the end's.
    precision = "".join(dict.fromkeys(s.precision for s in (first, last) if s))
    lower = first.lower.isoformat() if first else ""
    upper = last.upper.isoformat() if last else ""
    return {
        "effective": f"{'[' if first else '('}{lower},{upper})",
        "precision": precision,
        "utc_offset": known.utc_offset,
    }


def at(value: str | None, zone: tzinfo = UTC) -> dict:
    """`effective` of something that happened at one FHIR date or time."""
    return effective(value, value, zone)


def during(period: dict | None, zone: tzinfo = UTC) -> dict:
    """`effective` of a FHIR Period."""
    period = period or {}
    return effective(period.get("start"), _end(period), zone)


def _end(period: dict) -> str | None:
    """When a FHIR Period ends; None where it stays open."""
    end = period.get("end")
    return None if isinstance(end, str) and end.startswith(NO_END) else end


def timing(resource: dict, element: str, zone: tzinfo = UTC) -> dict:
    """`effective` of a choice element like `effective[x]`: dateTime, instant, Period, or Timing by its bounds."""
    value = resource.get(f"{element}DateTime") or resource.get(f"{element}Instant")
    if value:
        return at(value, zone)
    period = resource.get(f"{element}Period")
    if period is None and (schedule := resource.get(f"{element}Timing")):
        events = sorted(schedule.get("event") or [])
        period = (schedule.get("repeat") or {}).get("boundsPeriod")
        if period is None and events:
            return effective(events[0], events[-1], zone)
    return during(period, zone)


def moment(value: str | None, zone: tzinfo = UTC) -> datetime | None:
    """The start of a FHIR date or time, for columns that keep one instant. Raises `MappingError`."""
    if value is None:
        return None
    try:
        return span(value, zone).lower
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise MappingError(NO_DATE) from None


def day(value: str | None) -> str | None:
    """A date for a date column: months and years by their first day. Raises `MappingError`."""
    start = moment(value)
    return start.date().isoformat() if start else None


def day_range(period: dict | None) -> str:
    """A FHIR Period as a half-open range of days, open where an end is missing."""
    period = period or {}
    try:
        start = span(period["start"]).lower.date().isoformat() if period.get("start") else ""
        end = _end(period)
        last = span(end) if end else None
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise MappingError(NO_DATE) from None
    if last is None:
        return f"[{start},)"
    upper = last.lower + timedelta(days=1) if last.precision == "t" else last.upper
    if start and upper.date().isoformat() <= start:
        raise MappingError("A period ends before it starts.")
    return f"[{start},{upper.date().isoformat()})"
