"""Points in time, durations and intervals of a measure, known once the measurement period is.

A `Moment` is a rule such as "start of the measurement period − 1 year"; it becomes an instant when a measure is
compiled for a period. Calendar arithmetic clamps to the last day of a month, as CQL's does.
"""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MILLISECOND = timedelta(milliseconds=1)
DAY = "day"


@dataclass(frozen=True)
class Duration:
    """A calendar duration. `months` and `days` are added in that order."""

    months: int = 0
    days: int = 0

    def add_to(self, moment: datetime, sign: int = 1) -> datetime:
        """`moment` plus (or, with sign −1, minus) the duration."""
        month = moment.year * 12 + moment.month - 1 + sign * self.months
        year, month = divmod(month, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day) + timedelta(days=sign * self.days)

    @property
    def sql(self) -> str:
        """The same as a Postgres interval literal."""
        return f"interval '{self.months} months {self.days} days'"


def years(count: int) -> Duration:
    return Duration(months=12 * count)


def months(count: int) -> Duration:
    return Duration(months=count)


def days(count: int) -> Duration:
    return Duration(days=count)


@dataclass(frozen=True)
class Setting:
    """What a compilation is for: the measurement period (closed, in milliseconds), the day, the time zone."""

    start: datetime
    end: datetime
    as_of: datetime
    zone: ZoneInfo

    @classmethod
    def of_year(cls, year: int, *, as_of: date | None = None, zone: ZoneInfo | None = None) -> "Setting":
        """The calendar year `year`; `as_of` defaults to its last day, `zone` to UTC."""
        zone = zone or ZoneInfo("UTC")
        start = datetime(year, 1, 1, tzinfo=zone)
        end = datetime(year + 1, 1, 1, tzinfo=zone) - MILLISECOND
        return cls(start, end, datetime.combine(as_of or end.date(), time(), zone), zone)

    @property
    def period(self) -> tuple[date, date]:
        """The measurement period in days, half open."""
        return self.start.date(), self.end.date() + timedelta(days=1)

    def day_start(self, moment: datetime) -> datetime:
        local = moment.astimezone(self.zone)
        return datetime(local.year, local.month, local.day, tzinfo=self.zone)

    def day_after(self, moment: datetime) -> datetime:
        following = self.day_start(moment).date() + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=self.zone)


@dataclass(frozen=True)
class Moment:
    """A point in time given by a rule over the setting."""

    resolve: Callable[[Setting], datetime]

    def __add__(self, duration: Duration) -> "Moment":
        return Moment(lambda setting: duration.add_to(self.resolve(setting)))

    def __sub__(self, duration: Duration) -> "Moment":
        return Moment(lambda setting: duration.add_to(self.resolve(setting), -1))


@dataclass(frozen=True)
class Interval:
    """A closed interval between two moments; `Interval(low, high, closed=False)` leaves `high` out."""

    start: Moment
    high: Moment
    closed: bool = True

    @property
    def end(self) -> Moment:
        """The last instant inside."""
        if self.closed:
            return self.high
        return Moment(lambda setting: self.high.resolve(setting) - MILLISECOND)


measurement_period = Interval(Moment(lambda setting: setting.start), Moment(lambda setting: setting.end))
as_of = Moment(lambda setting: setting.as_of)
end_of_today = Moment(lambda setting: setting.day_after(setting.as_of) - MILLISECOND)
until_today = Interval(Moment(lambda setting: datetime(1900, 1, 1, tzinfo=setting.zone)), end_of_today)


def past(duration: Duration) -> Interval:
    """From `duration` ago until the end of the day the rule is asked for."""
    return Interval(as_of - duration, end_of_today)


def day_of_year(year_offset: int, month: int, day: int) -> Moment:
    """A calendar day counted from the measurement period's first year: `day_of_year(-2, 10, 1)`."""

    def resolve(setting: Setting) -> datetime:
        start = setting.start.astimezone(setting.zone)
        return datetime(start.year + year_offset, month, day, tzinfo=setting.zone)

    return Moment(resolve)
