"""Who opens the record of an adult: an address known for a while or a document seen, never an address alone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from members import actions, invitations
from members.models import IdentityCheck, Member, MemberTelecom
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user

pytestmark = pytest.mark.django_db
today = timezone.localdate
MALLORY = "mallory@example.test"


class World:
    def __init__(self):
        self.system = make_system()
        self.olga = make_member(self.system, family="Petrov", given="Olga")
        self.desk, self.colleague = make_staff("front_desk", self.system), make_staff("front_desk", self.system)
        self.page = reverse("members:invite", args=[self.olga.pk])
        self.asked = {"email": MALLORY, "document": "passport", "is_present": "on"}

    def enter(self, by=None):
        by = by or self.desk
        with acting_as(by, reason="test"):
            return actions.add_telecom(self.olga, by=by, system="email", value=MALLORY, on=today())

    def account(self) -> User | None:
        with acting_as(self.desk, reason="test"):
            return Member.objects.select_related("user").get(pk=self.olga.pk).user


@pytest.fixture
def world() -> World:
    return World()


def test_the_only_address_entered_of_late_gets_no_link(world):
    world.enter()
    with acting_as(world.desk, reason="test"):
        invitations.invite_where_known(world.olga, by=world.desk, on=today())
    assert world.account() is None
    sent = OutboxMessage.objects.filter(member_id=world.olga.pk, template__in=["invitation", "portal_invitation"])
    assert [(message.template, message.channel) for message in sent] == [("portal_invitation", "letter")]
    assert not User.objects.filter(email=MALLORY).exists()


def test_whoever_entered_the_address_does_not_look_at_the_document_as_well(client, world):
    world.enter()
    client.force_login(world.desk)
    assert "You entered this address yourself" in client.post(world.page, world.asked).content.decode()
    assert world.account() is None

    client.force_login(world.colleague)
    assert client.post(world.page, world.asked).status_code == 302
    assert world.account().email == MALLORY
    with acting_as(world.desk, reason="test"):
        check = IdentityCheck.objects.get(member=world.olga)
    assert (check.checked_by, check.document, check.email) == (world.colleague, "passport", MALLORY)
    event = AuditEvent.objects.get(verb="members.check_identity")
    assert (event.user_id, event.member_id, event.detail) == (
        world.colleague.pk,
        world.olga.pk,
        {"document": "passport"},
    )
    told = OutboxMessage.objects.filter(member_id=world.olga.pk).values_list("template", "channel")
    assert set(told) == {("invitation", "email"), ("portal_opened", "letter")}
    assert "passport" in client.get(world.page).content.decode().lower()


@pytest.mark.parametrize("left_out", ["is_present", "document", "email"])
def test_nobody_is_invited_who_does_not_stand_there_with_a_document(client, world, left_out):
    world.enter()
    client.force_login(world.colleague)
    client.post(world.page, {name: value for name, value in world.asked.items() if name != left_out})
    assert world.account() is None


def test_an_address_of_somebody_else_and_one_that_is_not_theirs_are_refused(client, world):
    client.force_login(world.colleague)
    assert "Add it under Contact" in client.get(world.page).content.decode()
    client.post(world.page, world.asked)
    assert world.account() is None
    world.enter()
    make_user("Mallory", email=MALLORY)
    assert "stands already" in client.post(world.page, world.asked).content.decode()
    assert world.account() is None


def test_a_child_and_who_has_an_account_are_not_invited(client, world):
    child = make_member(world.system, birth_date=today() - timedelta(days=4000))
    ada = make_member(world.system, user=make_user("Ada"))
    client.force_login(world.desk)
    assert "Not invited" in client.get(reverse("members:invite", args=[child.pk])).content.decode()
    assert ada.user.email in client.get(reverse("members:invite", args=[ada.pk])).content.decode()


def test_an_address_that_has_stood_two_weeks_may_be_invited_by_whoever_entered_it(client, world):
    with as_job(User.objects.system("tests"), reason="test"):
        MemberTelecom.objects.create(
            member=world.olga, system="email", value=MALLORY, period=(today() - timedelta(days=14), None)
        )
    client.force_login(world.desk)
    client.post(world.page, world.asked)
    assert world.account().email == MALLORY


def test_auditors_see_the_documents_that_were_seen(client, world):
    world.enter()
    client.force_login(world.colleague)
    client.post(world.page, world.asked)
    for system, is_shown in ((world.system, True), (make_system(), False)):
        client.force_login(make_staff("auditor", system))
        assert ("Petrov, Olga" in client.get(reverse("members:staff_proxies")).content.decode()) is is_shown


# --- an address that came with a record which one person made ---------------------------------------------------


def twin(world, by) -> Member:
    """A second record of Olga's name with an address of the attacker's own; never enrolled, without account."""
    with acting_as(by, reason="test"):
        return actions.register_member(
            by=by,
            managing_organization=world.system,
            family="Petrov",
            given="Olga",
            birth_date=world.olga.birth_date,
            telecoms=[("email", MALLORY)],
        )


def test_who_merged_a_twin_into_a_record_invites_nobody_to_it_at_the_twins_address(client, world):
    admin = make_staff("plan_administrator", world.system)
    false = twin(world, admin)
    with acting_as(admin, reason="test"):
        assert actions.merge_members(world.olga, false, by=admin, reason="same passport").access == "none"
    client.force_login(admin)
    assert "You registered or merged this record" in client.post(world.page, world.asked).content.decode()
    assert world.account() is None
    assert not User.objects.filter(email=MALLORY).exists()


@pytest.mark.parametrize("hand", ["registered", "merged"])
def test_each_hand_in_it_is_one_too_many(client, world, hand):
    admin, other = (make_staff("plan_administrator", world.system) for _ in range(2))
    registrar, merger = (admin, other) if hand == "registered" else (other, admin)
    false = twin(world, registrar)
    with acting_as(merger, reason="test"):
        actions.merge_members(world.olga, false, by=merger, reason="same passport")
    client.force_login(admin)
    client.post(world.page, world.asked)
    assert world.account() is None
    client.force_login(world.colleague)
    assert client.post(world.page, world.asked).status_code == 302, "who had no hand in it and saw a document"


def test_an_address_entered_in_a_record_that_was_merged_counts_as_entered_here(client, world):
    false = make_member(world.system, family="Petrov", given="Olga")
    with acting_as(world.desk, reason="test"):
        actions.add_telecom(false, by=world.desk, system="email", value=MALLORY, on=today())
    admin = make_staff("plan_administrator", world.system)
    with acting_as(admin, reason="test"):
        actions.merge_members(world.olga, false, by=admin, reason="same passport")
    client.force_login(world.desk)
    assert "You entered this address yourself" in client.post(world.page, world.asked).content.decode()
    assert world.account() is None


def test_who_registered_somebody_of_late_does_not_look_at_the_document_as_well(client, world):
    new = twin(world, world.desk)
    page = reverse("members:invite", args=[new.pk])
    client.force_login(world.desk)
    assert "You registered or merged this record" in client.post(page, world.asked).content.decode()
    client.force_login(world.colleague)
    assert client.post(page, world.asked).status_code == 302
