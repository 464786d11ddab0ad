"""A page of free times: whole days, not too many at once, and none lost on the way to the later ones."""

import datetime
import re

import pytest
from django.urls import reverse

from scheduling import offers
from tests.clinical import factories
from tests.clinical.factories import tomorrow
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db
TIME = re.compile(r'<input type="radio" name="slot" value="([0-9a-f-]{36})"')
LATER = re.compile(r'href="(\?type=[^"]*)"[^>]*>\s*Later times')


@pytest.fixture
def clinic():
    world = factories.World()
    world.office = visit_type(world.department, is_self_scheduled=True)
    world.slots = [
        slot for days in range(1, 7) for slot in hours(world.chen, world.department, tomorrow(8, days=days), count=24)
    ]
    return world


@pytest.mark.parametrize("who", ["desk", "member"])
def test_a_page_holds_whole_days_and_leads_on_to_the_others(client, clinic, who):
    if who == "desk":
        with factories.arranging():
            desk = factories.account("Dana Desk")
            factories.role(desk, factories.Role.FRONT_DESK, clinic.group, clinic.department)
        client.force_login(desk)
        url = reverse("scheduling:staff_book", args=[clinic.maria.pk])
    else:
        with factories.arranging():
            clinic.maria.user = factories.account("Maria")
            clinic.maria.save(update_fields=["user"])
        client.force_login(clinic.maria.user)
        url = reverse("scheduling:book")
    seen: list[str] = []
    asked = f"?type=OFFICE&place={clinic.department.pk}"
    for expected in (4 * 24, 2 * 24):
        page = client.get(url + asked).content.decode()
        found = TIME.findall(page)
        assert len(found) == expected
        seen += found
        asked = LATER.search(page)[1].replace("&amp;", "&")
    assert sorted(seen) == sorted(str(slot.pk) for slot in clinic.slots)
    assert TIME.findall(client.get(url + asked).content.decode()) == []


def test_where_there_are_more_than_are_read_the_last_day_waits(clinic, monkeypatch):
    end = tomorrow(days=14).date()
    first = tomorrow(days=1).date()
    monkeypatch.setattr(offers, "SHOWN", 50)
    days, later = offers.first_days(clinic.slots[:50], end)
    assert [len(day["times"]) for day in days] == [24, 24]
    assert later == first + datetime.timedelta(days=2)
    days, later = offers.first_days(clinic.slots[:20], end)
    assert (len(days), later) == (1, end)
    assert offers.first_days([], end) == ([], end)


def test_a_single_day_is_shown_whole_however_many_times_it_has(clinic, monkeypatch):
    monkeypatch.setattr(offers, "AT_ONCE", 10)
    days, later = offers.first_days(clinic.slots, tomorrow(days=14).date())
    assert [len(day["times"]) for day in days] == [24]
    assert later == tomorrow(days=2).date()


def test_booking_begins_with_ones_own_doctor_and_names_visits_in_the_readers_language(client, clinic):
    with factories.arranging():
        visit_type(clinic.department, "DXA", "Bone density scan", specialty="2085R0202X", service="preventive")
        visit_type(clinic.department, "NURSE", "Nurse visit", service="preventive")
        assert [kind.code for kind in offers.visit_types_for(clinic.maria)] == ["OFFICE", "NURSE", "DXA"]
    client.force_login(clinic.maria.user)
    page = client.get(reverse("scheduling:book"))
    assert page.context["find_form"]["type"].value() == "OFFICE"
    assert "Bone density scan" in page.content.decode()
