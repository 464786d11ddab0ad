"""Lists of facts in SQL against a slow and obvious reading in Python: relations, first and last, counts, durations."""

import itertools
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as some

from prevention.engine.codes import Code
from prevention.engine.compiler import Compiler
from prevention.engine.durations import Periods, cumulative_duration
from prevention.engine.elements import age_at_point
from prevention.engine.facts import (
    FactInterval,
    Facts,
    Row,
    authored_on,
    define,
    effective,
    first,
    last_related,
    medication_request_period,
    medication_requests,
    most_recent,
    related,
)
from prevention.engine.members import Condition, count, count_days, exists, total
from prevention.engine.moments import DAY, Setting, days, months

SETTING = Setting.of_year(2025)
MILLISECOND = timedelta(milliseconds=1)
pytestmark = pytest.mark.django_db

# --- Relations of two facts -----------------------------------------------------------------------------

EDGES = [
    datetime(2025, 3, 1, tzinfo=UTC),
    datetime(2025, 3, 1, 12, tzinfo=UTC),
    datetime(2025, 3, 1, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(2025, 3, 2, tzinfo=UTC),
    datetime(2025, 3, 4, tzinfo=UTC),
    datetime(2025, 3, 4, 12, tzinfo=UTC),
    datetime(2025, 3, 5, tzinfo=UTC),
]


@dataclass(frozen=True)
class Span:
    """The earliest and the latest that start and end may be."""

    s0: datetime
    s1: datetime
    e0: datetime
    e1: datetime

    @property
    def sql(self) -> str:
        columns = ", ".join(f"timestamptz '{getattr(self, name).isoformat()}' AS {name}" for name in self.names)
        return f"(SELECT {columns})"

    names = ("s0", "s1", "e0", "e1")


@some.composite
def spans(draw) -> Span:
    """Certain intervals, moments, and days without a time."""
    begin, end = sorted([draw(some.sampled_from(EDGES)), draw(some.sampled_from(EDGES))])
    if draw(some.booleans()):
        return Span(begin, begin, end, end)
    start = datetime.combine(begin.date(), time(), UTC)
    last = start + timedelta(days=1) - MILLISECOND
    return Span(start, last, start, last)


def at(moment: datetime) -> list[datetime]:
    return [moment]


def between(low: datetime, high: datetime) -> list[datetime]:
    return [low, *(edge for edge in EDGES if low < edge < high), high]


def kleene_and(*answers: bool | None) -> bool | None:
    return False if False in answers else None if None in answers else True


def certainly(left: list[datetime], right: list[datetime], holds) -> bool | None:
    answers = {holds(a, b) for a, b in itertools.product(left, right)}
    return answers.pop() if len(answers) == 1 else None


def starts(span: Span) -> list[datetime]:
    return between(span.s0, span.s1)


def ends(span: Span) -> list[datetime]:
    return between(span.e0, span.e1)


D3 = timedelta(days=3)
A, B = Row(0), Row(1)
RELATIONS = {
    "before": (A.effective.start.before(B.effective.start), lambda a, b: certainly(starts(a), starts(b), _lt)),
    "after day of": (
        A.effective.start.after(B.effective.end, of=DAY),
        lambda a, b: certainly(starts(a), ends(b), lambda x, y: x.date() > y.date()),
    ),
    "same day as": (
        A.effective.start.same_day_as(B.effective.end),
        lambda a, b: kleene_and(
            certainly(starts(a), ends(b), lambda x, y: x.date() >= y.date()),
            certainly(starts(a), ends(b), lambda x, y: x.date() <= y.date()),
        ),
    ),
    "3 days or less before": (
        A.effective.start.or_less_before(days(3), B.effective.start),
        lambda a, b: kleene_and(
            certainly(starts(a), starts(b), lambda x, y: x >= y - D3), certainly(starts(a), starts(b), _lt)
        ),
    ),
    "3 days or less on or before day of": (
        A.effective.end.or_less_on_or_before(days(3), B.effective.start, of=DAY),
        lambda a, b: kleene_and(
            certainly(ends(a), starts(b), lambda x, y: x.date() >= y.date() - D3),
            certainly(ends(a), starts(b), lambda x, y: x.date() <= y.date()),
        ),
    ),
    "3 days or less on or after": (
        A.effective.start.or_less_on_or_after(days(3), B.effective.start),
        lambda a, b: kleene_and(
            certainly(starts(a), starts(b), lambda x, y: x >= y),
            certainly(starts(a), starts(b), lambda x, y: x <= y + D3),
        ),
    ),
    "3 days or less after day of": (
        A.effective.start.or_less_after(days(3), B.effective.end, of=DAY),
        lambda a, b: kleene_and(
            certainly(starts(a), ends(b), lambda x, y: x.date() > y.date()),
            certainly(starts(a), ends(b), lambda x, y: x.date() <= y.date() + D3),
        ),
    ),
    "within 3 days of": (
        A.effective.start.within(days(3), B.effective.start, of=DAY),
        lambda a, b: kleene_and(
            certainly(starts(a), starts(b), lambda x, y: x.date() >= y.date() - D3),
            certainly(starts(a), starts(b), lambda x, y: x.date() <= y.date() + D3),
        ),
    ),
    "during": (
        A.effective.during(B.effective),
        lambda a, b: kleene_and(
            certainly(starts(a), starts(b), lambda x, y: x >= y), certainly(ends(a), ends(b), lambda x, y: x <= y)
        ),
    ),
    "overlaps day of": (
        A.effective.overlaps(B.effective, of=DAY),
        lambda a, b: kleene_and(
            certainly(starts(a), ends(b), lambda x, y: x.date() <= y.date()),
            certainly(ends(a), starts(b), lambda x, y: x.date() >= y.date()),
        ),
    ),
    "overlaps after": (
        A.effective.overlaps_after(B.effective),
        lambda a, b: kleene_and(
            certainly(starts(a), ends(b), lambda x, y: x <= y), certainly(ends(a), ends(b), lambda x, y: x > y)
        ),
    ),
    "overlaps before": (
        A.effective.overlaps_before(B.effective),
        lambda a, b: kleene_and(
            certainly(starts(a), starts(b), _lt), certainly(ends(a), starts(b), lambda x, y: x >= y)
        ),
    ),
    "date from is a midnight": (
        A.effective.start.day.on_or_after(B.effective.start),
        lambda a, b: certainly(
            [datetime.combine(x.date(), time(), UTC) for x in starts(a)], starts(b), lambda x, y: x >= y
        ),
    ),
    "in a stretch that a fact begins": (
        A.effective.start.during(FactInterval(B.effective.start - days(3), B.effective.start + days(3))),
        lambda a, b: kleene_and(
            certainly(starts(a), starts(b), lambda x, y: x >= y - D3),
            certainly(starts(a), starts(b), lambda x, y: x <= y + D3),
        ),
    ),
}


def _lt(x: datetime, y: datetime) -> bool:
    return x < y


@pytest.mark.parametrize("name", RELATIONS)
@given(a=spans(), b=spans())
@settings(max_examples=80, deadline=None)
def test_relations_of_two_facts(name, a, b):
    predicate, holds = RELATIONS[name]
    to = Compiler(SETTING)
    with to.speaking_of({0: "a", 1: "b"}), connection.cursor() as cursor:
        cursor.execute(f"SELECT {predicate.true(to, 'a')}, {predicate.false(to, 'a')} FROM {a.sql} a, {b.sql} b")
        true, false = cursor.fetchone()
    assert not (true and false)
    assert (True if true else False if false else None) == holds(a, b)


@given(
    born=some.one_of(some.dates(date(1950, 1, 1), date(2020, 1, 1)), some.just(date(2012, 2, 29))),
    on=some.dates(date(2025, 1, 1), date(2028, 12, 31)),
    low=some.integers(0, 80),
)
@settings(max_examples=150, deadline=None)
def test_age_at_a_point_of_a_fact(born, on, low):
    had = sum(1 for year in range(born.year + 1, on.year + 1) if _birthday(born, year) <= on)
    predicate = age_at_point(effective.start, low, low + 4)
    to = Compiler(SETTING)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH pf_subject AS (SELECT 1 AS member_id, date '{born}' AS birth_date) "
            f"SELECT {predicate.true(to, 'f')}, {predicate.false(to, 'f')} FROM (SELECT 1 AS member_id, "
            f"timestamptz '{on} 12:00+00' AS s0, timestamptz '{on} 12:00+00' AS s1) f"
        )
        assert cursor.fetchone() == (low <= had <= low + 4, not low <= had <= low + 4)


