"""A day of the controller, in the browser: from the month's total to one member's line; a claim beside its list."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from billing.capitation.close import close_month
from billing.models import Budget
from core.db import as_job
from core.models import User
from tests.billing.factories import make_world
from tests.network.factories import make_staff

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def world():
    with as_job(User.objects.system("browser-test"), reason="test"):
        world = make_world()
        world.cell("412.50")
        for _ in range(3):
            world.member()
        for month, amount in ((OCTOBER, "1500.00"), (date(2026, 9, 1), "1400.00")):
            Budget.objects.create(
                region=world.region, facility=world.department.facility, department=world.department,
                month=month, category="care", amount=Decimal(amount),
            )  # fmt: skip
    # Outside the transaction above: the close commits its own.
    world.run = close_month(world.plan, OCTOBER, by=User.objects.system("browser-test"))
    return world


@pytest.fixture
def controller(sign_in, world):
    """The page is signed in as somebody of finance."""
    return sign_in(make_staff("finance", world.plan))


def dollars(shown: str) -> Decimal:
    return Decimal(shown.replace("$", "").replace(",", "") or 0)


def test_from_the_months_total_to_one_members_line(controller, world, axe):
    page = controller

    page.goto(reverse("billing:runs"))
    axe(page)
    page.get_by_role("link", name="October 2026").click()
    expect(page.get_by_text("$1,237.50").first).to_be_visible()
    axe(page, "run")
    page.get_by_role("link", name=world.region.name).click()
    page.get_by_role("link", name=world.department.facility.name).click()
    page.get_by_role("link", name=world.department.name).click()
    axe(page)
    page.get_by_label("Why do you need these members' lines?").fill("Reconciling October with the group")
    page.get_by_role("button", name="Show the lines").click()
    axe(page, "members")
    page.locator("tbody a").first.click()
    expect(page.get_by_text("Recomputed: agrees")).to_be_visible()
    axe(page, "line")


def test_budget_books_and_claims_are_readable_on_a_phone(controller, world, axe):
    page = controller

    for name, query, shows in (
        ("budget", "?month=2026-10", "$1,500"),
        # The month's $1,237.50 in the books of each of two legal entities, the plan and the group.
        ("ledger", "", "$2,475.00"),
        ("claims", "", "Outside claims"),
    ):
        page.goto(reverse(f"billing:{name}") + query)
        expect(page.get_by_text(shows).first).to_be_visible()
        axe(page, name)
    page.goto(reverse("billing:ledger"))
    page.locator("tbody a").first.click()
    page.wait_for_url(lambda url: not url.endswith(reverse("billing:ledger")))
    debits, credits = (page.locator(f"tbody td:nth-child({column})").all_inner_texts() for column in (4, 5))
    assert sum(map(dollars, debits)) == sum(map(dollars, credits)) == 2 * Decimal("1237.50")
    axe(page, "entry")
