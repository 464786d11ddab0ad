"""Coverage and costs as members and staff see them, and who does not."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from core.models import AuditEvent
from tests.members.factories import make_member
from tests.network.factories import make_staff, make_system, make_user
from tests.plans.factories import cover, make_contract, make_group, make_plan, make_product


class Family:
    def __init__(self):
        self.system = make_system()
        plan = make_plan(self.system)
        product = make_product(
            plan,
            name="Gold HMO",
            out_of_pocket_limit=2000,
            family_out_of_pocket_limit=4000,
            benefits={
                "primary_care": {"copay": Decimal(20)},
                "preventive": {},
                "imaging": {"coinsurance": Decimal("0.1")},
            },
        )
        self.ada = make_member(self.system, user=make_user("Ada"), given="Ada", family="Okafor")
        self.child = make_member(self.system, user=make_user("Chi"), given="Chi", family="Okafor")
        self.nobody = make_member(self.system, user=make_user("Olga"), given="Olga", family="Berg")
        contract = make_contract(make_group(plan), self.ada)
        for member in (self.ada, self.child):
            cover(contract, member, product, start=date(timezone.localdate().year, 1, 1))


@pytest.fixture
def family(db) -> Family:
    return Family()


def test_a_member_sees_what_a_visit_costs_before_booking_it(client, family):
    client.force_login(family.ada.user)
    page = client.get("/coverage/").content.decode()
    assert "Gold HMO" in page
    assert "Your copay is $20." in page
    assert "Your plan covers this in full." in page
    assert "up to $2,000" in page
    assert AuditEvent.objects.filter(verb="plans.coverage", member_id=family.ada.pk).exists()


def test_a_dependant_sees_their_own_with_the_familys_limits(client, family):
    client.force_login(family.child.user)
    page = client.get("/coverage/").content.decode()
    assert "Gold HMO" in page
    assert "Family out-of-pocket limit" in page


def test_without_coverage_the_page_says_so(client, family):
    client.force_login(family.nobody.user)
    assert "You have no coverage today" in client.get("/coverage/").content.decode()


def test_staff_see_every_version_and_why(client, family):
    client.force_login(make_staff("plan_administrator", family.system))
    answer = client.get(f"/staff/members/{family.ada.pk}/coverage/", {"on": timezone.localdate().isoformat()})
    page = answer.content.decode()
    assert "believed now" in page
    assert "Covered by Gold HMO" in page


@pytest.mark.parametrize("role", ["laboratory_technologist", "physician"])
def test_who_does_not_answer_for_coverage_does_not_see_it(client, family, role):
    client.force_login(make_staff(role, family.system))
    assert client.get(f"/staff/members/{family.ada.pk}/coverage/").status_code == 403


def test_staff_of_another_system_find_nobody(client, family):
    client.force_login(make_staff("plan_administrator", make_system()))
    assert client.get(f"/staff/members/{family.ada.pk}/coverage/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_coverage_pages_are_accessible_on_desk_and_phone(sign_in, axe):
    family = Family()
    administrator = make_staff("plan_administrator", family.system)
    for user, path, name, shows in (
        (family.ada.user, "/coverage/", "coverage", "Gold HMO"),
        (family.ada.user, "/profile/", "profile", "Ada Okafor"),
        (family.ada.user, "/family/", "family", "Who may see your record"),
        (administrator, f"/staff/members/{family.ada.pk}/coverage/", "history", "Gold HMO"),
        (administrator, "/staff/imports/", "imports", "Imports"),
        (administrator, "/staff/members/register/", "register", "Register a member"),
        (administrator, "/staff/members/matches/", "matches", "Nobody waits for a decision"),
    ):
        page = sign_in(user)
        page.goto(path)
        expect(page.get_by_role("main"), path).to_contain_text(shows, use_inner_text=True)
        axe(page, name)
