"""Vaccines in the chart and in the portal: what to give now, what comes, what was given."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone

from clinical import models as clinical
from core.db import as_job
from core.models import AuditEvent, User
from prevention.engine.facts import Code
from prevention.immunisation.outlook import given, outlook
from prevention.immunisation.run import evaluate_changed
from prevention.models import ImmunisationForecast
from tests.clinical import factories
from tests.clinical.factories import World, arranging
from tests.prevention import charts

pytestmark = pytest.mark.django_db
CVX = "http://hl7.org/fhir/sid/cvx"


def vaccinate(of, cvx, on, **fields):
    return charts.fact(clinical.Immunization, of, Code(cvx, CVX), on, status="completed", **fields)


def evaluate(*members):
    with as_job(User.objects.system("prevention"), reason="arrange"):
        evaluate_changed([member.pk for member in members], as_of=timezone.localdate())


@pytest.fixture
def world():
    """Maria is 60 and had one Shingrix last week; Olga is of the other system."""
    made = World()
    today = timezone.localdate()
    with arranging():
        for member in (made.maria, made.olga):
            member.birth_date = today - relativedelta(years=60)
            member.sex = "female"
            member.save()
        vaccinate(made.maria, "187", today - timedelta(days=7), lot_number="LOT7", manufacturer="SKB")
    evaluate(made.maria, made.olga)
    return made


def test_the_chart_says_what_to_give_now_and_what_must_wait(world):
    today = timezone.localdate()
    with arranging():
        found = outlook(world.maria, world.maria.user, today)
        doses = given(world.maria, world.maria.user)

    now = {due.row.vaccine_group for due in found.now}
    assert {"Pneumococcal", "DTaP/Tdap/Td", "COVID-19"} <= now | {due.row.vaccine_group for due in found.may}
    zoster = next(due for due in found.coming if due.row.vaccine_group == "Zoster")
    assert zoster.row.earliest_on == today + timedelta(days=21)
    assert [(dose.status, dose.must_be_repeated) for dose in doses] == [("Valid", False)]


def test_a_dose_that_does_not_count_says_why(world):
    with arranging():
        vaccinate(world.olga, "187", date(1980, 1, 1))
    evaluate(world.olga)
    with arranging():
        [dose] = given(world.olga, world.olga.user)
    assert dose.must_be_repeated
    assert "too young" in [str(reason) for reason in dose.reasons]


def test_the_chart_panel(client, world):
    client.force_login(world.chen.user)
    page = client.get(reverse("clinical:chart_panel", args=[world.maria.pk, "vaccines"])).content.decode()
    for words in ("Zoster", "Give now", "Pneumococcal", "CDC ACIP, CDSi 4.64"):
        assert words in page


def test_the_portal_says_what_is_due_and_prints_a_certificate(client, world):
    client.force_login(world.maria.user)

    page = client.get(reverse("prevention:immunisations")).content.decode()
    certificate = client.get(reverse("prevention:immunisation_certificate")).content.decode()

    assert "Pneumonia (pneumococcal)" in page
    assert "Whose recommendations these are: CDC ACIP, CDSi 4.64" in page
    assert "LOT7" in certificate and "SKB" in certificate
    assert world.maria.mrn[:3] in certificate
    with arranging():
        assert AuditEvent.objects.filter(verb="prevention.immunisations", member_id=world.maria.pk).exists()


def test_the_portals_home_has_one_card_for_all_that_is_due(client, world):
    client.force_login(world.maria.user)
    page = client.get(reverse("clinical:home")).content.decode()
    assert page.count("Vaccines due") == 1
    assert "Pneumonia (pneumococcal)" in page


def test_nobody_sees_another_members_vaccines(client, world):
    client.force_login(world.olga.user)
    page = client.get(reverse("prevention:immunisation_certificate")).content.decode()
    assert "LOT7" not in page


def test_what_rests_on_a_condition_is_not_shown_to_others(world):
    with arranging():
        ImmunisationForecast.objects.filter(member=world.maria, vaccine_group="Zoster").update(is_risk=True)
        shown = outlook(world.maria, world.maria.user, timezone.localdate(), with_risk=False)
        whole = outlook(world.maria, world.maria.user, timezone.localdate())
    assert "Zoster" not in {due.row.vaccine_group for due in shown.coming}
    assert "Zoster" in {due.row.vaccine_group for due in whole.coming}


def test_a_labelled_dose_and_what_rests_on_it_are_kept_from_a_proxy(world):
    with arranging():
        world.maria.birth_date = timezone.localdate() - relativedelta(years=15)
        world.maria.save()
        vaccinate(world.maria, "165", timezone.localdate() - timedelta(days=30), sensitivity=64)
        parent = factories.account("Paula Parent")
        factories.proxy(parent, world.maria, "view")
    evaluate(world.maria)

    def seen(user):
        with arranging():
            groups = {due.row.vaccine_group for due in outlook(world.maria, user, timezone.localdate()).coming}
            return "HPV" in groups, len(given(world.maria, user))

    assert seen(world.maria.user) == (True, 2)
    assert seen(parent) == (False, 1)


def test_the_pages_ask_few_questions(client, world, django_assert_max_num_queries):
    with arranging():
        for number in range(20):
            vaccinate(world.maria, "150", date(2004 + number, 10, 1))
    evaluate(world.maria)
    client.force_login(world.maria.user)
    with django_assert_max_num_queries(25):
        client.get(reverse("prevention:immunisations"))


@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible(page, axe, live_server, client, world):
    from django.conf import settings

    client.force_login(world.maria.user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    for name in ("immunisations", "immunisation_certificate"):
        page.goto(reverse(f"prevention:{name}"))
        axe(page, name)
