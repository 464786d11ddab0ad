"""A merge hands nobody's record over: it is closed online until a second person has looked who may open it.

Maria has a record of long standing; Mallory has one made of late, with an account at an address of their own.
"""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core import outbox
from core.db import acting_as, as_job, context_for
from core.models import AuditEvent, OutboxMessage, User
from members import actions, merged_access
from members.models import Member, MemberMerge, MemberTelecom, Proxy
from plans.desk import Enrolment, enrol_by_hand
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user
from tests.plans.factories import make_group, make_plan, make_product

pytestmark = pytest.mark.django_db
ALWAYS = (date(2020, 1, 1), None)


def arranging():
    return as_job(User.objects.system("tests"), reason="test")


class Theft:
    def __init__(self):
        self.system = make_system()
        self.maria, self.mallory = make_user("Maria", email="maria@example.test"), make_user("Mallory")
        self.true = make_member(self.system, family="Alvarez", given="Maria", user=self.maria)
        self.false = make_member(self.system, family="Alvarez", given="Maria", user=self.mallory)
        self.admin, self.second = (make_staff("plan_administrator", self.system) for _ in range(2))
        self.daughter, self.stranger = make_user("Daughter"), make_user("Stranger")
        with arranging():
            for record, user in ((self.true, self.daughter), (self.false, self.stranger)):
                Proxy.objects.create(
                    member=record,
                    user=user,
                    relationship="carer",
                    scopes=["view"],
                    period=ALWAYS,
                    granted_by=self.admin,
                )
            MemberTelecom.objects.create(member=self.true, system="sms", value="+14155550100", period=ALWAYS)
            MemberTelecom.objects.create(member=self.false, system="email", value="m@evil.example", period=ALWAYS)

    def without_account(self, *records):
        with arranging():
            Member.objects.filter(pk__in=[record.pk for record in records]).update(user=None)

    def merge(self, kept, gone) -> MemberMerge:
        with acting_as(self.admin, reason="test"):
            return actions.merge_members(kept, gone, by=self.admin, reason="same passport")

    def settle(self, merge, account, by=None, proxies=()):
        by = by or self.second
        with acting_as(by, reason="test"), transaction.atomic():
            return merged_access.settle_access(
                merge, by=by, account=account, proxies=[p.pk for p in proxies], reason="called her of old"
            )


@pytest.fixture
def theft() -> Theft:
    return Theft()


def again(user) -> User:
    """The account as the next request finds it."""
    return User.objects.get(pk=user.pk)


def reached(user) -> set:
    return set(context_for(again(user)).member_ids)


@pytest.mark.parametrize("kept", ["true", "false"])
def test_nobody_opens_the_record_that_stays_by_the_merge_alone(theft, kept):
    gone = "false" if kept == "true" else "true"
    theft.merge(getattr(theft, kept), getattr(theft, gone))
    for user in (theft.maria, theft.mallory, theft.daughter, theft.stranger):
        assert reached(user) == set(), user.name


def test_an_account_does_not_come_along_where_the_true_record_has_none(theft, client):
    theft.without_account(theft.true)
    theft.merge(theft.true, theft.false)
    assert reached(theft.mallory) == set()
    client.force_login(theft.mallory, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("members:profile"))
    assert page.status_code == 403
    assert "have been made one" in page.content.decode()
    with arranging():
        assert Member.objects.get(pk=theft.true.pk).user_id is None


def test_staff_who_are_proxies_open_it_by_their_role_alone(theft):
    """Row-level security shows them the record all the same."""
    from members.portal import people, scopes_for

    clerk = make_staff("front_desk", theft.system)
    with arranging():
        Proxy.objects.create(
            member=theft.false, user=clerk, relationship="carer", scopes=["view"], period=ALWAYS, granted_by=theft.admin
        )
        Member.objects.filter(pk=theft.false.pk).update(user=clerk)
    theft.merge(theft.false, theft.true)
    with acting_as(again(clerk), reason="test"):
        assert people(again(clerk)) == []
        assert scopes_for(again(clerk), Member.objects.get(pk=theft.false.pk)) == frozenset()


def test_without_accounts_and_proxies_nothing_waits(theft):
    theft.without_account(theft.true, theft.false)
    with arranging():
        Proxy.objects.all().update(period=(date(2020, 1, 1), date(2021, 1, 1)))
    assert theft.merge(theft.true, theft.false).access == "none"


def test_both_sides_are_told_at_every_address_and_nothing_is_said_of_anybody(theft):
    merge = theft.merge(theft.true, theft.false)
    with arranging():
        told = OutboxMessage.objects.filter(template="records_joined")
        assert {(m.channel, m.address) for m in told} == {
            ("letter", ""), ("sms", "+14155550100"), ("email", "m@evil.example"),
            ("email", "maria@example.test"), ("email", theft.mallory.email),
        }  # fmt: skip
        assert {m.member_id for m in told.filter(channel="letter")} == {theft.true.pk, theft.false.pk}
        for message in told:
            said = outbox.render(message)
            assert "joined" in said.subject
            for detail in ("Maria", "Alvarez", theft.true.mrn, theft.false.mrn, str(merge.pk)):
                assert detail not in said.subject + said.body


