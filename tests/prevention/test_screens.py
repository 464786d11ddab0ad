"""A member answers a gap; an outreach worker works the list; nobody else sees either."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clinical.models import Condition, ServiceRequest, Task
from core.db import as_job
from core.models import AuditEvent, JobRun, User
from core.terminology import concept
from labs.models import LabTest
from members.models import Sensitivity
from network.models import RoleAssignment
from prevention.actions import evaluate_members
from prevention.measures.controlling_high_blood_pressure_2025 import ESSENTIAL_HYPERTENSION
from prevention.models import CareGap, OutreachContact
from prevention.outreach.explain import how_long
from prevention.rules import FOR_MEMBERS, rule
from tests.clinical import factories
from tests.clinical.factories import World, arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import protocols

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Maria of our system and Olga of the other are due for everything; a care coordinator in each system."""
    made = World()
    with arranging():
        made.coordinator = factories.account("Cora Dinator")
        factories.role(made.coordinator, RoleAssignment.Role.CARE_COORDINATOR, made.system)
        made.other_coordinator = factories.account("Otto Dinator")
        factories.role(made.other_coordinator, RoleAssignment.Role.CARE_COORDINATOR, made.other_system)
        for member in (made.maria, made.pedro, made.olga):
            charts.enrol(member)
        protocols(made.system, made.chen)
    with as_job(User.objects.system("prevention"), reason="arrange"):
        evaluate_members(
            [made.maria.pk, made.pedro.pk, made.olga.pk],
            as_of=timezone.localdate(),
            at=datetime.now(UTC) - timedelta(minutes=1),
        )
    return made


def gap_of(member, rule="colorectal_screening") -> CareGap:
    with arranging():
        return CareGap.objects.get(member=member, rule=rule, status__in=["open", "deferred", "closed"])


def test_a_gap_says_what_why_and_what_it_costs(client, world):
    client.force_login(world.maria.user)
    gap = gap_of(world.maria)

    page = client.get(reverse("prevention:gap", args=[gap.pk])).content.decode()

    for words in (
        "Colon cancer test",
        "home",
        "$0",
        "US Preventive Services Task Force, 18 May 2021",
        "Send me a home kit",
        "I had it elsewhere",
    ):
        assert words in page
    assert "grade A" not in page, "a grade says nothing to a member"
    with arranging():
        assert AuditEvent.objects.filter(verb="prevention.gap", member_id=world.maria.pk).exists()


def test_whoever_has_high_blood_pressure_is_not_told_what_it_would_be_like(client, world):
    with arranging():
        charts.condition(world.maria, ESSENTIAL_HYPERTENSION, date(2020, 1, 1))
    known, unknown = "You have high blood pressure", "High blood pressure has no signs"
    for who, said, other in ((world.maria, known, unknown), (world.pedro, unknown, known)):
        client.force_login(who.user)
        page = client.get(reverse("prevention:gap", args=[gap_of(who, "blood_pressure").pk])).content.decode()
        assert said in page
        assert other not in page
    # A proxy does not hear of what is labelled.
    with arranging():
        Condition.objects.filter(member=world.maria).update(sensitivity=Sensitivity.GENETIC)
        factories.proxy(world.pedro.user, world.maria, "view")
    page = client.get(reverse("prevention:gap", args=[gap_of(world.maria, "blood_pressure").pk])).content.decode()
    assert unknown in page
    assert known not in page


def test_a_link_to_the_gap_of_somebody_one_looks_after_leaves_the_session_in_ones_own_record(client, world):
    with arranging():
        factories.proxy(world.pedro.user, world.maria, "view", "schedule")
    client.force_login(world.pedro.user)
    gap = gap_of(world.maria, "breast_screening")

    page = client.get(reverse("prevention:gap", args=[gap.pk])).content.decode()

    assert "portal_member" not in client.session
    for own in ("/family/", "/profile/"):
        assert client.get(own).status_code == 200, "still his own"
    # The page is about Maria, and booking for her goes on once her record is opened, by a post.
    opens = reverse("members:switch_person", args=[world.maria.pk])
    booking = next(part for part in page.split("<form") if opens in part and "gap:" in part)
    there = re.search(r'name="next" value="([^"]+)"', booking)[1].replace("&amp;", "&")
    answer = client.post(opens, {"next": there})
    assert answer["Location"] == there
    assert client.session["portal_member"] == str(world.maria.pk)
    assert client.post(opens, {"next": "https://evil.example/"})["Location"] == "/"


def test_nobody_opens_another_members_gap(client, world):
    gap = gap_of(world.maria)
    for stranger in (world.pedro.user, world.olga.user):
        client.force_login(stranger)
        for name in ("gap", "order", "elsewhere", "not_now"):
            method = client.get if name == "gap" else client.post
            assert method(reverse(f"prevention:{name}", args=[gap.pk])).status_code == 404


