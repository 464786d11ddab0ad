"""What can be said of one fact: conditions with three values, points in time, intervals and their relations.

Names follow CQL (cql.hl7.org). A fact's start and end may be uncertain (a date without a time, an inactive
condition without an end), so each boundary is a pair, earliest and latest; a comparison holds when it holds for
every possible value, and fails when it fails for every one. Nothing else is true or false: the third value of
CQL's logic never needs a column of its own (`true` and `false` below).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from prevention.engine.codes import Codes, Resource
from prevention.engine.moments import DAY, Duration, Interval, Moment, Setting


class Compiling(Protocol):
    """What a predicate asks of the compiler."""

    def instant(self, moment: Moment) -> str: ...
    def day_start(self, moment: Moment) -> str: ...
    def day_after(self, moment: Moment) -> str: ...
    def day_of(self, sql: str) -> str: ...
    def midnight(self, day: str) -> str: ...
    def shifted(self, sql: str, duration: Duration, sign: int) -> str: ...
    def subject(self, column: str, row: str) -> str: ...
    def alias(self, number: int) -> str: ...
    def coded(self, resource: Resource, role: int, codes: tuple[Codes, ...], fact: str) -> str: ...


@dataclass(frozen=True)
class Predicate(ABC):
    """A condition on one fact. `true` is SQL that holds when it is certainly so, `false` when certainly not."""

    @abstractmethod
    def true(self, to: Compiling, row: str) -> str: ...

    @abstractmethod
    def false(self, to: Compiling, row: str) -> str: ...

    def __and__(self, other: "Predicate") -> "Predicate":
        return Both(self, other)

    def __or__(self, other: "Predicate") -> "Predicate":
        return Either(self, other)

    def __invert__(self) -> "Predicate":
        return Not(self)


@dataclass(frozen=True)
class Both(Predicate):
    left: Predicate
    right: Predicate

    def true(self, to: Compiling, row: str) -> str:
        return f"({self.left.true(to, row)} AND {self.right.true(to, row)})"

    def false(self, to: Compiling, row: str) -> str:
        return f"({self.left.false(to, row)} OR {self.right.false(to, row)})"


@dataclass(frozen=True)
class Either(Predicate):
    left: Predicate
    right: Predicate

    def true(self, to: Compiling, row: str) -> str:
        return f"({self.left.true(to, row)} OR {self.right.true(to, row)})"

    def false(self, to: Compiling, row: str) -> str:
        return f"({self.left.false(to, row)} AND {self.right.false(to, row)})"


@dataclass(frozen=True)
class Not(Predicate):
    operand: Predicate

    def true(self, to: Compiling, row: str) -> str:
        return self.operand.false(to, row)

    def false(self, to: Compiling, row: str) -> str:
        return self.operand.true(to, row)


@dataclass(frozen=True)
class Always(Predicate):
    def true(self, to: Compiling, row: str) -> str:
        return "TRUE"

    def false(self, to: Compiling, row: str) -> str:
        return "FALSE"


@dataclass(frozen=True)
class ColumnIn(Predicate):
    """A plain column holds one of some values (`status in {'final', 'amended'}`)."""

    column: str
    values: tuple[str, ...]

    def _list(self) -> str:
        return ", ".join("'" + value.replace("'", "''") + "'" for value in self.values)

    def true(self, to: Compiling, row: str) -> str:
        return f"{row}.{self.column} IN ({self._list()})"

    def false(self, to: Compiling, row: str) -> str:
        return f"{row}.{self.column} NOT IN ({self._list()})"


@dataclass(frozen=True)
class Raw(Predicate):
    """A condition in SQL with `{row}` for the fact's alias; SQL's null is nobody knows."""

    sql: str

    def true(self, to: Compiling, row: str) -> str:
        return "(" + self.sql.format(row=row) + ")"

    def false(self, to: Compiling, row: str) -> str:
        return "NOT (" + self.sql.format(row=row) + ")"


@dataclass(frozen=True)
class Coded(Predicate):
    """The element `role` of the fact has a code among `codes` (CQL `~` and `in`)."""

    resource: Resource
    role: int
    codes: tuple[Codes, ...]
    via: str = "fact_id"

    def true(self, to: Compiling, row: str) -> str:
        return to.coded(self.resource, self.role, self.codes, f"{row}.{self.via}")

    def false(self, to: Compiling, row: str) -> str:
        return f"NOT {self.true(to, row)}"


# --- Points ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timepoint(ABC):
    """A point in a fact's time: `sides` are the earliest and the latest that it may be."""

    @abstractmethod
    def sides(self, to: Compiling, row: str) -> tuple[str, str]: ...

    def days(self, to: Compiling, row: str) -> tuple[str, str]:
        """The same as days."""
        earliest, latest = self.sides(to, row)
        return to.day_of(earliest), to.day_of(latest)

    def __add__(self, duration: Duration) -> "Timepoint":
        return Shifted(self, duration)

    def __sub__(self, duration: Duration) -> "Timepoint":
        return Shifted(self, duration, -1)

    @property
    def day(self) -> "Timepoint":
        """CQL `date from`: the day, which a comparison with a time takes as its midnight."""
        return DateFrom(self)

    def before(self, other: "Anchor", of: str | None = None) -> Predicate:
        return Compare(self, "<", other, of)

    def on_or_before(self, other: "Anchor", of: str | None = None) -> Predicate:
        return Compare(self, "<=", other, of)

    def on_or_after(self, other: "Anchor", of: str | None = None) -> Predicate:
        return Compare(self, ">=", other, of)

    def after(self, other: "Anchor", of: str | None = None) -> Predicate:
        return Compare(self, ">", other, of)

    def same_day_as(self, other: "Anchor") -> Predicate:
        return self.on_or_after(other, DAY) & self.on_or_before(other, DAY)

    def during(self, interval: "Span", of: str | None = None) -> Predicate:
        return self.on_or_after(interval.start, of) & self.on_or_before(interval.end, of)

    def or_less_before(self, duration: Duration, other: "Anchor", of: str | None = None) -> Predicate:
        """CQL `3 days or less before`."""
        return self.on_or_after(other - duration, of) & self.before(other, of)

    def or_less_on_or_before(self, duration: Duration, other: "Anchor", of: str | None = None) -> Predicate:
        return self.on_or_after(other - duration, of) & self.on_or_before(other, of)

    def or_less_on_or_after(self, duration: Duration, other: "Anchor", of: str | None = None) -> Predicate:
        return self.on_or_after(other, of) & self.on_or_before(other + duration, of)

    def or_less_after(self, duration: Duration, other: "Anchor", of: str | None = None) -> Predicate:
        return self.after(other, of) & self.on_or_before(other + duration, of)

    def within(self, duration: Duration, other: "Anchor", of: str | None = None) -> Predicate:
        """CQL `within 60 days of`."""
        return self.on_or_after(other - duration, of) & self.on_or_before(other + duration, of)

    @property
    def known(self) -> Predicate:
        """CQL `is not null`."""
        return PointKnown(self)

    @property
    def floor(self) -> "Timepoint":
        """The start of an interval as `overlaps` sees it: one without any bound overlaps everything."""
        return self


