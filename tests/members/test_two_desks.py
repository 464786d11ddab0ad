"""Two people with one page open: who saves later sees what the other saved, and nothing that either typed is lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.db import acting_as
from members.models import CommunicationPreference, Member, MemberAddress
from tests.forms import seen
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user

pytestmark = pytest.mark.django_db
today = timezone.localdate


class Desks:
    def __init__(self):
        self.system = make_system()
        self.ada = make_member(self.system, family="Okafor", given="Adda", birth_date="1970-05-02")
        self.staff = make_staff("front_desk", self.system)
        self.one, self.two = Client(), Client()
        for desk in (self.one, self.two):
            desk.force_login(make_staff("front_desk", self.system))
        self.page = f"/staff/members/{self.ada.pk}/edit/"

    def shown(self, desk) -> dict:
        form = desk.get(self.page).context["form"]
        return {field.html_name: field.value() or "" for field in form if field.name != "needs_interpreter"}

    def kept(self) -> Member:
        with acting_as(self.staff, reason="test"):
            return Member.objects.get(pk=self.ada.pk)


@pytest.fixture
def desks() -> Desks:
    return Desks()


def test_the_later_form_does_not_take_the_earlier_ones_correction_back(desks):
    first, second = desks.shown(desks.one), desks.shown(desks.two)
    assert desks.one.post(desks.page, {**first, "given": "Ada"}).status_code == 302

    again = desks.two.post(desks.page, {**second, "name_used": "Addie"})

    assert again.status_code == 409
    form = again.context["form"]
    assert (form["given"].value(), form["name_used"].value()) == ("Ada", "Addie"), "both stand on the page"
    assert "Somebody else saved this meanwhile" in again.content.decode()
    assert (desks.kept().given, desks.kept().name_used) == ("Ada", "")

    merged = {field.html_name: field.value() or "" for field in form if field.name != "needs_interpreter"}
    assert desks.two.post(desks.page, merged).status_code == 302
    assert (desks.kept().given, desks.kept().name_used) == ("Ada", "Addie")


def test_where_both_changed_one_field_the_page_shows_both(desks):
    first, second = desks.shown(desks.one), desks.shown(desks.two)
    desks.one.post(desks.page, {**first, "given": "Ada"})
    again = desks.two.post(desks.page, {**second, "given": "Adaeze"})
    assert again.status_code == 409
    assert again.context["form"]["given"].value() == "Adaeze"
    assert "Saved meanwhile by somebody else: Ada." in again.content.decode()
    assert desks.kept().given == "Ada"


def test_the_same_correction_twice_and_a_page_of_ones_own_are_no_conflict(desks):
    first, second = desks.shown(desks.one), desks.shown(desks.two)
    desks.one.post(desks.page, {**first, "given": "Ada"})
    assert desks.two.post(desks.page, {**second, "given": "Ada"}).status_code == 302
    third = desks.shown(desks.one)
    assert desks.one.post(desks.page, {**third, "family": "Okafor-Bell"}).status_code == 302
    assert desks.kept().family == "Okafor-Bell"


@pytest.mark.parametrize("said", [{}, {"seen": "not json"}, {"seen": "[]"}])
def test_a_post_that_does_not_say_what_it_saw_saves_nothing(desks, said):
    values = {name: value for name, value in desks.shown(desks.one).items() if name != "seen"}
    answer = desks.one.post(desks.page, {**values, **said, "given": "Overwritten"})
    assert answer.status_code == 409
    assert desks.kept().given == "Adda"


def test_two_moves_told_at_two_desks_do_not_delete_each_other(desks):
    page = f"/staff/members/{desks.ada.pk}/contact/"
    moved = {"form": "address", "use": "home", "city": "Oakland", "state": "CA", "postal_code": "94601"}
    moved["on"] = today().isoformat()
    shown = seen(desks.two, page, "address_form")
    desks.one.post(page, {**moved, **seen(desks.one, page, "address_form"), "line1": "1 First St"})
    again = desks.two.post(page, {**moved, **shown, "line1": "2 Second St"})
    assert "Somebody else saved this meanwhile" in again.content.decode()
    assert again.context["address_form"]["line1"].value() == "2 Second St"
    with acting_as(desks.staff, reason="test"):
        assert [row.line1 for row in MemberAddress.objects.filter(member=desks.ada)] == ["1 First St"]


def test_how_to_be_reached_is_not_lost_between_two_devices(desks):
    bea = make_member(desks.system, user=make_user("Bea"))
    phone, laptop = Client(), Client()
    for device in (phone, laptop):
        device.force_login(bea.user)
    shown = seen(laptop, "/profile/")
    phone.post("/profile/", {**seen(phone, "/profile/"), "channels": ["sms"], "no_outreach": "on"})
    again = laptop.post("/profile/", {**shown, "channels": ["letter"]})
    assert again.context["form"]["no_outreach"].value()
    assert "Saved meanwhile by somebody else: text message." in again.content.decode()
    with acting_as(bea.user, reason="test"):
        kept = CommunicationPreference.objects.get(member=bea)
        assert (kept.channels, kept.no_outreach) == (["sms"], True)


def test_a_date_that_another_corrected_comes_back_as_the_page_writes_it(desks):
    first, second = desks.shown(desks.one), desks.shown(desks.two)
    corrected = (today() - timedelta(days=20_000)).isoformat()
    desks.one.post(desks.page, {**first, "birth_date": corrected, "needs_interpreter": "on"})
    form = desks.two.post(desks.page, {**second, "pronouns": "she/her"}).context["form"]
    assert (form["birth_date"].value(), form["needs_interpreter"].value()) == (corrected, True)
