"""Chapter 6, a rule at a time, on made-up series."""

from datetime import date, timedelta

import pytest

from prevention.immunisation.patient import EvaluationStatus, Observation, Reason, VaccineDoseAdministered
from tests.prevention.immunisation.series import BORN, age, antigen, assess, dose, one, schedule, series

VALID, NOT_VALID, EXTRANEOUS = EvaluationStatus.VALID, EvaluationStatus.NOT_VALID, EvaluationStatus.EXTRANEOUS
FIRST = date(2021, 1, 1)


def evaluations(result, name="Antigen", series_number=0):
    found = result.relevant[name][series_number].evaluations
    return [(evaluation.status, *evaluation.reasons) for evaluation in found]


# --- 6.1 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoiled",
    [
        VaccineDoseAdministered(FIRST, "900", has_condition=True),
        VaccineDoseAdministered(FIRST, "900", lot_expires_on=FIRST - timedelta(days=1)),
    ],
)
def test_a_dose_with_a_condition_or_past_its_lots_expiry_is_sub_standard_and_must_be_repeated(spoiled):
    result = assess(one(dose(1)), spoiled)
    assert evaluations(result) == [(EvaluationStatus.SUB_STANDARD, Reason.CONDITION)]
    assert result.forecasts[0].forecast.dose_number == 1


def test_a_lot_is_good_on_its_last_day():
    assert evaluations(assess(one(dose(1)), VaccineDoseAdministered(FIRST, "900", lot_expires_on=FIRST))) == [(VALID,)]


def test_no_interval_is_counted_from_a_sub_standard_dose():
    given = one(dose(1), dose(2, intervals=[{"from": "previous", "abs": "4 weeks"}]))
    spoiled = VaccineDoseAdministered(FIRST, "900", has_condition=True)
    result = assess(given, spoiled, (FIRST + timedelta(days=1), "900"), (FIRST + timedelta(days=40), "900"))
    assert [status for status, *_ in evaluations(result)] == [EvaluationStatus.SUB_STANDARD, VALID, VALID]


# --- 6.3 ------------------------------------------------------------------------------------------------


def test_an_inadvertent_vaccine_is_not_valid_and_no_interval_counts_from_it():
    given = one(dose(1, inadvertent="902"), dose(2, intervals=[{"from": "previous", "abs": "4 weeks"}]))
    result = assess(given, (FIRST, "902"), (FIRST + timedelta(days=3), "900"))
    assert evaluations(result) == [(NOT_VALID, Reason.INADVERTENT), (VALID,)]


# --- 6.4 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2020, 12, 27), (NOT_VALID, Reason.TOO_YOUNG)),
        (date(2020, 12, 28), (VALID,)),
        (date(2021, 12, 31), (VALID,)),
        (date(2022, 1, 1), (EXTRANEOUS, Reason.TOO_OLD)),
    ],
)
def test_age_is_judged_from_the_absolute_minimum_to_before_the_maximum(on, expected):
    given = one(dose(1, ages=[age(absolute="12 months - 4 days", minimum="12 months", maximum="2 years")]))
    assert evaluations(assess(given, (on, "900"))) == [expected]


def test_the_age_in_force_on_the_day_of_administration_is_asked():
    given = one(dose(1, ages=[age(absolute="2 years", cessation="20210630"), age(effective="20210701")]))
    assert evaluations(assess(given, (date(2021, 6, 30), "900"))) == [(NOT_VALID, Reason.TOO_YOUNG)]
    assert evaluations(assess(given, (date(2021, 7, 1), "900"))) == [(VALID,)]


# --- 6.5, 6.6 -------------------------------------------------------------------------------------------

AFTER_27, AFTER_28 = FIRST + timedelta(days=27), FIRST + timedelta(days=28)


def test_an_interval_from_the_previous_dose():
    given = one(dose(1), dose(2, intervals=[{"from": "previous", "abs": "4 weeks"}]))
    assert evaluations(assess(given, (FIRST, "900"), (AFTER_27, "900"))) == [(VALID,), (NOT_VALID, Reason.TOO_SOON)]
    assert evaluations(assess(given, (FIRST, "900"), (AFTER_28, "900"))) == [(VALID,), (VALID,)]


