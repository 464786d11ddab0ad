"""A reminder in Spanish ends as a closed gap, and nobody types "done": message, link, kit, a laboratory's file, rule.

And the other branch: what is found is followed until somebody has looked. And a day of who calls the rest.
"""

import re
from datetime import time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core import outbox
from core.db import acting_as
from core.models import User
from labs.actions import specimens
from labs.models import LabOrder
from members.models import CommunicationPreference, Member
from prevention import jobs
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY, FOBT
from prevention.models import (
    Campaign,
    CareGap,
    FollowUp,
    HomeKit,
    OneTapLink,
    OutreachContact,
    OutreachPolicy,
    Reminder,
)
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.interop import hl7_files as hl7
from tests.labs.factories import Laboratory
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, policy, protocols, reached_by
from tests.scheduling import factories as times

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
HEALTH = re.compile(r"colon|c[aá]ncer|heces|stool|kit|prueba|examen", re.IGNORECASE)


@pytest.fixture
def world():
    cache.clear()
    made = Laboratory()
    with arranging():
        policy(made.system)
        # Calls are tested at whatever hour the tests run.
        OutreachPolicy.objects.update(quiet_from=time(3), quiet_until=time(3))
        # One gap alone, so that the cap over all messages does not choose another first.
        Campaign.objects.filter(code="preventive-care").update(rules=["colorectal_screening"])
        protocols(made.system, made.chen)
        charts.value_set(FOBT, "29771-3", "http://loinc.org")
        Member.objects.filter(pk=made.maria.pk).update(language="es")
        reached_by(made.maria, "sms")
        CommunicationPreference.objects.create(member=made.maria, channels=["sms"])
        charts.enrol(made.maria)
    return made


def beat() -> None:
    """What beat asks every few seconds: who changed?"""
    while jobs.take_changed(as_of=timezone.localdate(), by=User.objects.system("prevention")):
        pass


def reminder_of(world) -> Reminder:
    with arranging():
        found = Reminder.objects.select_related("message", "gap").filter(gap__rule="colorectal_screening")
        return found.get(member=world.maria)


def open_the_link(page, path: str) -> None:
    page.goto(path)
    assert page.locator("html").get_attribute("lang") == "es"
    assert not HEALTH.search(page.locator("main").inner_text()), "before the date of birth nothing is told"
    page.locator("input[name=born]").fill("1974-02-11")
    page.locator("main form .kp-button--main").click()
    page.locator("form[action$='/kit/'] button").wait_for()


def the_kit_comes_back(world, folder: Path, value: str) -> None:
    """The laboratory sends it, has it back and tests it; its system writes a file. Nobody there knows of a gap, and
    nobody here types anything."""
    with acting_as(world.tom, reason="the bench"):
        order = LabOrder.objects.select_related("member").get(test=world.fit)
        specimens.mail_kit(by=world.tom, order=order)
    code, word = {"negative": ("260385009", "Negative"), "positive": ("10828004", "Positive")}[value]
    stool, taken = "29771-3^Hemoglobin in stool^LN", f"{timezone.now() - timedelta(minutes=1):%Y%m%d%H%M%S}+0000"
    sent = hl7.message(
        hl7.pid(order.member),
        hl7.obr(str(order.pk), "FIT-1", stool, taken),
        hl7.obx(f"{code}^{word}^SCT", stool, "CWE", "", f8="A" if value == "positive" else "N"),
    )
    out = StringIO()
    path = hl7.save(folder, "stool.hl7", sent)
    call_command("import_hl7", path, organization=world.system.name, stdout=out)
    assert "accepted / set aside: 1 / 0" in out.getvalue()


