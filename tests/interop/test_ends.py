"""Periods whose ends are said more or less finely, from FHIR to the answer, against CQL's comparison in Python."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from interop.fhir.mapping import MappingError
from interop.fhir.mapping.times import effective as read
from prevention.engine.codes import PROCEDURE
from prevention.engine.compiler import Compiler
from prevention.engine.facts import effective
from prevention.engine.fetch import boundaries
from prevention.engine.moments import DAY, Setting, measurement_period

pytestmark = pytest.mark.django_db
SETTING = Setting.of_year(2025)
LENGTH = {"y": 4, "m": 7, "d": 10, "t": 24}
moments = some.one_of(
    some.datetimes(datetime(2024, 11, 1), datetime(2026, 3, 1)),
    some.sampled_from(
        [
            datetime(2024, 12, 31, 23, 59, 59, 999000),
            datetime(2025, 1, 1),
            datetime(2025, 12, 31),
            datetime(2025, 12, 31, 23, 59, 59, 999000),
            datetime(2026, 1, 1),
        ]
    ),
)


def said(finely: str):
    """A FHIR dateTime, cut to one of these precisions."""
    written = moments.map(lambda at: at.isoformat(timespec="milliseconds") + "Z")
    return some.tuples(written, some.sampled_from(finely)).map(lambda both: both[0][: LENGTH[both[1]]])


def parts(at: str | datetime) -> list[int]:
    """Year, month, day, hour, minute, second and millisecond, as far as they are said."""
    if isinstance(at, str):
        kept = next(n for letter, n in {"y": 1, "m": 2, "d": 3, "t": 7}.items() if len(at) == LENGTH[letter])
        at = datetime.fromisoformat(at + {4: "-01-01", 7: "-01"}.get(len(at), ""))
        return [at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond // 1000][:kept]
    at = at.astimezone(UTC)
    return [at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond // 1000]


def order(one: str, other: datetime, of: str | None) -> int | None:
    """CQL's comparison: part by part down to the precision asked for; null as soon as one side has no such part."""
    here, there = parts(one), parts(other)
    for place in range(3 if of == DAY else 7):
        if place >= len(here):
            return None
        if here[place] != there[place]:
            return -1 if here[place] < there[place] else 1
    return 0


def both(*answers: bool | None) -> bool | None:
    return False if False in answers else None if None in answers else True


def at_least(one, other, of) -> bool | None:
    found = order(one, other, of)
    return None if found is None else found >= 0


def at_most(one, other, of) -> bool | None:
    found = order(one, other, of)
    return None if found is None else found <= 0


FIRST, LAST = SETTING.start, SETTING.end
RELATIONS = {
    "during": (
        lambda of: effective.during(measurement_period, of=of),
        lambda start, end, of: both(at_least(start, FIRST, of), at_most(end, LAST, of)),
    ),
    "overlaps": (
        lambda of: effective.overlaps(measurement_period, of=of),
        lambda start, end, of: both(at_most(start, LAST, of), at_least(end, FIRST, of)),
    ),
    "starts during": (
        lambda of: effective.starts_during(measurement_period, of=of),
        lambda start, end, of: both(at_least(start, FIRST, of), at_most(start, LAST, of)),
    ),
    "ends during": (
        lambda of: effective.ends_during(measurement_period, of=of),
        lambda start, end, of: both(at_least(end, FIRST, of), at_most(end, LAST, of)),
    ),
    "ends before": (
        lambda of: effective.ends_before(measurement_period.start, of=of),
        lambda start, end, of: None if (found := order(end, FIRST, of)) is None else found < 0,
    ),
    "starts after": (
        lambda of: effective.start.after(measurement_period.end, of=of),
        lambda start, end, of: None if (found := order(start, LAST, of)) is None else found > 0,
    ),
}


def answer(predicate, start: str, end: str) -> bool | None:
    """What the engine says of a fact that lasted from `start` to `end`, read as the importer reads it."""
    kept = read(start, end)
    to = Compiler(SETTING)
    columns = ", ".join(f"{sql} AS {name}" for name, sql in boundaries(PROCEDURE).items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {predicate.true(to, 'f')}, {predicate.false(to, 'f')} FROM (SELECT {columns} FROM "
            "(SELECT %s::tstzrange AS effective, %s::varchar AS precision) f) f",
            [kept["effective"], kept["precision"]],
        )
        true, false = cursor.fetchone()
    assert not (true and false)
    return True if true else False if false else None


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize(("of", "finely"), [(DAY, "tdmy"), (None, "tmy")])
@given(data=some.data())
@settings(max_examples=120, deadline=None)
def test_each_end_is_compared_as_finely_as_it_was_said(relation, of, finely, data):
    start, end = data.draw(said(finely)), data.draw(said(finely))
    predicate, expected = RELATIONS[relation]
    try:
        read(start, end)
    except MappingError:
        assume(False)

    assert answer(predicate(of), start, end) == expected(start, end, of)
    assert answer(~predicate(of), start, end) == (None if (said_ := expected(start, end, of)) is None else not said_)


@pytest.mark.parametrize(
    ("start", "end", "precision"),
    [
        ("2025-10-11T12:48:00.000Z", "2027-02-23", "td"),
        ("2025-10-11T12:48:00.000Z", "2025-11", "tm"),
        ("2025-10-11", "2025", "dy"),
        ("2025-10-11", "2025-10-12", "d"),
        ("2025", None, "y"),
        (None, "2025-10-11T12:48:00.000Z", "t"),
    ],
)
def test_what_was_said_of_each_end_is_kept(start, end, precision):
    assert read(start, end)["precision"] == precision
