"""A claim that its sender voids or replaces: what it cost is taken back, once, and both claims stay."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from billing.actions.claims import deny_claim, price_claim, take_claim
from billing.actions.ledger import close_period
from billing.actions.voids import void_claim
from billing.chart_of_accounts import legal_entity
from billing.claims import IncomingLine
from billing.models import CostShare, LedgerEntry, OutsideClaim, Posting, UtilisationCost
from billing.reconcile import differences
from core.db import as_job
from core.models import AuditEvent, User
from plans.accumulators import limits_for
from plans.models import Benefit, Product
from tests.billing.factories import ALWAYS, World, make_world, working
from tests.billing.test_claims import AT, SEEN, fee, make_claim, take
from tests.network.factories import make_staff

LATER = datetime(2026, 12, 2, 9, tzinfo=UTC)
FIRST = "1234567893:PLAN:A1:1"


@pytest.fixture
def clerk(db) -> Iterator[User]:
    user = User.objects.system("voids-test")
    with as_job(user, reason="test"):
        yield user


@pytest.fixture
def world(clerk) -> World:
    world = make_world()
    for service, copay in (("emergency", "150.00"), ("specialty_care", "40.00")):
        Benefit.objects.create(
            product=world.products["commercial_group"], service=service, copay=Decimal(copay), period=ALWAYS
        )
    return world


@pytest.fixture
def member(world):
    """Somebody with a deductible of $1,000 before an emergency's copay of $150; a fee of $600 for the visit."""
    Product.objects.filter(pk=world.products["commercial_group"].pk).update(
        deductible=Decimal(1000), out_of_pocket_limit=Decimal(3000)
    )
    Benefit.objects.filter(service="emergency").update(after_deductible=True)
    fee(world, "99284", "600.00")
    fee(world, "99283", "400.00")
    return world.member()


def used(claim: OutsideClaim) -> Decimal:
    """How much of the deductible is used up."""
    limits = limits_for(claim.member_id, claim.coverage_period, SEEN)
    return limits.deductible - limits.deductible_left


def void_of(member, first: OutsideClaim, **fields):
    fields = {"frequency": "8", "original_number": first.claim_number, "source": "1234567893:PLAN:A1:x:8", **fields}
    return make_claim(member, **fields)


def replacement_of(member, first: OutsideClaim, procedure: str = "99283", **fields):
    lines = (IncomingLine(1, SEEN, Decimal("900.00"), procedure=procedure),)
    fields = {"frequency": "7", "original_number": first.claim_number, "source": "1234567893:PLAN:A1:x:7", **fields}
    return make_claim(member, lines=lines, **fields)


def later(world, claim, clerk):
    return take_claim(claim, by=clerk, plan=world.plan, received_at=LATER)[0]


def balances() -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for code, amount in Posting.objects.values_list("account__code", "amount"):
        found[code] = found.get(code, Decimal(0)) + amount
    return found


def agrees() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return differences() == []


