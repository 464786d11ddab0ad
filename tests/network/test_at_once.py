"""Two people at one offered role at the same moment: it is answered once, and the other is told so."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, User
from network.models import RoleAssignment, RoleOffer
from tests.members.test_at_once import one_of, posts
from tests.network.factories import make_staff
from tests.network.test_offers import World, today
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ANSWERED = "This offer is answered already."
ACCEPTED, DECLINED, WITHDRAWN = (
    "Accepted. The staff pages are open to you.",
    "Declined. Nothing has changed for you.",
    "The offer is withdrawn.",
)


class Offered(World):
    """Maria, member of one system, is asked to be a nurse of the other, which has two administrators."""

    def __init__(self) -> None:
        super().__init__()
        self.second = make_staff("administrator", self.other)
        self.offer = self.add(self.maria.email)

    def posts(self, user, verb: str):
        return posts(user, reverse(f"network:{verb}_offer", args=[self.offer.pk]))

    def holds(self) -> int:
        return RoleAssignment.objects.filter(user=self.maria).count()

    def stands(self) -> str:
        return RoleOffer.objects.get(pk=self.offer.pk).status


@pytest.fixture
def offered() -> Offered:
    return Offered()


def test_accepted_in_two_windows_it_is_held_once(offered):
    pages = at_once(
        RoleOffer._meta.db_table, offered.posts(offered.maria, "accept"), offered.posts(offered.maria, "accept")
    )
    one_of(pages, ACCEPTED, ANSWERED)
    assert (offered.holds(), offered.stands()) == (1, "accepted")
    assert AuditEvent.objects.filter(verb="network.accept_role").count() == 1


@pytest.mark.parametrize(("verb", "said"), [("accept", ACCEPTED), ("decline", DECLINED)])
def test_answered_while_it_is_withdrawn_one_of_the_two_holds(offered, verb, said):
    pages = at_once(
        RoleOffer._meta.db_table, offered.posts(offered.maria, verb), offered.posts(offered.admin, "withdraw")
    )
    answered = said in pages[0]
    assert (WITHDRAWN in pages[1]) != answered, "one of the two"
    assert ANSWERED in pages[1 if answered else 0]
    assert offered.stands() == ({"accept": "accepted", "decline": "declined"}[verb] if answered else "withdrawn")
    assert offered.holds() == (answered and verb == "accept")


def test_two_administrators_withdraw_it_once(offered):
    pages = at_once(
        RoleOffer._meta.db_table, offered.posts(offered.admin, "withdraw"), offered.posts(offered.second, "withdraw")
    )
    one_of(pages, WITHDRAWN, ANSWERED)
    assert (offered.holds(), offered.stands()) == (0, "withdrawn")
    assert AuditEvent.objects.filter(verb="network.withdraw_role").count() == 1


def test_two_administrators_ask_her_once(offered):
    RoleOffer.objects.filter(pk=offered.offer.pk).update(status="withdrawn", answered_at=timezone.now())
    asked = {
        "email": offered.maria.email,
        "name": "Maria",
        "language": "en",
        "role": "nurse",
        "place": f"o:{offered.group.pk}",
        "start": today().isoformat(),
    }
    page = reverse("network:add_person")
    pages = at_once(RoleOffer._meta.db_table, posts(offered.admin, page, asked), posts(offered.second, page, asked))
    assert all(isinstance(page, str) for page in pages), pages
    assert sum("This role is offered to this person already." in page for page in pages) == 1
    assert RoleOffer.objects.filter(user=offered.maria, status="open").count() == 1


def test_two_administrators_who_add_the_same_new_person_make_one_account(offered):
    asked = {
        "email": "new.nurse@example.test",
        "name": "Noa New",
        "language": "en",
        "role": "nurse",
        "place": f"o:{offered.group.pk}",
        "start": today().isoformat(),
    }
    page = reverse("network:add_person")
    pages = at_once(User._meta.db_table, posts(offered.admin, page, asked), posts(offered.second, page, asked))
    one_of(pages, "Role given.", "This person already holds this role at this place in that period.")
    added = User.objects.get(email="new.nurse@example.test")
    assert RoleAssignment.objects.filter(user=added).count() == 1
