"""Chapters 5 and 7, a rule at a time."""

from datetime import date, timedelta

import pytest

from prevention.immunisation.patient import SeriesStatus
from tests.prevention.immunisation.series import age, antigen, assess, dose, one, schedule, series

FIRST = date(2021, 1, 1)


def forecast(result):
    return result.forecasts[0].forecast


def status(result, name="Antigen"):
    return result.relevant[name][0].status


# --- 5.1 ------------------------------------------------------------------------------------------------


def risk(*doses, begin="", end="", code="055", **facts):
    return series(*doses, type="Risk", indications=[[begin, end, code]], default=False, **facts)


def names(result, name="Antigen"):
    return [one.series.name for one in result.relevant[name]]


def test_a_risk_series_needs_an_indication_that_is_on_record_and_within_its_ages():
    standard = series(dose(1), name="standard")
    given = schedule({"Antigen": antigen(standard, risk(dose(1), begin="5 years", end="6 years", name="risk"))})
    assert names(assess(given, on=date(2025, 6, 1))) == ["standard"]
    assert names(assess(given, on=date(2025, 6, 1), observations=("999",))) == ["standard"]
    assert names(assess(given, on=date(2024, 12, 31), observations=("055",))) == ["standard"]
    assert names(assess(given, on=date(2025, 1, 1), observations=("055",))) == ["standard", "risk"]
    assert names(assess(given, on=date(2026, 1, 1), observations=("055",))) == ["standard"]


def test_where_nothing_else_is_to_be_said_an_indication_to_come_is_forecast():
    given = schedule(
        {"Antigen": antigen(risk(dose(1, ages=[age(minimum="9 years")]), begin="9 years", end="17 years"))}
    )
    result = assess(given, observations=("055",))
    assert forecast(result).earliest == date(2029, 1, 1)
    assert assess(given, on=date(2037, 1, 1), observations=("055",)).forecasts == []


def test_an_indication_to_come_asks_for_nothing_before_it_comes():
    without_age = schedule({"Antigen": antigen(risk(dose(1), begin="9 years", end="17 years"))})
    result = forecast(assess(without_age, observations=("055",)))
    assert (result.earliest, result.recommended) == (date(2029, 1, 1), date(2029, 1, 1))

    too_old = schedule(
        {"Antigen": antigen(risk(dose(1, ages=[age(maximum="2 years")]), begin="9 years", end="17 years"))}
    )
    assert assess(too_old, on=date(2024, 1, 1), observations=("055",)).forecasts == []


def test_a_series_for_one_gender_is_not_relevant_for_another():
    given = schedule({"Antigen": antigen(series(dose(1), genders="Female Unknown"))})
    assert names(assess(given, gender="Unknown"))
    assert not names(assess(given, gender="Male"))


# --- 7.2, 7.3 -------------------------------------------------------------------------------------------


def test_a_guideline_on_record_is_immunity():
    assert status(assess(one(dose(1), immunity_history="020"), observations=("020",))) is SeriesStatus.IMMUNE


@pytest.mark.parametrize(
    ("born", "observations", "expected"),
    [
        (date(1956, 12, 31), (), SeriesStatus.IMMUNE),
        (date(1957, 1, 1), (), SeriesStatus.NOT_COMPLETE),
        (date(1956, 12, 31), ("055",), SeriesStatus.NOT_COMPLETE),
    ],
)
def test_birth_before_a_date_is_immunity_unless_excluded(born, observations, expected):
    given = one(dose(1), immunity_by_birth=[["1957-01-01", "", "055"]])
    assert status(assess(given, born=born, observations=observations)) is expected


def test_birth_immunity_of_a_country_needs_that_country_on_record():
    given = one(dose(1), immunity_by_birth=[["1980-01-01", "U.S.", ""]])
    assert status(assess(given, born=date(1979, 1, 1))) is SeriesStatus.NOT_COMPLETE


def test_an_antigen_contraindication_holds_within_its_ages():
    given = one(dose(1), contraindications=[["", "8 months", "080"]])
    assert status(assess(given, on=date(2020, 8, 31), observations=("080",))) is SeriesStatus.CONTRAINDICATED
    assert status(assess(given, on=date(2020, 9, 1), observations=("080",))) is SeriesStatus.NOT_COMPLETE


def test_a_series_is_contraindicated_when_every_preferable_vaccine_is():
    two = dose(1, preferable=[{"cvx": "900", "forecast": True}, {"cvx": "901", "forecast": True}])
    one_out = one(two, vaccine_contraindications=[["107", [["", "", "900"]]]])
    both_out = one(two, vaccine_contraindications=[["107", [["", "", "900 901"]]]])
    assert status(assess(one_out, observations=("107",))) is SeriesStatus.NOT_COMPLETE
    assert forecast(assess(one_out, observations=("107",))).vaccines == ("901",)
    assert status(assess(both_out, observations=("107",))) is SeriesStatus.CONTRAINDICATED


# --- 7.4 ------------------------------------------------------------------------------------------------