def test_a_void_takes_back_cost_share_limits_and_posting(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    assert (first.status, first.member_share, used(first)) == ("priced", Decimal("600.00"), Decimal("600.00"))

    void = later(world, void_of(member, first), clerk)

    first.refresh_from_db()
    assert (first.status, void.status, void.corrects) == ("voided", "voided", first)
    assert (first.allowed, void.allowed) == (Decimal("600.00"), None), "the first says what it was"
    assert first.pend_reason == f"Made void by claim {void.claim_number}."
    assert used(first) == 0
    assert sum(UtilisationCost.objects.values_list("amount", flat=True)) == 0
    assert sum(CostShare.objects.values_list("amount", flat=True)) == 0
    assert CostShare.objects.count() == 2
    assert set(balances().values()) <= {Decimal(0)}
    assert agrees()
    assert AuditEvent.objects.filter(verb="billing.void_claim", object_id=str(first.pk)).exists()


def test_the_entry_of_the_void_points_at_the_one_that_it_meets(world, member, clerk):
    Benefit.objects.filter(service="emergency").update(after_deductible=False)
    first = take(world, make_claim(member), clerk)
    later(world, void_of(member, first), clerk)

    original, opposite = LedgerEntry.objects.order_by("posted_on")
    assert (opposite.reverses, opposite.posted_on) == (original, LATER.date())
    assert balances() == {"5250": Decimal(0), "2200": Decimal(0)}
    months = set(Posting.objects.values_list("service_month", flat=True))
    assert months == {date(2026, 10, 1)}, "both are of the month of service"


def test_what_was_posted_in_a_closed_month_is_taken_back_in_the_open_one(world, member, clerk):
    Benefit.objects.filter(service="emergency").update(after_deductible=False)
    first = take(world, make_claim(member), clerk)
    entity = legal_entity(world.plan)
    for month in (date(2026, 11, 1), date(2026, 12, 1)):
        close_period(entity, month, by=clerk, at=LATER)

    later(world, void_of(member, first), clerk)

    assert [cost.posted_on for cost in UtilisationCost.objects.order_by("posted_on")] == [
        AT.date(), date(2027, 1, 1),
    ]  # fmt: skip
    assert agrees()


def test_a_void_that_comes_again_takes_nothing_back_again(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    void = void_of(member, first)
    once, again = (take_claim(void, by=clerk, plan=world.plan, received_at=LATER) for _ in range(2))
    other = later(world, replace(void, source="1234567893:PLAN:B9:x:8"), clerk)

    assert (once[1], again[1], other.status) == (True, False, "pended")
    assert other.pend_reason == f"Claim {first.claim_number} is void already."
    assert UtilisationCost.objects.count() == CostShare.objects.count() == 2
    assert price_claim(once[0], by=clerk, at=LATER).status == "voided"
    assert agrees()


def test_without_our_number_the_senders_own_names_the_claim(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    void = later(world, void_of(member, first, original_number="", source="1234567893:PLAN:A1:8"), clerk)
    assert void.corrects == first


def test_a_replacement_stands_in_the_place_of_the_first_and_uses_its_deductible(world, member, clerk):
    first = take(world, make_claim(member), clerk)

    second = later(world, replacement_of(member, first), clerk)

    first.refresh_from_db()
    assert (first.status, second.status, second.corrects) == ("voided", "priced", first)
    assert (second.allowed, used(second)) == (Decimal("400.00"), Decimal("400.00"))
    assert sum(CostShare.objects.values_list("amount", flat=True)) == Decimal("400.00")
    assert agrees()


def test_a_second_replacement_follows_the_first_whichever_of_both_it_names(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    second = later(world, replacement_of(member, first), clerk)

    third = later(world, replacement_of(member, first, "99284", source="1234567893:PLAN:A1:y:7"), clerk)

    second.refresh_from_db()
    assert (second.status, third.status, third.corrects) == ("voided", "priced", second)
    assert used(third) == Decimal("600.00")
    assert agrees()


def test_the_first_stands_until_its_replacement_can_be_priced(world, member, clerk):
    first = take(world, make_claim(member), clerk)

    second = later(world, replacement_of(member, first, "99285"), clerk)

    first.refresh_from_db()
    assert (first.status, second.status, second.corrects) == ("priced", "pended", None)
    fee(world, "99285", "800.00")
    second = price_claim(second, by=clerk, at=LATER)
    first.refresh_from_db()
    assert (first.status, second.status, used(second)) == ("voided", "priced", Decimal("800.00"))
    assert agrees()


def test_a_replacement_that_no_benefit_covers_takes_nothing_back(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    Benefit.objects.filter(service="specialty_care").delete()
    fee(world, "99213", "90.00")

    second = later(world, replacement_of(member, first, "99213", place_of_service="11"), clerk)

    first.refresh_from_db()
    assert (first.status, second.status, second.corrects, used(first)) == ("priced", "pended", None, Decimal("600.00"))
    assert agrees()


def test_a_claim_that_went_to_somebody_else_is_taken_back_by_its_number(world, member, clerk):
    """The void names who the patient really was, whom we do not know."""
    first = take(world, make_claim(member), clerk)

    void = later(world, void_of(member, first, patient_given="Marcos", birth_date=date(2001, 2, 3)), clerk)

    first.refresh_from_db()
    assert (void.member, first.status) == (member, "voided")


def test_care_billed_after_a_death_can_be_taken_back(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    with working():
        member._meta.model.objects.filter(pk=member.pk).update(deceased_at=datetime(2026, 9, 1, tzinfo=UTC))
    assert later(world, void_of(member, first), clerk).corrects == first


@pytest.mark.parametrize("case", ["nothing here", "another's", "another provider's", "denied"])
def test_what_does_not_fit_waits_for_a_person(world, member, clerk, case):
    first = take(world, make_claim(member), clerk)
    other = world.member(given="Eze")
    told = {
        "nothing here": (void_of(member, first, original_number="C0"), "not here"),
        "another's": (replacement_of(other, first), "somebody else"),
        "another provider's": (void_of(member, first, provider_npi="1679576722"), "another provider"),
        "denied": (void_of(member, first), "denied"),
    }
    if case == "denied":
        OutsideClaim.objects.filter(pk=first.pk).update(status="denied")
    claim, said = told[case]

    taken = later(world, claim, clerk)

    assert (taken.status, said in taken.pend_reason) == ("pended", True)
    assert UtilisationCost.objects.count() == 1
    assert deny_claim(taken, by=clerk, reason="Not ours to void").status == "denied"


def test_a_claim_that_waits_is_void_without_anything_to_take_back(world, member, clerk):
    lines = (IncomingLine(1, SEEN, Decimal("900.00"), procedure="99285"),)
    first = take(world, make_claim(member, lines=lines), clerk)
    void = later(world, void_of(member, first), clerk)
    first.refresh_from_db()
    assert (first.status, void.status) == ("voided", "voided")
    assert not UtilisationCost.objects.exists()


def test_what_was_void_is_no_original_of_a_duplicate(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    later(world, void_of(member, first), clerk)
    assert later(world, make_claim(member, source="1234567893:PLAN:B2:1"), clerk).status == "priced"


def test_postgres_lets_a_claim_be_replaced_once(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    later(world, void_of(member, first), clerk)
    other = take(world, make_claim(member, source="1234567893:PLAN:B2:1"), clerk)
    with pytest.raises(IntegrityError, match="billing_claim_corrected_once"), transaction.atomic():
        OutsideClaim.objects.filter(pk=other.pk).update(corrects=first)


# --- At the desk -----------------------------------------------------------------------------------------------------


def test_a_person_takes_a_priced_claim_back_for_a_reason(world, member, clerk):
    first = take(world, make_claim(member), clerk)
    with pytest.raises(ValueError, match="Say why"):
        void_claim(first, by=clerk, at=LATER, reason=" ")
    void = void_claim(first, by=clerk, at=LATER, reason="Another Maria was treated")
    with pytest.raises(ValueError, match="void already"):
        void_claim(first, by=clerk, at=LATER, reason="Another Maria was treated")
    assert (void.status, void.pend_reason) == ("voided", "Void: Another Maria was treated")
    assert UtilisationCost.objects.count() == 2
    assert agrees()
    pended = take(world, make_claim(member, source=FIRST.replace("A1", "A7"), original_number=""), clerk)
    OutsideClaim.objects.filter(pk=pended.pk).update(status="pended")
    with pytest.raises(ValueError, match="priced or paid"):
        void_claim(pended, by=clerk, at=LATER, reason="Another Maria was treated")


def test_the_page_takes_back_and_shows_what_became_of_it(world, member, clerk, client):
    first = take(world, make_claim(member), clerk)
    place = reverse("billing:void_claim", args=[first.pk])
    client.force_login(make_staff("physician", world.plan))
    assert client.post(place, {"reason": "I do not like it"}).status_code == 403

    client.force_login(make_staff("finance", world.plan))
    page = client.get(reverse("billing:claim", args=[first.pk])).content.decode()
    assert place in page
    client.post(place, {"reason": "short"})
    first.refresh_from_db()
    assert first.status == "priced"
    answer = client.post(place, {"reason": "Another Maria was treated"}, follow=True)
    assert "Void: Another Maria was treated" in answer.content.decode()
    assert place not in answer.content.decode()
