"""The outreach worker's afternoon in a real browser: letters, a call, an address; and a physician's signature."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from core import jobs as core_jobs
from core.models import OutboxMessage
from network.models import RoleAssignment
from prevention.models import OutreachEpisode, StandingOrder
from prevention.outreach import batches
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.labs.factories import Laboratory
from tests.prevention import charts
from tests.prevention.outreach.factories import at_any_hour, gap, policy, protocols, queue, reached_by, waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def world():
    made = Laboratory()
    with arranging():
        policy(made.system)
        at_any_hour()
        protocols(made.system, made.chen)
        made.cora = clinic.account("Cora Dinator")
        clinic.role(made.cora, RoleAssignment.Role.CARE_COORDINATOR, made.system, made.department)
        clinic.primary_care(made.pedro, made.chen, made.department)
        for one in (made.maria, made.pedro):
            charts.enrol(one)
            reached_by(one, "phone")
        made.gaps = [gap(made.maria), gap(made.pedro)]
    return made


def test_the_workers_afternoon(world, sign_in, axe):
    with arranging():
        waits(world.gaps[0], "letter", step=3)
        waits(gap(world.pedro, "cervical_screening"), "letter", step=3, language="es")
        waits(gap(world.maria, "breast_screening"), "call")
    page = sign_in(world.cora)
    page.goto("/staff/outreach/letters/")
    page.get_by_role("button", name=re.compile("Take this pile.*English")).click()
    page.get_by_text("English: to be posted").wait_for()
    axe(page, "letters")
    with page.expect_download() as printing:
        page.get_by_role("link", name=re.compile("Print the PDF")).click()
    assert printing.value.suggested_filename == "letters-en-usual.pdf"
    page.get_by_role("button", name=re.compile("They are posted")).click()
    page.get_by_text("1 letters marked as posted").wait_for()

    page.get_by_role("link", name="Calls").click()
    page.get_by_role("button", name=re.compile("Call.*Alvarez, Maria")).click()
    page.get_by_text("+15105550123").wait_for()
    axe(page, "call")
    page.get_by_role("link", name="All calls").click()
    page.get_by_text("Yours until").wait_for()
    axe(page, "calls")


def test_an_address_is_found(world, sign_in, axe):
    with arranging():
        reached_by(world.maria, "email")
    queue(as_of=timezone.localdate(), at=timezone.now())
    with arranging():
        OutboxMessage.objects.update(status="failed", last_error="550 no such user")
        OutreachEpisode.objects.filter(member=world.pedro).update(
            stopped_at=timezone.now(), stop_reason="undeliverable"
        )
    page = sign_in(world.cora)
    page.goto("/staff/outreach/addresses/")
    page.get_by_role("heading", name="Addresses wanted").wait_for()
    axe(page, "addresses")
    page.get_by_role("link", name="Vega, Pedro").click()
    page.get_by_role("heading", name="What is known").wait_for()
    axe(page, "address")
    page.get_by_label("Number or address").fill("510 555 0177")
    page.get_by_role("button", name="Keep it and write again").first.click()
    page.get_by_text("Outreach begins anew tonight").wait_for()
    expect(page.get_by_role("link", name="Vega, Pedro")).to_have_count(0)


def test_a_physician_signs_a_list_and_sees_the_orders_go_out(world, sign_in, axe):
    with arranging():
        fit = StandingOrder.objects.get(protocol="fit_home_kit")
        batch = batches.prepare_batch(fit, "colorectal_screening", by=world.chen.user)
    page = sign_in(world.chen.user)
    page.goto(f"/staff/outreach/lists/{batch.pk}/")
    page.get_by_role("button", name="Sign all that are ticked").click()
    page.get_by_text("0 of 2 people").wait_for()
    axe(page, "being-placed")
    with arranging():
        run = batches.run_of(batch)
    core_jobs.work(run)
    page.get_by_text("2 of 2 people").wait_for()
    page.get_by_text("Ordered").first.wait_for()
    axe(page, "placed")
