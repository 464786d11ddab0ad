"""Nobody becomes staff by somebody else's word: who has an account already takes a role by accepting it.

Two systems with an administrator each; a physician of the first and a member of the first, whom the second wants.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from core import accounts
from core.db import acting_as, as_job, context_for
from core.models import AuditEvent, OutboxMessage, User
from core.permissions import may
from members.models import Member, Proxy
from network import actions, offers
from network.models import RoleAssignment, RoleOffer
from network.permissions import roles_in_force
from tests.members.factories import make_member
from tests.network.factories import give_role, make_organization, make_staff, make_system, make_user

pytestmark = pytest.mark.django_db
today = timezone.localdate


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
        return {"role": "nurse", "organization": self.group, "start": today(), **fields}

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
    assert (held.user_id, held.role, held.period.lower) == (world.physician.pk, "nurse", today())
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
    give_role(left, "nurse", world.group, period=(today() - timedelta(days=90), today() - timedelta(days=1)))
    with acting_as(world.admin, reason="test"):
        assert isinstance(offers.give_or_offer_role(by=world.admin, user=left, **world.asked()), RoleOffer)


def test_on_the_page_the_administrator_reads_that_they_are_asked(client, world):
    sign_in(client, world.admin)
    said = {"name": "M", "email": world.maria.email, "language": "en", "role": "nurse", "reason": ""}
    said |= {"place": f"o:{world.group.pk}", "start": today().isoformat(), "end": ""}
    page = client.post(reverse("network:add_person"), said, follow=True).content.decode()
    assert "holds once they have accepted" in page
    assert not may(again(world.maria), "members.search")


def test_the_admin_form_gives_nothing_unasked_either(client, world):
    User.objects.filter(pk=world.admin.pk).update(is_staff=True)
    sign_in(client, world.admin)
    said = {"user": str(world.maria.pk), "role": "nurse", "organization": str(world.group.pk)}
    said |= {"start": today().isoformat(), "end": ""}
    page = client.post(reverse("admin:network_roleassignment_add"), said, follow=True).content.decode()
    assert "they are asked first" in page
    assert not RoleAssignment.objects.filter(user=world.maria).exists()


def test_an_administrator_is_told_that_their_own_account_is_another_ones_to_close(client, world):
    sign_in(client, world.admin)
    page = client.post(reverse("network:switch_account", args=[world.admin.pk]), follow=True)
    assert page.status_code == 200
    assert "ask another administrator" in page.content.decode()
    assert again(world.admin).is_active


# --- Afterwards the account is of two systems -----------------------------------------------------------------


def entry(user, verb, role="", **detail) -> None:
    with as_job(User.objects.system("tests"), reason="test"):
        AuditEvent.objects.create(user_id=user.pk, action="execute", verb=verb, role=role, detail=detail)


def log_of(client, system, **asked) -> set[str]:
    """What an auditor of a system finds in the access log."""
    sign_in(client, make_staff("auditor", system))
    page = client.post(reverse("core:audit_log"), asked, follow=True)
    return {event.verb for event, *_ in page.context["events"]} - {"core.view_audit"}


def accept(world) -> None:
    """Maria, a member of the first system, and its physician become nurse and physician of the second."""
    for person, role in ((world.maria, "nurse"), (world.physician, "physician")):
        with acting_as(again(person), reason="test"):
            offers.accept_role(world.add(person.email, role=role), by=again(person))


def test_what_she_did_before_and_does_in_her_portal_is_not_of_the_system_where_she_works(client, world):
    entry(world.maria, "core.sign_in")
    entry(world.maria, "portal.setting")
    accept(world)
    entry(world.maria, "portal.setting_later")
    entry(world.maria, "core.sign_out", role="nurse")
    entry(world.maria, "clinical.search", role="nurse", members=[str(world.theirs.pk)])
    entry(world.maria, "test.chose", role="nurse", organization=str(world.own.pk))

    asked = {"user": world.maria.email}
    assert log_of(client, world.other, **asked) == {"core.sign_out", "clinical.search", "network.accept_role"}
    home = {"core.sign_in", "portal.setting", "portal.setting_later", "core.sign_out", "test.chose"}
    assert log_of(client, world.own, **asked) == home


def test_a_physician_of_both_is_seen_by_each_in_what_was_done_there(client, world):
    entry(world.physician, "clinical.sign_protocol", role="physician")
    accept(world)
    entry(world.physician, "clinical.search", role="physician", members=[str(world.record.pk)])
    entry(world.physician, "clinical.their_search", role="physician", members=[str(world.theirs.pk)])
    entry(world.physician, "core.sign_in")

    asked = {"user": world.physician.email}
    theirs = {"clinical.their_search", "core.sign_in", "network.accept_role"}
    assert log_of(client, world.other, **asked) == theirs
    assert log_of(client, world.own, **asked) == {"clinical.sign_protocol", "clinical.search", "core.sign_in"}


def test_what_was_sent_to_an_account_before_it_worked_here_is_not_shown_here(client, world):
    with as_job(User.objects.system("tests"), reason="test"):
        OutboxMessage.objects.create(
            dedupe_key="k",
            channel="email",
            template="invitation",
            user=world.maria,
            address=world.maria.email,
            created_at=timezone.now() - timedelta(days=1),
        )
    accept(world)
    for system, shown in ((world.own, True), (world.other, False)):
        sign_in(client, make_staff("plan_administrator", system))
        rows = client.get(reverse("core:messages_sent")).context["rows"]
        assert ("invitation" in {row.template for row, _text in rows if row.user_id == world.maria.pk}) is shown


def test_the_second_systems_administrator_closes_no_account_that_opens_a_record_elsewhere(client, world):
    """She ends the role that she gave; the portal is the member's."""
    accept(world)
    assert not may(world.admin, "core.manage_account", again(world.maria))
    with acting_as(world.admin, reason="test"), pytest.raises(PermissionDenied):
        accounts.change_account(again(world.maria), by=world.admin, is_active=False)
    sign_in(client, world.admin)
    assert client.post(reverse("network:switch_account", args=[world.maria.pk])).status_code == 403
    assert again(world.maria).is_active
    assert not may(world.admin, "core.manage_account", again(world.physician)), "works elsewhere too"
    held = RoleAssignment.objects.get(user=world.maria)
    with acting_as(world.admin, reason="test"):
        actions.end_role(held, by=world.admin, on=today())
    assert roles_in_force(again(world.maria)) == []


def test_a_proxy_of_a_member_elsewhere_is_not_closed_either_and_ones_own_staff_is(world):
    friend, colleague = make_user("Friend"), make_user("Colleague")
    for user in (friend, colleague):
        give_role(user, "nurse", world.group)
    assert may(world.admin, "core.manage_account", friend)
    with as_job(User.objects.system("tests"), reason="test"):
        Proxy.objects.create(
            member=world.record, user=friend, relationship="carer", scopes=["view"], period=(today(), None),
            granted_by=world.maria,
        )  # fmt: skip
        Member.objects.filter(pk=world.theirs.pk).update(user=colleague)
    assert not may(world.admin, "core.manage_account", again(friend))
    assert may(world.admin, "core.manage_account", again(colleague)), "a member of their own system"