@pytest.mark.parametrize("value", ["negative", "positive"])
def test_a_reminder_in_spanish_ends_as_a_closed_gap(page, axe, sign_in, world, tmp_path, value):
    # She is due; a text message goes out in her language and tells nothing.
    beat()
    sent = reminder_of(world)
    assert (sent.channel, sent.language) == ("sms", "es")
    text = outbox.render(sent.message).body
    assert not HEALTH.search(text.split("http")[0])
    path = "/r/" + re.search(r"/r/(\S+)", text).group(1)

    # One tap.
    open_the_link(page, path)
    axe(page, "answers")
    page.locator("form[action$='/kit/'] button").click()
    page.locator(".kp-notice--good").wait_for()
    with arranging():
        kit = HomeKit.objects.get(member=world.maria)
        assert kit.standing_order.signed_by_id == world.chen.pk
        assert OneTapLink.objects.get(reminder=sent).used_for == "kit_ordered"

    # The laboratory does its work and sends a file; the rule closes the gap by the result.
    the_kit_comes_back(world, tmp_path, value)
    beat()
    with arranging():
        closed = CareGap.objects.get(pk=sent.gap_id)
        (fact,) = closed.evidence["facts"]
        # What was found is not the end of it: the gap stays open, and asks for the colonoscopy.
        told = ("open", "positive stool test") if value == "positive" else ("closed", "stool test")
        assert (closed.status, closed.last_done_what, fact["model"]) == (*told, "clinical.observation")
        assert set(OutreachContact.objects.filter(gap=closed).values_list("outcome", flat=True)) == {"kit_ordered"}
        followed = FollowUp.objects.filter(member=world.maria).select_related("task").first()

    sign_in(world.maria.user)
    page.goto(reverse("prevention:gap", args=[closed.pk]))
    page.locator(".kp-page-head h1").wait_for()
    expect(page.locator("form[action$='/order/']")).to_have_count(0)
    if value == "negative":
        assert followed is None
        return

    # Found something: her doctor's, with a clock, until the colonoscopy is done.
    assert (followed.status, followed.task.owner_id) == ("open", world.chen.user.pk)
    sign_in(world.chen.user)
    page.goto(reverse("prevention:follow_ups"))
    page.get_by_text("Maria Alvarez").first.wait_for()
    axe(page, "follow-up")
    with arranging():
        charts.procedure(world.maria, COLONOSCOPY, timezone.now())
    beat()
    with arranging():
        followed.refresh_from_db()
        closed.refresh_from_db()
        assert (followed.status, closed.status, closed.last_done_what) == ("done", "closed", "colonoscopy")


def test_a_day_of_the_outreach_worker(page, axe, screenshot, sign_in, world):
    with arranging():
        cora = clinic.account("Cora Dinator")
        clinic.role(cora, clinic.Role.CARE_COORDINATOR, world.system, world.department)
        times.visit_type(world.department, "GI-SCREEN", "Colonoscopy", service="preventive", is_self_scheduled=True)
        before = timezone.now() - timedelta(minutes=1)
        people = {}
        for name, step in (("Ana", 4), ("Bea", 4), ("Rosa", 4)):
            people[name] = clinic.member(world.system, name, name, with_account=False)
            clinic.primary_care(people[name], world.chen, world.department)
            charts.enrol(people[name])
            reached_by(people[name], "phone")
            Reminder.objects.create(
                member=people[name],
                gap=gap(people[name]),
                step=step,
                channel="call",
                language="en",
                send_after=before,
                created_at=before,
            )
    times.hours(world.chen, world.department)
    sign_in(cora)
    page.goto(reverse("prevention:calls"))
    expect(page.locator(".kp-work__open")).to_have_count(3)
    axe(page, "calls")

    # Ana: a kit, ordered during the call.
    page.get_by_role("button", name=re.compile("Call.*Ana, Ana")).click()
    page.get_by_text("Colon cancer test").first.wait_for()
    screenshot(page, "call")
    page.locator("main form[action$='/order/'] button").first.click()
    page.get_by_text("Ordered under protocol.").wait_for()
    expect(page.get_by_role("button", name=re.compile("Call.*Ana, Ana"))).to_have_count(0)

    # Bea: nobody there; she is tried again in three days.
    page.get_by_role("button", name=re.compile("Call.*Bea, Bea")).click()
    page.locator("main select[name=outcome]").select_option("no_answer")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Kept.").wait_for()
    expect(page.locator(".kp-work__open")).to_have_count(1)

    # Rosa: a visit, while she is on the line.
    page.get_by_role("button", name=re.compile("Call.*Rosa, Rosa")).click()
    page.get_by_role("link", name="Book the visit").click()
    page.locator(".kp-time").first.click()
    page.locator("main form .kp-button--main").first.click()
    page.get_by_text("Booked for").first.wait_for()
    page.goto(reverse("prevention:calls"))
    page.get_by_text("Nobody to call now").wait_for()
    with arranging():
        outcomes = dict(OutreachContact.objects.values_list("member__given", "outcome"))
    assert outcomes == {"Ana": "kit_ordered", "Bea": "no_answer", "Rosa": "booked"}
