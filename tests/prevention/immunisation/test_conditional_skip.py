"""6.2, and its use in 7.1 and 7.6."""

from datetime import date, timedelta

import pytest

from prevention.immunisation.patient import EvaluationStatus, Reason, SeriesStatus, TargetDoseStatus
from tests.prevention.immunisation.series import age, antigen, assess, dose, one, schedule, series

FIRST = date(2021, 1, 1)
SKIPPED, SATISFIED = TargetDoseStatus.SKIPPED, TargetDoseStatus.SATISFIED
NOT_SATISFIED = TargetDoseStatus.NOT_SATISFIED


def skip(*conditions, context="Both", logic="AND", **facts):
    return {"context": context, "sets": [{"logic": logic, "conditions": list(conditions), **facts}]}


def count(number, logic="greater than", **facts):
    return {"type": "Vaccine Count", "count": number, "logic": logic, **facts}


def targets(result, name="Antigen"):
    return [target.status for target in result.relevant[name][0].targets]


def test_a_dose_is_skipped_from_an_age_on():
    given = one(dose(1, skips=[skip({"type": "Age", "begin_age": "4 years"}, context="Forecast")]), dose(2))
    assert targets(assess(given, on=date(2023, 12, 31))) == [NOT_SATISFIED, NOT_SATISFIED]
    assert targets(assess(given, on=date(2024, 1, 1))) == [SKIPPED, NOT_SATISFIED]


def test_evaluation_asks_the_day_of_administration_and_only_its_own_context():
    only_evaluating = skip({"type": "Age", "begin_age": "4 years"}, context="Evaluation")
    given = one(dose(1, skips=[only_evaluating]), dose(2))
    assert targets(assess(given, on=date(2025, 1, 1))) == [NOT_SATISFIED, NOT_SATISFIED]
    assert targets(assess(given, (date(2024, 1, 1), "900"))) == [SKIPPED, SATISFIED]


def test_an_interval_counts_from_the_previous_dose_and_needs_one():
    given = one(dose(1), dose(2, skips=[skip({"type": "Interval", "interval": "6 months"})]), dose(3))
    assert targets(assess(given, (FIRST, "900"), on=date(2021, 6, 30))) == [SATISFIED, NOT_SATISFIED, NOT_SATISFIED]
    assert targets(assess(given, (FIRST, "900"), on=date(2021, 7, 1))) == [SATISFIED, SKIPPED, NOT_SATISFIED]
    without = one(dose(1, skips=[skip({"type": "Interval", "interval": "6 months"})]))
    assert targets(assess(without)) == [NOT_SATISFIED]


def test_the_dose_under_evaluation_is_not_counted():
    given = one(dose(1), dose(2, skips=[skip(count(1, doses="total"))]), dose(3))
    result = assess(given, (FIRST, "900"), (FIRST + timedelta(days=40), "900"), on=FIRST + timedelta(days=40))
    assert targets(result) == [SATISFIED, SATISFIED, NOT_SATISFIED]


def test_valid_doses_are_this_series_own_and_total_ones_are_anybodys():
    young = (date(2020, 2, 1), "900")
    facts = {"ages": [age(absolute="1 year")]}
    valid = one(dose(1, skips=[skip(count(0, doses="valid"))], **facts))
    total = one(dose(1, skips=[skip(count(0, doses="total", vaccines="900 950"))], **facts))
    assert targets(assess(valid, young)) == [NOT_SATISFIED]
    assert targets(assess(total, young)) == [SKIPPED]
    assert targets(assess(total, (FIRST, "950"))) == [SKIPPED]


@pytest.mark.parametrize(
    ("logic", "number", "met"),
    [
        ("greater than", 1, True),
        ("greater than", 2, False),
        ("equal to", 2, True),
        ("equal to", 1, False),
        ("less than", 3, True),
        ("less than", 2, False),
    ],
)
def test_counts_compare_by_their_logic(logic, number, met):
    given = one(dose(1), dose(2), dose(3, skips=[skip(count(number, logic))]))
    result = assess(given, (FIRST, "900"), (date(2022, 1, 1), "900"))
    assert (targets(result)[2] is SKIPPED) is met


