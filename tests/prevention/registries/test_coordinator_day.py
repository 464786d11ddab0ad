"""A care coordinator's morning with a registry, and a plan administrator's export, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinical.models import Task
from core import jobs as core_jobs
from core.db import as_job
from core.models import User
from network.models import RoleAssignment
from prevention.actions import evaluate_members
from prevention.cohorts import jobs as cohorts
from prevention.measures import value_sets as vs
from prevention.models import Cohort, CohortExport, RegistryFollowUp
from prevention.registries import run
from tests.clinical import factories
from tests.clinical.factories import World, arranging
from tests.prevention import charts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    """Fourteen people with diabetes on Dr Chen's panel, Maria the worst of them; runs of two days."""
    made = World()
    today = timezone.localdate()
    with arranging():
        made.coordinator = factories.account("Cora Dinator")
        factories.role(made.coordinator, RoleAssignment.Role.CARE_COORDINATOR, made.system, made.department)
        made.keeper = factories.account("Paula Keeper")
        factories.role(made.keeper, RoleAssignment.Role.PLAN_ADMINISTRATOR, made.system)
        names = ["Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gita", "Hugo", "Iris", "Jon", "Kim", "Lea", "Max"]
        people = [made.maria, *(factories.member(made.system, name, "Sample") for name in names)]
        charts.value_set(vs.DIABETES, "E11.9", "http://hl7.org/fhir/sid/icd-10-cm")
        charts.value_set(vs.HBA1C_LABORATORY_TEST, "4548-4", "http://loinc.org")
        for number, one in enumerate(people):
            if number:
                factories.primary_care(one, made.chen, made.department)
            charts.enrol(one)
            charts.condition(one, vs.DIABETES, today - timedelta(days=900))
            if number % 3 == 0:
                charts.blood_pressure(one, today - timedelta(days=50), 150 - number, 84)
            charts.observation(
                one,
                vs.HBA1C_LABORATORY_TEST,
                today - timedelta(days=40 + 30 * number),
                value_quantity=round(10.4 - number / 3, 1),
                value_unit="%",
            )
    by = User.objects.system("prevention")
    with as_job(by, reason="arrange"):
        evaluate_members([one.pk for one in people], as_of=today)
    for day in (today - timedelta(days=30), today):
        core_jobs.work(run.start_nightly(by=by, as_of=day))
    return made


def test_a_coordinator_works_the_diabetes_registry(world, sign_in, axe):
    page = sign_in(world.coordinator)
    page.goto("/staff/registries/")
    axe(page, "registries")
    page.get_by_role("link", name="Diabetes", exact=True).click()
    page.get_by_text("Alvarez, Maria").wait_for()
    axe(page, "list")

    # Who is far from goal, and why is Maria?
    page.get_by_label("Control", exact=True).select_option(label="Far from goal")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Alvarez, Maria").click()
    page.locator("#worklist-detail").get_by_text("HbA1c at or above 10 %").first.wait_for()
    axe(page, "entry")
    page.get_by_label("Note").fill("Works nights; call after four")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Kept.").wait_for()

    # The whole filtered list becomes tasks; looked at first, done once.
    page.get_by_label("Control", exact=True).select_option(label="Far from goal")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Alvarez, Maria").wait_for()
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Give to coordinators", exact=True).click()
    page.get_by_role("heading", name="Look, then do it").wait_for()
    axe(page, "batch")
    page.get_by_label("What to do").fill("Offer a visit this week")
    page.get_by_role("button", name="Do it for").click()
    page.get_by_text("Done for").wait_for()
    axe(page, "done")
    with arranging():
        tasks = Task.objects.filter(kind="registry_follow_up")
        assert tasks.filter(member=world.maria).count() == 1
        assert tasks.count() == 5
        assert RegistryFollowUp.objects.get().note == "Works nights; call after four"


def test_a_cohort_is_built_counted_and_exported(world, sign_in, axe, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    page = sign_in(world.keeper)
    page.goto("/staff/cohorts/")
    axe(page)
    page.get_by_role("link", name="New cohort").click()
    page.get_by_label("Name", exact=True).fill("People with diabetes")
    page.get_by_label("What it is for").fill("Compare panels")
    page.get_by_label("Registry").select_option(label="Diabetes")
    axe(page, "new")
    page.get_by_role("button", name="Save and count").click()
    page.get_by_role("heading", name="People with diabetes").wait_for()
    with arranging():
        counting = Cohort.objects.select_related("run").get().run
    core_jobs.work(counting)
    page.reload()
    # Fourteen, said to the nearest ten.
    page.get_by_text("about 10").first.wait_for()
    page.get_by_label("Purpose").fill("Study of panels")
    page.get_by_role("button", name="Write the files").click()
    page.get_by_text("Being written", exact=True).wait_for()
    with arranging():
        asked = CohortExport.objects.get()
        writing = core_jobs.JobRun.objects.get(kind=cohorts.EXPORT, key=str(asked.pk))
    core_jobs.work(writing)
    page.reload()
    page.get_by_role("link", name="people.parquet").wait_for()
    axe(page, "cohort")
    with page.expect_download() as coming:
        page.get_by_role("link", name="people.parquet").click()
    assert coming.value.path().read_bytes()[:4] == b"PAR1"


def test_a_member_reads_about_what_is_due(world, sign_in, axe):
    page = sign_in(world.maria.user)
    page.goto("/library/")
    axe(page, "library")
    page.get_by_label("What would you like to know?").fill("sugar")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Living well with diabetes").click()
    page.get_by_role("heading", name="Your HbA1c").wait_for()
    axe(page, "article")
    page.goto("/")
    page.get_by_role("link", name="Read more").first.click()
    page.get_by_role("heading", name="Where this comes from").wait_for()
