"""Two clerks at one outside claim at the same moment: it is decided once, costs once, and the other clerk is told."""

from decimal import Decimal

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from billing.actions.claims import take_claim
from billing.claims import IncomingLine
from billing.models import CostShare, OutsideClaim, UtilisationCost
from billing.reconcile import differences
from core.db import as_job
from core.models import AuditEvent, User
from plans.models import Benefit
from tests.billing.factories import ALWAYS, make_world, working
from tests.billing.test_claims import AT, SEEN, fee, make_claim
from tests.billing.test_voids import replacement_of
from tests.members.test_at_once import one_of
from tests.members.test_at_once import posts as posting
from tests.network.factories import make_staff
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = OutsideClaim._meta.db_table
VOID = {"reason": "Another Maria was treated"}
DENY = {"reason": "No records came with it"}
MADE_VOID, NOT_DENIED = "Void. What it cost is taken back.", "Only a claim that waits can be denied."


def posts(*asked):
    """As a person's browser posts. A cost is booked on two accounts, looked up one after the other."""
    post = posting(*asked)

    def send() -> str:
        with zeal_ignore():
            return post()

    return send


class Claims:
    """A plan with two clerks; a fee of $600 for the visit of `first`, none yet for that of a replacement."""

    def __init__(self) -> None:
        self.clerk = User.objects.system("claims-at-once-test")
        with working():
            self.world = make_world()
            Benefit.objects.create(
                product=self.world.products["commercial_group"],
                service="emergency",
                copay=Decimal("150.00"),
                period=ALWAYS,
            )
            fee(self.world, "99284", "600.00")
        self.member = self.world.member()
        self.one, self.two = (make_staff("finance", self.world.plan) for _ in range(2))

    def take(self, **fields) -> OutsideClaim:
        return self.take_in(make_claim(self.member, **fields))

    def take_in(self, claim) -> OutsideClaim:
        with as_job(self.clerk, reason="test"):
            return take_claim(claim, by=self.clerk, plan=self.world.plan, received_at=AT)[0]

    def now(self, claim: OutsideClaim) -> OutsideClaim:
        with working():
            return OutsideClaim.objects.get(pk=claim.pk)

    def address(self, verb: str, claim: OutsideClaim) -> str:
        return reverse(f"billing:{verb}_claim", args=[claim.pk])

    def costs(self) -> Decimal:
        with working():
            return sum(UtilisationCost.objects.values_list("amount", flat=True), Decimal(0))

    def agrees(self) -> bool:
        with working():
            return differences() == []


@pytest.fixture
def claims() -> Claims:
    return Claims()


def test_two_clerks_make_a_claim_void_once(claims):
    first = claims.take()
    address = claims.address("void", first)
    pages = at_once(TABLE, posts(claims.one, address, VOID), posts(claims.two, address, VOID))
    one_of(pages, MADE_VOID, f"Claim {first.claim_number} is void already.")
    assert claims.now(first).status == "voided"
    with working():
        assert UtilisationCost.objects.count() == CostShare.objects.count() == 2, "what it cost, and its opposite"
    assert claims.costs() == 0
    assert claims.agrees()
    assert AuditEvent.objects.filter(verb="billing.void_claim").count() == 1


def pended(claims) -> OutsideClaim:
    """It waited for a fee, which is there by now."""
    line = IncomingLine(1, SEEN, Decimal("900.00"), procedure="99283")
    found = claims.take(source="1234567893:PLAN:A7:1", lines=(line,))
    assert found.status == "pended"
    with working():
        fee(claims.world, "99283", "400.00")
    return found


def test_two_clerks_price_a_claim_once(claims):
    claim = pended(claims)
    address = claims.address("price", claim)
    pages = at_once(TABLE, posts(claims.one, address), posts(claims.two, address))
    one_of(pages, "Priced: the plan pays 250.00.", "Nothing was changed: somebody else was faster.")
    assert (claims.now(claim).status, claims.costs()) == ("priced", Decimal("250.00"))
    assert claims.agrees()


def test_a_claim_that_is_priced_and_denied_is_one_of_the_two(claims):
    claim = pended(claims)
    pages = at_once(
        TABLE, posts(claims.one, claims.address("price", claim)), posts(claims.two, claims.address("deny", claim), DENY)
    )
    assert all(isinstance(page, str) for page in pages), pages
    stands = claims.now(claim).status
    if stands == "priced":
        assert "Priced: the plan pays 250.00." in pages[0]
        assert NOT_DENIED in pages[1]
    else:
        assert stands == "denied"
        assert "Nothing was changed: somebody else was faster. This claim is denied." in pages[0]
        assert "Denied." in pages[1]
    assert claims.costs() == (Decimal("250.00") if stands == "priced" else 0)
    assert claims.agrees()


def test_a_claim_made_void_while_its_replacement_is_priced_is_taken_back_once(claims):
    first = claims.take()
    later = claims.take_in(replacement_of(claims.member, first))
    assert later.status == "pended", "no fee for what it asks"
    with working():
        fee(claims.world, "99283", "400.00")

    pages = at_once(
        TABLE, posts(claims.one, claims.address("void", first), VOID), posts(claims.two, claims.address("price", later))
    )

    assert all(isinstance(page, str) for page in pages), pages
    gone = f"Claim {first.claim_number} is void already."
    assert claims.now(first).status == "voided"
    if claims.now(later).status == "priced":
        assert gone in pages[0]
        assert "Priced: the plan pays 250.00." in pages[1]
        assert claims.costs() == Decimal("250.00")
    else:
        assert MADE_VOID in pages[0]
        assert f"Still waiting: {gone}" in pages[1]
        assert claims.costs() == 0
    assert claims.agrees()
    assert AuditEvent.objects.filter(verb="billing.void_claim").count() == 1