def test_a_dose_that_is_not_valid_starts_the_interval_anew():
    given = one(dose(1), dose(2, intervals=[{"from": "previous", "abs": "4 weeks"}]))
    result = assess(given, (FIRST, "900"), (AFTER_27, "900"), (AFTER_28 + timedelta(days=10), "900"))
    assert evaluations(result)[2] == (NOT_VALID, Reason.TOO_SOON)


def test_an_interval_from_a_target_dose_counts_from_the_dose_that_satisfied_it():
    given = one(dose(1), dose(2), dose(3, intervals=[{"dose": 1, "abs": "16 weeks"}]))
    second = FIRST + timedelta(weeks=4)
    early = assess(given, (FIRST, "900"), (second, "900"), (FIRST + timedelta(weeks=16, days=-1), "900"))
    right = assess(given, (FIRST, "900"), (second, "900"), (FIRST + timedelta(weeks=16), "900"))
    assert evaluations(early)[2] == (NOT_VALID, Reason.TOO_SOON)
    assert evaluations(right)[2] == (VALID,)


def test_an_interval_from_the_most_recent_of_some_vaccine_types_sees_other_antigens_vaccines():
    given = one(dose(1, intervals=[{"vaccines": "950", "abs": "8 weeks"}]))
    soon, later = FIRST + timedelta(weeks=7), FIRST + timedelta(weeks=8)
    assert evaluations(assess(given, (FIRST, "950"), (soon, "900"))) == [(NOT_VALID, Reason.TOO_SOON)]
    assert evaluations(assess(given, (FIRST, "950"), (later, "900"))) == [(VALID,)]


def test_an_interval_from_an_observation_counts_from_its_date_and_without_one_holds():
    given = one(dose(1, intervals=[{"observation": "170", "abs": "27 weeks"}]))
    pregnant = Observation("170", FIRST)
    early = assess(given, (FIRST + timedelta(weeks=26), "900"), observations=(pregnant,))
    assert evaluations(early) == [(NOT_VALID, Reason.TOO_SOON)]
    assert evaluations(assess(given, (FIRST, "900"), observations=("170",))) == [(VALID,)]


def test_all_preferable_intervals_or_all_allowable_ones_must_hold():
    two = [{"from": "previous", "abs": "4 weeks"}, {"dose": 1, "abs": "16 weeks"}]
    given = one(dose(1), dose(2), dose(3, intervals=two, allowable_intervals=[{"dose": 1, "abs": "12 weeks"}]))
    before = [(FIRST, "900"), (FIRST + timedelta(weeks=4), "900")]
    assert evaluations(assess(given, *before, (FIRST + timedelta(weeks=12), "900")))[2] == (VALID,)
    assert evaluations(assess(given, *before, (FIRST + timedelta(weeks=11), "900")))[2] == (NOT_VALID, Reason.TOO_SOON)


# --- 6.7 ------------------------------------------------------------------------------------------------

CONFLICT = [["1 day", "24 days", "28 days", {"900": "901 950"}]]


@pytest.mark.parametrize(("days", "impacted"), [(0, False), (1, True), (23, True), (24, False), (28, False)])
def test_a_conflict_lasts_the_minimum_after_a_valid_dose_and_not_on_the_same_day(days, impacted):
    given = schedule({"Antigen": antigen(series(dose(1), dose(2)))}, conflicts=CONFLICT)
    result = assess(given, (FIRST, "901"), (FIRST + timedelta(days=days), "900"))
    assert (evaluations(result)[1] == (NOT_VALID, Reason.CONFLICT)) is impacted


def test_a_conflict_lasts_in_full_after_a_dose_that_is_not_valid():
    given = schedule({"Antigen": antigen(series(dose(1, ages=[age(absolute="13 months")])))}, conflicts=CONFLICT)
    day = date(2021, 1, 25)
    assert evaluations(assess(given, (day, "901"), (day + timedelta(days=25), "900")))[1] == (
        NOT_VALID,
        Reason.CONFLICT,
    )


