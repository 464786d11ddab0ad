"""Days in the browser: a pharmacist's first day, and a member who refills."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical.models import MedicationDispense
from core.db import acting_as
from pharmacy.actions import collect, fill
from pharmacy.models import Fill, StockLot
from pharmacy.names import plain_name
from tests.pharmacy import factories
from tests.pharmacy.factories import arranging
from tests.pharmacy.test_checks import allergic, measured

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_prescribed_filled_collected(sign_in, axe, screenshot):
    world = factories.Pharmacies()
    lot = world.stock()
    with arranging():
        allergic(world.maria, "Allergy to penicillin", text="Anaphylaxis", criticality="high")
        amoxicillin = factories.drug("amoxicillin")
        measured(world.maria, "2160-0", "1.1", "mg/dL")
        measured(world.maria, "29463-7", "71", "kg")

    # The physician is stopped by the allergy and prescribes something else.
    page = sign_in(world.chen.user)
    page.goto(reverse("pharmacy:prescribe", args=[world.maria.pk]))
    page.get_by_label("Find a medicine").fill("amox")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=amoxicillin.name).click()
    page.get_by_text("is a penicillin").wait_for()
    axe(page, "stopped")
    page.get_by_role("link", name="Another medicine").click()
    page.get_by_label("Find a medicine").fill("metf")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=world.metformin.name).click()
    page.get_by_label("Directions", exact=True).fill("Take 1 tablet twice a day with food")
    page.get_by_label("Units a fill").fill("60")
    page.get_by_label("Refills").fill("3")
    page.get_by_label("Pick up at").select_option(label=str(world.pharmacy))
    page.get_by_label("For what").fill("Type 2 diabetes")
    axe(page)
    page.get_by_role("button", name="Sign").click()
    page.get_by_text("Being prepared").first.wait_for()
    axe(page, "chart-medicines")

    # The pharmacist checks, fills and hands over.
    page = sign_in(world.nair.user)
    page.goto(reverse("pharmacy:queue"))
    axe(page)
    page.get_by_role("link", name="Check and fill").click()
    page.get_by_text("Type 2 diabetes").wait_for()
    axe(page, "queue")
    page.get_by_label("Scan or type the NDC").fill(lot.product.ndc)
    page.get_by_label("Where the bag goes").fill("Drawer A")
    page.get_by_role("button", name="Fill from this lot").click()
    page.get_by_text("Drawer A").wait_for()
    page.get_by_role("button", name="Hand over", exact=True).click()
    page.get_by_text("Nothing waits here").wait_for()
    page.goto(reverse("pharmacy:stock"))
    page.get_by_text("940").wait_for()
    axe(page, "stock")

    # A recall reaches her.
    page.get_by_role("link", name="Recall").click()
    page.get_by_label("Reason and recall number").fill("Class II, D-1")
    axe(page)
    page.get_by_role("button", name="Recall and write").click()
    page.get_by_text("1 member is told").wait_for()
    screenshot(page, "recall")
    with arranging():
        assert Fill.objects.get().status == "collected"
        assert StockLot.objects.get().recalled_at is not None


def test_a_member_refills(sign_in, axe, screenshot):
    world = factories.Pharmacies()
    world.stock()
    prescription = world.prescribe()
    made = world.fill_of(prescription)
    for action in (fill, collect):
        with acting_as(world.nair.user, reason="counter"):
            made = action(by=world.nair.user, fill=made)
    with arranging():
        at = timezone.now() - datetime.timedelta(days=28)
        MedicationDispense.objects.update(effective=(at, at + datetime.timedelta(seconds=1)))

    page = sign_in(world.maria.user)
    page.goto("/")
    to_refill = re.compile(rf"^Refill\s*: {plain_name(world.metformin.name)}$")
    page.get_by_role("link", name=to_refill).wait_for()
    axe(page, "home")
    page.get_by_role("link", name=to_refill).click()
    page.get_by_text("2 days left").wait_for()
    axe(page, "medicines")
    page.get_by_role("button", name=to_refill).click()
    page.get_by_text("Being prepared").wait_for()
    screenshot(page, "medicines-asked")
    with arranging():
        assert world.fill_of(prescription).number == 1
