"""What a program reads of a chart: not what is too old for everybody who asks, and each fact once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from core.db import as_job
from core.models import User
from prevention.engine.compiler import compile_program
from prevention.engine.evaluate import Partition, compute, population_counts
from prevention.engine.facts import (
    Code,
    ValueSet,
    authored_on,
    conditions,
    effective,
    encounters,
    prevalence_interval,
    related,
)
from prevention.engine.libraries import OFFICE_VISIT
from prevention.engine.measure import Group, Measure
from prevention.engine.members import exists
from prevention.engine.moments import DAY, Interval, Setting, measurement_period, years
from prevention.engine.predicates import ends_after
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts

SETTING = Setting.of_year(2025)
START = datetime(2025, 1, 1, tzinfo=UTC)
in_period = effective.during(measurement_period, of=DAY)
long_ago = effective.starts_on_or_before(measurement_period.end)


def lies_shortly_before(bound: datetime | None, moment: datetime) -> bool:
    """Never after it, and a few days before it at most."""
    return bound is not None and timedelta() <= moment - bound <= timedelta(days=3)


@pytest.mark.parametrize(
    "predicate",
    [
        in_period,
        effective.ends_during(measurement_period),
        effective.latest.during(measurement_period, of=DAY),
        effective.earliest.day.during(measurement_period, of=DAY),
        prevalence_interval.overlaps(measurement_period, of=DAY),
        in_period & effective.starts_during(Interval(measurement_period.start - years(3), measurement_period.end)),
        in_period | effective.starts_during(measurement_period),
    ],
)
def test_a_condition_on_the_period_says_since_when_facts_matter(predicate):
    assert lies_shortly_before(ends_after(predicate, SETTING), START)


def test_the_earlier_of_two_ways_counts():
    three_years = effective.starts_during(Interval(measurement_period.start - years(3), measurement_period.end))

    assert lies_shortly_before(ends_after(in_period | three_years, SETTING), datetime(2022, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "predicate",
    [
        long_ago,
        ~effective.starts_before(measurement_period.start),
        in_period | long_ago,
        # Another time than that of the event, and another fact's.
        authored_on.during(measurement_period),
        related(encounters(OFFICE_VISIT), lambda _, visit: visit.period.during(measurement_period)),
        (effective.start + years(1)).during(measurement_period),
    ],
)
def test_other_conditions_keep_every_fact(predicate):
    assert ends_after(predicate, SETTING) is None


def measure(condition) -> Measure:
    group = Group(initial_population=condition, numerator=condition)
    return Measure(id="T", name="T", version="1", year=2025, title="", source="", groups=(group,))


def read(condition, who) -> tuple[list[date], int]:
    """The days of the visits that were read, and how often the member counts."""
    with as_job(User.objects.system("tests"), reason="evaluate"):
        program = compile_program((measure(condition),), (), SETTING)
        compute(program, Partition(ids=(who.pk,)))
        with connection.cursor() as cursor:
            cursor.execute("SELECT (s0 AT TIME ZONE 'UTC')::date FROM pf_encounter ORDER BY 1")
            days = [row[0] for row in cursor.fetchall()]
        return days, population_counts(program)[who.pk][1, "initial_population"]


@pytest.fixture
def patient(db):
    with arranging():
        of = system()
        who = member(of, "Reader", birth_date=date(1960, 1, 1), region=region(of))
        for day in (date(2010, 3, 1), date(2024, 12, 31), date(2025, 6, 1)):
            charts.visit(who, OFFICE_VISIT, day)
    return who


def test_what_is_too_old_is_not_read(patient):
    days, counted = read(exists(encounters(OFFICE_VISIT).where(in_period)), patient)

    assert counted == 1
    # The day before is within the margin for time zones.
    assert days == [date(2024, 12, 31), date(2025, 6, 1)]


def test_one_who_asks_about_any_time_has_all_read(patient):
    ever = exists(encounters(OFFICE_VISIT).where(effective.ends_before(measurement_period.start - years(5))))

    days, counted = read(ever & exists(encounters(OFFICE_VISIT).where(in_period)), patient)

    assert counted == 1
    assert days[0] == date(2010, 3, 1)


def test_a_problem_without_an_end_is_read_however_old(patient):
    diabetes = ValueSet("Diabetes", "1.2.3")
    with arranging():
        charts.condition(patient, diabetes, date(1999, 1, 1))

    _days, counted = read(
        exists(encounters(OFFICE_VISIT))
        & exists(conditions(diabetes).where(prevalence_interval.overlaps(measurement_period))),
        patient,
    )

    assert counted == 1


def test_a_name_makes_no_second_list():
    assert ValueSet("Diabetes", "1.2.3") == ValueSet("diabetes mellitus", "1.2.3")
    assert Code("1", "urn:x", "one") == Code("1", "urn:x")
    program = compile_program(
        (measure(exists(encounters(ValueSet("a", "1.2.3"))) & exists(encounters(ValueSet("b", "1.2.3")))),), (), SETTING
    )
    assert len(program.needed) == 1