def _birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


# --- Lists over a member's facts ------------------------------------------------------------------------

MEMBER = uuid.UUID(int=1)
RED, BLUE = Code("red", "urn:test"), Code("blue", "urn:test")
reds, blues = medication_requests(RED), medication_requests(BLUE)
COLUMNS = (
    "set_no int, member_id uuid, fact_id uuid, status text, is_negated boolean, recorded_at timestamptz, "
    "sensitivity smallint, "
    "s0 timestamptz, s1 timestamptz, e0 timestamptz, e1 timestamptz, intent text, dosage jsonb, refills int, "
    "quantity numeric, quantity_unit text, m0 timestamptz, m1 timestamptz, supply numeric"
)
DAYS = [date(2025, 3, 1) + timedelta(days=n) for n in range(12)]


@dataclass(frozen=True)
class Order:
    """A medicine ordered on a day for some days; nobody says how long where `length` is None."""

    colour: str
    day: date
    length: int | None = None
    number: int = 0

    @property
    def last(self) -> date | None:
        return None if self.length is None else self.day + timedelta(days=self.length - 1)


orders = some.lists(
    some.builds(
        Order,
        colour=some.sampled_from(["red", "blue"]),
        day=some.sampled_from(DAYS),
        length=some.one_of(some.integers(1, 6), some.none()),
    ),
    max_size=7,
).map(lambda found: [replace(order, number=n) for n, order in enumerate(found)])


