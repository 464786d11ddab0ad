"""A ward nurse's day: admit, move, take over, discharge; primary care has the follow-up."""

import pytest

from clinical.models import Task
from core.db import acting_as
from tests.hospitals import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_person_is_admitted_moved_handed_over_and_discharged(page, sign_in, axe):
    ward = factories.Hospital()
    sign_in(ward.nina)
    page.goto("/staff/hospitals/")
    axe(page)
    page.get_by_role("link", name="Admit to 01-A").first.click()
    axe(page)
    page.get_by_label("Record number (MRN)").fill(ward.maria.mrn)
    page.get_by_label("Reason").fill("Pneumonia")
    page.get_by_role("main").get_by_role("button", name="Admit", exact=True).click()
    page.get_by_role("heading", name="Alvarez, Maria").wait_for()
    axe(page, "stay")

    page.get_by_label("To bed").select_option(label="Surgical 01-B")
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_text("Moved.").wait_for()

    sign_in(ward.doc)
    page.reload()
    page.get_by_text("Hand off", exact=True).click()
    page.locator("#id_to_department").select_option(label="Medical")
    page.get_by_label("Patient summary").fill("Day 2 of pneumonia, on room air")
    page.get_by_label("To do").fill("Check potassium at 22:00")
    page.get_by_label("If, then").fill("If short of breath, call")
    page.get_by_role("button", name="Offer").click()
    page.get_by_text("Not accepted yet").wait_for()
    page.locator("#id_body").fill("Pneumonia, treated. Chest film in six weeks.")
    page.get_by_role("button", name="Sign the summary").click()
    page.get_by_text("Summary signed.").wait_for()

    sign_in(ward.nina)
    page.reload()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("Accepted by Nina Ward").wait_for()
    page.goto("/staff/hospitals/")
    axe(page, "board")
    page.get_by_role("link", name="Alvarez, Maria").click()
    page.get_by_label("Goes to").select_option(label="Home")
    page.get_by_role("button", name="Discharge", exact=True).click()
    page.get_by_text("Discharged. Primary care has a task").wait_for()
    axe(page, "discharged")
    with acting_as(ward.chen.user, reason="test"):
        assert Task.objects.get(kind="discharge_follow_up").owner == ward.chen.user
