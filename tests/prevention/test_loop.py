"""The whole loop in a browser: a gap, its reminder, the booking, what was done, and the gap closed on every page."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinical.actions.visits import start_visit
from core import outbox
from core.db import as_job
from core.models import User
from members.models import Member
from prevention import jobs
from prevention.models import CareGap, Reminder
from scheduling.models import Appointment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.usefixtures("demo")]

RULE = "blood_pressure"
# Nothing of these may stand in an e-mail.
HEALTH = re.compile(r"blood|pressure|colon|cancer|screen|test|diabet|due", re.IGNORECASE)


def looking():
    return as_job(User.objects.system("tests"), reason="look")


def test_a_gap_becomes_a_reminder_a_visit_and_closes_itself(demo_sign_in, screenshot, axe):
    with looking():
        maria = Member.objects.get(user__email="maria@demo.example")
        gap = CareGap.objects.get(member=maria, rule=RULE, status="open")
        told = Reminder.objects.filter(gap__member=maria).select_related("message", "gap").order_by("created_at")
        assert told, "the nightly run writes a reminder for a member with open gaps"
        message = told[0].message
        # What goes out by e-mail stands in the list of messages sent; hers begins in the portal.
        sent = Reminder.objects.filter(message__channel="email").select_related("message").latest("created_at").message
        rendered = outbox.render(sent)
    words = f"{rendered.subject} {rendered.body}"
    assert not HEALTH.search(words.replace("kpcare", "")), f"The reminder says too much: {words}"
    viewer = demo_sign_in("plan.administrator")
    viewer.goto("/staff/outbox/")
    viewer.get_by_text(rendered.subject).first.wait_for()
    screenshot(viewer, "messages-sent")

    # The link of the reminder leads to a gap page behind the sign-in.
    page = demo_sign_in("maria")
    page.goto(message.url_path)
    page.get_by_role("heading", name="What you can do now").wait_for()
    axe(page)

    page.goto("/")
    screenshot(page, "home-before")
    page.goto(f"/gaps/{gap.pk}/")
    page.get_by_role("link", name="Book", exact=False).first.click()
    page.get_by_text("It costs you").first.wait_for()
    page.locator(".kp-time").first.click()
    screenshot(page, "booking")
    page.get_by_role("button", name="Book this time").click()
    page.get_by_text("Booked for").first.wait_for()
    with looking():
        visit = Appointment.objects.filter(member=maria).latest("booked_at")
        assert visit.reason == "Blood pressure check"

    # She comes; the nurse measures. (Nobody waits days in a test: she has arrived.)
    with looking():
        by = User.objects.get(email="physician@demo.example")
        Appointment.objects.filter(pk=visit.pk).update(status="arrived", arrived_at=timezone.now())
        encounter = start_visit(Appointment.objects.get(pk=visit.pk), by=by)
    nurse = demo_sign_in("nurse")
    nurse.goto(f"/staff/chart/{maria.pk}/visit/{encounter.pk}/")
    nurse.get_by_label("Systolic").fill("124")
    nurse.get_by_label("Diastolic").fill("76")
    nurse.get_by_role("button", name="Record").click()
    nurse.get_by_text("Vital signs recorded.").wait_for()

    # Beat asks every five seconds who changed; this is that question until nobody is left. How long it takes for one
    # member is told by `./kp bench one_member`.
    while jobs.take_changed(as_of=timezone.localdate(), by=User.objects.system("prevention")):
        pass
    with looking():
        gap.refresh_from_db()
    assert gap.status == "closed"

    page = demo_sign_in("maria")
    page.goto("/")
    expect(page.get_by_role("heading", name="Blood pressure check")).to_have_count(0)
    screenshot(page, "home-after")
    page.goto(f"/gaps/{gap.pk}/")
    page.get_by_role("heading", name="Nothing to do").wait_for()
    axe(page)
    page = demo_sign_in("care.coordinator")
    page.goto(f"/staff/prevention/?rule={RULE}")
    expect(page.locator(f'a[href*="{gap.pk}"]')).to_have_count(0)