def holds(condition: Condition, chart: list[Order]) -> bool:
    """Whether the condition holds for a member who has these orders."""
    to = Compiler(SETTING)
    sql = condition.true(to)
    numbers = {retrieve.codes[0].code: n for retrieve, n in to.retrieves.items() if retrieve.codes}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pf_medicationrequest, pf_subject")
        cursor.execute(f"CREATE TEMPORARY TABLE pf_medicationrequest ({COLUMNS})")
        cursor.execute(f"CREATE TEMPORARY TABLE pf_subject AS SELECT '{MEMBER}'::uuid AS member_id")
        for order in chart:
            if order.colour not in numbers:
                continue
            noon = datetime.combine(order.day, time(12), UTC)
            supplied = order.last and (
                datetime.combine(order.day, time(), UTC),
                datetime.combine(order.last, time(), UTC),
                order.length,
            )
            cursor.execute(
                "INSERT INTO pf_medicationrequest (set_no, member_id, fact_id, status, recorded_at, s0, s1, e0, e1, "
                "m0, m1, supply) VALUES (%s, %s, %s, 'active', %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    numbers[order.colour],
                    MEMBER,
                    uuid.UUID(int=100 + order.number),
                    *[noon] * 5,
                    *(supplied or (None, None, None)),
                ],
            )
        for table, select in to.definitions:
            cursor.execute(f"INSERT INTO {table} {select}")
        cursor.execute(f"SELECT {sql} FROM pf_subject s {to.joins()}")
        return bool(cursor.fetchone()[0])


def of(chart: list[Order], colour: str) -> list[Order]:
    return [order for order in chart if order.colour == colour]


