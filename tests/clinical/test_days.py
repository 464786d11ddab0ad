"""Days in the browser: a clinician's first day, a member who books, a question that is answered."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clinical.models import BreakTheGlass, Referral
from core.db import acting_as
from scheduling.models import Appointment, Slot
from tests.clinical import factories
from tests.scheduling.factories import hours, visit_type

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.fixture
def world():
    world = factories.World()
    with factories.arranging():
        world.room = factories.room(world.department)
        factories.concept("M25.561", "Pain in right knee", ICD10)
        factories.concept("7980", "Penicillin G", "http://www.nlm.nih.gov/research/umls/rxnorm")
    world.office = visit_type(world.department)
    return world


def booked_soon(world) -> Appointment:
    from scheduling import actions

    slot = hours(world.chen, world.department, timezone.now() + datetime.timedelta(minutes=2), count=1)[0]
    with acting_as(world.maria.user, reason="test"):
        return actions.book(
            by=world.maria.user, member=world.maria, slot=slot, visit_type=world.office, reason="Knee hurts on stairs"
        )


def test_a_clinicians_first_day(world, sign_in, axe, screenshot):
    booked_soon(world)

    # The nurse receives Maria and brings her to a room.
    page = sign_in(world.park.user)
    page.goto(reverse("scheduling:day"))
    axe(page, "schedule")
    page.get_by_role("button", name="Check in").click()
    page.get_by_label("Room").select_option(label="Room 1")
    page.get_by_role("button", name="Bring in").click()
    page.get_by_text("In the room").first.wait_for()

    # The physician finds her, reads the chart, opens the visit.
    page = sign_in(world.chen.user)
    page.goto(reverse("clinical:search"))
    axe(page)
    page.get_by_label("Find a member").fill("alvares maria")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Alvarez, Maria").click()
    page.get_by_role("heading", name="Alvarez, Maria").wait_for()
    axe(page, "chart-empty")
    page.get_by_role("link", name="Add an allergy").click()
    page.get_by_label("Substance").fill("penicillin")
    page.get_by_label("Reaction").fill("anaphylaxis")
    page.get_by_label("Danger").select_option(label="High")
    axe(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Penicillin G: anaphylaxis").wait_for()

    page.goto(reverse("scheduling:day"))
    page.get_by_role("button", name="Open the visit").click()
    page.get_by_label("Systolic").fill("132")
    page.get_by_role("button", name="Record").click()
    page.get_by_text("A blood pressure has two values.").wait_for()
    axe(page)
    page.get_by_label("Systolic").fill("132")
    page.get_by_label("Diastolic").fill("81")
    page.get_by_role("button", name="Record").click()
    page.get_by_text("Vital signs recorded.").wait_for()
    page.get_by_label("Problem", exact=False).fill("M25.561")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("Pain in right knee").first.wait_for()
    page.locator("#id_body").fill("Knee stable. Exercises shown. Back in six weeks.")
    screenshot(page, "visit")
    page.get_by_role("button", name="Sign and end the visit").click()
    page.get_by_text("Signed. The visit has ended.").wait_for()
    axe(page, "chart")

    page.get_by_role("link", name="Notes").click()
    page.get_by_text("Knee stable.").wait_for()
    axe(page)
    for name in ("timeline", "problems", "results", "orders", "referrals"):
        page.goto(reverse("clinical:chart_panel", args=[world.maria.pk, name]))
        axe(page)
    page.goto(reverse("clinical:chart_panel", args=[world.maria.pk, "results"]))
    page.get_by_role("link", name="Blood pressure").first.click()
    page.get_by_role("heading", name="Blood pressure").first.wait_for()
    screenshot(page, "results")


def test_a_member_books_moves_and_cancels(world, sign_in, axe):
    hours(world.chen, world.department, count=4)
    hours(world.chen, world.department, factories.tomorrow(days=2), count=2)

    page = sign_in(world.maria.user)
    page.goto("/")
    page.get_by_role("link", name="Appointments").first.click()
    axe(page)
    page.get_by_role("link", name="Book a visit").click()
    axe(page, "book")
    page.get_by_role("radio", name="9:20 am").first.check()
    page.get_by_label("What is it about?").fill("Knee")
    page.get_by_role("button", name="Book this time").click()
    page.get_by_text("Booked for").wait_for()
    axe(page, "booked")

    with page.expect_download() as download:
        page.get_by_role("link", name="Add to calendar").click()
    calendar = download.value.path().read_text()
    assert "BEGIN:VEVENT" in calendar and "Knee" not in calendar

    page.get_by_role("link", name="Move").click()
    page.get_by_role("radio", name="9:40 am").first.check()
    page.get_by_role("button", name="Move to this time").click()
    page.get_by_text("Moved to").wait_for()

    page.goto("/")
    page.get_by_role("heading", name="Your next visit").wait_for()
    axe(page, "home")
    page.get_by_role("link", name="Cancel").click()
    axe(page)
    page.get_by_role("button", name="Cancel the visit").click()
    page.get_by_text("Cancelled. Nothing is charged.").wait_for()
    with acting_as(world.maria.user, reason="test"):
        assert not Appointment.objects.holding().exists()
        assert Slot.objects.with_free_seat().count() == 6


def test_booking_works_without_script(world, live_server, browser, sign_in):
    hours(world.chen, world.department, count=2)
    signed = sign_in(world.maria.user)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(signed.context.cookies())
    page = context.new_page()
    page.goto(reverse("scheduling:book"))
    page.get_by_role("button", name="Show times").click()
    page.get_by_role("radio", name="9:20 am").first.check()
    page.get_by_role("button", name="Book this time").click()
    page.get_by_text("Booked for").wait_for()
    context.close()


def test_a_question_is_asked_and_answered(world, sign_in, axe):
    page = sign_in(world.maria.user)
    page.goto(reverse("clinical:threads"))
    axe(page)
    page.get_by_role("link", name="Write a message").first.click()
    axe(page)
    page.get_by_label("What is it about?").fill("My knee")
    page.get_by_label("Your message").fill("It is swollen since yesterday.")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Sent. You get an answer within a day.").wait_for()
    axe(page, "thread")

    page = sign_in(world.park.user)
    page.goto(reverse("clinical:inbasket"))
    axe(page, "in-basket")
    page.get_by_role("link", name="My knee", exact=True).click()
    axe(page)
    page.get_by_label("Your message").fill("Please come in at two today.")
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_text("Nothing waits for you").wait_for()

    page = sign_in(world.maria.user)
    page.goto("/")
    page.get_by_role("link", name="Read the answer").click()
    page.get_by_text("Please come in at two today.").wait_for()
    page.goto("/")
    expect(page.get_by_role("link", name="Read the answer")).to_have_count(0)


def test_a_referral_from_question_to_report(world, sign_in, axe, screenshot):
    page = sign_in(world.chen.user)
    page.goto(reverse("clinical:refer", args=[world.maria.pk]))
    axe(page)
    page.get_by_role("combobox", name=re.compile("^To")).fill("Cardio")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Question").fill("Is it angina?")
    page.get_by_role("button", name="Send the question").click()
    page.get_by_text("Sent. They answer").wait_for()

    page = sign_in(world.osei.user)
    page.goto(reverse("clinical:inbasket"))
    page.get_by_role("link", name="Referral: Cardiology", exact=True).click()
    axe(page)
    page.get_by_role("button", name="Accept").click()
    page.get_by_label("Report").fill("No angina. Costochondritis, no treatment.")
    screenshot(page, "referral")
    page.get_by_role("button", name="Sign the report").click()
    page.get_by_text("Report received and read").first.wait_for()
    with acting_as(world.osei.user, reason="test"):
        closed = Referral.objects.get(member=world.maria)
        assert (closed.status, closed.accepted_by) == ("closed", world.osei.user)
        assert closed.report.body == "No angina. Costochondritis, no treatment."


def test_the_glass_asks_before_it_opens(world, sign_in, axe):
    page = sign_in(world.stranger.user)
    page.goto(reverse("clinical:chart", args=[world.maria.pk]))
    page.get_by_role("heading", name="You do not care for this member").wait_for()
    axe(page, "glass")
    page.get_by_label("Why do you need this record?").fill("On call; the ward asked me to look")
    page.get_by_role("button", name="Open the record").click()
    page.get_by_text("Opened with a reason").first.wait_for()
    with acting_as(world.maria.user, reason="test"):
        opened = BreakTheGlass.objects.get(member=world.maria)
        assert (opened.user, opened.reason) == (world.stranger.user, "On call; the ward asked me to look")


@pytest.mark.parametrize("who", ["maria", "chen"])
def test_home_and_chart_by_keyboard_alone(world, sign_in, who):
    page = sign_in(getattr(world, who).user)
    page.goto("/" if who == "maria" else reverse("clinical:chart", args=[world.maria.pk]))
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => {
              const here = document.activeElement;
              if (here === document.body) return null;
              const style = getComputedStyle(here);
              const seen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
                || here.classList.contains('kp-skip');
              return {seen, what: here.outerHTML.slice(0, 100), name: here.innerText || here.name || ''};
            }"""
        )
        if place is None:
            break
        assert place["seen"], f"The focus is not seen on {place['what']}"
        reached.add(place["name"].strip())
    wanted = {"Appointments", "Messages"} if who == "maria" else {"Timeline", "Refer", "Book a visit"}
    assert wanted <= reached, reached