Anchor = Moment | Timepoint


@dataclass(frozen=True)
class Point(Timepoint):
    """A boundary of a fact in its own columns, as SQL with `{row}`. `is_own`: never after the fact's end."""

    earliest: str
    latest: str
    is_own: bool = False
    unbounded: "Point | None" = None

    @property
    def floor(self) -> Timepoint:
        return self.unbounded or self

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        return self.earliest.format(row=row), self.latest.format(row=row)


@dataclass(frozen=True)
class Shifted(Timepoint):
    point: Timepoint
    duration: Duration
    sign: int = 1

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        earliest, latest = self.point.sides(to, row)
        return to.shifted(earliest, self.duration, self.sign), to.shifted(latest, self.duration, self.sign)

    def days(self, to: Compiling, row: str) -> tuple[str, str]:
        plus = "+" if self.sign > 0 else "-"
        earliest, latest = self.point.days(to, row)
        return f"({earliest} {plus} {self.duration.sql})::date", f"({latest} {plus} {self.duration.sql})::date"


@dataclass(frozen=True)
class DateFrom(Timepoint):
    point: Timepoint

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        earliest, latest = self.point.days(to, row)
        return to.midnight(earliest), to.midnight(latest)

    def days(self, to: Compiling, row: str) -> tuple[str, str]:
        return self.point.days(to, row)


@dataclass(frozen=True)
class SubjectDate(Timepoint):
    """A date of the member whose fact it is: `birth_date`, for what is counted from birth."""

    column: str

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        at = to.midnight(to.subject(self.column, row))
        return at, at

    def days(self, to: Compiling, row: str) -> tuple[str, str]:
        day = to.subject(self.column, row)
        return day, day


@dataclass(frozen=True)
class SubjectInstant(Timepoint):
    """An instant of the member whose fact it is: `deceased_at`."""

    column: str

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        at = to.subject(self.column, row)
        return at, at