def test_who_reached_the_maximum_age_or_will_before_the_next_dose_has_aged_out():
    given = one(dose(1), dose(2, ages=[age(maximum="2 years")], intervals=[{"from": "previous", "min": "6 months"}]))
    day = date(2021, 6, 1)
    assert status(assess(given, (day, "900"), on=day)) is SeriesStatus.NOT_COMPLETE
    assert status(assess(given, (day, "900"), on=date(2022, 1, 1))) is SeriesStatus.AGED_OUT
    late = date(2021, 8, 1)
    assert status(assess(given, (late, "900"), on=late)) is SeriesStatus.AGED_OUT


def test_a_season_that_is_over_is_not_recommended():
    given = one(dose(1, season=["20241001", "20250331"]))
    assert status(assess(given, on=date(2025, 3, 31))) is SeriesStatus.NOT_COMPLETE
    assert status(assess(given, on=date(2025, 4, 1))) is SeriesStatus.NOT_RECOMMENDED


def test_a_complete_series_stays_complete_whatever_contraindicates_the_next_dose():
    given = one(dose(1), contraindications=[["", "", "080"]])
    assert status(assess(given, (FIRST, "900"), observations=("080",))) is SeriesStatus.COMPLETE


# --- 7.5 ------------------------------------------------------------------------------------------------


def test_the_earliest_date_is_the_latest_of_all_that_must_pass():
    second = dose(
        2,
        ages=[age(minimum="12 months")],
        intervals=[{"from": "previous", "min": "4 weeks"}, {"dose": 1, "min": "16 weeks"}],
    )
    given = one(dose(1), second)
    assert forecast(assess(given, (date(2020, 2, 1), "900"), on=FIRST)).earliest == date(2021, 1, 1)
    assert forecast(assess(given, (date(2020, 12, 1), "900"), on=FIRST)).earliest == date(2021, 3, 23)


def test_the_season_and_a_conflict_hold_the_earliest_date_back():
    given = schedule(
        {"Antigen": antigen(series(dose(1, season=["20241001", ""])))},
        conflicts=[["1 day", "24 days", "28 days", {"900": "950"}]],
    )
    assert forecast(assess(given)).earliest == date(2024, 10, 1)
    assert forecast(assess(given, (date(2024, 12, 20), "950"))).earliest == date(2024, 12, 20) + timedelta(days=28)


def test_recommended_and_past_due_follow_age_before_interval():
    second = dose(
        2,
        ages=[age(minimum="12 months", earliest="15 months", latest="19 months")],
        intervals=[{"from": "previous", "min": "4 weeks", "rec": "8 weeks", "late": "13 weeks"}],
    )
    dates = forecast(assess(one(dose(1), second), (date(2020, 6, 1), "900"), on=FIRST))
    assert (dates.recommended, dates.past_due) == (date(2021, 4, 1), date(2021, 7, 31))
    without_ages = dose(2, intervals=[{"from": "previous", "min": "4 weeks", "rec": "8 weeks", "late": "13 weeks"}])
    dates = forecast(assess(one(dose(1), without_ages), (FIRST, "900"), on=FIRST))
    assert dates.earliest == FIRST + timedelta(weeks=4)
    assert dates.recommended == FIRST + timedelta(weeks=8)
    assert dates.past_due == FIRST + timedelta(weeks=13, days=-1)


def test_recommended_and_past_due_never_stand_before_the_earliest_date():
    late = dose(1, ages=[age(minimum="1 year", earliest="1 year", latest="2 years")])
    given = schedule({"Antigen": antigen(series(late))}, conflicts=[["1 day", "28 days", "28 days", {"900": "950"}]])
    day = date(2024, 12, 20)
    dates = forecast(assess(given, (day, "950")))
    assert dates.recommended == dates.past_due == dates.earliest == day + timedelta(days=28)


def test_without_a_latest_age_or_interval_nothing_is_past_due():
    assert forecast(assess(one(dose(1, ages=[age(minimum="1 year")])))).past_due is None


def test_the_latest_date_is_the_day_before_the_maximum_age():
    assert forecast(assess(one(dose(1, ages=[age(maximum="18 years")])))).latest == date(2037, 12, 31)


def test_the_dose_number_counts_satisfied_doses_and_of_a_season_those_within_it():
    yearly = dose(1, recurring=True, season=["20241001", ""])
    assert forecast(assess(one(yearly), (date(2023, 10, 5), "900"))).dose_number == 1
    assert forecast(assess(one(yearly), (date(2024, 10, 5), "900"))).dose_number == 2
    assert forecast(assess(one(dose(1), dose(2)), (FIRST, "900"))).dose_number == 2


def test_vaccines_are_named_where_their_ages_fit_the_day():
    vaccines = [
        {"cvx": "900", "forecast": True, "end": "4 years"},
        {"cvx": "901", "forecast": True, "begin": "4 years"},
    ]
    given = one(dose(1, preferable=vaccines, ages=[age(minimum="1 year")]))
    assert forecast(assess(given)).vaccines == ("900",)
    later = one(dose(1, preferable=vaccines, ages=[age(minimum="1 year", earliest="4 years")]))
    assert forecast(assess(later)).vaccines == ("900", "901")