def test_a_vaccine_of_another_antigen_has_no_evaluation_status_and_counts_the_minimum():
    given = schedule({"Antigen": antigen(series(dose(1)))}, conflicts=CONFLICT)
    assert evaluations(assess(given, (FIRST, "950"), (FIRST + timedelta(days=24), "900"))) == [(VALID,)]


# --- 6.8, 6.9 -------------------------------------------------------------------------------------------


def test_a_vaccine_that_is_neither_preferable_nor_allowable_is_not_valid():
    assert evaluations(assess(one(dose(1)), (FIRST, "902"))) == [(NOT_VALID, Reason.NOT_FOR_THIS_DOSE)]


def test_an_allowable_vaccine_is_so_within_its_ages():
    given = one(dose(1, preferable=[], allowable=[["6 weeks", "12 months", "900"]]))
    assert evaluations(assess(given, (date(2020, 6, 1), "900"))) == [(VALID,)]
    assert evaluations(assess(given, (FIRST, "900"))) == [(NOT_VALID, Reason.NOT_FOR_THIS_DOSE)]


def test_a_preferable_product_is_known_by_trade_name_or_manufacturer():
    given = one(dose(1, preferable=[{"cvx": "900", "trade": "Product A", "mvx": "AAA"}], allowable=[]))

    def of(**facts):
        return evaluations(assess(given, VaccineDoseAdministered(FIRST, "900", **facts)))[0][0]

    assert of(trade_name="PRODUCT A") is VALID
    assert of(mvx="AAA") is VALID
    assert of(mvx="BBB") is NOT_VALID
    assert of() is NOT_VALID


# --- 6.10 and figure 4-6 --------------------------------------------------------------------------------


def test_every_condition_that_fails_is_said_in_the_order_of_the_table():
    given = one(dose(1), dose(2, ages=[age(absolute="2 years")], intervals=[{"from": "previous", "abs": "4 weeks"}]))
    result = assess(given, (FIRST, "900"), (AFTER_27, "902"))
    assert evaluations(result)[1] == (
        NOT_VALID,
        Reason.TOO_YOUNG,
        Reason.TOO_SOON,
        Reason.NOT_FOR_THIS_DOSE,
    )


def test_a_dose_after_the_last_target_dose_is_extraneous():
    result = assess(one(dose(1)), (FIRST, "900"), (AFTER_28, "900"))
    assert evaluations(result) == [(VALID,), (EXTRANEOUS, Reason.SERIES_COMPLETE)]


def test_a_recurring_dose_is_asked_for_again_and_again():
    yearly = dose(1, recurring=True, intervals=[{"from": "previous", "abs": "1 year", "min": "1 year"}])
    result = assess(one(yearly), (FIRST, "900"), (date(2022, 1, 1), "900"), (date(2023, 1, 1), "900"))
    assert evaluations(result) == [(VALID,)] * 3
    assert result.forecasts[0].forecast.earliest == date(2024, 1, 1)


def test_doses_are_taken_in_order_of_date_and_those_after_the_assessment_not_at_all():
    given = one(dose(1), dose(2, intervals=[{"from": "previous", "abs": "4 weeks"}]))
    result = assess(given, (AFTER_28, "900"), (FIRST, "900"), (date(2030, 1, 1), "900"))
    assert evaluations(result) == [(VALID,), (VALID,)]


def test_a_vaccine_type_belongs_to_an_antigen_within_ages():
    given = schedule(
        {"Young": antigen(series(dose(1))), "Old": antigen(series(dose(1)))},
        associations={"900": [["Young", "", "2 years"], ["Old", "2 years", ""]]},
    )
    result = assess(given, (date(2021, 12, 31), "900"), (date(2022, 1, 1), "900"), born=BORN)
    assert result.history.by_antigen == {"Young": [0], "Old": [1]}