def test_ordering_the_kit_twice_is_one_order_under_protocol(client, world):
    client.force_login(world.maria.user)
    gap = gap_of(world.maria)
    with arranging():
        kit = next(way for way in rule(gap.rule).ways if way.kind == "order")
        LabTest.objects.create(
            organization=world.maria.managing_organization, code="FIT", name="FIT", loinc=concept(kit.system, kit.code)
        )

    for _ in range(2):
        client.post(reverse("prevention:order", args=[gap.pk]), {"asked": "1"})

    with arranging():
        order = ServiceRequest.objects.get(member=world.maria)
    assert (order.protocol, order.kind) == ("fit_home_kit", "laboratory")
    assert order.ordered_by_id == world.chen.user.pk, "the result comes to whoever signed the protocol"


def test_a_kit_that_the_laboratory_does_not_offer_is_said_and_not_ordered(client, world):
    client.force_login(world.maria.user)

    page = client.post(reverse("prevention:order", args=[gap_of(world.maria).pk]), {"asked": "1"}, follow=True)

    assert "Book a visit instead" in page.content.decode(), "signed, but our laboratory has no such test"
    with arranging():
        assert not ServiceRequest.objects.filter(member=world.maria).exists()


def test_had_it_elsewhere_asks_for_the_record_and_leaves_the_gap(client, world):
    client.force_login(world.maria.user)
    gap = gap_of(world.maria)

    client.post(reverse("prevention:elsewhere", args=[gap.pk]), {"when": "May 2024", "where": "County Hospital"})

    with arranging():
        task = Task.objects.get(member=world.maria)
    assert task.kind == "outside_record"
    assert (task.role, task.department) == ("care_coordinator", world.department), "a task nobody owns is not done"
    assert "Colorectal cancer screening" in task.detail
    assert "County Hospital" in task.detail
    assert gap_of(world.maria).status == "open", "only a fact closes a gap"


def test_not_now_needs_a_day_and_a_reason(client, world):
    client.force_login(world.maria.user)
    gap = gap_of(world.maria)
    url = reverse("prevention:not_now", args=[gap.pk])

    assert client.post(url, {"until": "2020-01-01", "reason": "x"}).status_code == 422
    until = timezone.localdate() + timedelta(days=60)
    client.post(url, {"until": until.isoformat(), "reason": "After my knee operation"})

    gap = gap_of(world.maria)
    assert (gap.status, gap.deferred_until, gap.defer_reason) == ("deferred", until, "After my knee operation")


def test_portal_home_says_what_is_due(client, world):
    client.force_login(world.maria.user)

    page = client.get("/").content.decode()

    assert "Six things need you today" in page
    assert "Colon cancer test" in page


def test_portal_home_asks_for_little_at_once_and_hides_nothing(client, world):
    client.force_login(world.maria.user)
    with arranging():
        due = list(CareGap.objects.filter(member=world.maria, rule__in=FOR_MEMBERS).open())

    page = client.get("/").content.decode()

    assert len(due) > 3
    assert page.count("Had it elsewhere, or not now") == 2
    assert "Also due, whenever you are here next" in page
    for gap in due:
        assert page.count(f'href="{reverse("prevention:gap", args=[gap.pk])}"') >= 1


def test_the_worklist_shows_our_members_and_not_theirs(client, world):
    client.force_login(world.coordinator)

    page = client.get(reverse("prevention:worklist") + "?rule=cervical_screening").content.decode()

    assert "Alvarez, Maria" in page
    assert "Other, Olga" not in page


def test_the_worklist_says_in_which_language_to_call(client, world):
    with arranging():
        type(world.maria).objects.filter(pk=world.maria.pk).update(language="es")
    client.force_login(world.coordinator)

    page = client.get(reverse("prevention:worklist") + "?rule=cervical_screening").content.decode()

    assert "· Spanish" in page


OPEN = {"count": 221, "never": 37, "oldest": "2002-09-03"}


def test_the_list_says_what_one_can_use(client, world):
    """Not "8846 days oldest", nor since when a recommendation has stood."""
    today = timezone.localdate()
    with arranging():
        JobRun.objects.create(
            kind="prevention", key="2026-11-22", status="done", started_by=User.objects.system("tests"),
            totals={"open": {str(world.system.pk): {"cervical_screening": OPEN}}},
        )  # fmt: skip
        CareGap.objects.filter(member=world.maria, rule="cervical_screening").update(
            due_on=date(2002, 9, 3), last_done_on=None, last_done_what=""
        )
    client.force_login(world.coordinator)
    address = reverse("prevention:worklist") + "?rule=cervical_screening"
    page = client.get(address).content.decode()
    assert "<strong>37</strong>" in page
    assert f"<strong>{how_long((today - date(2002, 9, 3)).days)}</strong>" in page
    assert "never on record" in page and "2002" not in page

    with arranging():
        CareGap.objects.filter(member=world.maria, rule="cervical_screening").update(
            due_on=today - timedelta(days=300), last_done_on=today - timedelta(days=1400)
        )
    assert "overdue by 9 months" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (59, "59 days"),
        (61, "2 months"),
        (365, "1 year"),
        (700, "23 months"),
        (8846, "24 years"),
    ],
)
def test_a_time_is_said_as_people_say_it(days, words):
    assert how_long(days) == words


