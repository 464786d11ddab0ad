"""Whom a kit is not for by the chart, and what somebody who orders for themselves is asked first."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical.models import ServiceRequest
from core.db import acting_as
from prevention.engine.codes import CPT, SNOMED, Code
from prevention.measures import value_sets as vs
from prevention.models import OutreachContact
from prevention.outreach.defaults import PROTOCOLS
from prevention.outreach.explain import explain
from prevention.outreach.orders import NotAsked, NotForThem, order_as_member
from prevention.outreach.protocols import NOT_FOR, QUESTIONS, left_out
from prevention.rules import value_sets as own
from tests.clinical.factories import arranging
from tests.labs.factories import Laboratory, lab_test
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, protocols

pytestmark = pytest.mark.django_db
today = timezone.localdate


@pytest.fixture
def world():
    made = Laboratory()
    with arranging():
        protocols(made.system, made.chen)
        charts.enrol(made.maria)
        made.due = gap(made.maria, "colorectal_screening")
    return made


def ago(days: int):
    return today() - timedelta(days=days)


def is_left_out(world, protocol: str) -> bool:
    with arranging():
        return world.maria.pk in left_out(protocol, [world.maria.pk], today())


CHARTED = {
    "haemodialysis": lambda who: charts.procedure(who, Code("302497006", SNOMED), ago(3)),
    "dialysis by the month": lambda who: charts.procedure(who, Code("90960", CPT), ago(40)),
    "transfusion": lambda who: charts.procedure(who, Code("5447007", SNOMED), ago(10)),
    "pregnancy without a day": lambda who: charts.condition(who, own.PREGNANT, None),
    "pregnancy": lambda who: charts.condition(who, vs.PREGNANCY, ago(60)),
}


@pytest.mark.parametrize("what", CHARTED)
def test_no_finger_prick_after_what_misleads(world, what):
    assert not is_left_out(world, "hba1c_home_kit")
    with arranging():
        CHARTED[what](world.maria)
    assert is_left_out(world, "hba1c_home_kit")


@pytest.mark.parametrize(
    "long_ago",
    [
        lambda who: charts.procedure(who, Code("5447007", SNOMED), ago(120)),
        lambda who: charts.procedure(who, Code("5447007", SNOMED), ago(5), status="not-done"),
        lambda who: charts.condition(who, vs.PREGNANCY, ago(400)),
    ],
)
def test_what_is_over_or_was_not_done_leaves_nobody_out(world, long_ago):
    with arranging():
        long_ago(world.maria)
    assert not is_left_out(world, "hba1c_home_kit")


def test_every_protocol_that_leaves_somebody_out_asks_first():
    assert set(QUESTIONS) == set(NOT_FOR) == {one.protocol for one in PROTOCOLS}


# --- The questions --------------------------------------------------------------------------------------------


def order(world, **how):
    with acting_as(world.maria.user, reason="test"):
        return order_as_member(world.due, by=world.maria.user, protocol="fit_home_kit", **how)


def test_nothing_is_sent_before_she_was_asked(client, world):
    with pytest.raises(NotAsked):
        order(world, applies=None)
    client.force_login(world.maria.user)
    answer = client.post(reverse("prevention:order", args=[world.due.pk]))
    assert answer["Location"] == reverse("prevention:gap", args=[world.due.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "Tick what applies to you" in page
    assert "I see blood in my stool" in page
    with arranging():
        assert not ServiceRequest.objects.exists()


def test_her_answers_are_kept_with_the_order(client, world):
    client.force_login(world.maria.user)
    client.post(reverse("prevention:order", args=[world.due.pk]), {"asked": "1", "protocol": "fit_home_kit"})
    with arranging():
        assert ServiceRequest.objects.get().protocol == "fit_home_kit"
        kept = OutreachContact.objects.get()
    assert (kept.outcome, kept.note) == ("kit_ordered", "bleeding: no, positive: no")


def test_what_applies_stops_it_and_is_kept_for_whoever_calls(client, world):
    with pytest.raises(NotForThem):
        order(world, applies=["bleeding"])
    client.force_login(world.maria.user)
    said = {"asked": "1", "protocol": "fit_home_kit", "applies": "bleeding"}
    client.post(reverse("prevention:order", args=[world.due.pk]), said)
    with arranging():
        assert not ServiceRequest.objects.exists()
        kept = OutreachContact.objects.get()
    assert (kept.outcome, kept.note) == ("not_suitable", "fit_home_kit; bleeding: yes, positive: no")


def test_of_two_orders_the_questions_of_the_chosen_one_are_asked(client, world):
    with arranging():
        world.due = gap(world.maria, "hba1c")
        lab_test(world.system, "A1C", "HbA1c", "4548-4")
    client.force_login(world.maria.user)
    page = client.get(reverse("prevention:gap", args=[world.due.pk])).content.decode()
    assert page.count("Tick what applies to you") == 2
    assert page.count("I am on dialysis") == 1
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids)), "no two fields share an id"


# --- Since when -----------------------------------------------------------------------------------------------


def test_nothing_is_due_since_before_she_joined(client, world):
    with arranging():
        old = gap(world.maria, "breast_screening", due=today().replace(year=1996))
        known = gap(world.maria, "cervical_screening", due=today().replace(year=1996), last_done_on=ago(9000))
        assert explain(old, today()).since is None
        assert "None on record since you joined" in " ".join(explain(old, today()).facts)
        assert explain(known, today()).since == known.due_on
    client.force_login(world.maria.user)
    page = client.get(reverse("prevention:gap", args=[old.pk])).content.decode()
    assert "1996" not in page
    assert "Due since" not in page


def test_a_parent_sees_no_card_of_what_is_kept_from_them(client, world):
    from tests.clinical import factories as clinic

    with arranging():
        mother = clinic.account("Her Mother")
        clinic.proxy(mother, world.maria, "view")
        gap(world.maria, "chlamydia_screening", sensitivity=64)
    client.force_login(mother)
    home = client.get("/").content.decode()
    assert "Colon cancer test" in home
    assert "Chlamydia" not in home
    client.force_login(world.maria.user)
    assert "Chlamydia" in client.get("/").content.decode()