@given(chart=orders, low=some.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_counts(chart, low):
    both = reds.union(blues)

    assert holds(count(reds) >= low, chart) == (len(of(chart, "red")) >= low)
    assert holds(count(both) >= low, chart) == (len(chart) >= low)
    assert holds(count_days(both) >= low, chart) == (len({order.day for order in chart}) >= low)


@given(chart=orders, low=some.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_total_of_a_column(chart, low):
    lengths = [order.length for order in of(chart, "red") if order.length]

    assert holds(total(reds, "supply") > low, chart) == (sum(lengths) > low)


@given(chart=orders, day=some.sampled_from(DAYS))
@settings(max_examples=40, deadline=None)
def test_first_and_most_recent(chart, day):
    """Of several on one day the first is the one that was there first, the last the one that came last."""
    found = of(chart, "red")
    on_day = authored_on.start.during(FactInterval(authored_on.start, authored_on.start)) & _on(day)
    earliest = min(found, key=lambda order: (order.day, order.number), default=None)
    latest = max(found, key=lambda order: (order.day, order.number), default=None)

    assert holds(exists(first(reds).where(on_day)), chart) == bool(earliest and earliest.day == day)
    assert holds(exists(most_recent(reds).where(on_day)), chart) == bool(latest and latest.day == day)


@given(chart=orders, low=some.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_first_of_one_day_is_the_one_that_came_first(chart, low):
    earliest = min(of(chart, "red"), key=lambda order: (order.day, order.number), default=None)

    expected = bool(earliest and earliest.length and earliest.length > low)
    assert holds(total(first(reds), "supply") > low, chart) == expected


def _on(day: date):
    from prevention.engine.moments import Interval, Moment

    noon = Moment(lambda setting: datetime.combine(day, time(12), UTC))
    return effective.start.during(Interval(noon, noon), of=DAY)


@given(chart=orders)
@settings(max_examples=30, deadline=None)
def test_with_and_without(chart):
    """`with`: a blue order in the two days after; `without`: none; in both a fact stands once."""

    def soon(red: Order) -> bool:
        return any(red.day < blue.day <= red.day + timedelta(days=2) for blue in of(chart, "blue"))

    def fits(red: Row, blue: Row):
        return blue.authored_on.or_less_after(days(2), red.authored_on, of=DAY)

    with_blue = [order for order in of(chart, "red") if soon(order)]
    without_blue = [order for order in of(chart, "red") if not soon(order)]
    for low in (1, 2, 3):
        assert holds(count(reds.with_(blues, fits)) >= low, chart) == (len(with_blue) >= low)
        assert holds(count(reds.without(blues, fits)) >= low, chart) == (len(without_blue) >= low)
        assert holds(count(define(reds.with_(blues, fits))) >= low, chart) == (len(with_blue) >= low)


@given(chart=orders)
@settings(max_examples=40, deadline=None)
def test_relations_within_relations(chart):
    """Red orders with a blue one after them that has a red one after it; definitions used again inside."""
    expected = sum(
        any(
            blue.day > red.day and any(later.day > blue.day for later in of(chart, "red")) for blue in of(chart, "blue")
        )
        for red in of(chart, "red")
    )
    followed = reds.with_(
        blues,
        lambda red, blue: (
            blue.authored_on.after(red.authored_on, of=DAY)
            & related(define(reds), lambda _, later: later.authored_on.after(blue.authored_on, of=DAY))
        ),
    )

    for low in (1, 2):
        assert holds(count(followed) >= low, chart) == (expected >= low)


@given(chart=orders)
@settings(max_examples=40, deadline=None)
def test_the_last_that_is_related(chart):
    """Red orders whose last blue one before them was for more than three days."""
    expected = 0
    for red in of(chart, "red"):
        earlier = [blue for blue in of(chart, "blue") if blue.day < red.day]
        if earlier:
            latest = max(earlier, key=lambda blue: (blue.day, blue.number))
            expected += bool(latest.length and latest.length > 3)
    lasting = reds.where(
        last_related(
            blues,
            lambda red, blue: blue.authored_on.before(red.authored_on, of=DAY),
            lambda _, blue: blue[medication_request_period].end.after(
                blue[medication_request_period].start + days(2), of=DAY
            ),
        )
    )

    for low in (1, 2):
        assert holds(count(lasting) >= low, chart) == (expected >= low)


# --- Cumulative medication duration ---------------------------------------------------------------------


def covered(periods: list[tuple[date, date]]) -> int:
    return len({start + timedelta(days=n) for start, end in periods for n in range((end - start).days + 1)})


def periods_of(found: list[Order]) -> list[tuple[date, date]]:
    return [(order.day, order.last) for order in found if order.last]


def rolled_out(found: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """One after the other, as CumulativeMedicationDuration writes it."""
    laid: list[tuple[date, date]] = []
    for start, end in sorted(found):
        begin = max(start, laid[-1][1] + timedelta(days=1)) if laid else start
        laid.append((begin, begin + (end - start)))
    return laid


def clipped(found: list[tuple[date, date]], low: date, high: date) -> list[tuple[date, date]]:
    return [(max(start, low), min(end, high)) for start, end in found if max(start, low) <= min(end, high)]


def assert_days(duration, chart, expected):
    if expected:
        assert holds(duration >= expected, chart)
    assert not holds(duration >= expected + 1, chart)


@given(chart=orders)
@settings(max_examples=40, deadline=None)
def test_days_count_once(chart):
    assert_days(cumulative_duration(Periods(reds)), chart, covered(periods_of(of(chart, "red"))))


@given(chart=orders)
@settings(max_examples=40, deadline=None)
def test_days_of_several_medicines_together(chart):
    both = cumulative_duration(Periods(reds, rolled_out=True), Periods(blues))
    expected = covered(rolled_out(periods_of(of(chart, "red"))) + periods_of(of(chart, "blue")))

    assert_days(both, chart, expected)


@given(chart=orders)
@settings(max_examples=40, deadline=None)
def test_rolled_out_periods_lie_end_to_end(chart):
    duration = cumulative_duration(Periods(reds, rolled_out=True))

    assert_days(duration, chart, covered(rolled_out(periods_of(of(chart, "red")))))


@given(chart=orders, length=some.integers(0, 8))
@settings(max_examples=40, deadline=None)
def test_days_from_a_fact_on(chart, length):
    """Cut to so many days from the first blue order."""
    start = medication_request_period.start
    index = min((order.day for order in of(chart, "blue") if order.length), default=None)
    clip = FactInterval(start, start + days(length))
    duration = cumulative_duration(Periods(reds).clipped_from(first(blues.where(start.known), by=start), clip))
    found = periods_of(of(chart, "red"))

    assert_days(duration, chart, covered(clipped(found, index, index + timedelta(days=length))) if index else 0)


def test_a_list_of_two_kinds_has_no_single_first():
    with pytest.raises(ValueError, match="one kind"):
        first(Facts(reds.branches).union(_encounters()))


def _encounters() -> Facts:
    from prevention.engine.facts import encounters

    return encounters(RED)


def test_months_are_added_before_days():
    assert (months(1).add_to(datetime(2025, 1, 31, tzinfo=UTC))).date() == date(2025, 2, 28)
