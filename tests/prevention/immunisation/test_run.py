"""The nightly run over charts, and members who changed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg2.extras import DateRange

from clinical import models as clinical
from core import jobs as core_jobs
from core.db import as_job
from core.models import JobRun, User
from members.models import Member
from prevention import jobs
from prevention.engine.facts import Code
from prevention.immunisation import run as immunisations
from prevention.models import (
    ImmunisationEvaluation,
    ImmunisationForecast,
    ImmunisationPolicy,
    ImmunisationState,
)
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts

CVX, SNOMED = "http://hl7.org/fhir/sid/cvx", "http://snomed.info/sct"
AS_OF = date(2025, 11, 10)
AT = datetime(2025, 11, 10, 9, tzinfo=UTC)
TABLES = (ImmunisationForecast, ImmunisationEvaluation, ImmunisationState)


def vaccinate(of, cvx, on, **fields):
    return charts.fact(clinical.Immunization, of, Code(cvx, CVX), on, status="completed", **fields)


@pytest.fixture
def people(transactional_db):
    """A child with one MMR, and an adult in another market with none."""
    with arranging():
        of = system()
        market = region(of)
        child = member(of, "Child", birth_date=date(2024, 11, 1), sex="female", region=market)
        adult = member(of, "Adult", birth_date=date(1960, 5, 1), sex="male")
        vaccinate(child, "03", date(2025, 11, 3))
    return child, adult


def nightly(as_of=AS_OF, **options) -> JobRun:
    run = immunisations.start_nightly(by=User.objects.system("prevention"), as_of=as_of, **options)
    JobRun.objects.filter(pk=run.pk).update(shares=3)
    run.refresh_from_db()
    return core_jobs.work(run)


def forecast(of, group):
    with arranging():
        return ImmunisationForecast.objects.get(member=of, vaccine_group=group)


def versions():
    with arranging(), connection.cursor() as cursor:
        found = {}
        for model in TABLES:
            cursor.execute(f"SELECT id, xmin::text FROM {model._meta.db_table}")
            found[model] = set(cursor.fetchall())
    return found


@pytest.mark.django_db(transaction=True)
def test_a_run_leaves_forecasts_evaluations_and_states(people):
    child, adult = people
    run = nightly()

    assert run.totals["members"] == 2
    mmr = forecast(child, "MMR")
    assert (mmr.status, mmr.dose_number, mmr.earliest_on) == ("Not Complete", 2, date(2025, 12, 1))
    assert mmr.authority == "CDC ACIP, CDSi 4.64"
    assert forecast(adult, "Zoster").dose_number == 1
    with arranging():
        [dose] = ImmunisationEvaluation.objects.filter(member=child)
        assert (dose.vaccine_group, dose.status, dose.reasons) == ("MMR", "Valid", [])
        # Rotavirus says nothing to a man of 65.
        assert not ImmunisationForecast.objects.filter(member=adult, vaccine_group="Rotavirus").exists()
        assert ImmunisationState.objects.get(member=child).next_change_on > AS_OF


@pytest.mark.django_db(transaction=True)
def test_a_second_run_evaluates_nobody_and_rewrites_no_row(people):
    nightly()
    before = versions()

    assert nightly().totals["members"] == 0
    assert nightly(everybody=True).totals["members"] == 0
    assert versions() == before


@pytest.mark.django_db(transaction=True)
def test_an_age_step_brings_a_member_back(people):
    child, _ = people
    nightly()
    with arranging():
        step = ImmunisationState.objects.get(member=child).next_change_on

    assert nightly(step - timedelta(days=1)).totals["members"] == 0
    assert nightly(step).totals["members"] >= 1


@pytest.mark.django_db(transaction=True)
def test_a_new_dose_is_evaluated_at_once(people):
    child, _ = people
    nightly()
    with arranging():
        vaccinate(child, "21", date(2025, 11, 9))

    while jobs.take_changed(as_of=AS_OF, by=User.objects.system("prevention")):
        pass

    with arranging():
        by_group = dict(ImmunisationEvaluation.objects.filter(member=child).values_list("vaccine_group", "reasons"))
    # Six days after MMR: a live-virus conflict.
    assert by_group == {"MMR": [], "Varicella": ["Vaccine Conflict"]}
    assert forecast(child, "Varicella").earliest_on == date(2025, 12, 7)


@pytest.mark.django_db(transaction=True)
def test_a_dose_entered_in_error_takes_its_evaluation_along(people):
    child, _ = people
    nightly()
    with arranging():
        clinical.Immunization.objects.filter(member=child).update(status="entered-in-error")

    with as_job(User.objects.system("prevention"), reason="test"):
        immunisations.evaluate_changed([child.pk], as_of=AS_OF, at=AT)

    with arranging():
        assert not ImmunisationEvaluation.objects.filter(member=child).exists()
    assert forecast(child, "MMR").dose_number == 1


@pytest.mark.django_db(transaction=True)
def test_a_condition_on_the_chart_is_an_indication(people):
    _, adult = people
    with arranging():
        # 24932003 is among the codes of more than one coded observation; asplenia stands for one.
        codes = {
            code
            for (scheme, code), seen in immunisations.packaged_policy().schedule.coded.items()
            if scheme == "sct" and "160" in seen
        }
        charts.condition(adult, Code(sorted(codes)[0], SNOMED), date(2020, 1, 1))
    nightly()
    with arranging():
        risk = set(
            ImmunisationForecast.objects.filter(member=adult, is_risk=True).values_list("vaccine_group", flat=True)
        )
    assert {"Meningococcal", "Meningococcal B"} <= risk


@pytest.mark.django_db(transaction=True)
def test_who_was_born_in_the_united_states_before_1980_is_immune_to_chickenpox(people):
    _, adult = people
    nightly()
    assert forecast(adult, "Varicella").status == "Not Complete"

    with arranging():
        Member.objects.filter(pk=adult.pk).update(birth_country="US")
    while jobs.take_changed(as_of=AS_OF, by=User.objects.system("prevention")):
        pass
    assert forecast(adult, "Varicella").status == "Immune"

    with arranging():
        Member.objects.filter(pk=adult.pk).update(birth_country="ZZ")
    nightly(everybody=True)
    assert forecast(adult, "Varicella").status == "Not Complete"


@pytest.mark.django_db(transaction=True)
def test_a_markets_policy_brings_its_members_back_and_names_its_authority(people):
    child, adult = people
    nightly()
    with arranging():
        by = User.objects.system("tests")
        ImmunisationPolicy.objects.create(
            managing_organization=child.managing_organization,
            region=child.region,
            name="State schedule",
            period=DateRange(date(2025, 1, 1), None),
            overlay={"authority": "State health department", "without": ["COVID-19"]},
            source="https://example.org/schedule",
            set_by=by,
        )

    assert nightly().totals["members"] == 1
    with arranging():
        groups = set(ImmunisationForecast.objects.filter(member=child).values_list("vaccine_group", flat=True))
    assert "COVID-19" not in groups
    assert forecast(adult, "COVID-19").authority == "CDC ACIP, CDSi 4.64"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_region", [True, False])
def test_two_policies_never_hold_for_a_market_at_once(people, of_region):
    child, _ = people
    facts = {
        "managing_organization": child.managing_organization,
        "region": child.region if of_region else None,
        "source": "https://example.org",
        "set_by": User.objects.system("tests"),
    }
    with arranging():
        ImmunisationPolicy.objects.create(name="a", period=DateRange(date(2025, 1, 1), date(2026, 1, 1)), **facts)
        with pytest.raises(IntegrityError, match="prevention_immpolicy_once"), transaction.atomic():
            ImmunisationPolicy.objects.create(name="b", period=DateRange(date(2025, 6, 1), None), **facts)
        ImmunisationPolicy.objects.create(name="c", period=DateRange(date(2026, 1, 1), None), **facts)
