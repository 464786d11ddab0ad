"""Registration, match review, profile and family access on the screen."""

import contextlib
import threading
from datetime import date

import pytest
from django.db import connections
from django.test import Client

from core.db import acting_as, as_job
from core.models import User
from members.forms import RegistrationForm
from members.models import CommunicationPreference, MatchReview, Member, Proxy
from members.views import staff
from network.models import Organization
from tests.forms import seen
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def system():
    return make_system()


def person(system, **fields) -> dict:
    return {
        "family": "Okafor",
        "given": "Ada",
        "birth_date": "1970-05-02",
        "sex": "female",
        "language": "en",
        "organization": str(system.pk),
        "phone": "510 555 0123",
        **fields,
    }


def test_registration_shows_who_may_be_the_same_person_before_it_saves(client, system):
    make_member(system, family="Okafor", given="Adah", birth_date=date(1970, 5, 2))
    desk = make_staff("front_desk", system)
    client.force_login(desk)
    page = client.post("/staff/members/register/", person(system))
    assert "This may be somebody we know." in page.content.decode()
    with acting_as(desk, reason="test"):
        assert Member.objects.count() == 1
    client.post("/staff/members/register/", person(system, is_new="on", looked_at=looked_at(page)))
    with acting_as(desk, reason="test"):
        assert Member.objects.count() == 2
        assert len(Member.objects.get(given="Ada").mrn) == 9


def looked_at(page) -> str:
    """Whom a page listed, as its form says it."""
    return page.context["form"]["looked_at"].value()


def test_somebody_else_is_said_of_those_who_were_listed_and_of_nobody_who_came_since(client, system):
    """The confirmation clicked a second time, or at two desks: who was registered by the first is shown."""
    known = make_member(system, family="Okafor", given="Adah", birth_date=date(1970, 5, 2))
    desk = make_staff("front_desk", system)
    client.force_login(desk)
    page = client.post("/staff/members/register/", person(system))
    asked = person(system, is_new="on", looked_at=looked_at(page))
    assert client.post("/staff/members/register/", asked).status_code == 302

    client = Client()
    client.force_login(make_staff("front_desk", system))
    again = client.post("/staff/members/register/", asked)

    assert again.status_code == 200
    with acting_as(desk, reason="test"):
        first = Member.objects.get(given="Ada")
    assert again.context["alike"][0].pk == first.pk
    assert not again.context["form"]["is_new"].value(), "it is asked anew"
    said = {"is_new": "on", "looked_at": looked_at(again)}
    assert client.post("/staff/members/register/", person(system, **said)).status_code == 302, "a twin of that name"
    for odd in ("", str(known.pk), "nonsense,\x00"):
        assert client.post("/staff/members/register/", {**asked, "looked_at": odd}).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("confirmed", [False, True])
def test_two_clicks_at_once_register_one_person(monkeypatch, confirmed):
    system = make_system()
    desk = make_staff("front_desk", system)
    said = {}
    if confirmed:
        known = make_member(system, family="Okafor", given="Adah", birth_date=date(1970, 5, 2))
        said = {"is_new": "on", "looked_at": str(known.pk)}
    looked = threading.Barrier(2)
    look, statuses = staff._alike, []

    def look_together(values):
        """Both have looked before either writes, unless one of them waits its turn."""
        found = look(values)
        with contextlib.suppress(threading.BrokenBarrierError):
            looked.wait(2)
        return found

    def click(client):
        try:
            statuses.append(client.post("/staff/members/register/", person(system, **said)).status_code)
        finally:
            connections.close_all()

    monkeypatch.setattr(staff, "_alike", look_together)
    clients = [Client(), Client()]
    for each in clients:
        each.force_login(desk)
    clicks = [threading.Thread(target=click, args=[each]) for each in clients]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join(60)

    assert sorted(statuses) == [200, 302]
    with acting_as(desk, reason="test"):
        assert Member.objects.filter(given="Ada").count() == 1


def test_a_correction_is_saved_and_a_stranger_refused(client, system):
    ada = make_member(system, family="Okafor", given="Ada")
    values = {name: value for name, value in person(system).items() if name not in ("organization", "phone")}
    client.force_login(make_staff("laboratory_technologist", system))
    assert client.post(f"/staff/members/{ada.pk}/edit/", values).status_code == 403
    desk = make_staff("front_desk", system)
    client.force_login(desk)
    values |= seen(client, f"/staff/members/{ada.pk}/edit/")
    client.post(f"/staff/members/{ada.pk}/edit/", {**values, "family": "Okafor-Bell"})
    with acting_as(desk, reason="test"):
        assert Member.objects.get(pk=ada.pk).family == "Okafor-Bell"


