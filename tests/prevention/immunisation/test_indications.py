"""Conditions that a chart holds in ICD-10-CM alone reach the vaccine schedule."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinical import models as clinical
from core.db import as_job
from core.models import User
from prevention.engine.codes import ICD10CM, Code
from prevention.immunisation.charts import CVX, OBSERVATIONS, PHINVS, SNOMED, read
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

    assert observed(somebody) == {"017", "214", "007", "170"}, "what has ended is not there"
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


def test_a_diagnosis_whose_end_is_known_ahead_lapses_on_that_day(somebody):
    """A condition with an abatement to come went on contraindicating until something else was written."""
    ends = AS_OF + timedelta(days=10)
    with arranging():
        made = charts.condition(somebody, Code("D84.9", ICD10CM), date(2020, 1, 1), abated=ends)
    assert observed(somebody)
    is_due(somebody, "MMR")
    with arranging():
        state = ImmunisationState.objects.get(member=somebody)
    assert state.next_change_on == ends + timedelta(days=1), "it is in force until noon of its last day"
    assert observed(somebody, ends + timedelta(days=1)) == set()

    # An end that is moved changes nothing today, and when to look again.
    with arranging():
        type(made).objects.filter(pk=made.pk).update(
            effective=(made.effective[0], datetime.combine(ends - timedelta(days=5), time(12), UTC))
        )
    is_due(somebody, "MMR")
    with arranging():
        state.refresh_from_db()
    assert state.next_change_on == ends - timedelta(days=4)


def given(who, cvx: str, on: date) -> None:
    charts.fact(clinical.Immunization, who, Code(cvx, CVX), on, status="completed")


def test_a_vaccine_s_own_code_names_a_reaction_to_it(somebody):
    with arranging():
        charts.fact(clinical.AllergyIntolerance, somebody, Code("03", CVX), date(2020, 1, 1), status="active")

    assert observed(somebody) == {"091", "092", "093"}, "measles, mumps and rubella"
    assert not is_due(somebody, "MMR")


@pytest.mark.parametrize("fields", [{"criticality": "low"}, {"verification": "refuted"}, {"status": "resolved"}])
def test_a_slight_refuted_or_resolved_reaction_rules_nothing_out(somebody, fields):
    with arranging():
        charts.fact(
            clinical.AllergyIntolerance, somebody, Code("03", CVX), date(2020, 1, 1), **{"status": "active", **fields}
        )

    assert observed(somebody) == set()


def test_immune_globulin_holds_live_vaccines_back_for_its_months(somebody):
    with arranging():
        given(somebody, "34", AS_OF - timedelta(days=30))

    assert observed(somebody) == {"128"}
    assert not is_due(somebody, "MMR")
    with arranging():
        state = ImmunisationState.objects.get(member=somebody)
    assert state.next_change_on <= date(2027, 2, 23), "four months after rabies immune globulin"
    assert observed(somebody, date(2027, 2, 23)) == set()


def test_what_no_terminology_says_is_said_by_the_schedule_s_own_code(somebody):
    assert not is_due(somebody, "Yellow Fever")
    with arranging():
        charts.observation(somebody, Code("162", OBSERVATIONS), AS_OF - timedelta(days=3))
        charts.observation(somebody, Code("no such", OBSERVATIONS), AS_OF - timedelta(days=3))

    assert observed(somebody) == {"162"}
    assert is_due(somebody, "Yellow Fever")


def test_the_cdc_s_vocabulary_server_is_understood(somebody):
    with arranging():
        charts.condition(somebody, Code("VXC27", PHINVS), date(2020, 1, 1))

    assert observed(somebody) == {"003"}


def test_a_refuted_condition_in_snomed_indicates_nothing(somebody):
    with arranging():
        charts.condition(somebody, Code("370388006", SNOMED), date(2020, 1, 1), verification="refuted")

    assert observed(somebody) == set()


def test_a_pregnancy_dates_its_onset_and_ends_by_itself_in_any_terminology(somebody):
    began = AS_OF - timedelta(days=60)
    with arranging():
        charts.condition(somebody, Code("77386006", SNOMED), began)

    assert observed(somebody) == {"007", "170"}
    with as_job(User.objects.system("tests"), reason="test"):
        (chart,) = read([somebody.pk], Policies(AS_OF), AS_OF)
    assert {one.on for one in chart.patient.observations} == {began}
    assert chart.lapses_on == began + timedelta(days=300)
    assert observed(somebody, began + timedelta(days=300)) == set()