def test_a_list_of_ones_own_place_says_how_many_of_the_plans_are_on_it(client, world):
    with arranging():
        JobRun.objects.create(
            kind="prevention", key="2026-11-22", status="done", started_by=User.objects.system("tests"),
            totals={"open": {str(world.system.pk): {"cervical_screening": OPEN}}},
        )  # fmt: skip
        assistant = factories.account("Mia Assistant")
        factories.role(assistant, RoleAssignment.Role.MEDICAL_ASSISTANT, world.system, world.department)
    address = reverse("prevention:worklist") + "?rule=cervical_screening"

    client.force_login(assistant)
    assert "of yours due, 221 in the plan" in client.get(address).content.decode()
    client.force_login(world.coordinator)
    page = client.get(address).content.decode()
    assert "of yours" not in page and "221" in page


def test_after_a_night_that_failed_the_list_says_so_and_keeps_what_the_one_before_found(client, world):
    with arranging():
        JobRun.objects.create(
            kind="prevention", key="2026-11-22", status="failed", started_by=User.objects.system("tests"),
            totals={"open": {str(world.system.pk): {"cervical_screening": OPEN}}},
        )  # fmt: skip
    client.force_login(world.coordinator)

    page = client.get(reverse("prevention:worklist") + "?rule=cervical_screening").content.decode()

    assert "221" in page and "the last run failed" in page and "no run yet" not in page


@pytest.mark.parametrize("name", ["gap_detail", "contact", "staff_order"])
def test_the_other_systems_coordinator_cannot_touch_our_gaps(client, world, name):
    client.force_login(world.other_coordinator)
    gap = gap_of(world.maria)

    method = client.get if name == "gap_detail" else client.post
    assert method(reverse(f"prevention:{name}", args=[gap.pk])).status_code == 404


@pytest.mark.parametrize("name", ["worklist", "runs"])
def test_members_and_nurses_lists(client, world, name):
    client.force_login(world.maria.user)
    assert client.get(reverse(f"prevention:{name}")).status_code == 403


def test_a_call_is_kept(client, world):
    client.force_login(world.coordinator)
    gap = gap_of(world.maria)

    client.post(reverse("prevention:contact", args=[gap.pk]), {"outcome": "no_answer", "note": "Voicemail"})

    with arranging():
        kept = OutreachContact.objects.get(gap=gap)
    assert (kept.outcome, kept.by_id) == ("no_answer", world.coordinator.pk)


def test_the_worklist_asks_few_questions_whatever_its_length(client, world, django_assert_max_num_queries):
    client.force_login(world.coordinator)
    with arranging():
        for number in range(20):
            member = factories.member(world.system, f"Due{number}", with_account=False)
            CareGap.objects.create(
                member=member, rule="blood_pressure", due_on=date(2024, 1, 1), opened_at=datetime.now(UTC)
            )

    with django_assert_max_num_queries(25):
        page = client.get(reverse("prevention:worklist") + "?rule=blood_pressure")

    assert page.content.decode().count("kp-work__open") >= 20


def test_booking_from_a_gap_leads_to_the_preventive_visit(client, world):
    client.force_login(world.maria.user)
    gap = gap_of(world.maria, "breast_screening")

    page = client.get(reverse("prevention:gap", args=[gap.pk])).content.decode()

    assert f"?from=gap:{gap.pk}" in page


@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible(page, axe, sign_in, world):
    gap = gap_of(world.maria)
    sign_in(world.maria.user)
    page.goto("/")
    assert page.locator(f"a[href='{reverse('prevention:gap', args=[gap.pk])}']").count() >= 1
    axe(page, "home")
    page.goto(reverse("prevention:gap", args=[gap.pk]))
    assert page.get_by_role("heading", level=1).inner_text() in page.title()
    axe(page, "gap")

    sign_in(world.coordinator)
    page.goto(reverse("prevention:worklist") + "?rule=colorectal_screening")
    page.get_by_role("link", name="Alvarez, Maria", exact=True).click()
    page.get_by_text("Order under protocol").wait_for()
    axe(page, "worklist")
    page.goto(reverse("prevention:runs"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page, "runs")
