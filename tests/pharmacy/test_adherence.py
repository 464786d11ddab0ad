"""Days covered: early fills are kept for later, gaps count, the future does not."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.adherence import days_covered, proportion_of_days_covered

JAN = datetime.date(2026, 1, 1)


def day(number: int) -> datetime.date:
    return JAN + datetime.timedelta(days=number)


@pytest.mark.parametrize(
    ("fills", "end", "covered"),
    [
        ([], 90, (0, 0)),
        ([(0, 30), (30, 30), (60, 30)], 90, (90, 90)),
        ([(0, 30), (20, 30)], 60, (60, 60)),  # ten days early: kept for after the first
        ([(0, 30), (40, 30)], 80, (60, 80)),
        ([(0, 90)], 30, (30, 30)),
        ([(10, 30)], 40, (30, 30)),  # the period begins with the first fill
        ([(50, 30)], 40, (0, 0)),
    ],
)
def test_days_covered(fills, end, covered):
    assert days_covered([(day(at), days) for at, days in fills], JAN, day(end)) == covered


def test_a_supply_from_before_the_period_counts_in_it():
    assert days_covered([(day(-20), 30)], JAN, day(20)) == (10, 20)


@given(st.lists(st.tuples(st.integers(-100, 400), st.integers(0, 100)), max_size=12))
def test_it_is_a_proportion(fills):
    found = proportion_of_days_covered([(day(at), days) for at, days in fills], JAN, day(365))
    assert found is None or 0 <= found <= 1
