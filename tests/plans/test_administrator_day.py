"""The first day of a plan administrator: coverage, a duplicate, a file with something set aside, the jobs."""

import json
import re
from datetime import date

import pytest
from django.urls import reverse

from core.db import acting_as, as_job
from core.models import User
from interop.models import ImportRun, SetAside
from members.models import MatchReview, Member, MemberAddress, MemberTelecom
from network.models import Employment, ServiceArea
from plans.models import CoveragePeriod, PremiumRate
from tests.members.factories import make_member
from tests.network.factories import ALWAYS, make_clinician, make_department, make_staff, make_system
from tests.plans.factories import SINCE, make_group, make_plan, make_product

pytestmark = pytest.mark.django_db(transaction=True)


class World:
    """A plan with a group and products, an office with doctors, and Ada, who was registered twice."""

    def __init__(self):
        self.system = make_system("Redwood Health")
        self.plan = make_plan(self.system)
        self.group = make_group(self.plan, name="Harbor Freight Lines")
        self.gold = make_product(self.plan, name="Gold HMO")
        PremiumRate.objects.create(product=self.gold, amount="480.50", period=SINCE)
        office = make_department(self.system, name="Family Medicine")
        office.facility.name, office.facility.postal_code = "Oakland Medical Offices", "94611"
        office.facility.save()
        ServiceArea.objects.create(
            region=office.facility.region, postal_code="94611", latitude="37.80", longitude="-122.27"
        )
        for family, languages in (("Osei", ["en"]), ("Reyes", ["en", "es"])):
            doctor = make_clinician(family=family, given="Ana", prefix="Dr.", panel_limit=5, is_accepting=True)
            doctor.languages = languages
            doctor.save()
            organization = office.facility.organization
            Employment.objects.create(
                clinician=doctor, organization=organization, department=office, fte=1, period=ALWAYS
            )
        born = date(1984, 5, 2)
        self.ada = make_member(self.system, family="Okafor", given="Adaeze", birth_date=born, language="es")
        self.twin = make_member(self.system, family="Okafor", given="Adaeza", birth_date=born)
        self.admin = make_staff("plan_administrator", self.system)
        User.objects.filter(pk=self.admin.pk).update(name="Helen Marsh")
        with as_job(User.objects.system("tests"), reason="test"):
            for member in (self.ada, self.twin):
                MemberAddress.objects.create(
                    member=member, line1="12 Harbor St", city="Oakland", state="CA", postal_code="94611",
                    period=(None, None),
                )  # fmt: skip
                MemberTelecom.objects.create(member=member, system="sms", value="+15105550123", period=(None, None))

    def file_with_something_set_aside(self) -> ImportRun:
        with as_job(User.objects.system("tests"), reason="test"):
            run = ImportRun.objects.create(
                kind="x12_834",
                managing_organization=self.system,
                file_name="harbor-2026-11.834",
                digest="0" * 64,
                status="done",
                total=57,
                counts={"accepted": 41, "unchanged": 14, "set_aside": 2},
                started_by=self.admin,
            )
            for position, code, reason in (
                ("segment 214, loop 2000 (INS)", "match_review", "This may be somebody we know. Decide, then replay."),
                ("segment 388, loop 2000 (INS)", "unknown_group", "REF*1L names a group that the plan does not have."),
            ):
                payload = json.dumps({"x12": "INS*Y*18*021*28*A~NM1*IL*1*OKAFOR*ADA~", "follows": None})
                SetAside.objects.create(
                    run=run,
                    managing_organization=self.system,
                    position=position,
                    code=code,
                    reason=reason,
                    payload=payload,
                )
            MatchReview.objects.create(
                managing_organization=self.system,
                source="x12_834:1",
                incoming={
                    "family": "OKAFOR", "given": "ADA", "birth_date": "1984-05-02", "sex": "female",
                    "line1": "12 HARBOR ST", "postal_code": "94611", "group": self.group.number,
                },
                candidates=[
                    {
                        "member": str(self.ada.pk),
                        "score": 22.1,
                        "agreements": {"family": 6.6, "given": -2.0, "birth_date": 12.0, "address": 5.0},
                    }
                ],
            )  # fmt: skip
        return run


