"""The vocabulary in SQL against a slow and obvious reading of it in Python."""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as some

from prevention.engine.compiler import Compiler
from prevention.engine.facts import Predicate, effective
from prevention.engine.members import age_at
from prevention.engine.moments import DAY, Duration, Interval, Moment, Setting, measurement_period, months, years

SETTING = Setting.of_year(2025)
MILLISECOND = timedelta(milliseconds=1)
EVER = datetime(9999, 12, 31, tzinfo=UTC)
pytestmark = pytest.mark.django_db

# Instants around the edges of the period, where mistakes live.
EDGES = [
    datetime(2024, 12, 31, 0, 0, tzinfo=UTC),
    datetime(2024, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(2025, 1, 1, tzinfo=UTC),
    datetime(2025, 1, 1, 0, 0, 0, 1000, tzinfo=UTC),
    datetime(2025, 6, 30, 23, 59, 59, tzinfo=UTC),
    datetime(2025, 7, 1, tzinfo=UTC),
    datetime(2025, 12, 31, 12, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
]
instants = some.one_of(
    some.sampled_from(EDGES),
    some.datetimes(datetime(2024, 6, 1), datetime(2026, 6, 1)).map(
        lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
    ),
)


@dataclass(frozen=True)
class Span:
    """What is known of a fact's time: the earliest and latest that its start and its end may be."""

    s0: datetime
    s1: datetime
    e0: datetime
    e1: datetime

    def possible(self) -> list[tuple[datetime, datetime]]:
        """Every combination of boundaries at their extremes and at the edges between."""

        def between(low: datetime, high: datetime) -> list[datetime]:
            return [low, *(at for at in EDGES if low < at < high), high]

        return [(s, e) for s, e in itertools.product(between(self.s0, self.s1), between(self.e0, self.e1)) if s <= e]


@some.composite
def spans(draw) -> Span:
    """Certain spans, days without a time, ends that are open, and ends that nobody knows."""
    first, second = sorted([draw(instants), draw(instants)])
    kind = draw(some.sampled_from(["certain", "moment", "day", "open", "unknown end"]))
    if kind == "certain":
        return Span(first, first, second, second)
    if kind == "moment":
        return Span(first, first, first, first)
    if kind == "day":
        start = first.replace(hour=0, minute=0, second=0, microsecond=0)
        last = start + timedelta(days=1) - MILLISECOND
        return Span(start, last, start, last)
    if kind == "open":
        return Span(first, first, EVER, EVER)
    return Span(first, first, first, EVER)


def certainly(span: Span, holds) -> bool | None:
    """True where it holds for every possible time, False where for none, otherwise nobody knows."""
    answers = {holds(s, e) for s, e in span.possible()}
    return answers.pop() if len(answers) == 1 else None


def in_sql(predicate: Predicate, span: Span) -> bool | None:
    """The two SQL conditions, put together as CQL's three values."""
    to = Compiler(SETTING)
    end = ["'infinity'" if at == EVER else f"'{at.isoformat()}'" for at in (span.e0, span.e1)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {predicate.true(to, 'f')}, {predicate.false(to, 'f')} FROM (SELECT '{span.s0.isoformat()}'"
            f"::timestamptz AS s0, '{span.s1.isoformat()}'::timestamptz AS s1, {end[0]}::timestamptz AS e0, "
            f"{end[1]}::timestamptz AS e1) f"
        )
        true, false = cursor.fetchone()
    assert not (true and false), "certainly so and certainly not so"
    return True if true else False if false else None


def day(at: datetime) -> date:
    return at.date()


PERIOD = (SETTING.start, SETTING.end)
HALF = Interval(measurement_period.start, measurement_period.start + months(6), closed=False)
RELATIONS = {
    "during": (effective.during(measurement_period), lambda s, e: PERIOD[0] <= s and e <= PERIOD[1]),
    "during day of": (
        effective.during(measurement_period, of=DAY),
        lambda s, e: day(PERIOD[0]) <= day(s) and day(e) <= day(PERIOD[1]),
    ),
    "overlaps": (effective.overlaps(measurement_period), lambda s, e: s <= PERIOD[1] and e >= PERIOD[0]),
    "overlaps day of": (
        effective.overlaps(measurement_period, of=DAY),
        lambda s, e: day(s) <= day(PERIOD[1]) and day(e) >= day(PERIOD[0]),
    ),
    "overlaps half open": (
        effective.overlaps(HALF),
        lambda s, e: s < datetime(2025, 7, 1, tzinfo=UTC) and e >= PERIOD[0],
    ),
    "starts during day of": (
        effective.starts_during(measurement_period, of=DAY),
        lambda s, e: day(PERIOD[0]) <= day(s) <= day(PERIOD[1]),
    ),
    "ends during day of": (
        effective.ends_during(measurement_period, of=DAY),
        lambda s, e: day(PERIOD[0]) <= day(e) <= day(PERIOD[1]),
    ),
    "starts on or before end": (effective.starts_on_or_before(measurement_period.end), lambda s, e: s <= PERIOD[1]),
    "ends on or before day of end": (
        effective.ends_on_or_before(measurement_period.end, of=DAY),
        lambda s, e: day(e) <= day(PERIOD[1]),
    ),
}


@pytest.mark.parametrize("name", RELATIONS)
@given(span=spans())
@settings(max_examples=150, deadline=None)
def test_relations(name, span):
    predicate, holds = RELATIONS[name]
    expected = certainly(span, holds)

    assert in_sql(predicate, span) == expected
    assert in_sql(~predicate, span) == (None if expected is None else not expected)


@given(span=spans(), first=some.sampled_from(sorted(RELATIONS)), second=some.sampled_from(sorted(RELATIONS)))
@settings(max_examples=100, deadline=None)
def test_and_or_not_are_those_of_three_valued_logic(span, first, second):
    """Kleene's tables, with None for null."""
    a, b = (in_sql(RELATIONS[name][0], span) for name in (first, second))
    both = False if a is False or b is False else None if a is None or b is None else True
    either = True if a or b else None if a is None or b is None else False

    assert in_sql(RELATIONS[first][0] & RELATIONS[second][0], span) == both
    assert in_sql(RELATIONS[first][0] | RELATIONS[second][0], span) == either


@given(span=spans())
@settings(max_examples=100, deadline=None)
def test_latest_is_the_end_where_there_is_one(span):
    """An end that is open, or that nobody knows, is none: then the start counts."""

    def holds(s, e):
        at = s if span.e1 == EVER else e
        return day(PERIOD[0]) <= day(at) <= day(PERIOD[1])

    assert in_sql(effective.latest.during(measurement_period, of=DAY), span) == certainly(span, holds)


def completed_years(born: date, on: date) -> int:
    """Birthdays had by `on`, counted one by one; 29 February is had on 1 March in other years."""
    count = 0
    while True:
        year = born.year + count + 1
        try:
            birthday = born.replace(year=year)
        except ValueError:
            birthday = date(year, 3, 1)
        if birthday > on:
            return count
        count += 1


@given(
    born=some.one_of(some.dates(date(1930, 1, 1), date(2024, 1, 1)), some.sampled_from([date(1972, 2, 29)])),
    on=some.one_of(
        some.dates(date(2024, 1, 1), date(2028, 12, 31)), some.sampled_from([date(2025, 2, 28), date(2028, 2, 29)])
    ),
    low=some.integers(0, 90),
    width=some.integers(0, 20),
)
@settings(max_examples=300, deadline=None)
def test_age(born, on, low, width):
    at = Moment(lambda setting: datetime(on.year, on.month, on.day, 12, tzinfo=UTC))
    condition = age_at(at).between(low, low + width)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {condition.true(Compiler(SETTING))} FROM (SELECT date '{born}' AS birth_date) s")
        found = cursor.fetchone()[0]

    assert found == (low <= completed_years(born, on) <= low + width)


@pytest.mark.parametrize(
    ("at", "duration", "expected"),
    [
        (datetime(2025, 1, 31), months(1), datetime(2025, 2, 28)),
        (datetime(2024, 2, 29), years(1), datetime(2025, 2, 28)),
        (datetime(2025, 1, 1), Duration(days=90), datetime(2025, 4, 1)),
    ],
)
def test_calendar_arithmetic_clamps_to_the_month(at, duration, expected):
    assert duration.add_to(at) == expected
