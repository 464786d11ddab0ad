"""The quality director's morning in a real browser: from the dashboard's worst gap to a project about it."""

import re

import pytest
from playwright.sync_api import expect

from tests.prevention.quality.conftest import AS_OF

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def morning(quality_world, lay):
    """Spanish speakers of Richmond get fewer tests; two months are kept."""
    lay("oakland", 60, 48, language="en", sex="female")
    lay("richmond", 40, 12, language="es", sex="male")
    lay("fresno", 30, 18, language="en", sex="male")
    lay("fresno", 24, 12, language="vi", sex="male")
    lay("fresno", 3, 1, language="tl", sex="male")
    lay("oakland", 40, 12, measure_id="CMS122")
    quality_world.count(AS_OF.replace(month=10))
    quality_world.count()
    return quality_world


def test_the_quality_directors_morning(morning, sign_in, axe):
    page = sign_in(morning.director)
    page.goto("/staff/quality/?sort=gap")
    page.get_by_role("heading", name="Quality", exact=True).wait_for()
    axe(page, "dashboard")

    # The widest gap leads to the rate by language.
    page.get_by_role("link", name="Spanish").first.click()
    page.get_by_text("worst served").wait_for()
    page.wait_for_function("document.querySelector('canvas[data-bars]').chart")
    axe(page, "measure")

    page.get_by_role("link", name=re.compile("Months: Spanish")).click()
    page.get_by_role("heading", name="Spanish, by month").wait_for()

    page.get_by_role("link", name=re.compile("People: Spanish")).click()
    page.get_by_role("heading", name="Spanish", exact=True).wait_for()
    expect(page.locator("tbody tr")).to_have_count(28)
    axe(page, "people")

    page.get_by_role("link", name="Start a project").click()
    axe(page)
    page.get_by_label("Title").fill("Kits in Spanish")
    page.get_by_label("Aim").fill("From 25 % to 50 % of Spanish speakers by the summer.")
    page.get_by_label("To be met by").fill("2030-06-30")
    page.get_by_role("button", name="Start the project").click()
    page.get_by_role("heading", name="Kits in Spanish").wait_for()
    page.get_by_label("Change idea").fill("The letter with the kit in Spanish")
    page.get_by_label("What we expect").fill("Ten points in two months")
    page.get_by_role("button", name="Try it").click()
    page.get_by_text("The change is being tried.").wait_for()
    axe(page, "project")

    page.get_by_role("link", name="Guidelines").click()
    page.get_by_role("link", name="Add a guideline").click()
    axe(page)
