"""Chapter 9, a rule at a time, on a group of two antigens."""

from datetime import date

import pytest

from prevention.immunisation.patient import EvaluationStatus, SeriesStatus
from tests.prevention.immunisation.series import age, antigen, assess, dose, schedule, series

FIRST = date(2021, 1, 1)


def two(first, second, *, full=False, associations=None, **facts):
    group = {"antigens": ["A", "B"], **({"administer_full": True} if full else {})}
    given = {"groups": {"Group": group}, **facts}
    if associations:
        given["associations"] = associations
    return schedule({"A": first, "B": second}, **given)


APART = {"900": [["A", "", ""], ["B", "", ""]], "901": [["A", "", ""]]}


@pytest.mark.parametrize(
    ("first", "second", "observations", "expected"),
    [
        ({"contraindications": [["", "", "080"]]}, {}, ("080",), SeriesStatus.CONTRAINDICATED),
        ({"immunity_history": "020"}, {}, ("020",), SeriesStatus.NOT_COMPLETE),
        ({"immunity_history": "020"}, {"immunity_history": "020"}, ("020",), SeriesStatus.IMMUNE),
    ],
)
def test_the_status_of_a_group_of_antigens(first, second, observations, expected):
    given = two(antigen(series(dose(1)), **first), antigen(series(dose(1)), **second))
    assert assess(given, observations=observations).forecasts[0].status is expected


def test_a_group_is_complete_when_each_antigen_is_complete_or_immune():
    given = two(antigen(series(dose(1))), antigen(series(dose(1)), immunity_history="020"), associations=APART)
    assert assess(given, (FIRST, "901"), observations=("020",)).forecasts[0].status is SeriesStatus.COMPLETE


def test_one_antigen_aged_out_is_the_whole_group_aged_out():
    given = two(antigen(series(dose(1, ages=[age(maximum="1 year")]))), antigen(series(dose(1))))
    assert assess(given).forecasts[0].status is SeriesStatus.AGED_OUT


def dated(minimum, earliest, latest, **facts):
    return antigen(series(dose(1, ages=[age(minimum=minimum, earliest=earliest, latest=latest)], **facts)))


def test_the_earliest_date_is_the_latest_of_the_antigens_and_the_others_the_earliest_not_before_it():
    given = two(dated("1 year", "2 years", "3 years"), dated("30 months", "4 years", "5 years"))
    [found] = assess(given, on=FIRST).forecasts
    assert found.forecast.earliest == date(2022, 7, 1)
    assert found.forecast.recommended == date(2022, 7, 1)
    assert found.forecast.past_due == date(2022, 12, 31)
    assert found.antigens == ("A", "B")


def test_a_priority_interval_takes_the_first_date_but_not_before_the_groups_last_dose():
    hurry = {"intervals": [{"from": "previous", "min": "0 days", "priority": True}]}
    first = antigen(series(dose(1), dose(2, **hurry)))
    second = antigen(series(dose(1), dose(2, intervals=[{"from": "previous", "min": "1 year"}])))
    [found] = assess(two(first, second), (FIRST, "900"), on=FIRST).forecasts
    assert found.forecast.earliest == FIRST


@pytest.mark.parametrize(("full", "number"), [(True, 1), (False, 2)])
def test_the_dose_number_is_the_lowest_where_the_group_is_given_whole_else_the_highest(full, number):
    given = two(antigen(series(dose(1), dose(2))), antigen(series(dose(1))), full=full, associations=APART)
    assert assess(given, (FIRST, "901")).forecasts[0].forecast.dose_number == number


def test_a_dose_that_one_antigen_must_repeat_is_not_valid_for_the_group():
    strict = antigen(series(dose(1, ages=[age(absolute="2 years")])))
    [found] = assess(two(strict, antigen(series(dose(1)))), (FIRST, "900")).forecasts
    assert [one.status for one in found.doses] == [EvaluationStatus.NOT_VALID]


def test_a_series_for_later_in_life_may_not_start_yet():
    given = schedule({"Antigen": antigen(series(dose(1), minimum_age_to_start="50 years"))})
    assert not assess(given).forecasts[0].may_start
    assert assess(given, born=date(1970, 1, 1)).forecasts[0].may_start
