"""Access to somebody's record: for colleagues by two people and on a list, for parents until the child is of age."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from members import access, actions, invitations
from members.models import Member, Proxy, ProxyRequest
from members.models.relations import birthday, years_before
from members.portal import people
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user

pytestmark = pytest.mark.django_db
today = timezone.localdate


class World:
    """A member of one system; a physician, two at the desk and an auditor of it; an auditor of another."""

    def __init__(self):
        self.system, self.other = make_system("Redwood"), make_system("Cedar")
        self.maria = make_member(self.system, family="Alvarez", given="Maria", user=make_user("Maria"))
        self.physician = make_staff("physician", self.system, email="physician@example.test")
        self.desk, self.second = make_staff("front_desk", self.system), make_staff("front_desk", self.system)
        self.auditor, self.foreign = make_staff("auditor", self.system), make_staff("auditor", self.other)
        self.page = reverse("members:access", args=[self.maria.pk])
        self.asked = {"email": self.physician.email, "relationship": "carer", "scopes": ["view"]}
        self.asked["reason"] = "Power of attorney seen"

    def proxies(self) -> list[Proxy]:
        with as_job(User.objects.system("tests"), reason="test"):
            return list(Proxy.objects.filter(user=self.physician))

    def opens(self) -> bool:
        physician = User.objects.get(pk=self.physician.pk)
        with acting_as(physician, reason="test"):
            return self.maria in people(physician)


@pytest.fixture
def world() -> World:
    return World()


def ask(client, world) -> ProxyRequest:
    client.force_login(world.desk)
    page = client.post(world.page, world.asked, follow=True).content.decode()
    assert "nothing is open yet" in page
    with acting_as(world.desk, reason="test"):
        return ProxyRequest.objects.get()


def test_one_person_at_the_desk_gives_no_colleague_a_members_record(client, world):
    asked = ask(client, world)
    assert world.proxies() == []
    assert not world.opens()
    # Whoever asked does not confirm, nor whoever would get it, nor somebody of another system.
    confirm = reverse("members:confirm_proxy", args=[asked.pk])
    client.post(confirm)
    client.force_login(world.physician)
    assert client.post(confirm).status_code == 403
    client.force_login(make_staff("front_desk", world.other))
    assert client.post(confirm).status_code == 404
    assert world.proxies() == []
    assert not OutboxMessage.objects.filter(template="access_given").exists()


def test_a_second_person_who_saw_the_papers_opens_it_and_the_member_is_told(client, world):
    asked = ask(client, world)
    client.force_login(world.second)
    assert "Power of attorney seen" in client.get(reverse("members:proxy_requests")).content.decode()
    client.post(reverse("members:confirm_proxy", args=[asked.pk]))
    (proxy,) = world.proxies()
    assert (proxy.granted_by, proxy.confirmed_by, proxy.reason) == (world.desk, world.second, "Power of attorney seen")
    assert world.opens()
    event = AuditEvent.objects.get(verb="members.grant_proxy")
    assert (event.user_id, event.detail["asked_by"]) == (world.second.pk, str(world.desk.pk))
    assert OutboxMessage.objects.filter(template="access_given", user=world.maria.user).exists()
    client.post(reverse("members:confirm_proxy", args=[asked.pk]))
    assert len(world.proxies()) == 1, "decided once"


def test_refused_it_opens_nothing(client, world):
    asked = ask(client, world)
    client.force_login(world.second)
    client.post(reverse("members:refuse_proxy", args=[asked.pk]))
    client.post(reverse("members:confirm_proxy", args=[asked.pk]))
    assert world.proxies() == []
    assert AuditEvent.objects.get(verb="members.refuse_proxy").user_id == world.second.pk


def test_the_database_holds_that_two_people_decide(world):
    with as_job(User.objects.system("tests"), reason="test"):
        common = {"member": world.maria, "user": world.physician, "relationship": "carer", "period": (today(), None)}
        with pytest.raises(IntegrityError, match="members_proxy_two_people"), transaction.atomic():
            Proxy.objects.create(**common, granted_by=world.desk, confirmed_by=world.desk)
        with pytest.raises(IntegrityError, match="members_proxyrequest_two_people"), transaction.atomic():
            ProxyRequest.objects.create(
                **common,
                asked_by=world.desk,
                reason="x",
                status="confirmed",
                decided_by=world.desk,
                decided_at=timezone.now(),
            )


def test_what_the_member_gives_and_what_is_given_to_no_colleague_holds_at_once(client, world):
    client.force_login(world.maria.user)
    client.post("/family/", {"email": world.physician.email, "relationship": "carer", "scopes": ["view"]})
    assert world.opens()
    client.force_login(world.desk)
    friend = make_user("Friend")
    client.post(world.page, {**world.asked, "email": friend.email})
    with acting_as(world.desk, reason="test"):
        assert Proxy.objects.filter(user=friend).exists()


def test_auditors_see_who_works_here_and_acts_for_members_and_why(client, world):
    asked = ask(client, world)
    listed = reverse("members:staff_proxies")
    client.force_login(world.auditor)
    assert "Not open yet" in client.get(listed).content.decode()
    client.force_login(world.second)
    client.post(reverse("members:confirm_proxy", args=[asked.pk]))
    assert client.get(listed).status_code == 403
    client.force_login(world.auditor)
    said = client.get(listed).content.decode()
    for word in ("physician@example.test", "Alvarez, Maria", "Power of attorney seen", world.second.name):
        assert word in said
    client.force_login(world.foreign)
    assert "physician@example.test" not in client.get(listed).content.decode()


# --- parents ------------------------------------------------------------------------------------------------


def give(world, member, *, relationship="parent", end=None):
    parent = make_user("Parent")
    with acting_as(world.desk, reason="test"):
        return access.grant_proxy(
            member,
            parent,
            by=world.desk,
            relationship=relationship,
            scopes=["view"],
            start=today(),
            end=end,
            reason="Birth certificate seen",
        )


@pytest.mark.parametrize("relationship", ["parent", "guardian", "carer"])
def test_access_to_a_child_ends_when_the_child_is_of_age(world, relationship):
    child = make_member(world.system, birth_date=years_before(today(), 10))
    assert give(world, child, relationship=relationship).period[1] == birthday(child.birth_date, 18)
    soon = today() + timedelta(days=5)
    assert give(world, child, relationship=relationship, end=soon).period[1] == soon


def test_nobody_is_given_access_as_the_parent_of_somebody_of_age(world):
    grown = make_member(world.system, birth_date=years_before(today(), 22))
    with pytest.raises(ValueError, match="of age"):
        give(world, grown)
    assert give(world, grown, relationship="guardian").period[1] is None


@pytest.mark.parametrize(("days", "opens"), [(1, True), (0, False)], ids=["the day before", "on it"])
def test_a_parents_access_without_an_end_is_over_on_the_eighteenth_birthday(client, world, days, opens):
    born = years_before(today(), 18) + timedelta(days=days)
    child, parent = make_member(world.system, birth_date=born), make_user("Parent")
    with as_job(User.objects.system("tests"), reason="from before ends were written"):
        Proxy.objects.create(
            member=child,
            user=parent,
            relationship="parent",
            scopes=["view"],
            period=(date(2020, 1, 1), None),
            granted_by=world.desk,
        )
    with acting_as(parent, reason="test"):
        assert (child in people(parent)) is opens
        assert Member.objects.filter(pk=child.pk).exists() is opens
    client.force_login(world.desk)
    page = client.get(reverse("members:access", args=[child.pk])).content.decode()
    assert ("Ended" in page) is not opens


def test_who_was_born_on_29_february_is_of_age_on_1_march():
    assert birthday(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert years_before(date(2028, 2, 29), 18) == date(2010, 2, 28)


def test_an_account_of_ones_own_making_acts_for_nobody_without_a_second_person(client, world):
    """An invented person, registered and opened by the desk itself or by a colleague, becomes nobody's carer by it."""
    with acting_as(world.desk, reason="test"):
        invented = actions.register_member(
            by=world.desk,
            managing_organization=world.system,
            family="Nobody",
            given="Nora",
            birth_date=date(1980, 1, 1),
            telecoms=[("email", "nora@example.test")],
        )
    with acting_as(world.second, reason="test"):
        invitations.invite_in_person(
            invented, by=world.second, email="nora@example.test", document="passport", on=today()
        )
    for clerk in (world.desk, world.second):
        client.force_login(clerk)
        page = client.post(world.page, {**world.asked, "email": "nora@example.test"}, follow=True).content.decode()
        assert "You opened this account yourself" in page or "waits for a second person already" in page
        with acting_as(clerk, reason="test"):
            assert not Proxy.objects.filter(user__email="nora@example.test").exists()
    third = make_staff("front_desk", world.system)
    client.force_login(third)
    with acting_as(third, reason="test"):
        asked = ProxyRequest.objects.get()
    client.post(reverse("members:confirm_proxy", args=[asked.pk]))
    with acting_as(third, reason="test"):
        assert Proxy.objects.get(user__email="nora@example.test").confirmed_by == third
