"""First days of those who manage access: on the staff pages, and in the admin. And of an auditor who watches them."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clinical.access import break_the_glass
from core import audit
from core.db import acting_as
from core.models import User
from network.models import RoleAssignment
from tests.members.factories import make_member
from tests.network.factories import give_role, make_department, make_staff, make_system, make_user

pytestmark = pytest.mark.django_db(transaction=True)


class World:
    """A system with an office, an administrator of access and a nurse; nobody of another system is seen."""

    def __init__(self):
        self.system = make_system("Redwood Health")
        self.office = make_department(self.system, name="Family Medicine")
        self.admin = make_staff("administrator", self.system, email="ingrid@example.test")
        User.objects.filter(pk=self.admin.pk).update(name="Ingrid Solberg")
        self.nurse = make_user("Jo Park", email="jo.park@example.test")
        give_role(self.nurse, "nurse", self.office.facility.organization, department=self.office)
        make_staff("nurse", make_system("Cedar"), email="foreign@example.test")


@pytest.fixture
def world() -> World:
    return World()


def test_somebody_starts_changes_work_and_leaves(world, sign_in, axe, screenshot):
    page = sign_in(world.admin)
    page.goto("/staff/")
    page.wait_for_url(lambda url: url.endswith(reverse("network:people")))
    expect(page.get_by_text("jo.park@example.test").first).to_be_visible()
    expect(page.get_by_text("foreign@example.test")).to_have_count(0)
    axe(page, "people")
    page.get_by_label("Name or e-mail").fill("nobody at all")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Nobody was found").wait_for()
    axe(page, "nobody")

    # Dana starts at the front desk.
    page.get_by_role("link", name="Give somebody a role").first.click()
    axe(page)
    page.get_by_label("Name", exact=True).fill("Dana Hill")
    page.get_by_label("E-mail they sign in with").fill("dana.hill@example.test")
    page.get_by_label("Role").select_option(label="Front Desk")
    page.get_by_role("button", name="Give the role").click()
    page.get_by_text("This field is required").first.wait_for()
    axe(page, "add-error")
    page.get_by_role("combobox", name="Where").fill("Family Medicine")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Give the role").click()
    page.get_by_role("heading", name="Dana Hill").wait_for()
    axe(page, "person")
    dana = User.objects.get(email="dana.hill@example.test")
    assert RoleAssignment.objects.get(user=dana).department_id == world.office.pk

    # She leaves again: the account is closed, the role, which began only today, is taken back.
    page.get_by_role("button", name="Close the account").click()
    page.get_by_role("dialog").get_by_text("signed out everywhere").wait_for()
    screenshot(page, "close")
    page.get_by_role("button", name="Close it").click()
    page.get_by_text("Closed").first.wait_for()
    assert not User.objects.get(pk=dana.pk).is_active
    page.get_by_role("link", name="End the role Front Desk").click()
    axe(page, "end")
    page.get_by_label("Why").fill("Left the organisation")
    page.get_by_role("button", name="End the role").click()
    page.get_by_text("The role ends").wait_for()
    assert page.url.endswith(reverse("network:people"))
    assert not RoleAssignment.objects.filter(user=dana).exists()


def test_the_admin_is_readable_and_writes_through_the_actions(world, sign_in, screenshot):
    User.objects.filter(pk=world.admin.pk).update(is_staff=True)
    page = sign_in(User.objects.get(pk=world.admin.pk))
    page.goto("/admin/")
    screenshot(page, "index")
    page.goto(reverse("admin:network_room_add"))
    page.locator("#id_department").fill(str(world.office.pk))
    page.locator("#id_name").fill("Exam 7")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was added successfully").wait_for()
    assert world.office.rooms.get().name == "Exam 7"
    page.goto(reverse("admin:network_roleassignment_changelist"))
    screenshot(page, "roles")
    page.goto(reverse("admin:network_roleassignment_change", args=[RoleAssignment.objects.get(user=world.nurse).pk]))
    screenshot(page, "role")
    page.locator("#id_end").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    # Members are out of reach of whoever only manages access.
    make_member(world.system, family="Alvarez")
    page.goto(reverse("admin:members_member_changelist"))
    expect(page.get_by_text("Alvarez")).to_have_count(0)


def test_an_auditor_follows_one_access_by_reason(world, sign_in, axe):
    maria = make_member(world.system, family="Alvarez", given="Maria")
    doctor = make_user("Dr. Otto Side")
    give_role(doctor, "physician", world.office.facility.organization)
    auditor = make_staff("auditor", world.system)
    page = sign_in(auditor)
    page.goto(reverse("clinical:accesses"))
    page.get_by_text("Nobody opened a record by reason").wait_for()
    axe(page)
    with acting_as(doctor, reason="test"):
        break_the_glass(by=doctor, member=maria, reason="Called by the ward: allergies needed before surgery")
        audit.record_read(doctor, verb="clinical.view_chart", member_id=maria.pk)
    page.goto(reverse("clinical:accesses"))
    axe(page, "accesses")
    page.get_by_label("Only those still open").check()
    page.get_by_role("button", name="Show").click()
    page.get_by_text("allergies needed before surgery").wait_for()
    page.get_by_role("cell", name="1", exact=True).get_by_role("link").click()
    page.get_by_text(re.compile("view chart", re.IGNORECASE)).first.wait_for()
    axe(page, "log")
    for name in ("core:job_runs", "interop:runs"):
        page.goto(reverse(name))
        axe(page, name.replace(":", "-"))
