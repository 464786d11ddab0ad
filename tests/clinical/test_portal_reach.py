"""Whose record a person opens in the portal."""

import pytest
from django.urls import reverse

from clinical.access import break_the_glass
from core.db import acting_as
from core.permissions import may
from members.models import Member
from members.portal import open_member
from tests.clinical import factories

pytestmark = pytest.mark.django_db


def seen_by(user) -> set:
    with acting_as(user, reason="test"):
        return set(Member.objects.values_list("pk", flat=True))


def test_a_member_reaches_themselves_and_nobody_else():
    world = factories.World()
    assert seen_by(world.maria.user) == {world.maria.pk}
    assert seen_by(world.olga.user) == {world.olga.pk}


def test_a_proxy_reaches_the_member_they_act_for_within_their_scopes():
    world = factories.World()
    with factories.arranging():
        factories.proxy(world.pedro.user, world.maria, "view", "schedule")

    with acting_as(world.pedro.user, reason="test"):
        assert set(Member.objects.values_list("pk", flat=True)) == {world.maria.pk, world.pedro.pk}
        assert may(world.pedro.user, "members.portal_schedule", world.maria)
        assert not may(world.pedro.user, "members.portal_message", world.maria)
        assert not may(world.pedro.user, "members.portal_view", world.olga)


def test_switching_to_somebody_who_gave_no_access_is_refused(client):
    world = factories.World()
    client.force_login(world.pedro.user)
    assert client.post(f"/family/{world.maria.pk}/open/").status_code in (403, 404)

    with factories.arranging():
        factories.proxy(world.pedro.user, world.maria, "view")
    assert client.post(f"/family/{world.maria.pk}/open/").status_code == 302
    assert client.session["portal_member"] == str(world.maria.pk)


def test_who_helps_sees_who_opened_the_record_and_not_what_was_written_about_it(client):
    world = factories.World()
    with acting_as(world.osei.user, reason="test"):
        break_the_glass(by=world.osei.user, member=world.maria, reason="Overdose, brought in by a neighbour")
    with factories.arranging():
        factories.proxy(world.pedro.user, world.maria, "view")
    for user, sees in ((world.maria.user, True), (world.pedro.user, False)):
        client.force_login(user)
        client.post(f"/family/{world.maria.pk}/open/")
        page = client.get(reverse("clinical:who_opened")).content.decode()
        assert world.osei.user.name in page
        assert ("Overdose" in page) is sees


def test_staff_reach_their_own_system_and_not_the_other():
    world = factories.World()
    assert seen_by(world.chen.user) == {world.maria.pk, world.pedro.pk}
    assert seen_by(world.outsider.user) == {world.olga.pk}


def test_an_account_without_a_record_has_nothing_open(rf):
    from django.core.exceptions import PermissionDenied

    world = factories.World()
    request = rf.get("/")
    request.user = world.chen.user
    with acting_as(world.chen.user, reason="test"), pytest.raises(PermissionDenied):
        open_member(request)


def test_who_works_here_and_is_a_proxy_begins_with_the_work_and_switches_both_ways(client):
    world = factories.World()
    with factories.arranging():
        factories.proxy(world.chen.user, world.maria, "view")
    client.force_login(world.chen.user)
    work, open_hers = reverse("clinical:staff_home"), reverse("members:switch_person", args=[world.maria.pk])

    first = client.get("/", follow=True)

    assert first.redirect_chain[0] == (work, 302)
    assert "/staff/" in first.redirect_chain[-1][0]
    assert f'action="{open_hers}"' in first.content.decode(), "the way to her mother's record"
    home = client.post(open_hers, follow=True)
    assert home.redirect_chain == [("/", 302)]
    assert "The record of Maria" in home.content.decode()
    assert f'href="{work}"' in home.content.decode(), "the way back to her work"
    assert client.get(work, follow=True).status_code == 200
    client.force_login(world.pedro.user)
    page = client.get("/")
    assert page.status_code == 200
    assert f'href="{work}"' not in page.content.decode(), "who only is a member has no work here"
