"""One assessor for many people says of each what it would say of that person alone."""

from datetime import date, timedelta
from random import Random

from prevention.immunisation.engine import Assessor, evaluate_and_forecast
from prevention.immunisation.patient import Observation, Patient, VaccineDoseAdministered
from prevention.immunisation.table import packaged

ON = date(2026, 1, 5)


def test_many_people_are_assessed_as_each_would_be_alone():
    schedule, random = packaged(), Random(11)
    ages = sorted({duration.months for one in schedule.antigens.values() for duration in _maximum_ages(one)})
    together = Assessor(schedule, ON)
    types, codes = sorted(schedule.associations), sorted(schedule.observations)
    patients = []
    for _ in range(250):
        # Around the birthdays that matter, where the days of one class end and those of the next begin.
        months = random.choice([*ages, 69 * 12, 46 * 12, random.randrange(1100)])
        born = ON - timedelta(days=round(months * 30.4375) + random.randrange(-3, 4))
        doses = tuple(
            VaccineDoseAdministered(min(ON, born + timedelta(days=random.randrange(9000))), random.choice(types))
            for _ in range(random.choice([0, 0, 0, 1, 4]))
        )
        seen = tuple(Observation(code) for code in random.sample(codes, random.choice([0, 0, 1])))
        gender, country = random.choice(["Female", "Male", "Unknown"]), random.choice(["", "U.S."])
        patients.append(Patient(min(born, ON), gender, doses, seen, country))
    for patient in sorted(patients, key=lambda one: one.born_on):
        assert together.assess(patient).forecasts == evaluate_and_forecast(patient, schedule, ON).forecasts


def test_who_is_too_old_for_an_antigen_is_not_worked_out_one_by_one():
    together = Assessor(packaged(), ON)
    first, second = (together.assess(Patient(date(1980, 3, day), "Male")).relevant["Rotavirus"] for day in (1, 2))
    assert first is second
    a_child, a_day_younger = (
        together.assess(Patient(date(2025, 11, day), "Male")).relevant["Rotavirus"] for day in (1, 2)
    )
    assert a_child is not a_day_younger


def _maximum_ages(antigen):
    return [age.maximum for one in antigen.series for dose in one.doses for age in dose.ages if age.maximum]
