"""Outside claims: taken once, for the right person, at a known cost, or pended with the reason."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from billing.actions.claims import CannotTake, deny_claim, price_claim, take_claim
from billing.capitation.explain import half_even
from billing.claims import CPT, INSTITUTIONAL, PROFESSIONAL, IncomingClaim, IncomingLine
from billing.models import CostShare, FeeScheduleLine, OutsideClaim, Posting, UtilisationCost
from billing.reconcile import differences
from core.db import as_job
from core.models import User
from core.terminology import concept
from kpcare.demo.catalogue import add_prices
from plans.models import Benefit
from tests.billing.factories import ALWAYS, World, make_world, working

AT = datetime(2026, 11, 1, tzinfo=UTC)
SEEN = date(2026, 10, 5)


@pytest.fixture
def clerk(db) -> Iterator[User]:
    user = User.objects.system("claims-test")
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


def fee(world: World, code: str, amount: str, payee=None) -> FeeScheduleLine:
    return FeeScheduleLine.objects.create(
        organization=world.plan, payee=payee, concept=concept(CPT, code), amount=Decimal(amount), period=ALWAYS
    )


def make_claim(member, **fields) -> IncomingClaim:
    """A visit to an outside emergency department."""
    lines = fields.pop("lines", (IncomingLine(1, SEEN, Decimal("900.00"), procedure="99284"),))
    values = {
        "source": "1234567893:PLAN:A1:1",
        "claim_type": PROFESSIONAL,
        "patient_control_number": "A1",
        "provider_npi": "1234567893",
        "provider_name": "Far Hospital",
        "subscriber_number": "",
        "subscriber_family": member.family,
        "subscriber_given": member.given,
        "patient_family": member.family,
        "patient_given": member.given,
        "patient_is_subscriber": True,
        "patient_number": "",
        "birth_date": member.birth_date,
        "place_of_service": "23",
        "frequency": "1",
        "charged": sum((line.charged for line in lines), Decimal(0)),
        "incurred_from": SEEN,
        "incurred_to": SEEN,
        "lines": lines,
        **fields,
    }
    return IncomingClaim(**values)


def take(world: World, claim: IncomingClaim, clerk: User) -> OutsideClaim:
    return take_claim(claim, by=clerk, plan=world.plan, received_at=AT)[0]


def test_a_claim_is_priced_to_a_known_cost(world, clerk):
    member = world.member()
    fee(world, "99284", "600.00")

    claim = take(world, make_claim(member), clerk)

    assert (claim.status, claim.allowed, claim.member_share, claim.plan_share) == (
        "priced", Decimal("600.00"), Decimal("150.00"), Decimal("450.00"),
    )  # fmt: skip
    assert UtilisationCost.objects.get(member=member).amount == Decimal("450.00")
    assert CostShare.objects.get(member=member).amount == Decimal("150.00")
    assert dict(Posting.objects.values_list("account__code", "amount")) == {
        "5250": Decimal("450.00"),
        "2200": Decimal("-450.00"),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert differences() == []


def test_the_same_service_under_another_number_pends_as_a_duplicate_and_costs_once(world, clerk):
    member = world.member()
    fee(world, "99284", "600.00")
    first = take(world, make_claim(member), clerk)

    second = take(world, make_claim(member, source="1234567893:PLAN:B2:1"), clerk)

    assert (second.status, second.pend_reason) == (
        "pended", f"Exact duplicate of claim {first.claim_number} (reason 18).",
    )  # fmt: skip
    assert UtilisationCost.objects.filter(member=member).count() == 1
    lines = (IncomingLine(1, SEEN, Decimal("900.00"), procedure="99284", modifiers="25"),)
    assert take(world, make_claim(member, source="1234567893:PLAN:B3:1", lines=lines), clerk).status == "priced"


def test_what_was_denied_is_no_original(world, clerk):
    member = world.member()
    first = take(world, make_claim(member), clerk)
    deny_claim(first, by=clerk, reason="No records")
    fee(world, "99284", "600.00")
    assert take(world, make_claim(member, source="1234567893:PLAN:B2:1"), clerk).status == "priced"


def test_the_same_claim_sent_twice_is_one(world, clerk):
    member = world.member()
    fee(world, "99284", "600.00")

    first = take_claim(make_claim(member), by=clerk, plan=world.plan, received_at=AT)
    second = take_claim(make_claim(member), by=clerk, plan=world.plan, received_at=AT)

    assert (first[1], second[1]) == (True, False)
    assert OutsideClaim.objects.count() == UtilisationCost.objects.count() == CostShare.objects.count() == 1


def test_a_service_that_is_still_to_come_is_not_taken(world, clerk):
    member = world.member()
    with pytest.raises(CannotTake, match="still to come"):
        take_claim(make_claim(member), by=clerk, plan=world.plan, received_at=AT - timedelta(days=900))


def test_a_charge_below_the_fee_is_the_price(world, clerk):
    member = world.member()
    fee(world, "99284", "2000.00")

    assert take(world, make_claim(member), clerk).allowed == Decimal("900.00")


def test_the_providers_own_fee_goes_before_the_default(world, clerk):
    member = world.member()
    fee(world, "99284", "600.00")
    first = take(world, make_claim(member), clerk)
    fee(world, "99284", "500.00", payee=first.provider)

    again = (IncomingLine(1, SEEN, Decimal("900.00"), procedure="99284", modifiers="76"),)
    second = take(world, make_claim(member, source="1234567893:PLAN:A2:1", lines=again), clerk)

    assert (first.allowed, second.allowed) == (Decimal("600.00"), Decimal("500.00"))


def test_without_a_fee_it_pends_and_is_priced_when_the_fee_is_there(world, clerk):
    member = world.member()
    claim = take(world, make_claim(member), clerk)
    assert (claim.status, claim.allowed) == ("pended", None)
    assert "no fee" in claim.pend_reason
    assert not UtilisationCost.objects.exists()

    fee(world, "99284", "600.00")
    claim = price_claim(claim, by=clerk, at=AT)

    assert (claim.status, claim.plan_share) == ("priced", Decimal("450.00"))


def test_emergency_care_is_taken_in_and_priced_without_coverage(world, clerk):
    member = world.member(start=date(2027, 1, 1))
    fee(world, "99284", "600.00")

    claim = take(world, make_claim(member), clerk)

    assert claim.status == "pended"
    assert claim.lines.get().allowed == Decimal("600.00")
    assert "coverage" in claim.pend_reason


def test_an_inpatient_stay_is_never_priced_line_by_line(world, clerk):
    member = world.member()
    fee(world, "99284", "600.00")
    claim = take(world, make_claim(member, claim_type=INSTITUTIONAL, place_of_service="11"), clerk)

    claim = price_claim(claim, by=clerk, at=AT)

    assert claim.status == "pended"
    assert "DRG" in claim.pend_reason


def test_minutes_are_not_units(world, clerk):
    member = world.member()
    fee(world, "00810", "22.00")
    line = IncomingLine(1, SEEN, Decimal("900.00"), Decimal(60), "MJ", "00810")

    claim = take(world, make_claim(member, lines=(line,)), clerk)

    assert "MJ" in claim.pend_reason


def test_a_stranger_is_set_aside(world, clerk):
    member = world.member()

    with pytest.raises(CannotTake) as wrong:
        take(world, make_claim(member, patient_given="Somebody", subscriber_number="none"), clerk)

    assert wrong.value.code == "member_not_found"
    assert member.family not in str(wrong.value)


def test_a_number_of_the_family_does_not_make_somebody_else_the_patient(world, clerk):
    """Father and son share the subscriber number; the claim is about the son, whom we do not know."""
    father = world.member(given="John", birth_date=date(1970, 1, 1))
    number = father._meta.model.objects.get(pk=father.pk).mrn

    with pytest.raises(CannotTake):
        take(
            world, make_claim(father, subscriber_number=number, patient_given="Jim", birth_date=date(2001, 2, 3)), clerk
        )


def test_two_people_of_one_name_and_birth_date_are_told_apart_by_number_alone(world, clerk):
    one = world.member(family="Smith", given="Ann")
    world.member(family="Smith", given="Ann")

    with pytest.raises(CannotTake) as wrong:
        take(world, make_claim(one), clerk)
    assert wrong.value.code == "member_ambiguous"

    assert take(world, make_claim(one, subscriber_number=one.mrn), clerk).member == one


def test_another_systems_member_is_not_ours(world, clerk):
    stranger = make_world().member()

    with pytest.raises(CannotTake):
        take(world, make_claim(stranger), clerk)


def test_charges_that_do_not_add_up_are_set_aside(world, clerk):
    with pytest.raises(CannotTake) as wrong:
        take(world, make_claim(world.member(), charged=Decimal("1.00")), clerk)
    assert wrong.value.code == "charges_differ"


def test_a_priced_claim_is_not_denied_afterwards(world, clerk):
    member = world.member()
    pended = take(world, make_claim(member), clerk)
    assert deny_claim(pended, by=clerk, reason="Not a covered service").status == "denied"

    fee(world, "99284", "600.00")
    priced = take(world, replace(make_claim(member), source="1234567893:PLAN:A3:1"), clerk)
    with pytest.raises(ValueError, match="waits"):
        deny_claim(priced, by=clerk, reason="Not a covered service")


money = st.decimals(min_value=0, max_value=100_000, places=4)


@given(rate=money, risk=st.decimals(min_value=0, max_value=9, places=4), fraction=st.decimals(0, 1, places=8))
def test_rounding_is_never_more_than_half_a_cent_off(rate, risk, fraction):
    exact = rate * risk * fraction
    rounded = half_even(exact)

    assert abs(rounded - exact) <= Decimal("0.005")
    assert rounded == rounded.quantize(Decimal("0.01"))


def test_the_fees_of_the_demo_price_its_emergency_claim(world, clerk):
    add_prices(SimpleNamespace(plan=world.plan))
    line = IncomingLine(1, SEEN, Decimal("900.00"), procedure="G0383")

    claim = take(world, make_claim(world.member(), lines=(line,)), clerk)

    assert (claim.status, claim.allowed) == ("priced", Decimal("410.00"))


def test_a_twin_or_a_relative_of_the_same_number_and_day_is_not_the_patient(world, clerk):
    maria = world.member(given="Maria")
    fee(world, "99284", "600.00")
    for other in ("Marcos", ""):
        with pytest.raises(CannotTake) as wrong:
            take(world, make_claim(maria, subscriber_number=maria.mrn, patient_given=other), clerk)
        assert wrong.value.code == "member_not_found"
    claim = make_claim(maria, subscriber_number=maria.mrn, patient_family="Married")
    assert take(world, claim, clerk).member == maria, "a new family name is still she"


def test_a_service_after_the_death_is_set_aside(world, clerk):
    gone = world.member()
    # On the evening before the service where they lived.
    with working():
        gone._meta.model.objects.filter(pk=gone.pk).update(deceased_at=datetime(2026, 10, 5, 3, tzinfo=UTC))
    with pytest.raises(CannotTake) as wrong:
        take(world, make_claim(gone), clerk)
    assert wrong.value.code == "after_death"
    with working():
        gone._meta.model.objects.filter(pk=gone.pk).update(deceased_at=datetime(2026, 10, 6, 3, tzinfo=UTC))
    assert take(world, make_claim(gone), clerk).member == gone, "care on the day of death is theirs"
