"""Nobody becomes staff by somebody else's word: who has an account already takes a role by accepting it.

Two systems with an administrator each; a physician of the first and a member of the first, whom the second wants.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as, context_for
from core.models import AuditEvent, OutboxMessage, User
from core.permissions import may
from members.models import Member
from network import actions, offers
from network.models import RoleAssignment, RoleOffer
from network.permissions import roles_in_force
from tests.members.factories import make_member
from tests.network.factories import give_role, make_organization, make_staff, make_system, make_user

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


class World:
    def __init__(self):
        self.own, self.other = make_system("Redwood"), make_system("Other Health")
        self.group = make_organization(self.other)
        self.physician = make_staff("physician", self.own, email="physician@example.test")
        self.maria = make_user("Maria", email="maria@example.test")
        self.record = make_member(self.own, user=self.maria)
        self.theirs = make_member(self.other, family="Foreign")
        self.admin = make_staff("administrator", self.other)

    def asked(self, **fields):
        return {"role": "nurse", "organization": self.group, "start": TODAY, **fields}

    def add(self, email, **fields):
        with acting_as(self.admin, reason="test"):
            return offers.add_staff(by=self.admin, email=email, name="whatever", **self.asked(**fields))


@pytest.fixture
def world() -> World:
    return World()


def again(user) -> User:
    """The account as the next request finds it."""
    return User.objects.get(pk=user.pk)


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


@pytest.mark.parametrize("who", ["physician", "maria"])
def test_an_account_of_another_system_or_of_a_member_takes_no_role_unasked(world, who):
    person = getattr(world, who)
    before = [held.pk for held in roles_in_force(again(person))]
    reach, role = context_for(again(person)).organization_ids, context_for(again(person)).role

    given = world.add(person.email.upper())

    assert isinstance(given, RoleOffer)
    assert [held.pk for held in roles_in_force(again(person))] == before
    assert (context_for(again(person)).organization_ids, context_for(again(person)).role) == (reach, role)
    with acting_as(again(person), reason="test"):
        assert not Member.objects.filter(pk=world.theirs.pk).exists()
    with acting_as(world.admin, reason="test"), pytest.raises(actions.AcceptanceNeeded):
        actions.give_role(by=world.admin, user=person, **world.asked())


def test_the_member_has_no_staff_page_and_no_second_proof_to_give_until_she_accepts(client, world, settings):
    settings.STAFF_MFA_REQUIRED = True
    world.add(world.maria.email)
    sign_in(client, world.maria)
    assert client.get(reverse("members:profile")).status_code == 200
    assert client.get(reverse("clinical:search")).status_code == 403

    offer = RoleOffer.objects.get(user=world.maria)
    page = client.get(reverse("network:offers")).content.decode()
    assert "Nurse" in page
    assert str(world.group) in page
    client.post(reverse("network:accept_offer", args=[offer.pk]))

    assert [held.role for held in roles_in_force(again(world.maria))] == ["nurse"]
    assert client.get(reverse("members:profile")).url == reverse("mfa_index"), "now she is staff"


def test_the_person_is_told_and_the_mail_says_nothing_of_it(world):
    world.add(world.maria.email)
    sent = OutboxMessage.objects.filter(user=world.maria, template="role_offered")
    assert {message.channel for message in sent} == {"portal", "email"}
    from core.outbox import render

    mail = render(sent.get(channel="email"))
    assert "nurse" not in (mail.subject + mail.body).lower()
    assert world.group.name not in mail.body
    assert reverse("network:offers") in mail.body
    assert world.group.name in render(sent.get(channel="portal")).body


def test_accepting_is_the_persons_own_and_both_steps_are_on_record(client, world):
    offer = world.add(world.physician.email, reason="Locum for December")
    with acting_as(world.admin, reason="test"), pytest.raises(PermissionDenied):
        offers.accept_role(offer, by=world.admin)
    sign_in(client, world.maria)
    assert client.post(reverse("network:accept_offer", args=[offer.pk])).status_code == 404
    assert not RoleAssignment.objects.filter(organization=world.group).exists()

    sign_in(client, world.physician)
    client.post(reverse("network:accept_offer", args=[offer.pk]))
    held = RoleAssignment.objects.get(organization=world.group)
    assert (held.user_id, held.role, held.period.lower) == (world.physician.pk, "nurse", TODAY)
    offered, accepted = (AuditEvent.objects.get(verb=f"network.{verb}_role") for verb in ("offer", "accept"))
    assert (offered.user_id, accepted.user_id) == (world.admin.pk, world.physician.pk)
    assert offered.reason == accepted.reason == "Locum for December"
    assert accepted.detail["organization"] == str(world.group.pk)
    client.post(reverse("network:accept_offer", args=[offer.pk]))
    assert RoleAssignment.objects.filter(organization=world.group).count() == 1, "answered once"


def test_declined_or_withdrawn_it_never_holds(client, world):
    offer = world.add(world.maria.email)
    sign_in(client, world.maria)
    client.post(reverse("network:decline_offer", args=[offer.pk]))
    client.post(reverse("network:accept_offer", args=[offer.pk]))
    assert AuditEvent.objects.get(verb="network.decline_role").user_id == world.maria.pk

    second = world.add(world.maria.email)
    stranger = make_staff("administrator", world.own)
    sign_in(client, stranger)
    assert client.post(reverse("network:withdraw_offer", args=[second.pk])).status_code == 403
    sign_in(client, world.admin)
    assert world.maria.email in client.get(reverse("network:people")).content.decode()
    client.post(reverse("network:withdraw_offer", args=[second.pk]))
    sign_in(client, world.maria)
    client.post(reverse("network:accept_offer", args=[second.pk]))
    assert not RoleAssignment.objects.filter(user=world.maria).exists()


def test_an_offer_runs_out_and_is_made_once_at_a_time(world):
    offer = world.add(world.maria.email)
    with pytest.raises(actions.RoleRefused, match="offered to this person already"):
        world.add(world.maria.email)
    RoleOffer.objects.filter(pk=offer.pk).update(offered_at=timezone.now() - timedelta(days=offers.OFFER_DAYS + 1))
    with acting_as(world.maria, reason="test"), pytest.raises(actions.RoleRefused, match="run out"):
        offers.accept_role(offer, by=world.maria)


def test_who_works_here_already_and_who_is_new_are_not_asked(world):
    with acting_as(world.admin, reason="test"):
        new = offers.add_staff(by=world.admin, email="new@example.test", name="New", **world.asked())
        further = offers.give_or_offer_role(by=world.admin, user=new.user, **world.asked(role="physician"))
    assert isinstance(new, RoleAssignment)
    assert isinstance(further, RoleAssignment)
    # Who left is asked again: the account is theirs.
    left = make_user("Left")
    give_role(left, "nurse", world.group, period=(TODAY - timedelta(days=90), TODAY - timedelta(days=1)))
    with acting_as(world.admin, reason="test"):
        assert isinstance(offers.give_or_offer_role(by=world.admin, user=left, **world.asked()), RoleOffer)


def test_on_the_page_the_administrator_reads_that_they_are_asked(client, world):
    sign_in(client, world.admin)
    said = {"name": "M", "email": world.maria.email, "language": "en", "role": "nurse", "reason": ""}
    said |= {"place": f"o:{world.group.pk}", "start": TODAY.isoformat(), "end": ""}
    page = client.post(reverse("network:add_person"), said, follow=True).content.decode()
    assert "holds once they have accepted" in page
    assert not may(again(world.maria), "members.search")


def test_the_admin_form_gives_nothing_unasked_either(client, world):
    User.objects.filter(pk=world.admin.pk).update(is_staff=True)
    sign_in(client, world.admin)
    said = {"user": str(world.maria.pk), "role": "nurse", "organization": str(world.group.pk)}
    said |= {"start": TODAY.isoformat(), "end": ""}
    page = client.post(reverse("admin:network_roleassignment_add"), said, follow=True).content.decode()
    assert "they are asked first" in page
    assert not RoleAssignment.objects.filter(user=world.maria).exists()


def test_an_administrator_is_told_that_their_own_account_is_another_ones_to_close(client, world):
    sign_in(client, world.admin)
    page = client.post(reverse("network:switch_account", args=[world.admin.pk]), follow=True)
    assert page.status_code == 200
    assert "ask another administrator" in page.content.decode()
    assert again(world.admin).is_active
