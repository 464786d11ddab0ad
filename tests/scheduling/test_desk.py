"""The front desk: receives, moves and cancels for members, sees who pays, and opens no chart."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from core.db import acting_as
from core.models import AuditEvent
from network.models import Organization
from scheduling import actions
from scheduling.models import Appointment
from scheduling.words import visit_words
from tests.clinical import factories
from tests.plans.factories import cover, make_contract, make_group, make_product
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    world = factories.World()
    world.office = visit_type(world.department)
    world.slots = hours(world.chen, world.department)
    with factories.arranging():
        world.dana = factories.account("Dana Desk")
        factories.role(world.dana, factories.Role.FRONT_DESK, world.group, world.department)
        world.other_desk = factories.account("Otto Desk")
        factories.role(world.other_desk, factories.Role.FRONT_DESK, world.other_group, world.other_department)
        plan = Organization.objects.create(name="Plan", kind="health_plan", parent=world.system, system=world.system)
        world.product = make_product(
            plan,
            name="Gold HMO",
            benefits={"primary_care": {"copay": Decimal(20)}},
            deductible=Decimal(250),
            out_of_pocket_limit=Decimal(3500),
        )
        contract = make_contract(make_group(plan), world.maria)
    cover(contract, world.maria, world.product)
    return world


def booked(world) -> Appointment:
    with acting_as(world.maria.user, reason="test"):
        return actions.book(
            by=world.maria.user, member=world.maria, slot=world.slots[0], visit_type=world.office, reason="Knee"
        )


def test_the_visits_page_says_who_pays_and_what_it_costs(client, clinic):
    visit = booked(clinic)
    client.force_login(clinic.dana)
    page = client.get(reverse("scheduling:visit", args=[visit.pk])).content.decode()
    for words in (
        "Alvarez, Maria",
        "English",
        "Gold HMO",
        "It costs the member <strong>$20</strong>",
        "$250 left of $250",
    ):
        assert words in page, words
    assert reverse("clinical:chart", args=[clinic.maria.pk]) not in page, "the desk opens no chart"
    assert AuditEvent.objects.filter(verb="scheduling.staff_visit", member_id=clinic.maria.pk).count() == 1


def test_moving_for_a_member_frees_the_old_seat_and_tells_them(client, clinic):
    visit = booked(clinic)
    client.force_login(clinic.dana)
    url = reverse("scheduling:staff_move", args=[visit.pk])
    assert client.post(url, {}).status_code == 409, "a time is chosen first"
    client.post(url, {"slot": clinic.slots[1].pk})
    with acting_as(clinic.maria.user, reason="test"):
        new = Appointment.objects.holding().get()
        assert (new.slot, new.moved_from_id, new.booked_by, new.reason) == (
            clinic.slots[1],
            visit.pk,
            clinic.dana,
            "Knee",
        )
        assert new.expected_cost == 20


def test_cancelling_says_whose_wish_it_was(client, clinic):
    visit = booked(clinic)
    client.force_login(clinic.dana)
    url = reverse("scheduling:staff_cancel", args=[visit.pk])
    assert client.post(url, {"who": "member"}).status_code == 422, "a reason is asked for"
    client.post(url, {"who": "member", "reason": "has a cold"})
    with acting_as(clinic.maria.user, reason="test"):
        visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason) == ("cancelled", "member: has a cold")
    page = client.get(reverse("scheduling:visit", args=[visit.pk])).content.decode()
    assert "Book another time" in page


def test_the_desk_of_another_system_does_not_learn_of_the_visit(client, clinic):
    visit = booked(clinic)
    client.force_login(clinic.other_desk)
    for name in ("visit", "staff_move", "staff_cancel"):
        assert client.get(reverse(f"scheduling:{name}", args=[visit.pk])).status_code in (403, 404)
    assert client.get(reverse("scheduling:member_desk", args=[clinic.maria.pk])).status_code in (403, 404)


def test_search_leads_each_role_to_the_page_where_its_work_begins(client, clinic):
    for user, page in (
        (clinic.dana, reverse("scheduling:member_desk", args=[clinic.maria.pk])),
        (clinic.chen.user, reverse("clinical:chart", args=[clinic.maria.pk])),
    ):
        client.force_login(user)
        found = client.post(reverse("clinical:search"), {"q": "Alvarez"}, follow=True).content.decode()
        assert page in found
        assert client.get(page).status_code == 200


def test_the_schedule_begins_with_the_department_that_holds_hours(client, clinic):
    with factories.arranging():
        ward = factories.department(clinic.group, "A Ward", is_primary_care=False)
        factories.role(clinic.dana, factories.Role.FRONT_DESK, clinic.group, ward)
    client.force_login(clinic.dana)
    assert "Family Medicine" in client.get(reverse("scheduling:day")).context["department"].name


def test_a_member_sees_how_the_price_comes_about_before_booking(client, clinic):
    client.force_login(clinic.maria.user)
    page = client.get(reverse("scheduling:book")).content.decode()
    for words in ("It costs you <strong>$20</strong>", "Gold HMO", "Copay", "$3,500 left of $3,500"):
        assert words in page, words


def test_a_proxy_who_may_not_see_costs_sees_the_price_alone(client, clinic):
    with factories.arranging():
        factories.proxy(clinic.pedro.user, clinic.maria, "view", "schedule")
    client.force_login(clinic.pedro.user)
    client.post(reverse("members:switch_person", args=[clinic.maria.pk]))
    page = client.get(reverse("scheduling:book")).content.decode()
    assert "It costs you <strong>$20</strong>" in page
    assert "Out-of-pocket limit" not in page


def test_an_address_with_nonsense_in_it_is_an_ordinary_booking(client, clinic):
    client.force_login(clinic.maria.user)
    for source in ("gap:nonsense", "discharge:nonsense", "nobody:1", ":", "gap"):
        assert client.get(reverse("scheduling:book"), {"from": source}).status_code == 200


def test_no_show_is_not_offered_before_the_hour(client, clinic):
    visit = booked(clinic)
    client.force_login(clinic.dana)
    assert "Did not come" not in client.get(reverse("scheduling:visit", args=[visit.pk])).content.decode()
    assert visit.starts_at > timezone.now() - datetime.timedelta(minutes=1)


def test_a_visit_is_opened_from_the_schedule_by_who_may_write_in_the_chart(client, clinic):
    visit = booked(clinic)
    with factories.arranging():
        Appointment.objects.filter(pk=visit.pk).update(status="arrived", arrived_at=timezone.now())
    day = timezone.localdate(visit.starts_at, factories.PACIFIC)
    page = f"{reverse('scheduling:day')}?department={clinic.department.pk}&day={day}"
    opens = reverse("clinical:start_visit", args=[visit.pk])
    for user, may in ((clinic.chen.user, True), (clinic.stranger.user, False), (clinic.dana, False)):
        client.force_login(user)
        shown = client.get(page)
        assert "Alvarez" in shown.content.decode()
        assert (opens in shown.content.decode()) is may, user.name


def test_a_name_of_ours_is_read_in_the_readers_language_and_another_as_it_was_written(client, clinic):
    with translation.override("es"):
        assert visit_words("Acupuncture") == "Acupuncture"
    for name in ("Screening colonoscopy", "Office visit"):
        assert visit_words(name) == name
