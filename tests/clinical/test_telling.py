"""Who is told that something waits: the member, else who acts for them; nobody who should not know."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical import actions
from core.db import acting_as
from core.models import OutboxMessage
from members.models import MemberAddress
from members.telling import tell
from scheduling.notices import notify
from tests.clinical import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Maria and Pedro each have a child without an account: Maria acts in everything, Pedro sees the record alone."""
    world = factories.World()
    with factories.arranging():
        born = timezone.localdate() - datetime.timedelta(days=6 * 365)
        ana = factories.member(world.system, "Ana", "Alvarez", with_account=False, birth_date=born)
        ben = factories.member(world.system, "Ben", "Vega", with_account=False, birth_date=born, sex="male")
        for child in (ana, ben):
            factories.primary_care(child, world.chen, world.department)
        factories.proxy(world.maria.user, ana, "view", "schedule", "message")
        factories.proxy(world.pedro.user, ben, "view")
    world.ana, world.ben = ana, ben
    return world


def told(member) -> set[tuple[str, object]]:
    with factories.arranging():
        return set(OutboxMessage.objects.filter(member_id=member.pk).values_list("channel", "user"))


def tell_of(member, **more) -> None:
    with factories.arranging():
        tell(member, "message_waiting", key="once", url_path="/messages/", scope="message", **more)


def test_who_has_an_account_is_told_alone(world):
    with factories.arranging():
        factories.proxy(world.pedro.user, world.maria, "message")
    tell_of(world.maria)
    assert told(world.maria) == {("portal", world.maria.user.pk), ("email", world.maria.user.pk)}


def test_who_asked_for_somebody_with_an_account_is_told_too(world):
    with factories.arranging():
        factories.proxy(world.pedro.user, world.maria, "message")
    tell_of(world.maria, also=[world.pedro.user, world.stranger.user])
    assert {user for _channel, user in told(world.maria)} == {world.maria.user.pk, world.pedro.user.pk}


def test_of_a_child_those_are_told_who_may_act_in_it(world):
    tell_of(world.ana)
    tell_of(world.ben)
    assert told(world.ana) == {("portal", world.maria.user.pk), ("email", world.maria.user.pk)}
    assert told(world.ben) == set(), "Pedro sees his child's record, and may not write for him"


def test_what_is_labelled_is_told_to_no_proxy(world):
    tell_of(world.ana, sensitivity=1)
    assert told(world.ana) == set()


def test_who_asked_for_confidential_communications_is_spoken_of_to_nobody(world):
    with factories.arranging():
        MemberAddress.objects.create(
            member=world.ana,
            use="confidential",
            line1="1 Other Street",
            city="Oakland",
            state="CA",
            postal_code="94612",
            period=factories.EVER,
        )
    tell_of(world.ana, by_letter=True)
    assert told(world.ana) == {("letter", None)}


def test_a_cancelled_visit_is_told_by_letter_where_nobody_has_an_account(world):
    with factories.arranging():
        notify(world.ben, "visit_changed", "visit", "/appointments/")
        notify(world.ana, "visit_changed", "visit", "/appointments/")
    assert told(world.ben) == {("letter", None)}
    assert told(world.ana) == {("portal", world.maria.user.pk), ("email", world.maria.user.pk)}


def test_a_parent_who_asks_for_a_child_sees_the_answer(client, world):
    maria = world.maria.user
    with acting_as(maria, reason="test"):
        thread = actions.start_thread(by=maria, member=world.ana, subject="Cough", body="Since Monday.")
    with acting_as(world.park.user, reason="test"):
        actions.answer_thread(thread, by=world.park.user, body="Come in at two.")

    client.force_login(maria)
    home = client.get("/").content.decode()
    page = reverse("clinical:thread", args=[thread.pk])
    assert page in home and "about Ana Alvarez" in home
    assert "Come in at two." in client.get(page).content.decode()
    assert client.session.get("portal_member") != str(world.ana.pk), "a link opens a page, not a record"
    assert page not in client.get("/").content.decode(), "what was read is not announced"

    client.force_login(world.pedro.user)
    assert client.get(page).status_code == 404
