"""The fee schedule: by page or file, never two fees for one service; a claim that waits for one goes on."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connections
from django.urls import reverse
from zeal import zeal_ignore

from billing.actions.claims import take_claim
from billing.actions.fees import FeeError, add_fee, end_fee
from billing.claims import IncomingLine
from billing.models import FeeScheduleLine, OutsideClaim, UtilisationCost
from core.db import as_job
from core.models import Concept, User
from plans.models import Benefit
from tests.billing.factories import ALWAYS, World, make_world
from tests.billing.test_claims import AT, SEEN, make_claim
from tests.network.factories import make_staff

pytestmark = pytest.mark.django_db
START, END = date(2026, 1, 1), date(2027, 1, 1)


def by() -> User:
    return User.objects.system("fees-test")


@pytest.fixture
def world() -> Iterator[World]:
    with as_job(by(), reason="test"):
        made = make_world()
        for service, copay in (("emergency", "150.00"), ("specialty_care", "40.00")):
            Benefit.objects.create(
                product=made.products["commercial_group"], service=service, copay=Decimal(copay), period=ALWAYS
            )
    return made


@pytest.fixture
def finance(world):
    return make_staff("finance", world.plan)


def fee(world, by, **terms):
    with as_job(by, reason="test"):
        terms = {"code": "99283", "amount": Decimal("310.00"), "start": START, **terms}
        return add_fee(by=by, plan=world.plan, **terms)


def emergency(member, **more):
    lines = (IncomingLine(1, SEEN, Decimal("800.00"), procedure="99283", **more.pop("line", {})),)
    return make_claim(member, lines=lines, **more)


def test_a_claim_that_waits_for_a_fee_is_priced_once_somebody_enters_it(world, finance, client):
    with as_job(by(), reason="test"):
        member = world.member()
        claim, _new = take_claim(emergency(member), by=by(), plan=world.plan, received_at=AT)
    assert (claim.status, claim.pend_reason) == ("pended", "Line 1 has no fee for its service and date.")
    client.force_login(finance)
    page = client.get(reverse("billing:fees")).content.decode()
    assert "No fee stands here" in page

    given = {"code": "99283", "amount": "310.00", "start": "2026-01-01", "place": "23"}
    answer = client.post(reverse("billing:fees"), given, follow=True)
    assert "$310.00" in answer.content.decode()
    # The accounts of one entry are looked up one by one; there are two of them.
    with zeal_ignore():
        client.post(reverse("billing:price_claim", args=[claim.pk]))

    with as_job(by(), reason="test"):
        claim.refresh_from_db()
        assert (claim.status, claim.allowed, claim.member_share) == ("priced", Decimal("310.00"), Decimal("150.00"))
        assert UtilisationCost.objects.get(member=member).amount == Decimal("160.00")
    assert Concept.objects.get(code="99283").display == "", "CPT's words are the AMA's"


def test_no_two_fees_stand_for_one_service(world, finance):
    fee(world, finance, end=END)
    assert fee(world, finance, end=END)[1] is False, "the same again is the same"
    with pytest.raises(FeeError, match="end it first"):
        fee(world, finance, amount=Decimal("320.00"))
    # The end is the first day without it, so the next may begin there; other terms are other fees.
    fee(world, finance, amount=Decimal("330.00"), start=END)
    fee(world, finance, amount=Decimal("290.00"), modifier="25", end=END)
    fee(world, finance, amount=Decimal("250.00"), place="11", end=END)
    assert FeeScheduleLine.objects.count() == 4


@pytest.mark.parametrize(
    ("line", "place", "allowed"),
    [({}, "23", "300"), ({}, "11", "200"), ({"modifiers": "59:25"}, "11", "100"), ({"modifiers": "59"}, "23", "300")],
)
def test_the_fee_that_says_more_goes_first(world, finance, line, place, allowed):
    for terms in ({"amount": 300}, {"amount": 200, "place": "11"}, {"amount": 100, "modifier": "25"}):
        fee(world, finance, **{**terms, "amount": Decimal(terms["amount"])})
    with as_job(by(), reason="test"):
        asked = emergency(world.member(), line=line, place_of_service=place)
        claim, _new = take_claim(asked, by=by(), plan=world.plan, received_at=AT)
        assert claim.allowed == Decimal(allowed)


def test_a_fee_that_ended_prices_no_later_day_and_is_not_rewritten(world, finance):
    line, _new = fee(world, finance)
    with as_job(finance, reason="test"):
        ended = end_fee(line, by=finance, on=SEEN)
        assert ended.period.upper == SEEN
        with pytest.raises(FeeError, match="before its end"):
            end_fee(line, by=finance, on=END)
        claim, _new = take_claim(emergency(world.member()), by=by(), plan=world.plan, received_at=AT)
        assert claim.status == "pended"


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"code": "9928"[:2]}, "five signs"),
        ({"code": "Visit"}, "five signs"),
        ({"modifier": "2"}, "two letters"),
        ({"place": "1A"}, "two digits"),
        ({"amount": Decimal("-1")}, "below zero"),
        ({"amount": Decimal("1.005")}, "cents"),
        ({"end": START}, "after its first day"),
        ({"npi": "1999999984"}, "No provider"),
    ],
)
def test_what_is_no_fee_is_refused_with_what_to_mend(world, finance, terms, why):
    with pytest.raises(FeeError, match=why):
        fee(world, finance, **terms)
    assert not FeeScheduleLine.objects.exists()


def test_only_those_who_handle_claims_of_this_plan_set_fees(world, client):
    with as_job(by(), reason="test"):
        second = make_world()
    for role, place in (("physician", world.plan), ("auditor", world.plan), ("finance", second.plan)):
        with pytest.raises(PermissionDenied):
            fee(world, make_staff(role, place))
    line, _new = fee(world, make_staff("plan_administrator", world.plan))
    client.force_login(make_staff("finance", second.plan))
    assert client.post(reverse("billing:end_fee", args=[line.pk]), {"on": "2026-06-01"}).status_code == 403
    assert "99283" not in client.get(reverse("billing:fees")).content.decode()
    client.force_login(make_staff("nurse", world.plan))
    assert client.get(reverse("billing:fees")).status_code == 403


def test_a_file_is_taken_in_line_by_line_and_bad_lines_are_set_aside(world, tmp_path, capsys):
    with as_job(by(), reason="test"):
        world.plan.name = "Plan of the file"
        world.plan.save()
    file = tmp_path / "fees.csv"
    file.write_text(
        "code,modifier,place,price,from,until\n"
        "99283,,23,310.00,2026-01-01,2027-01-01\n"
        "99283,,23,320.00,2026-06-01,\n"
        "99284,25,,many,2026-01-01,\n"
        "99285,,,590.00,01/01/2026,\n"
        "0450,,,700.00,2026-01-01,\n"
        "A0427,,,560.00,2026-01-01\n"
    )

    with pytest.raises(CommandError, match="Mend the lines"):
        call_command("load_fees", file, plan="Plan of the file")
    said = capsys.readouterr()
    assert "2 fees added, 0 as they were, 4 set aside." in said.out
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["line 3", "line 4", "line 5", "line 7"]
    file.write_text("code,price,from,place,until\n99283,310.00,2026-01-01,23,2027-01-01\n0450,700,2026-01-01,,\n")
    call_command("load_fees", file, plan="Plan of the file")
    assert "0 fees added, 2 as they were, 0 set aside." in capsys.readouterr().out
    assert {line.concept.system.uri.rsplit("/", 1)[-1] for line in FeeScheduleLine.objects.all()} == {
        "cpt", "RevenueCodes",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_equal_claims_at_once_one_is_the_duplicate():
    with as_job(by(), reason="test"):
        world = make_world()
        Benefit.objects.create(
            product=world.products["commercial_group"], service="specialty_care", copay=Decimal(40), period=ALWAYS
        )
        Benefit.objects.create(
            product=world.products["commercial_group"], service="emergency", copay=Decimal(150), period=ALWAYS
        )
        member = world.member()
    fee(world, make_staff("finance", world.plan))
    both = threading.Barrier(2)

    def send(number: str) -> None:
        try:
            with as_job(by(), reason="test"):
                both.wait()
                asked = emergency(member, source=f"1234567893:PLAN:{number}:1")
                take_claim(asked, by=by(), plan=world.plan, received_at=datetime.now(UTC))
                # The other one has begun before this one commits.
                time.sleep(0.3)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send, args=(number,)) for number in ("A1", "B2")]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    with as_job(by(), reason="test"):
        assert sorted(OutsideClaim.objects.values_list("status", flat=True)) == ["pended", "priced"]
        assert UtilisationCost.objects.filter(member=member).count() == 1
