"""Whom nothing reaches is on a list, somebody finds an address, and outreach begins anew."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import OutboxMessage
from members.models import MemberTelecom
from network.models import RoleAssignment
from prevention.models import CampaignStep, OutreachEpisode
from prevention.outreach.addresses import wanted
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, policy, queue, reached_by, reminders

pytestmark = pytest.mark.django_db
LIST = "prevention:addresses"


@pytest.fixture
def world():
    made = clinic.World()
    with arranging():
        policy(made.system)
        CampaignStep.objects.filter(channels__contains=["portal"]).update(channels=["email"])
        made.cora, made.other_cora = clinic.account("Cora Dinator"), clinic.account("Otto Dinator")
        clinic.role(made.cora, RoleAssignment.Role.CARE_COORDINATOR, made.system, made.department)
        clinic.role(made.other_cora, RoleAssignment.Role.CARE_COORDINATOR, made.other_system)
        for one in (made.maria, made.pedro):
            charts.enrol(one)
        reached_by(made.maria, "email")
        made.due = [gap(made.maria), gap(made.pedro)]
    return made


def days_on(days: int) -> dict:
    at = timezone.now() + timedelta(days=days)
    return {"as_of": timezone.localdate(at), "at": at}


def names() -> set[str]:
    with arranging():
        return {one.member.given for one in wanted()}


def bounce() -> None:
    with arranging():
        OutboxMessage.objects.filter(channel="email").update(status="failed", last_error="550 no such user")


@pytest.fixture
def lost(world):
    """Maria's e-mail came back; for Pedro there was only the word at the next visit."""
    queue(**days_on(-100))
    assert names() == {"Pedro"}, "Maria's is on its way"
    bounce()
    for days in (-60, -30):
        queue(**days_on(days))
    return world


def test_whose_messages_came_back_and_who_has_no_address_are_wanted(client, lost):
    assert names() == {"Maria", "Pedro"}
    client.force_login(lost.cora)
    page = client.get(reverse(LIST)).content.decode()
    assert "e-mail of" in page.lower() and "came back" in page
    assert "no address known" in page
    with arranging():
        type(lost.due[1]).objects.filter(pk=lost.due[1].pk).update(status="closed", closed_at=timezone.now())
    assert names() == {"Maria"}


def test_a_new_address_is_kept_and_outreach_begins_anew_though_the_old_one_came_back(client, lost):
    client.force_login(lost.cora)
    before = len(reminders(lost.maria))
    given = {"system": "email", "value": "maria.new@example.org"}

    assert client.post(reverse("prevention:found_telecom", args=[lost.maria.pk]), given).status_code == 302

    assert names() == {"Pedro"}
    with arranging():
        assert MemberTelecom.objects.filter(member=lost.maria, value="maria.new@example.org").exists()
    queue(**days_on(1))
    new = reminders(lost.maria)[before:]
    assert [(one.channel, one.message.address) for one in new] == [("email", "maria.new@example.org")]


def test_an_address_brings_a_letter_and_a_wrong_one_nothing(client, lost):
    client.force_login(lost.cora)
    address = reverse("prevention:found_address", args=[lost.pedro.pk])
    given = {
        "use": "home", "line1": "2 Elm St", "city": "Oakland", "state": "ca", "postal_code": "94601",
        "on": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert client.post(address, given | {"postal_code": "x"}).status_code == 422
    assert names() == {"Maria", "Pedro"}

    client.post(address, given)
    for days in (1, 30):
        queue(**days_on(days))

    assert [one.channel for one in reminders(lost.pedro)][1:] == ["letter"]


def test_what_stopped_as_undeliverable_can_be_tried_again(client, lost):
    with arranging():
        OutreachEpisode.objects.update(stopped_at=timezone.now(), stop_reason="undeliverable")
    assert names() == {"Maria", "Pedro"}
    client.force_login(lost.cora)
    again = reverse("prevention:write_again", args=[lost.pedro.pk])
    client.post(again)
    with arranging():
        assert OutreachEpisode.objects.get(member=lost.pedro).stopped_at is None
    assert client.post(again).status_code == 404, "nobody looks for an address of his any more"


@pytest.mark.parametrize("name", ["address", "found_telecom", "found_address", "write_again"])
def test_the_other_system_and_members_find_nobody_of_ours(client, lost, name):
    for user in (lost.other_cora, lost.pedro.user):
        client.force_login(user)
        method = client.get if name == "address" else client.post
        assert method(reverse(f"prevention:{name}", args=[lost.maria.pk])).status_code in (403, 404)
    client.force_login(lost.other_cora)
    assert "Maria" not in client.get(reverse(LIST)).content.decode()
    client.force_login(lost.maria.user)
    assert client.get(reverse(LIST)).status_code == 403


def test_the_list_asks_few_questions_whoever_is_on_it(client, lost, django_assert_max_num_queries):
    client.force_login(lost.cora)
    client.get(reverse(LIST))
    with django_assert_max_num_queries(20):
        client.get(reverse(LIST))
