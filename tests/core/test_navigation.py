"""Rooms plug their places into the frames; each person sees those that exist and that they may go to."""

from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from core.navigation import SIDE_BY_SIDE, Frame, Link, Navigation, Person, current_url, side_by_side
from tests.core.rendering import request

urlpatterns = [
    path("staff/", HttpResponse, name="start"),
    path("staff/schedule/", HttpResponse, name="schedule"),
    path("staff/claims/", HttpResponse, name="claims"),
]


def someone(*permissions: str, **more):
    return SimpleNamespace(is_authenticated=True, permissions=permissions, **more)


@pytest.fixture(autouse=True)
def rules_of_the_test(monkeypatch):
    monkeypatch.setattr("core.navigation.may", lambda user, permission: permission in user.permissions)


@pytest.fixture
def staff():
    nav = Navigation()
    nav.register("claims", "Claims", "claims", 30, permission="billing.view_claim")
    nav.register("schedule", "Schedule", "schedule", 20, count=lambda request: 7)
    nav.register("start", "Start", "start", 10)
    nav.register("unbuilt", "Unbuilt", "nowhere:page", 5)
    with override_settings(ROOT_URLCONF=__name__):
        yield nav


def test_places_stand_in_order_without_those_that_do_not_exist(staff):
    links = staff.links(request("/staff/", someone("billing.view_claim")))

    assert [link.name for link in links] == ["start", "schedule", "claims"]


def test_a_place_that_one_may_not_go_to_is_not_shown(staff):
    assert "claims" not in [link.name for link in staff.links(request("/staff/", someone()))]


def test_the_place_one_is_in_is_current_also_deeper_down(staff):
    links = staff.links(request("/staff/schedule/2026-12-03/", someone()))

    assert [link.name for link in links if link.current] == ["schedule"]
    assert next(link.count for link in links if link.name == "schedule") == 7


def test_more_places_than_fit_side_by_side_go_into_a_menu_but_where_one_is_stays_in_sight():
    places = [Link(str(n), str(n), f"/{n}/", current=False) for n in range(SIDE_BY_SIDE + 4)]
    shown, more = side_by_side(places)
    assert [len(shown), len(more)] == [SIDE_BY_SIDE, 4]
    places[-1] = Link("here", "here", "/here/", current=True)
    shown, more = side_by_side(places)
    assert shown[-1].name == "here"
    assert [len(shown), len(more)] == [SIDE_BY_SIDE, 4]
    assert side_by_side(places[: SIDE_BY_SIDE + 1]) == (places[: SIDE_BY_SIDE + 1], []), "no menu for one"


def test_the_root_is_current_only_on_itself():
    assert current_url("/results/", ["/", "/results/"]) == "/results/"
    assert current_url("/elsewhere/", ["/", "/results/"]) is None
    assert current_url("/", ["/", "/results/"]) == "/"


def test_frame_answers_without_any_room():
    frame = Frame(member_search_url_name="nowhere:search")
    asked = request("/", someone(name="Dr. A. Chen"))

    assert frame.people_for(asked) == []
    assert frame.identity_for(asked) == "Dr. A. Chen"
    assert frame.member_search_url() is None


def test_frame_takes_what_a_room_plugs_in():
    frame = Frame(
        people=lambda request: [Person("Mateo", "/family/1/")], identity=lambda request: "Dr. A. Chen · Oakland"
    )
    asked = request("/", someone(name="Dr. A. Chen"))

    assert [person.label for person in frame.people_for(asked)] == ["Mateo"]
    assert frame.identity_for(asked) == "Dr. A. Chen · Oakland"