@pytest.fixture
def world() -> World:
    return World()


def test_a_member_is_found_enrolled_and_given_a_doctor(world, sign_in, axe):
    page = sign_in(world.admin)
    page.goto(reverse("clinical:search"))
    page.get_by_label("Find a member").fill("okafor adaeze")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Okafor, Adaeze").click()
    page.get_by_role("heading", name="Okafor, Adaeze").wait_for()
    axe(page, "person")

    tabs = page.get_by_role("navigation", name="About this person")
    tabs.get_by_role("link", name="Coverage").click()
    page.get_by_text("No coverage was ever recorded").wait_for()
    axe(page, "no-coverage")
    page.get_by_role("link", name="Enrol", exact=True).click()
    axe(page)
    page.get_by_role("combobox", name="Group").fill("Harbor")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Subscriber number").fill("70021")
    page.get_by_label("Product").select_option(label="Gold HMO")
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_text("$480.50 a month").wait_for()
    axe(page, "enrol-preview")
    page.get_by_role("button", name="Enrol", exact=True).click()
    page.get_by_text("believed now").wait_for()
    axe(page, "coverage")
    with acting_as(world.admin, reason="test"):
        assert CoveragePeriod.objects.of_member(world.ada).count() == 1

    tabs.get_by_role("link", name="Primary care").click()
    axe(page, "doctor")
    page.get_by_role("button", name=re.compile("Choose.*Osei")).click()
    page.get_by_text("is their doctor from that day").wait_for()
    for name in ("Contact", "Family access"):
        tabs.get_by_role("link", name=name).click()
        axe(page, name.lower().replace(" ", "-"))
    tabs.get_by_role("link", name="Coverage").click()
    page.get_by_role("link", name="End coverage").click()
    page.get_by_label("First day without coverage").fill("2026-12-01")
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_text("What it touches").wait_for()
    axe(page, "end-preview")


def test_two_records_of_one_person_become_one(world, sign_in, axe):
    page = sign_in(world.admin)
    page.goto(reverse("members:duplicates", args=[world.ada.pk]))
    axe(page, "duplicates")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("heading", name="Side by side").wait_for()
    axe(page, "compare")
    page.get_by_role("button", name="Merge the records").click()
    page.get_by_text("This field is required").first.wait_for()
    axe(page)
    page.get_by_label("How do you know that they are one person?").fill("Same phone and address; confirmed by phone")
    page.get_by_label("I compared both records").check()
    page.get_by_role("button", name="Merge the records").click()
    page.get_by_text("Merged into this record").wait_for()
    axe(page, "merged")
    page.goto(reverse("members:merges"))
    axe(page)
    page.get_by_role("link", name="Take apart").click()
    axe(page, "unmerge")
    page.get_by_label("Why are they two people after all?").fill("Sisters with one phone")
    page.get_by_role("button", name="Take it apart").click()
    page.get_by_text("Two records again.").wait_for()
    with acting_as(world.admin, reason="test"):
        assert Member.objects.get(pk=world.twin.pk).status == "active"


def test_what_a_file_left_over_is_looked_at_and_decided(world, sign_in, axe, screenshot):
    world.file_with_something_set_aside()
    page = sign_in(world.admin)
    page.goto(reverse("interop:runs"))
    axe(page, "imports")
    page.get_by_role("link", name="harbor-2026-11.834").click()
    axe(page, "import")
    page.get_by_role("link", name=re.compile("As sent.*segment 388")).click()
    axe(page, "as-sent")
    page.go_back()
    page.get_by_role("link", name="decide who it is").click()
    axe(page, "matches")
    page.get_by_role("link", name="OKAFOR, ADA").click()
    axe(page, "match")
    page.get_by_role("button", name="The same person").click()
    page.get_by_text("Nobody waits for a decision").wait_for()
    axe(page)
    page.goto(reverse("core:job_runs"))
    axe(page, "jobs")
    page.get_by_role("button", name="Run now: Evaluate prevention").click()
    page.get_by_role("dialog").get_by_text("Nobody is reminded twice").wait_for()
    screenshot(page, "run-now")
    page.get_by_role("button", name="Run it now").click()
    page.get_by_text("The evaluation of today is under way.").wait_for()
    axe(page, "job-queued")