def test_a_language_that_no_list_has_is_kept_by_a_correction_of_something_else(client, system):
    """A file sent it; a choice without it would save the list's first language in its place."""
    ada = make_member(system, family="Okafor", given="Ada", language="yue")
    client.force_login(make_staff("front_desk", system))
    page = client.get(f"/staff/members/{ada.pk}/edit/").content.decode()
    assert '<option value="yue" selected>' in page
    assert "Armenian" in page


def test_a_match_is_decided_once_and_only_among_the_candidates(client, system):
    ada, other = make_member(system, family="Okafor", given="Ada"), make_member(system)
    with as_job(User.objects.system("tests"), reason="test"):
        review = MatchReview.objects.create(
            managing_organization=system,
            source="x12_834:1",
            incoming={"family": "OKAFOR", "given": "ADA"},
            candidates=[{"member": str(ada.pk), "score": 22.1, "agreements": {"family": 6.6}}],
        )
    admin = make_staff("plan_administrator", system)
    client.force_login(admin)
    assert "OKAFOR" in client.get("/staff/members/matches/").content.decode()
    client.post(f"/staff/members/matches/{review.pk}/", {"member": str(other.pk)})
    with acting_as(admin, reason="test"):
        assert MatchReview.objects.get().status == "open"
    client.post(f"/staff/members/matches/{review.pk}/", {"member": str(ada.pk)})
    with acting_as(admin, reason="test"):
        review = MatchReview.objects.get()
    assert (review.status, review.decided_member_id, review.decided_by_id) == ("same", ada.pk, admin.pk)


def test_another_systems_matches_are_not_shown(client, system):
    with as_job(User.objects.system("tests"), reason="test"):
        review = MatchReview.objects.create(
            managing_organization=system, source="x12_834:2", incoming={"family": "SECRET"}, candidates=[]
        )
    client.force_login(make_staff("plan_administrator", make_system()))
    assert "SECRET" not in client.get("/staff/members/matches/").content.decode()
    assert client.get(f"/staff/members/matches/{review.pk}/").status_code == 404


def test_a_member_gives_and_ends_access(client, system):
    ada, friend = make_member(system, user=make_user("Ada")), make_user("Friend")
    client.force_login(ada.user)
    give = {"email": friend.email, "relationship": "carer", "scopes": ["view", "schedule"]}
    client.post("/family/", give)
    assert "Friend" in client.get("/family/").content.decode()
    with acting_as(friend, reason="test"):
        assert Proxy.objects.get(member=ada).scopes == ["schedule", "view"]
    with acting_as(ada.user, reason="test"):
        proxy = Proxy.objects.get(member=ada)
    client.post(f"/family/access/{proxy.pk}/end/")
    with acting_as(friend, reason="test"):
        assert not Proxy.objects.exists()


def test_a_proxy_does_not_give_access_on(client, system):
    ada, friend = make_member(system, user=make_user("Ada")), make_user("Friend")
    client.force_login(ada.user)
    client.post("/family/", {"email": friend.email, "relationship": "carer", "scopes": ["view"]})
    client.force_login(friend)
    assert client.get("/family/").status_code == 403
    assert client.get("/profile/").status_code == 403


def test_how_to_be_reached_is_kept(client, system):
    ada = make_member(system, user=make_user("Ada"))
    client.force_login(ada.user)
    said = {"channels": ["sms"], "quiet_from": "21:00", "quiet_until": "08:00", **seen(client, "/profile/")}
    client.post("/profile/", said)
    with acting_as(ada.user, reason="test"):
        assert CommunicationPreference.objects.get(member=ada).channels == ["sms"]


def test_who_gives_access_to_their_own_address_is_told_in_words(client, system):
    ada = make_member(system, user=make_user("Ada"))
    client.force_login(ada.user)

    answer = client.post("/family/", {"email": ada.user.email.upper(), "relationship": "carer", "scopes": ["view"]})

    assert answer.status_code == 200
    assert "This is your own address" in answer.content.decode()


def test_a_language_that_nobody_speaks_is_not_registered():
    system = make_system()
    form = RegistrationForm({"language": "klingon!!"}, systems=Organization.objects.filter(pk=system.pk))
    assert "language" in form.errors
    form = RegistrationForm({"language": "es"}, systems=Organization.objects.filter(pk=system.pk))
    assert "language" not in form.errors
