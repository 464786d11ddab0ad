"""Who is behind: at which visits they get every dose that they lack."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone

from prevention.immunisation.catch_up import plan
from prevention.immunisation.engine import evaluate_and_forecast
from prevention.immunisation.patient import Patient, SeriesStatus, VaccineDoseAdministered
from prevention.immunisation.policy import packaged_policy
from tests.clinical.factories import World, arranging
from tests.prevention.immunisation.test_screens import evaluate, vaccinate

TODAY = date(2026, 11, 23)
CHILDHOOD = {(group, False) for group in ("DTaP/Tdap/Td", "HepA", "HepB", "Hib", "MMR", "Polio", "Varicella")}


def a_child(years: int, *doses: tuple[str, date]) -> Patient:
    given = tuple(VaccineDoseAdministered(given_on=on, cvx=cvx) for cvx, on in doses)
    return Patient(born_on=TODAY - relativedelta(years=years), gender="Female", doses=given, country="U.S.")


def planned(patient: Patient, groups=frozenset(CHILDHOOD)):
    return plan(patient, packaged_policy().schedule, TODAY, groups=groups)


def carried_out(patient: Patient, visits) -> Patient:
    doses = [VaccineDoseAdministered(given_on=visit.on, cvx=dose.cvx) for visit in visits for dose in visit.doses]
    return Patient(patient.born_on, patient.gender, (*patient.doses, *doses), patient.observations, patient.country)


def test_a_child_who_never_had_any_begins_today_with_everything_that_goes_together():
    visits = planned(a_child(5))
    assert visits[0].on == TODAY
    assert {"DTaP/Tdap/Td", "HepA", "HepB", "MMR", "Polio", "Varicella"} <= {dose.group for dose in visits[0].doses}


def test_the_intervals_are_the_least_that_the_schedule_allows():
    mmr = [visit.on for visit in planned(a_child(5)) for dose in visit.doses if dose.group == "MMR"]
    assert mmr == [TODAY, TODAY + timedelta(days=28)]


def test_whoever_keeps_the_plan_is_behind_in_nothing():
    child = a_child(5)
    visits = planned(child)
    after = visits[-1].on + timedelta(days=1)
    result = evaluate_and_forecast(carried_out(child, visits), packaged_policy().schedule, after)
    behind = {
        one.group
        for one in result.forecasts
        if (one.group, one.risk) in CHILDHOOD
        and one.status is SeriesStatus.NOT_COMPLETE
        and one.forecast.past_due
        and one.forecast.past_due < after
    }
    assert len(visits) <= 8 and not behind
    assert all(dose.status.value == "Valid" for one in result.forecasts for dose in one.doses if one.group == "MMR")


def test_days_go_forward_and_no_visit_is_empty():
    visits = planned(a_child(2))
    assert [visit.on for visit in visits] == sorted({visit.on for visit in visits})
    assert all(visit.doses for visit in visits)


def test_who_is_on_time_has_nothing_to_catch_up_on():
    newborn = Patient(born_on=TODAY - timedelta(days=3), gender="Male", country="U.S.")
    assert planned(newborn) == []


def test_only_the_groups_that_the_reader_may_see_are_planned():
    visits = planned(a_child(5), frozenset({("MMR", False)}))
    assert {dose.group for visit in visits for dose in visit.doses} == {"MMR"}


def test_of_a_seasonal_vaccine_this_seasons_dose_alone_is_lacking():
    grown_up = Patient(born_on=date(1980, 1, 1), gender="Female", country="U.S.")
    visits = plan(grown_up, packaged_policy().schedule, date(2027, 2, 1), groups={("Influenza", False)})
    assert sum(len(visit.doses) for visit in visits) <= 1


@pytest.fixture
def world(db):
    """Maria's place has a child of six who had one MMR; Olga is of the other system."""
    made = World()
    today = timezone.localdate()
    with arranging():
        for member in (made.maria, made.olga):
            member.birth_date = today - relativedelta(years=6)
            member.save()
        vaccinate(made.maria, "03", today - relativedelta(years=4))
    evaluate(made.maria, made.olga)
    return made


def test_the_chart_leads_to_the_plan(client, world):
    client.force_login(world.chen.user)
    page = reverse("prevention:catch_up", args=[world.maria.pk])
    assert page in client.get(reverse("clinical:chart_panel", args=[world.maria.pk, "vaccines"])).content.decode()
    shown = client.get(page).content.decode()
    assert "MMR, dose 2" in shown and "visits bring this person up to date" in shown


def test_the_plan_of_another_system_is_not_shown(client, world):
    client.force_login(world.chen.user)
    assert client.get(reverse("prevention:catch_up", args=[world.olga.pk])).status_code in (403, 404)
    client.force_login(world.outsider.user)
    assert client.get(reverse("prevention:catch_up", args=[world.maria.pk])).status_code in (403, 404)
