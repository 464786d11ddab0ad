"""Enrolment and termination by hand: what would change is shown first, and then exactly that happens."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from clinical.models import Encounter
from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from members import actions as members
from members.models import MemberAddress, MemberMerge, MemberTelecom, PrimaryCareAssignment
from network.models import Employment
from plans import actions as plans
from plans import desk
from plans.models import Coverage, CoveragePeriod, EmployerGroup, PremiumRate
from plans.timeline import CoverageError
from tests.members.factories import make_member
from tests.network.factories import ALWAYS, make_clinician, make_department, make_staff, make_system, make_user
from tests.plans.factories import SINCE, cover, make_contract, make_group, make_plan, make_product

pytestmark = pytest.mark.django_db
today = localdate


def next_month() -> date:
    """Its first day."""
    return (today().replace(day=1) + timedelta(days=32)).replace(day=1)


class World:
    """A system with a plan, a group, two products, a doctor with room, and an administrator of the plan."""

    def __init__(self):
        self.system = make_system()
        self.plan = make_plan(self.system)
        self.group = make_group(self.plan)
        self.gold, self.silver = make_product(self.plan, name="Gold"), make_product(self.plan, name="Silver")
        self.department = make_department(self.system)
        self.doctor = make_clinician(family="Osei", panel_limit=5, is_accepting=True)
        Employment.objects.create(
            clinician=self.doctor,
            organization=self.department.facility.organization,
            department=self.department,
            fte=1,
            period=ALWAYS,
        )
        self.ada = make_member(self.system, family="Okafor", given="Ada")
        self.admin = make_staff("plan_administrator", self.system)

    def asked(self, **fields) -> dict:
        return {
            "group": str(self.group.pk),
            "relationship": "18",
            "number": "A-1",
            "product": str(self.gold.pk),
            "tier": "",
            "start": next_month().isoformat(),
            "end": "",
            **fields,
        }

    def covered(self, member, on=None) -> list[str]:
        with acting_as(self.admin, reason="test"):
            found = CoveragePeriod.objects.of_member(member).in_force(on or next_month())
            return list(found.values_list("product__name", flat=True))


@pytest.fixture
def world(client) -> World:
    world = World()
    client.force_login(world.admin)
    return world


def enrol_page(member):
    return reverse("plans:enrol", args=[member.pk])


def end_page(member):
    return reverse("plans:end_coverage", args=[member.pk])


def test_enrolment_is_shown_and_then_done_whole(client, world):
    PremiumRate.objects.create(product=world.gold, age_from=40, age_to=65, amount="480.50", period=SINCE)
    with as_job(User.objects.system("tests"), reason="test"):
        MemberTelecom.objects.create(member=world.ada, system="email", value="ada@example.test", period=(None, None))
        MemberAddress.objects.create(member=world.ada, postal_code="94601", period=(None, None))

    shown = client.post(enrol_page(world.ada), world.asked())
    said = shown.content.decode()
    assert "$480.50 a month" in said
    assert "Osei" in said
    assert f"Capitation is paid from {next_month():%Y-%m} on." in said
    assert world.covered(world.ada) == [], "a preview changes nothing"
    assert not AuditEvent.objects.filter(verb="plans.enrol", action="update").exists()

    assert client.post(enrol_page(world.ada), world.asked(confirm="1")).status_code == 302
    assert world.covered(world.ada) == ["Gold"]
    with acting_as(world.admin, reason="test"):
        assert PrimaryCareAssignment.objects.get(member=world.ada).clinician_id == world.doctor.pk
    (invitation,) = OutboxMessage.objects.filter(member_id=world.ada.pk)
    assert (invitation.template, invitation.address) == ("invitation", "ada@example.test")
    assert "now is covered" not in client.get(reverse("plans:history", args=[world.ada.pk])).content.decode()


def test_without_an_address_enrolment_gives_no_doctor_and_the_desk_and_the_member_are_told(client, world):
    make_department(world.system)  # another market
    ada = make_member(world.system, family="Nowhere", user=make_user("Ada Nowhere"))
    shown = client.post(enrol_page(ada), world.asked(number="A-9"))
    assert "No address is known: they would have no doctor" in shown.content.decode()
    begins = world.asked(number="A-9", start=today().replace(day=1).isoformat(), confirm="1")
    assert client.post(enrol_page(ada), begins).status_code == 302
    with acting_as(world.admin, reason="test"):
        assert not PrimaryCareAssignment.objects.filter(member=ada).exists()
    listed = client.get(reverse("plans:without_doctor"))
    assert [(row["member"].pk, row["postal_code"]) for row in listed.context["rows"]] == [(ada.pk, "")]
    assert "No address is known" in listed.content.decode()

    client.force_login(ada.user)
    assert "You have no doctor yet: we do not know where you live." in client.get("/").content.decode()
    assert "no doctor yet" in client.get(reverse("members:profile")).content.decode()
    with as_job(User.objects.system("tests"), reason="test"):
        MemberAddress.objects.create(member=ada, postal_code="99501", period=(None, None))
    assert "We look for one near you" in client.get("/").content.decode()


def test_another_product_replaces_what_stood_and_the_page_says_so(client, world):
    client.post(enrol_page(world.ada), world.asked(confirm="1"))
    later = (next_month() + timedelta(days=40)).replace(day=1)
    shown = client.post(enrol_page(world.ada), world.asked(product=str(world.silver.pk), start=later.isoformat()))
    kinds = [(row["product"].name, row["is_gained"]) for row in shown.context["products"]]
    assert kinds == [("Gold", False), ("Gold", True), ("Silver", True)]
    assert "Stays with" in shown.context["preview"].primary_care


def test_a_dependant_needs_the_subscribers_contract(client, world):
    child = make_member(world.system, birth_date=date(2015, 1, 1))
    asked = world.asked(relationship="19", confirm="1")
    assert "Enrol the subscriber first" in client.post(enrol_page(child), asked).content.decode()
    client.post(enrol_page(world.ada), world.asked(confirm="1"))
    client.post(enrol_page(child), asked)
    assert world.covered(child) == ["Gold"]
    assert not OutboxMessage.objects.filter(member_id=child.pk).exists(), "a child is not invited"


def test_somebody_elses_number_and_another_plans_product_are_refused(client, world):
    client.post(enrol_page(world.ada), world.asked(confirm="1"))
    other = make_member(world.system)
    assert "Another person holds this" in client.post(enrol_page(other), world.asked(confirm="1")).content.decode()
    foreign = make_product(make_plan(world.system))
    refused = client.post(enrol_page(other), world.asked(number="B", product=str(foreign.pk), confirm="1"))
    assert "another plan" in refused.content.decode()
    assert world.covered(other) == []


def test_an_end_in_the_past_says_what_was_done_since(client, world):
    coverage = cover(make_contract(world.group, world.ada), world.ada, world.gold)
    seen = datetime.combine(today() - timedelta(days=20), datetime.min.time(), UTC)
    with as_job(User.objects.system("tests"), reason="test"):
        Encounter.objects.create(
            member=world.ada, status="finished", effective=(seen, seen + timedelta(minutes=20)), clinician=world.doctor
        )
    end = today() - timedelta(days=60)
    asked = {"coverage": str(coverage.pk), "end": end.isoformat(), "reason": "08"}
    said = client.post(end_page(world.ada), asked).content.decode()
    assert "This day is past." in said
    assert "1 visit or stay lies in that time." in said
    assert world.covered(world.ada, today()) == ["Gold"]

    client.post(end_page(world.ada), {**asked, "confirm": "1"})
    assert world.covered(world.ada, today()) == []
    assert world.covered(world.ada, end - timedelta(days=1)) == ["Gold"]
    again = client.post(end_page(world.ada), {**asked, "confirm": "1"})
    assert "there is none to end" in again.content.decode()


def test_an_enrolment_by_mistake_is_voided_altogether(client, world):
    client.post(enrol_page(world.ada), world.asked(confirm="1"))
    with acting_as(world.admin, reason="test"):
        coverage = Coverage.objects.get(member=world.ada)
    asked = {"coverage": str(coverage.pk), "end": next_month().isoformat(), "reason": "08", "confirm": "1"}
    assert client.post(end_page(world.ada), asked).status_code == 302
    assert world.covered(world.ada) == []
    with acting_as(world.admin, reason="test"):
        assert [row.known.upper_inf for row in CoveragePeriod.objects.filter(member=world.ada)] == [False]
    assert "there is none to end" in client.post(end_page(world.ada), asked).content.decode()


def test_coverage_that_ended_under_ones_hands_is_said_in_words(client, world, monkeypatch):
    coverage = cover(make_contract(world.group, world.ada), world.ada, world.gold)

    def ended_meanwhile(*args, **kwargs):
        raise CoverageError("nothing_covered", "No coverage stands from that day on, so there is none to end.")

    monkeypatch.setattr(desk, "end_by_hand", ended_meanwhile)
    asked = {"coverage": str(coverage.pk), "end": next_month().isoformat(), "reason": "08", "confirm": "1"}
    answer = client.post(end_page(world.ada), asked)
    assert answer.status_code == 200
    assert "there is none to end" in answer.content.decode()


def test_somebody_enrolled_twice_becomes_one_once_one_coverage_is_voided(client, world):
    twin = make_member(world.system, family="Okafor", given="Adah")
    kept = cover(make_contract(world.group, world.ada), world.ada, world.gold)
    second = cover(make_contract(world.group, twin), twin, world.gold)
    first_day = date(2026, 1, 1)

    def merge():
        with acting_as(world.admin, reason="test"), transaction.atomic():
            members.merge_members(world.ada, twin, by=world.admin, reason="same passport")

    with pytest.raises(DatabaseError, match="plans_coverageperiod"):
        merge()
    with acting_as(world.admin, reason="test"):
        desk.end_by_hand(second, by=world.admin, end=first_day, family=False, reason="08")
    merge()
    with acting_as(world.admin, reason="test"):
        held = CoveragePeriod.objects.of_member(world.ada)
        assert [row.coverage_id for row in held.in_force(today())] == [kept.pk]
        assert held.filter(coverage=second, known__upper_inf=False).exists(), "what was known of the other came along"


def test_two_records_of_one_person_under_one_contract_become_one_once_the_second_is_voided(client, world):
    """The subscriber was entered a second time, as their own dependant."""
    contract = make_contract(world.group, world.ada)
    twin = make_member(world.system, family="Okafor", given="Adah")
    kept, second = cover(contract, world.ada, world.gold), cover(contract, twin, world.gold)
    page = reverse("members:compare", args=[world.ada.pk, twin.pk])
    asked = {"keep": str(world.ada.pk), "reason": "Same passport seen at the desk", "compared": "on"}

    assert "covered under one contract" in client.post(page, asked).content.decode()
    ended = {"coverage": str(second.pk), "end": "2026-01-01", "reason": "08", "confirm": "1"}
    assert client.post(end_page(twin), ended).status_code == 302
    assert client.post(page, asked).status_code == 302

    with acting_as(world.admin, reason="test"):
        assert list(Coverage.objects.filter(member=world.ada).order_by("is_former").values_list("pk", "is_former")) == [
            (kept.pk, False),
            (second.pk, True),
        ]
        assert [row.coverage_id for row in CoveragePeriod.objects.of_member(world.ada).in_force(today())] == [kept.pk]
        assert plans.cover_person(by=world.admin, contract=contract, member=world.ada, relationship="18").pk == kept.pk
        merge = MemberMerge.objects.get()
        members.unmerge_members(merge, by=world.admin, reason="two people after all")
        assert not Coverage.objects.get(member=twin).is_former


def test_the_family_ends_together_where_that_is_asked(client, world):
    contract = make_contract(world.group, world.ada)
    child = make_member(world.system, given="Chi")
    coverage = cover(contract, world.ada, world.gold)
    cover(contract, child, world.gold)
    asked = {"coverage": str(coverage.pk), "end": next_month().isoformat(), "reason": "08", "family": "on"}
    shown = client.post(end_page(world.ada), asked)
    assert {row["person"].pk for row in shown.context["lost"]} == {world.ada.pk, child.pk}
    client.post(end_page(world.ada), {**asked, "confirm": "1"})
    assert world.covered(world.ada) == world.covered(child) == []


@pytest.mark.parametrize("role", ["front_desk", "finance", "physician"])
def test_only_administrators_of_the_plan_change_coverage(client, world, role):
    client.force_login(make_staff(role, world.system))
    for address in (enrol_page(world.ada), end_page(world.ada)):
        assert client.get(address).status_code == 403
        assert client.post(address, world.asked(confirm="1")).status_code == 403
    assert world.covered(world.ada) == []


def test_another_systems_administrator_finds_nobody(client, world):
    client.force_login(make_staff("plan_administrator", make_system()))
    assert client.get(enrol_page(world.ada)).status_code == 404
    assert client.get(end_page(world.ada)).status_code == 404


def test_whoever_has_an_account_is_not_invited_again(client, world):
    bea = make_member(world.system, user=make_user("Bea"))
    client.post(enrol_page(bea), world.asked(confirm="1"))
    assert world.covered(bea) == ["Gold"]
    assert not OutboxMessage.objects.filter(member_id=bea.pk).exists()


def test_a_group_is_added_in_the_admin_for_ones_own_plan_only(client, world):
    world.admin.is_staff = True
    world.admin.save()
    foreign = make_plan(make_system())
    add = reverse("admin:plans_employergroup_add")
    client.post(add, {"organization": str(foreign.pk), "number": "77", "name": "Elsewhere", "tax_id": ""})
    client.post(add, {"organization": str(world.plan.pk), "number": "77", "name": "Acme", "tax_id": ""})
    assert list(EmployerGroup.objects.filter(number="77").values_list("name", flat=True)) == ["Acme"]
    assert AuditEvent.objects.filter(verb="plans.keep_catalogue", action="create").count() == 1
    again = client.post(add, {"organization": str(world.plan.pk), "number": "77", "name": "Again", "tax_id": ""})
    assert again.status_code == 200, "a number twice is said on the form"


def emails(member, *known: tuple[str, date | None, date | None]) -> None:
    with as_job(User.objects.system("tests"), reason="test"):
        for rank, (value, since, until) in enumerate(known, 1):
            MemberTelecom.objects.create(member=member, system="email", value=value, rank=rank, period=(since, until))


def invitations(member) -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.filter(member_id=member.pk).values_list("template", "address"))


def test_who_is_covered_already_is_not_invited_by_enrolling_them_again(client, world):
    contract = make_contract(world.group, world.ada)
    cover(contract, world.ada, world.gold)
    emails(world.ada, ("ada@example.test", None, None))
    asked = world.asked(number=contract.number)

    assert "They are invited" not in client.post(enrol_page(world.ada), asked).content.decode()
    assert client.post(enrol_page(world.ada), {**asked, "confirm": "1"}).status_code == 302

    assert invitations(world.ada) == []


def test_an_invitation_goes_to_the_address_known_before_and_not_to_one_added_of_late(client, world):
    emails(
        world.ada,
        ("mallory@example.test", today() - timedelta(days=13), None),
        ("ada@example.test", today() - timedelta(days=400), None),
    )

    client.post(enrol_page(world.ada), world.asked(confirm="1"))

    assert invitations(world.ada) == [("invitation", "ada@example.test")]


def test_an_address_that_has_lasted_two_weeks_is_the_persons(client, world):
    emails(world.ada, ("new@example.test", today() - timedelta(days=14), None), ("old@example.test", None, None))

    client.post(enrol_page(world.ada), world.asked(confirm="1"))

    assert invitations(world.ada) == [("invitation", "new@example.test")]


def test_where_the_older_address_was_ended_of_late_a_letter_goes_out(client, world):
    emails(
        world.ada,
        ("mallory@example.test", today() - timedelta(days=1), None),
        ("ada@example.test", today() - timedelta(days=400), today() - timedelta(days=1)),
    )

    client.post(enrol_page(world.ada), world.asked(confirm="1"))

    assert invitations(world.ada) == [("portal_invitation", "")]


def test_a_first_address_entered_today_gets_no_link_and_one_that_came_with_the_person_does(client, world):
    """Whoever entered it would have the record of an adult who has no other."""
    bea = make_member(world.system)
    emails(world.ada, ("mallory@example.test", today(), None))
    emails(bea, ("bea@example.test", None, None))

    for number, person in (("A-1", world.ada), ("A-2", bea)):
        client.post(enrol_page(person), world.asked(number=number, confirm="1"))

    assert invitations(world.ada) == [("portal_invitation", "")]
    assert invitations(bea) == [("invitation", "bea@example.test")]


def test_the_dead_are_not_enrolled_for_days_after(client):
    world = World()
    with as_job(User.objects.system("tests"), reason="test"):
        world.ada.deceased_at = datetime(2026, 3, 1, 20, tzinfo=UTC)
        world.ada.save()
    client.force_login(world.admin)
    place = reverse("plans:enrol", args=[world.ada.pk])
    answer = client.post(place, {**world.asked(), "confirm": "1"})
    assert "nothing new begins" in answer.content.decode()
    assert world.covered(world.ada) == []
