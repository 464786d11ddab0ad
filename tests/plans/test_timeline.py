"""What additions, changes, terminations and reinstatements do to coverage over time."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans import timeline
from plans.timeline import CoverageError, Segment

A, B = UUID(int=1), UUID(int=2)
JAN, MAR, JUN, SEP = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


def seg(start, end=None, product=A, tier=""):
    return Segment(start, end, product, tier)


def test_an_addition_sent_again_changes_nothing():
    assert timeline.enrol((seg(JAN),), seg(JAN)) == (seg(JAN),)
    assert timeline.enrol((seg(JAN),), seg(MAR)) == (seg(JAN),)


def test_another_product_takes_over_on_its_day():
    assert timeline.enrol((seg(JAN),), seg(MAR, product=B)) == (seg(JAN, MAR), seg(MAR, product=B))


def test_a_termination_before_the_start_voids_it():
    assert timeline.terminate((seg(MAR),), JAN) == ()


def test_a_change_of_tier_keeps_what_came_before():
    assert timeline.change((seg(JAN, tier="EMP"),), JUN, tier="FAM") == (
        seg(JAN, JUN, tier="EMP"),
        seg(JUN, tier="FAM"),
    )


def test_there_is_nothing_to_change_after_the_end():
    with pytest.raises(CoverageError) as error:
        timeline.change((seg(JAN, MAR),), JUN, tier="FAM")
    assert error.value.code == "nothing_covered"


def test_reinstated_without_a_date_it_never_ended():
    assert timeline.reinstate((seg(JAN, MAR),), None, ()) == (seg(JAN),)


def test_reinstated_from_a_day_the_gap_stays():
    assert timeline.reinstate((seg(JAN, MAR),), JUN, ()) == (seg(JAN, MAR), seg(JUN))


def test_what_was_voided_comes_back_as_it_was():
    assert timeline.reinstate((), None, (seg(JAN, tier="FAM"),)) == (seg(JAN, tier="FAM"),)


def test_who_never_had_coverage_cannot_be_reinstated():
    with pytest.raises(CoverageError) as error:
        timeline.reinstate((), MAR, ())
    assert error.value.code == "nothing_to_reinstate"


days = st.integers(0, 60).map(lambda n: JAN + timedelta(days=n))
segments = st.builds(
    lambda start, length, product, tier: Segment(
        start, start + timedelta(days=length) if length else None, product, tier
    ),
    days,
    st.integers(0, 40),
    st.sampled_from([A, B]),
    st.sampled_from(["EMP", "FAM"]),
)
timelines = st.lists(segments, max_size=5).map(lambda found: __import__("functools").reduce(timeline.enrol, found, ()))


@given(timelines, segments)
def test_enrolling_holds_inside_and_leaves_the_outside_alone(before, new):
    after = timeline.enrol(before, new)
    for offset in range(-1, 120):
        day = JAN + timedelta(days=offset)
        now = [(s.product_id, s.tier) for s in after if s.holds_on(day)]
        if new.holds_on(day):
            assert now == [(new.product_id, new.tier)]
        else:
            assert now == [(s.product_id, s.tier) for s in before if s.holds_on(day)]


@given(timelines, days)
def test_after_a_termination_nobody_is_covered_and_before_it_nothing_changed(before, end):
    after = timeline.terminate(before, end)
    for offset in range(-1, 120):
        day = JAN + timedelta(days=offset)
        assert [s.product_id for s in after if s.holds_on(day)] == (
            [] if day >= end else [s.product_id for s in before if s.holds_on(day)]
        )


@given(timelines)
def test_the_difference_leads_from_one_to_the_other(before):
    after = timeline.terminate(before, MAR)
    closed, added = timeline.difference(before, after)
    assert timeline.normal([s for s in before if s not in closed] + added) == after
