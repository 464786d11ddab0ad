"""Chapter 8, a table at a time."""

from datetime import date, timedelta

from prevention.immunisation.patient import SeriesStatus
from tests.prevention.immunisation.series import age, antigen, assess, dose, schedule, series

FIRST = date(2021, 1, 1)
MONTHLY = [{"from": "previous", "abs": "4 weeks", "min": "4 weeks"}]


def best(given, *doses, **facts):
    return [one.series.name for one in assess(given, *doses, **facts).best["Antigen"]]


def of(*many, **facts):
    return schedule({"Antigen": antigen(*many, **facts)})


def risk(*doses, code="055", **facts):
    return series(*doses, type="Risk", indications=[["", "", code]], **{"default": False, "group": "2", **facts})


def other(*doses, **facts):
    return series(*doses, **{"default": False, **facts})


def test_nobody_vaccinated_is_on_the_default_series():
    assert best(of(other(dose(1), name="a"), series(dose(1), name="b"))) == ["b"]


def test_a_standard_series_started_past_its_maximum_age_to_start_is_not_scored():
    late = other(dose(1), dose(2), name="late", preference=2)
    early = series(dose(1), dose(2), name="early", maximum_age_to_start="12 months")
    assert best(of(early, late), (date(2020, 12, 31), "900")) == ["early"]
    assert best(of(early, late), (date(2021, 1, 1), "900")) == ["late"]


def test_of_risk_series_only_the_highest_priority_counts():
    high = risk(dose(1), dose(2), name="high", priority="A", preference=9)
    low = risk(dose(1), name="low", priority="B")
    assert best(of(low, high), (FIRST, "900"), observations=("055",)) == ["high"]


def test_a_contraindicated_series_gives_way_while_another_is_left():
    first = risk(dose(1), name="first")
    second = risk(dose(1, preferable=[{"cvx": "901"}]), name="second", preference=2)
    given = of(first, second, vaccine_contraindications=[["107", [["", "", "900"]]]])
    assert best(given, observations=("055", "107")) == ["second"]
    both = of(first, second, vaccine_contraindications=[["107", [["", "", "900 901"]]]])
    assert assess(both, observations=("055", "107")).best["Antigen"][0].status is SeriesStatus.CONTRAINDICATED


def test_an_evaluation_only_series_counts_once_complete():
    proof = other(dose(1), dose(2), name="proof", type="Evaluation Only", preference=2)
    wanted = series(dose(1), dose(2), dose(3), name="wanted")
    given = of(wanted, proof)
    assert best(given, (FIRST, "900")) == ["wanted"]
    assert best(given, (FIRST, "900"), (date(2022, 1, 1), "900")) == ["proof"]


def test_the_one_complete_series_wins():
    short, long = other(dose(1), name="short", preference=2), series(dose(1), dose(2), name="long")
    assert best(of(long, short), (FIRST, "900")) == ["short"]


def test_of_two_complete_series_the_one_with_more_valid_doses_wins_then_the_preference():
    more = other(dose(1), dose(2), name="more", preference=2)
    fewer = series(dose(1), name="fewer")
    assert best(of(fewer, more), (FIRST, "900"), (date(2022, 1, 1), "900")) == ["more"]
    alike = other(dose(1), name="alike", preference=2)
    assert best(of(alike, fewer), (FIRST, "900")) == ["fewer"]


def test_the_one_series_in_process_wins():
    started = other(dose(1), dose(2), name="started", preference=2)
    unstarted = series(dose(1, preferable=[{"cvx": "901"}], allowable=[]), dose(2), name="unstarted")
    assert best(of(unstarted, started), (FIRST, "900")) == ["started"]


def test_in_process_closest_to_completion_counts():
    near = other(dose(1), dose(2, intervals=MONTHLY), name="near", preference=2)
    far = series(dose(1), dose(2, intervals=MONTHLY), dose(3, intervals=MONTHLY), name="far")
    assert best(of(far, near), (FIRST, "900")) == ["near"]


def test_in_process_a_product_series_with_all_valid_doses_counts():
    product = other(dose(1), dose(2, intervals=MONTHLY), name="product", product=True, preference=2)
    plain = series(dose(1), dose(2, intervals=MONTHLY), name="plain")
    assert best(of(plain, product), (FIRST, "900")) == ["product"]
    # A second dose too soon takes the bonus away.
    soon = FIRST + timedelta(days=3)
    assert best(of(plain, product), (FIRST, "900"), (soon, "900"), on=soon) == ["plain"]


def test_in_process_a_series_that_cannot_be_finished_loses():
    limited = [age(maximum="18 months")]
    short_of_time = series(
        dose(1),
        dose(2, intervals=MONTHLY),
        dose(3, ages=limited, intervals=[{"from": "previous", "min": "6 months"}]),
        name="short of time",
    )
    possible = other(*(dose(number, intervals=MONTHLY) for number in range(1, 6)), name="possible", preference=2)
    day = date(2021, 3, 1)
    assert best(of(short_of_time, possible), (day, "900"), on=day) == ["possible"]


def test_without_valid_doses_and_default_the_series_that_starts_earliest_wins():
    sooner = other(dose(1, ages=[age(minimum="1 year")]), name="sooner", preference=2)
    later = other(dose(1, ages=[age(minimum="9 years")]), name="later")
    assert best(of(later, sooner)) == ["sooner"]


def test_without_valid_doses_a_product_series_loses():
    product = other(dose(1), name="product", product=True)
    plain = other(dose(1), name="plain", preference=2)
    assert best(of(product, plain)) == ["plain"]


def test_a_risk_series_takes_the_place_of_an_equivalent_standard_one_until_that_is_complete():
    standard = series(dose(1), name="standard", equivalent="2")
    at_risk = risk(dose(1), dose(2), name="risk", equivalent="1")
    given = of(standard, at_risk)
    assert best(given, observations=("055",)) == ["risk"]
    assert best(given, (FIRST, "900"), observations=("055",)) == ["standard"]


def test_series_groups_that_are_not_equivalent_both_stand():
    given = of(series(dose(1), name="standard"), risk(dose(1), dose(2), name="risk"))
    assert sorted(best(given, (FIRST, "900"), observations=("055",))) == ["risk", "standard"]