def test_counts_are_bounded_by_ages_and_dates_the_end_not_included():
    def skipped(on, **bounds):
        given = one(dose(1), dose(2, skips=[skip(count(0, **bounds))]))
        return targets(assess(given, (on, "900")))[1] is SKIPPED

    assert skipped(date(2021, 12, 31), begin_age="1 year", end_age="2 years")
    assert not skipped(date(2022, 1, 1), begin_age="1 year", end_age="2 years")
    assert skipped(date(2021, 1, 1), start="20210101", end="20210701")
    assert not skipped(date(2021, 7, 1), start="20210101", end="20210701")


def test_a_set_joins_conditions_and_a_skip_joins_sets():
    old, counted = {"type": "Age", "begin_age": "4 years"}, count(0)
    day = date(2022, 1, 1)
    both = one(dose(1), dose(2, skips=[skip(old, counted)]))
    either = one(dose(1), dose(2, skips=[skip(old, counted, logic="OR")]))
    sets = {"context": "Both", "logic": "OR", "sets": [{"conditions": [old]}, {"conditions": [counted]}]}
    of_sets = one(dose(1), dose(2, skips=[sets]))
    assert targets(assess(both, (FIRST, "900"), on=day))[1] is NOT_SATISFIED
    assert targets(assess(either, (FIRST, "900"), on=day))[1] is SKIPPED
    assert targets(assess(of_sets, (FIRST, "900"), on=day))[1] is SKIPPED


def test_a_set_holds_while_it_is_in_force():
    given = one(dose(1, skips=[skip({"type": "Age"}, effective="20240101")]), dose(2))
    assert targets(assess(given, on=date(2023, 12, 31)))[0] is NOT_SATISFIED
    assert targets(assess(given, on=date(2024, 1, 1)))[0] is SKIPPED


def completed_elsewhere():
    first = series(dose(1), name="first", group="1")
    skipping = dose(1, skips=[skip({"type": "Completed Series", "groups": "1"})])
    second = series(skipping, dose(2), name="second", group="2", preference=2)
    # The asking series stands first: it must be settled last all the same.
    return schedule({"Antigen": antigen(second, first)})


def test_a_completed_series_of_another_group_skips():
    result = assess(completed_elsewhere(), (FIRST, "900"), on=FIRST)
    waiting = next(one for one in result.relevant["Antigen"] if one.series.name == "second")
    assert [target.status for target in waiting.targets] == [SATISFIED, NOT_SATISFIED]


def test_a_series_that_a_later_dose_completed_did_not_skip_an_earlier_one():
    given = completed_elsewhere()
    result = assess(given, (FIRST, "900"), (date(2022, 1, 1), "900"))
    waiting = next(one for one in result.relevant["Antigen"] if one.series.name == "second")
    # The first dose satisfied the first target dose: the other series was not complete then.
    assert [evaluation.status for evaluation in waiting.evaluations] == [EvaluationStatus.VALID] * 2


def test_a_forecast_that_would_be_skipped_by_its_earliest_date_is_made_anew():
    second = dose(
        2,
        intervals=[{"from": "previous", "min": "4 weeks"}],
        skips=[skip({"type": "Age", "begin_age": "12 months"}, context="Forecast")],
    )
    third = dose(3, intervals=[{"from": "previous", "min": "8 weeks"}])
    given = one(dose(1), second, third)
    eleven_months = date(2020, 12, 10)
    result = assess(given, (eleven_months, "900"), on=eleven_months)
    assert result.forecasts[0].forecast.earliest == eleven_months + timedelta(weeks=8)


def test_a_series_whose_every_target_dose_is_skipped_is_not_recommended():
    given = one(dose(1, skips=[skip({"type": "Age"})]))
    result = assess(given)
    assert result.relevant["Antigen"][0].status is SeriesStatus.NOT_RECOMMENDED


def test_a_dose_that_meets_only_skipped_target_doses_is_extraneous():
    given = one(dose(1, skips=[skip({"type": "Age"})]))
    [found] = assess(given, (FIRST, "900")).relevant["Antigen"][0].evaluations
    assert (found.status, found.reasons) == (EvaluationStatus.EXTRANEOUS, (Reason.SERIES_COMPLETE,))