@dataclass(frozen=True)
class At(Timepoint):
    """A moment as a point, for an interval that a fact begins and a moment ends, or the other way round."""

    moment: Moment

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        at = to.instant(self.moment)
        return at, at


birth_date = SubjectDate("birth_date")
deceased = SubjectInstant("deceased_at")


@dataclass(frozen=True)
class EndOr(Timepoint):
    """QICoreCommon.latest: the end where there is one, otherwise the start."""

    start: Timepoint
    end: Timepoint

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        (s0, s1), (e0, e1) = self.start.sides(to, row), self.end.sides(to, row)
        return f"CASE WHEN {e1} = 'infinity' THEN {s0} ELSE {e0} END", (
            f"CASE WHEN {e1} = 'infinity' THEN {s1} ELSE {e1} END"
        )


@dataclass(frozen=True)
class StartOr(Timepoint):
    """QICoreCommon.earliest: the start where there is one, otherwise the end."""

    start: Timepoint
    end: Timepoint

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        (s0, s1), (e0, e1) = self.start.sides(to, row), self.end.sides(to, row)
        return f"CASE WHEN {s0} = '-infinity' THEN {e0} ELSE {s0} END", (
            f"CASE WHEN {s0} = '-infinity' THEN {e1} ELSE {s1} END"
        )


@dataclass(frozen=True)
class Coalesced(Timepoint):
    """CQL `Coalesce`: the first that is not null."""

    first: Timepoint
    second: Timepoint

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        (a0, a1), (b0, b1) = self.first.sides(to, row), self.second.sides(to, row)
        return f"coalesce({a0}, {b0})", f"coalesce({a1}, {b1})"


@dataclass(frozen=True)
class PointKnown(Predicate):
    point: Timepoint

    def true(self, to: Compiling, row: str) -> str:
        return f"{self.point.sides(to, row)[0]} IS NOT NULL"

    def false(self, to: Compiling, row: str) -> str:
        return f"{self.point.sides(to, row)[0]} IS NULL"


_OPPOSITE = {"<": ">=", "<=": ">", ">=": "<", ">": "<="}


@dataclass(frozen=True)
class Compare(Predicate):
    """A point against another, or against a moment, to the millisecond or to the day."""

    point: Timepoint
    operator: str
    other: Anchor
    of: str | None

    def true(self, to: Compiling, row: str) -> str:
        return self._holds(self.operator, to, row)

    def false(self, to: Compiling, row: str) -> str:
        return self._holds(_OPPOSITE[self.operator], to, row)

    def _holds(self, operator: str, to: Compiling, row: str) -> str:
        """SQL for "certainly `operator`"."""
        if isinstance(self.other, Timepoint):
            ours, other = (p.days(to, row) if self.of == DAY else p.sides(to, row) for p in (self.point, self.other))
            return f"{ours[1]} {operator} {other[0]}" if operator[0] == "<" else f"{ours[0]} {operator} {other[1]}"
        earliest, latest = self.point.sides(to, row)
        if self.of != DAY:
            bound = to.instant(self.other)
            if operator in ("<", ">"):
                return f"{latest if operator == '<' else earliest} {operator} {bound}"
            return _certainly(operator, earliest, latest, f"{operator} {bound}", f"{operator[0]} {bound}")
        # A bound that is known turns into the edges of its day: the fact's time needs no conversion.
        start, after = to.day_start(self.other), to.day_after(self.other)
        if operator in ("<", ">"):
            return f"{latest} < {start}" if operator == "<" else f"{earliest} >= {after}"
        if operator == "<=":
            return _certainly(operator, earliest, latest, f"< {after}", f"< {start}")
        return _certainly(operator, earliest, latest, f">= {start}", f">= {after}")


def _certainly(operator: str, earliest: str, latest: str, holds: str, strictly: str) -> str:
    """SQL for "on or before" (or after) a bound. Of a month and one of its own days it is not known, its last day
    neither: CQL compares year, month and day in turn, and one of them is missing.
    """
    near = latest if operator == "<=" else earliest
    if earliest == latest:
        return f"{near} {holds}"
    # No day is longer. An end that is open, or that nobody knows, is another matter.
    endless = f"{earliest} = '-infinity'" if operator == "<=" else f"{latest} = 'infinity'"
    known = f"{latest} < {earliest} + interval '26 hours' OR {endless}"
    return f"({near} {holds} AND ({near} {strictly} OR {known}))"


