"""Conditions that a chart holds in ICD-10-CM alone reach the vaccine schedule."""

from datetime import date, timedelta

import pytest

from core.db import as_job
from core.models import User
from prevention.engine.codes import ICD10CM, Code
from prevention.immunisation.charts import read
from prevention.immunisation.indications import indications, of_code
from prevention.immunisation.policy import Policies, packaged_policy
from prevention.immunisation.run import evaluate_changed
from prevention.models import ImmunisationForecast, ImmunisationState
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts

AS_OF = date(2026, 11, 22)


def meant(code: str) -> set[str]:
    return {observation for one in of_code(code) for observation in one.observations}


def test_a_code_and_its_category_both_speak():
    assert meant("E11.22") == {"014", "256"}
    assert meant("N18.6") == {"161", "066", "114"}
    assert meant("J45.40") == {"027", "253"}
    assert meant("Z94.0") == {"157", "269"}
    assert meant("D57.3") == set(), "sickle cell trait is no disease"
    assert meant("I10") == set()


def test_every_observation_is_one_of_the_schedule():
    known = set(packaged_policy().schedule.observations)
    assert {observation for one in indications() for observation in one.observations} <= known


def test_a_pregnancy_that_nobody_closed_ends_by_itself():
    (pregnant,) = of_code("Z34.90")
    assert pregnant.holds_until(date(2026, 1, 1)) == date(2026, 10, 28)
    (diabetes,) = of_code("E11.9")
    assert diabetes.holds_until(date(2026, 1, 1)) is None


@pytest.fixture
def somebody(db):
    with arranging():
        of = system()
        return member(of, birth_date=date(1986, 3, 1), sex="female", region=region(of))


def observed(who, as_of=AS_OF) -> set[str]:
    with as_job(User.objects.system("tests"), reason="test"):
        (chart,) = read([who.pk], Policies(as_of), as_of)
    return {one.code for one in chart.patient.observations}


def test_a_chart_in_icd10cm_is_read(somebody):
    assert observed(somebody) == set()
    with arranging():
        charts.condition(somebody, Code("J44.9", ICD10CM), date(2020, 1, 1))
        charts.condition(somebody, Code("Z34.90", ICD10CM), AS_OF - timedelta(days=100))
        charts.condition(somebody, Code("E11.9", ICD10CM), date(2020, 1, 1), abated=date(2021, 1, 1))

    assert observed(somebody) == {"017", "214", "007"}, "what has ended is not there"
    assert observed(somebody, AS_OF + timedelta(days=250)) == {"017", "214"}


def test_a_refuted_diagnosis_indicates_nothing(somebody):
    with arranging():
        charts.condition(somebody, Code("J44.9", ICD10CM), date(2020, 1, 1), verification="refuted")

    assert observed(somebody) == set()


def is_due(who, group: str) -> bool:
    with as_job(User.objects.system("tests"), reason="test"):
        evaluate_changed([who.pk], as_of=AS_OF)
        found = ImmunisationForecast.objects.filter(
            member=who, vaccine_group=group, status="Not Complete", recommended_on__lte=AS_OF
        )
        return found.exists()


def test_copd_at_forty_asks_for_a_pneumococcal_vaccine(somebody):
    assert not is_due(somebody, "Pneumococcal")

    with arranging():
        charts.condition(somebody, Code("J44.9", ICD10CM), date(2020, 1, 1))

    assert is_due(somebody, "Pneumococcal")


def test_the_next_evaluation_comes_when_the_pregnancy_ends_by_itself(somebody):
    began = AS_OF - timedelta(days=280)
    with arranging():
        charts.condition(somebody, Code("Z34.90", ICD10CM), began)
    is_due(somebody, "Tdap")

    with arranging():
        state = ImmunisationState.objects.get(member=somebody)
    assert state.next_change_on is not None
    assert state.next_change_on <= began + timedelta(days=301)
