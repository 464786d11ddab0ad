"""The demo clinic's day has visits at every stage, at whatever hour of the world's day it is laid."""

import datetime
import itertools
from zoneinfo import ZoneInfo

import pytest

from kpcare.demo.clinic_day import VISITS, steps_of
from kpcare.demo.hours import BOOKED, SLOT, lay_hours
from kpcare.demo.markets import MARKETS

ZONES = [(market[0], ZoneInfo(market[3])) for market in MARKETS]
PLACES = tuple(visit.place for visit in VISITS)
# An ordinary day, and the days on which the clocks of the United States change.
DAYS = [datetime.date(2026, 11, 22), datetime.date(2026, 3, 8), datetime.date(2026, 11, 1)]
MINUTES = (0, 1, 19, 20, 39, 41, 54, 57, 58)
LAST_MINUTE = datetime.timedelta(minutes=1)


def instants():
    for day in DAYS:
        for hour in range(24):
            for minute in MINUTES:
                yield datetime.datetime.combine(day, datetime.time(hour, minute, 30), datetime.UTC)


@pytest.mark.parametrize(("market", "zone"), ZONES, ids=[code for code, _zone in ZONES])
def test_every_hour_has_visits_behind_it_visits_before_it_and_a_free_time(market, zone):
    for instant in instants():
        hours = lay_hours(instant, zone, PLACES)
        today = instant.astimezone(zone).date()
        said = f"{instant.astimezone(zone)} in {market}"
        for place, start in zip(PLACES, hours.starts, strict=True):
            assert start.astimezone(zone).date() == today, f"{said}: a visit on another day"
            assert start in hours.seats, f"{said}: a visit without a slot"
            assert start <= hours.now if place <= 0 else start > hours.now, f"{said}: place {place} at {start}"
        taken = {start: hours.starts.count(start) for start in hours.seats}
        assert all(taken[start] <= seats for start, seats in hours.seats.items()), f"{said}: more visits than seats"
        assert any(start > hours.now and taken[start] < seats for start, seats in hours.seats.items()), (
            f"{said}: nothing later today can be booked"
        )


@pytest.mark.parametrize(("market", "zone"), ZONES, ids=[code for code, _zone in ZONES])
def test_what_happened_happened_today_and_in_order(market, zone):
    for instant in instants():
        hours = lay_hours(instant, zone, PLACES)
        for visit, start in zip(VISITS, hours.starts, strict=True):
            steps = list(steps_of(visit, start, hours).values())
            assert steps == sorted(set(steps)), f"{instant}: {visit.stage} steps out of order"
            assert all(hours.midnight <= at <= hours.now for at in steps)
            assert bool(steps) == (visit.stage != BOOKED)


def test_slots_of_a_day_do_not_overlap_but_for_the_last_minutes():
    for instant in instants():
        hours = lay_hours(instant, ZONES[0][1], PLACES)
        slots = hours.slots
        on_grid = [slot for slot in slots if (slot[0] - hours.midnight) % SLOT == datetime.timedelta()]
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(on_grid))
        assert len(slots) - len(on_grid) <= 1


@pytest.mark.parametrize(("market", "zone"), ZONES, ids=[code for code, _zone in ZONES])
def test_the_last_minute_of_a_day_keeps_its_visits_on_that_day(market, zone):
    midnight = datetime.datetime(2026, 11, 22, tzinfo=zone)
    hours = lay_hours(midnight - LAST_MINUTE / 2, zone, PLACES)
    assert {start.astimezone(zone).date() for start in hours.starts} == {datetime.date(2026, 11, 21)}


def test_at_ten_in_the_morning_the_visits_lie_around_it():
    """Written out once, so that the rule above can be read as a day."""
    zone = ZoneInfo("America/Los_Angeles")
    hours = lay_hours(datetime.datetime(2026, 11, 23, 10, 7, tzinfo=zone), zone, PLACES)
    said = [(visit.stage, f"{start.astimezone(zone):%H:%M}") for visit, start in zip(VISITS, hours.starts, strict=True)]
    assert said == [
        ("seen", "08:40"),
        ("seen", "09:00"),
        ("begun", "09:40"),
        ("roomed", "10:00"),
        ("arrived", "10:00"),
        ("booked", "10:20"),
        ("booked", "10:40"),
        ("booked", "11:20"),
    ]
    assert f"{hours.ago(6).astimezone(zone):%H:%M}" == "10:01"
