"""HL7 dates and times (DTM, TS, DT) → half-open spans with what was said about precision and offset."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from core.days import FIRST_DAY, LAST_DAY, is_believed

# YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ] (HL7 2.5.1, 2.A.22)
DTM = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)"
    r"(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)(?:(?P<second>\d\d)(?:\.(?P<part>\d{1,4}))?)?)?)?)?)?"
    r"(?P<offset>[+-]\d{4})?"
)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """The span that a date or time covers, with its precision (y, m, d, t) and the offset that was written."""

    lower: datetime
    upper: datetime
    precision: str
    utc_offset: int | None

    @property
    def day(self) -> date:
        """The day in the sender's own zone."""
        return self.lower.date()

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.lower, self.upper


def _minutes(text: str) -> int:
    hours, minutes = int(text[1:3]), int(text[3:5])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    return (hours * 60 + minutes) * (-1 if text[0] == "-" else 1)


def offset_of(text: str) -> int | None:
    """Minutes east of UTC that a time names, or None."""
    found = DTM.fullmatch(text.strip())
    try:
        return _minutes(found["offset"]) if found and found["offset"] else None
    except ValueError:
        return None


def parse_moment(text: str, zone: str = "UTC", offset: int | None = None) -> Moment:
    """`text` as a span. Without an offset of its own it is meant at `offset`, else in `zone`. Raises `ValueError`."""
    found = DTM.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    own = _minutes(found["offset"]) if found["offset"] else None
    minutes = own if own is not None else offset
    if not FIRST_DAY.year <= int(found["year"]) <= LAST_DAY.year:
        raise ValueError(text)
    place = ZoneInfo(zone) if minutes is None else timezone(timedelta(minutes=minutes))
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    # Midnight of a day that was written to the second with nothing but zeros is still a time.
    if found["hour"] is not None:
        lower = datetime(
            year, month, day, int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0),
            int((found["part"] or "0").ljust(6, "0")), tzinfo=place,
        )  # fmt: skip
        return Moment(lower, lower + INSTANT, "t", own)
    lower = datetime(year, month, day, tzinfo=place)
    if found["day"]:
        return Moment(lower, lower + timedelta(days=1), "d", own)
    if found["month"]:
        upper = lower.replace(year=year + month // 12, month=month % 12 + 1)
        return Moment(lower, upper, "m", own)
    return Moment(lower, lower.replace(year=year + 1), "y", own)


def parse_day(text: str) -> date:
    """A birth date or another calendar day: YYYYMMDD, with anything after it left out. Raises `ValueError`."""
    found = DTM.fullmatch(text.strip())
    if found is None or not found["day"]:
        raise ValueError(text)
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    if not is_believed(day):
        raise ValueError(text)
    return day
