"""A laboratory technologist's first day: from the physician's order in the chart to the member reading the result."""

import pytest

from tests.labs import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_test_is_ordered_collected_entered_released_and_read(page, sign_in, axe, screenshot):
    lab = factories.Laboratory()
    maria = lab.maria

    # The physician orders from the chart.
    sign_in(lab.chen.user)
    page.goto(f"/staff/chart/{maria.pk}/laboratory/")
    axe(page)
    page.get_by_role("link", name="Order a test").click()
    page.wait_for_url("**/order/laboratory/")
    page.goto(f"{page.url}?q=potassium")
    page.get_by_label("Potassium").first.check()
    page.get_by_role("button", name="Sign the order").click()
    page.wait_for_url("**/orders/")

    # The technologist finds it on the bench and takes every step there.
    sign_in(lab.tom)
    page.goto("/staff/labs/")
    axe(page, "bench")
    page.locator(".kp-work__open", has_text="Alvarez, Maria").click()
    page.get_by_role("button", name="Specimen taken").wait_for()
    axe(page, "bench-detail")
    page.get_by_label("Record number (MRN)").fill(maria.mrn)
    page.get_by_label("Birth date").fill("1974-02-11")
    page.get_by_role("button", name="Specimen taken").click()
    page.get_by_role("button", name="Receive").click()
    tube = page.locator(".kp-row__title").first.inner_text().strip()
    page.get_by_label("Accession number").fill(tube)
    page.get_by_label("Value in mmol/L").fill("5.4")
    page.get_by_role("button", name="Enter result").click()
    axe(page, "to-release")
    page.get_by_role("button", name="Release").click()
    page.get_by_text("Released.", exact=True).first.wait_for()
    axe(page, "released")

    # The physician sees it in the chart and closes the task.
    sign_in(lab.chen.user)
    page.goto(f"/staff/chart/{maria.pk}/laboratory/")
    screenshot(page, "chart")
    page.get_by_role("link", name="Potassium: 5.4 mmol/L").click()
    page.get_by_label("What was done").fill("Will repeat in a week")
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_text("Noted. The task is closed.").wait_for()

    # The member reads it.
    sign_in(maria.user)
    page.goto("/results/")
    page.get_by_text("5.4").first.wait_for()
    result = maria_result(lab)
    page.goto(f"/results/{result.pk}/")
    page.get_by_text("Amara Chen looked at it").wait_for()
    axe(page, "portal")


def maria_result(lab):
    from core.db import acting_as
    from labs.models import LabResult

    with acting_as(lab.tom, reason="test"):
        return LabResult.objects.get(member=lab.maria)