@dataclass(frozen=True)
class AgeAtPoint(Predicate):
    """AgeInYearsAt(date from a point of the fact) between two ages, both included; `high` None: no upper end."""

    point: Timepoint
    low: int
    high: int | None

    def _bounds(self, to: Compiling, row: str) -> tuple[str, str, str]:
        earliest, latest = self.point.days(to, row)
        return to.subject("birth_date", row), earliest, latest

    def true(self, to: Compiling, row: str) -> str:
        born, earliest, latest = self._bounds(to, row)
        old_enough = f"{born} <= ({earliest} - interval '{self.low} years')::date"
        if self.high is None:
            return old_enough
        return f"({old_enough} AND {born} > ({latest} - interval '{self.high + 1} years')::date)"

    def false(self, to: Compiling, row: str) -> str:
        born, earliest, latest = self._bounds(to, row)
        too_young = f"{born} > ({latest} - interval '{self.low} years')::date"
        if self.high is None:
            return too_young
        return f"({too_young} OR {born} <= ({earliest} - interval '{self.high + 1} years')::date)"


# --- Intervals ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FactInterval:
    """The time a fact covers, or any interval between two of its points. CQL's interval relations."""

    start: Timepoint
    end: Timepoint

    @property
    def latest(self) -> Timepoint:
        return EndOr(self.start, self.end)

    @property
    def earliest(self) -> Timepoint:
        return StartOr(self.start, self.end)

    def starts_during(self, interval: "Span", of: str | None = None) -> Predicate:
        return self.start.during(interval, of)

    def starts_before(self, moment: Anchor, of: str | None = None) -> Predicate:
        return self.start.before(moment, of)

    def starts_on_or_before(self, moment: Anchor, of: str | None = None) -> Predicate:
        return self.start.on_or_before(moment, of)

    def ends_during(self, interval: "Span", of: str | None = None) -> Predicate:
        return self.end.during(interval, of)

    def ends_before(self, moment: Anchor, of: str | None = None) -> Predicate:
        return self.end.before(moment, of)

    def ends_on_or_before(self, moment: Anchor, of: str | None = None) -> Predicate:
        return self.end.on_or_before(moment, of)

    def before(self, moment: Anchor, of: str | None = None) -> Predicate:
        return self.end.before(moment, of)

    def during(self, interval: "Span", of: str | None = None) -> Predicate:
        return self.start.on_or_after(interval.start, of) & self.end.on_or_before(interval.end, of)

    def overlaps(self, interval: "Span", of: str | None = None) -> Predicate:
        start = interval.start.floor if isinstance(interval.start, Timepoint) else interval.start
        return self.start.floor.on_or_before(interval.end, of) & self.end.on_or_after(start, of)

    def overlaps_before(self, interval: "Span", of: str | None = None) -> Predicate:
        """Begins before the other and lasts into it."""
        return self.start.floor.before(interval.start, of) & self.end.on_or_after(interval.start, of)

    def overlaps_after(self, interval: "Span", of: str | None = None) -> Predicate:
        """Begins within the other, or before, and outlasts it."""
        return self.start.floor.on_or_before(interval.end, of) & self.end.after(interval.end, of)


Span = Interval | FactInterval


# --- What need not be read --------------------------------------------------------------------------------

# A day's edges differ between time zones, and a time may be known to the day.
MARGIN = timedelta(days=2)


def ends_after(predicate: Predicate, setting: Setting) -> datetime | None:
    """An instant that every fact outlasts for which the predicate is true; None where none is known.

    Most conditions ask about the measurement period or the years before it, and most of a long chart is older.
    """
    if isinstance(predicate, Both):
        bounds = [found for part in (predicate.left, predicate.right) if (found := ends_after(part, setting))]
        return max(bounds, default=None)
    if isinstance(predicate, Either):
        left, right = ends_after(predicate.left, setting), ends_after(predicate.right, setting)
        return min(left, right) if left and right else None
    if isinstance(predicate, Compare) and predicate.operator[0] == ">" and isinstance(predicate.other, Moment):
        return predicate.other.resolve(setting) - MARGIN if _of_its_own_time(predicate.point) else None
    return None


def _of_its_own_time(point: Timepoint) -> bool:
    """Whether the point is never after the fact's end."""
    if isinstance(point, Point):
        return point.is_own
    if isinstance(point, DateFrom):
        return _of_its_own_time(point.point)
    if isinstance(point, EndOr | StartOr):
        return _of_its_own_time(point.start) and _of_its_own_time(point.end)
    return False
