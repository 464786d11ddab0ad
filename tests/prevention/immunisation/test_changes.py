"""Days on which a forecast may change by itself: none may be missed, or a run would pass the member by."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from prevention.immunisation.changes import Steps
from prevention.immunisation.engine import Assessor, Result
from prevention.immunisation.organize import organize_immunization_history
from prevention.immunisation.patient import Observation, Patient, VaccineDoseAdministered
from prevention.immunisation.table import packaged
from tests.prevention.immunisation.series import age, assess, dose, one


def says(result: Result) -> list:
    return [
        (found.group, found.risk, found.series_group, found.may_start, found.status, found.forecast, found.doses)
        for found in result.forecasts
    ]


def test_the_next_change_is_the_next_age_season_or_interval():
    given = one(
        dose(1, season=["20240901", "20250131"]),
        dose(
            2,
            ages=[age(maximum="10 years")],
            skips=[{"context": "Forecast", "sets": [{"conditions": [{"type": "Interval", "interval": "6 months"}]}]}],
        ),
    )
    steps = Steps(given)

    def next_after(on, *doses):
        return steps.next_after(assess(given, *doses, on=on).history)

    assert next_after(date(2024, 1, 1)) == date(2024, 9, 1)
    assert next_after(date(2024, 9, 1)) == date(2025, 2, 1)
    assert next_after(date(2025, 2, 1)) == date(2030, 1, 1)
    assert next_after(date(2025, 2, 1), (date(2025, 1, 15), "900")) == date(2025, 7, 15)
    assert next_after(date(2030, 1, 1)) is None


def test_between_two_such_days_nothing_changes():
    """People at random, a day at random before their next change: the forecast is word for word the same."""
    schedule, random = packaged(), Random(7)
    steps = Steps(schedule)
    types, codes = sorted(schedule.associations), sorted(schedule.observations)
    compared = 0
    for _ in range(60):
        today = date(2025, 1, 1) + timedelta(days=random.randrange(700))
        born = today - timedelta(days=random.choice([400, 2000, 5000, 9000, 26000]) + random.randrange(300))
        doses = tuple(
            VaccineDoseAdministered(born + timedelta(days=random.randrange((today - born).days)), random.choice(types))
            for _ in range(6)
        )
        patient = Patient(born, random.choice(["Female", "Male"]), doses, (Observation(random.choice(codes)),))
        first = Assessor(schedule, today).assess(patient)
        following = steps.next_after(first.history) or today + timedelta(days=400)
        until = min(following - timedelta(days=1), today + timedelta(days=400))
        if until > today:
            compared += 1
            assert says(Assessor(schedule, until).assess(patient)) == says(first), (patient, today, until)
    assert compared > 30


def test_the_same_person_again_or_one_of_the_same_birthday_gets_the_same_answer():
    schedule, today = packaged(), date(2025, 11, 10)
    plain = Patient(date(2019, 3, 4), "Female")
    given = replace(plain, doses=(VaccineDoseAdministered(date(2020, 3, 10), "03"),))
    shared = Assessor(schedule, today)
    for patient in (plain, given, plain, replace(plain, gender="Male"), given):
        assert says(shared.assess(patient)) == says(Assessor(schedule, today).assess(patient))
    assert organize_immunization_history(given, schedule, today).by_antigen.keys() == {"Measles", "Mumps", "Rubella"}
