"""Two people at one record at the same moment: one settles it, the other is told so, and nothing happens twice.

Both have the page open and have been let through before either writes (`at_once`).
"""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.db import as_job
from core.models import AuditEvent, OutboxMessage, User
from members import access
from members.models import Member, MemberMerge, Proxy, ProxyRequest
from tests.members.factories import make_member
from tests.members.test_merged_access import Theft
from tests.network.factories import make_staff, make_system, make_user
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
today = timezone.localdate


def arranging():
    return as_job(User.objects.system("tests"), reason="test")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def posts(user, address: str, said: dict | None = None):
    """A post of this person's browser: what the page shows that comes of it."""
    client = signed_in(user)
    return lambda: client.post(address, said or {}, follow=True).content.decode()


def one_of(pages: list, done: str, refused: str) -> int:
    """Which of two pages says that it is done; the other says why it is not."""
    for page in pages:
        assert isinstance(page, str), f"A request failed: {page!r}"
    winners = [number for number, page in enumerate(pages) if done in page]
    assert len(winners) == 1, f"{len(winners)} of two were told that it is done."
    assert refused in pages[1 - winners[0]], "The other is not told what happened."
    return winners[0]


# --- A merge ----------------------------------------------------------------------------------------------


def test_two_who_settle_a_merge_open_the_record_to_one_choice():
    theft = Theft()
    merge = theft.merge(theft.true, theft.false)
    third = make_staff("plan_administrator", theft.system)
    page = reverse("members:settle_access", args=[merge.pk])
    said = {"reason": "Called the number known since 2019"}

    pages = at_once(
        MemberMerge._meta.db_table,
        posts(theft.second, page, {**said, "account": str(theft.maria.pk)}),
        posts(third, page, {**said, "account": "none"}),
    )

    first = one_of(pages, "Settled. The record is open to those whom you chose.", "Somebody has looked at it already")
    with arranging():
        settled = MemberMerge.objects.get(pk=merge.pk)
        assert (settled.access, settled.settled_by_id) == ("settled", (theft.second.pk, third.pk)[first])
        assert Member.objects.get(pk=theft.true.pk).user_id == (theft.maria.pk, None)[first]
    assert AuditEvent.objects.filter(verb="members.settle_access", action="update").count() == 1


# --- Access of somebody else ------------------------------------------------------------------------------


class Desks:
    """Maria, three people at the desk, her neighbour, and a physician."""

    def __init__(self) -> None:
        self.system = make_system()
        self.maria = make_member(self.system, family="Alvarez", given="Maria", user=make_user("Maria"))
        self.neighbour = make_user("Neighbour")
        self.physician = make_staff("physician", self.system)
        self.one, self.two, self.three = (make_staff("front_desk", self.system) for _ in range(3))
        self.page = reverse("members:access", args=[self.maria.pk])

    def asked(self, user, *scopes: str) -> dict:
        return {
            "email": user.email,
            "relationship": "carer",
            "scopes": scopes or ["view"],
            "reason": "Power of attorney seen",
        }

    def waiting(self) -> ProxyRequest:
        with arranging():
            return access.ask_for_proxy(
                self.maria,
                self.physician,
                by=self.one,
                relationship="carer",
                scopes=["view"],
                start=today(),
                reason="Power of attorney seen",
            )

    def proxies(self) -> list[Proxy]:
        with arranging():
            return list(Proxy.objects.filter(member=self.maria))


@pytest.fixture
def desks() -> Desks:
    return Desks()


def test_two_desks_give_one_person_access_once(desks):
    pages = at_once(
        Proxy._meta.db_table,
        posts(desks.one, desks.page, desks.asked(desks.neighbour, "view")),
        posts(desks.two, desks.page, desks.asked(desks.neighbour, "view", "message")),
    )
    first = one_of(pages, "has access from now on.", "This person already has access. End it first to change it.")
    (proxy,) = desks.proxies()
    assert proxy.granted_by_id == (desks.one.pk, desks.two.pk)[first]
    assert proxy.scopes == (["view"], ["message", "view"])[first]
    told = OutboxMessage.objects.filter(template="access_given", channel="portal")
    assert told.count() == 1, "Maria is told of the one that holds"


def test_two_desks_ask_a_second_person_once(desks):
    asked = desks.asked(desks.physician)
    pages = at_once(
        ProxyRequest._meta.db_table, posts(desks.one, desks.page, asked), posts(desks.two, desks.page, asked)
    )
    one_of(pages, "nothing is open yet", "This access waits for a second person already.")
    with arranging():
        assert ProxyRequest.objects.count() == 1
    assert desks.proxies() == []


@pytest.mark.parametrize("others", ["confirm", "refuse"])
def test_two_who_decide_about_an_access_decide_once(desks, others):
    request = desks.waiting()
    address = {name: reverse(f"members:{name}_proxy", args=[request.pk]) for name in ("confirm", "refuse")}

    pages = at_once(
        ProxyRequest._meta.db_table, posts(desks.two, address["confirm"]), posts(desks.three, address[others])
    )

    said = ["Confirmed. The member is told.", {"confirm": "Confirmed.", "refuse": "Refused."}[others]]
    winners = [number for number, page in enumerate(pages) if said[number] in page]
    assert len(winners) == 1
    assert "This is decided already." in pages[1 - winners[0]]
    opened = winners[0] == 0 or others == "confirm"
    assert len(desks.proxies()) == opened
    assert AuditEvent.objects.filter(verb="members.grant_proxy").count() == opened


@pytest.mark.parametrize("is_new", [False, True], ids=["of long standing", "of today"])
def test_the_member_and_the_desk_end_an_access_once(desks, is_new):
    since = today() if is_new else date(2024, 1, 1)
    with arranging():
        proxy = Proxy.objects.create(
            member=desks.maria,
            user=desks.neighbour,
            relationship="carer",
            scopes=["view"],
            period=(since, None),
            granted_by=desks.one,
        )
    pages = at_once(
        Proxy._meta.db_table,
        posts(desks.maria.user, reverse("members:end_access", args=[proxy.pk])),
        posts(desks.two, reverse("members:end_staff_access", args=[desks.maria.pk, proxy.pk])),
    )
    one_of(pages, "Access ended.", "This access has ended already.")
    assert [held.period.upper for held in desks.proxies()] == ([] if since == today() else [today()])
    assert AuditEvent.objects.filter(verb="members.end_proxy").count() == 1


def test_an_access_that_ended_last_year_is_not_made_to_end_today(desks):
    with arranging():
        proxy = Proxy.objects.create(
            member=desks.maria,
            user=desks.neighbour,
            relationship="carer",
            scopes=["view"],
            period=(date(2024, 1, 1), date(2025, 1, 1)),
            granted_by=desks.one,
        )
    page = posts(desks.one, reverse("members:end_staff_access", args=[desks.maria.pk, proxy.pk]))()
    assert "This access has ended already." in page
    assert [held.period.upper for held in desks.proxies()] == [date(2025, 1, 1)]