def test_a_second_person_opens_it_to_the_one_whom_they_know(theft):
    merge = theft.merge(theft.true, theft.false)
    with arranging():
        hers = Proxy.objects.get(user=theft.daughter)
    theft.settle(merge, theft.maria, proxies=[hers])
    assert reached(theft.maria) == reached(theft.daughter) == {theft.true.pk}
    assert reached(theft.mallory) == reached(theft.stranger) == set()
    with arranging():
        event = AuditEvent.objects.get(verb="members.settle_access")
        assert (event.user_id, event.member_id) == (theft.second.pk, theft.true.pk)
        assert OutboxMessage.objects.get(template="record_open").address == "maria@example.test"


def test_the_account_of_the_record_that_went_can_be_the_right_one_and_proxies_left_out_end(theft):
    merge = theft.merge(theft.false, theft.true)
    theft.settle(merge, theft.maria)
    assert reached(theft.maria) == {theft.false.pk}
    assert [reached(user) for user in (theft.mallory, theft.daughter, theft.stranger)] == [set()] * 3


def test_to_none_of_them_closes_it_for_good(theft):
    theft.settle(theft.merge(theft.true, theft.false), None)
    assert [reached(user) for user in (theft.maria, theft.mallory, theft.daughter)] == [set()] * 3


def test_who_merged_or_had_a_hand_in_it_is_no_second_person(theft):
    registrar = make_staff("plan_administrator", theft.system)
    with acting_as(registrar, reason="test"):
        actions.add_telecom(
            theft.false, by=registrar, system="email", value="more@evil.example", on=timezone.localdate()
        )
    himself = make_staff("plan_administrator", theft.system)
    with arranging():
        Proxy.objects.create(
            member=theft.true,
            user=himself,
            relationship="carer",
            scopes=["view"],
            period=ALWAYS,
            granted_by=theft.admin,
        )
    merge = theft.merge(theft.true, theft.false)
    for by, why in ((theft.admin, "merged them"), (registrar, "of late"), (himself, "open to yourself")):
        with pytest.raises(ValueError, match=why):
            theft.settle(merge, theft.mallory, by=by)
    with acting_as(theft.admin, reason="test"), pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        MemberMerge.objects.filter(pk=merge.pk).update(
            access="settled", settled_by=theft.admin, settled_at=timezone.now()
        )
    with pytest.raises(ValueError, match="before"):
        theft.settle(merge, theft.stranger)
    assert reached(theft.mallory) == set()


def test_a_stranger_to_the_system_settles_nothing(theft):
    outsider = make_staff("plan_administrator", make_system())
    merge = theft.merge(theft.true, theft.false)
    with pytest.raises((MemberMerge.DoesNotExist, DatabaseError)):
        theft.settle(merge, theft.mallory, by=outsider)


def take_apart(theft, merge) -> None:
    with acting_as(theft.admin, reason="test"):
        actions.unmerge_members(merge, by=theft.admin, reason="two people after all")


@pytest.mark.parametrize("settled", [False, True])
def test_taken_apart_both_have_what_they_had_once_a_second_person_has_looked(theft, settled):
    merge = theft.merge(theft.true, theft.false)
    with arranging():
        hers = Proxy.objects.get(user=theft.daughter)
    if settled:
        theft.settle(merge, theft.mallory, proxies=[hers])
    take_apart(theft, merge)
    assert reached(theft.mallory) == reached(theft.stranger) == {theft.false.pk}, "it got back what it had"
    assert reached(theft.maria) == reached(theft.daughter) == set()
    theft.settle(merge, theft.maria, proxies=[hers])
    assert reached(theft.maria) == reached(theft.daughter) == {theft.true.pk}
    assert reached(theft.mallory) == reached(theft.stranger) == {theft.false.pk}, "the other is left alone"


@pytest.mark.parametrize("settled", [False, True])
def test_a_false_record_that_stayed_is_not_opened_by_taking_the_merge_apart(theft, client, settled):
    """What was charted in between stays with it; whose account it had opens nothing by the word of who merged them."""
    merge = theft.merge(theft.false, theft.true)
    if settled:
        theft.settle(merge, theft.maria)
    take_apart(theft, merge)
    assert reached(theft.maria) == {theft.true.pk}
    assert reached(theft.mallory) == reached(theft.stranger) == set()
    client.force_login(theft.mallory, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("members:profile")).status_code == 403
    with pytest.raises(ValueError, match="You merged them"):
        theft.settle(merge, theft.mallory, by=theft.admin)
    with pytest.raises(ValueError, match="before"):
        theft.settle(merge, theft.maria)
    theft.settle(merge, None)
    assert reached(theft.mallory) == set()
    assert reached(theft.maria) == {theft.true.pk}


def test_who_took_them_apart_is_no_second_person_and_the_page_shows_the_way(theft, client):
    merge = theft.merge(theft.false, theft.true)
    with acting_as(theft.second, reason="test"):
        actions.unmerge_members(merge, by=theft.second, reason="two people after all")
    with pytest.raises(ValueError, match="You took them apart"):
        theft.settle(merge, theft.mallory)
    third = make_staff("plan_administrator", theft.system)
    client.force_login(third, backend="django.contrib.auth.backends.ModelBackend")
    place = reverse("members:settle_access", args=[merge.pk])
    for shown in (reverse("members:merges"), reverse("members:duplicates", args=[theft.false.pk])):
        assert place in client.get(shown).content.decode()
    page = client.get(place).content.decode()
    assert "Taken apart on" in page and theft.maria.email not in page.partition('id="settle"')[2]
    assert client.post(place, {"account": "none", "reason": "Never seen anybody of that name"}).status_code == 302
    assert reached(theft.mallory) == set()


def test_where_nobody_opened_the_record_that_stayed_nobody_waits(theft):
    theft.without_account(theft.true)
    with arranging():
        Proxy.objects.filter(member=theft.true).delete()
    merge = theft.merge(theft.true, theft.false)
    take_apart(theft, merge)
    assert reached(theft.mallory) == {theft.false.pk}
    with arranging():
        assert MemberMerge.objects.get(pk=merge.pk).access == "none"


def test_both_are_told_that_they_were_taken_apart(theft):
    merge = theft.merge(theft.true, theft.false)
    take_apart(theft, merge)
    with arranging():
        told = OutboxMessage.objects.filter(template="records_parted")
        assert {(m.channel, m.address) for m in told} == {
            ("letter", ""), ("sms", "+14155550100"), ("email", "m@evil.example"),
            ("email", "maria@example.test"), ("email", theft.mallory.email),
        }  # fmt: skip
        for message in told:
            said = outbox.render(message)
            for detail in ("Maria", "Alvarez", theft.true.mrn, theft.false.mrn, str(merge.pk)):
                assert detail not in said.subject + said.body


def test_on_the_page_the_second_person_sees_both_accounts_and_the_first_is_sent_away(theft, client):
    merge = theft.merge(theft.true, theft.false)
    place = reverse("members:settle_access", args=[merge.pk])
    client.force_login(theft.admin, backend="django.contrib.auth.backends.ModelBackend")
    assert "You merged them" in client.get(place).content.decode()
    client.post(place, {"account": str(theft.mallory.pk), "reason": "Seen her passport"})
    assert reached(theft.mallory) == set()

    client.force_login(theft.second, backend="django.contrib.auth.backends.ModelBackend")
    assert place in client.get(reverse("members:merges")).content.decode()
    page = client.get(place).content.decode()
    for said in (theft.maria.email, theft.mallory.email, theft.daughter.email, theft.stranger.email):
        assert said in page
    assert client.post(place, {"reason": "Seen her passport"}).status_code == 200, "an account is chosen, or none"
    with arranging():
        hers = Proxy.objects.get(user=theft.daughter)
    said = {"account": str(theft.maria.pk), "proxies": [str(hers.pk)], "reason": "Called her number of old"}
    assert client.post(place, said).status_code == 302
    assert reached(theft.maria) == reached(theft.daughter) == {theft.true.pk}
    assert client.post(place, {**said, "account": str(theft.mallory.pk)}, follow=True).status_code == 200
    assert reached(theft.mallory) == set(), "once settled it is settled"


@pytest.mark.parametrize("opened", [True, False])
def test_after_a_merge_an_invitation_goes_by_letter_and_while_it_waits_not_at_all(theft, opened):
    """The address of the false record stands since 2020, and nothing says that it is not the true one's."""
    group = make_group(make_plan(theft.system))
    product = make_product(group.organization)
    theft.without_account(theft.true, theft.false)
    if not opened:
        with arranging():
            Proxy.objects.all().delete()
    theft.merge(theft.true, theft.false)
    with acting_as(theft.admin, reason="test"):
        member = Member.objects.get(pk=theft.true.pk)
        asked = Enrolment(member, group, "S1", "18", product, timezone.localdate())
        enrol_by_hand(asked, by=theft.admin, as_of=timezone.localdate())
    with arranging():
        sent = OutboxMessage.objects.filter(template__in=("portal_invitation", "invitation"))
        assert [message.channel for message in sent] == ([] if opened else ["letter"])
        assert Member.objects.get(pk=theft.true.pk).user_id is None
