"""After discharge: the visit is suggested to staff and member, booked in one step, and the task knows."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical.models import Task
from core.db import acting_as
from hospitals import follow_up
from hospitals.actions import stays
from hospitals.models import Stay
from scheduling.models import Appointment
from tests.clinical.factories import Role, account, arranging, role
from tests.hospitals import factories
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    ward = factories.Hospital()
    ward.office = visit_type(ward.department)
    ward.slots = hours(ward.chen, ward.department)
    return ward


def discharged(ward, disposition: str = "home") -> Stay:
    stay = ward.summarised(ward.admitted(at=timezone.now() - datetime.timedelta(days=2)))
    with acting_as(ward.nina, reason="test"):
        stays.discharge(by=ward.nina, stay=stay, disposition=disposition)
    return stay


def test_times_with_the_members_own_clinician_stand_on_the_stay_and_one_is_booked(client, ward):
    stay = discharged(ward)
    client.force_login(ward.nina)
    page = client.get(reverse("hospitals:stay", args=[stay.pk])).content.decode()
    assert "Visit after discharge" in page and "9:00 am" in page and "Dr. Amara Chen" in page

    url = reverse("scheduling:staff_book", args=[ward.maria.pk]) + f"?from=discharge:{stay.pk}"
    answer = client.post(url, {"slot": ward.slots[0].pk, "type": ward.office.code})
    assert answer.status_code == 302
    with acting_as(ward.chen.user, reason="test"):
        visit = Appointment.objects.get(member=ward.maria)
        assert visit.reason == "After the hospital stay: Oakland Medical Center"
        task = Task.objects.get(kind="discharge_follow_up")
        assert task.title.startswith("See after discharge: booked")
        assert task.status == "requested", "booked is not seen"
        assert task.due_at == visit.ends_at + datetime.timedelta(days=1)


def test_the_member_is_asked_to_book_until_they_have(client, ward):
    stay = discharged(ward)
    client.force_login(ward.maria.user)
    home = client.get("/").content.decode()
    assert "Welcome home" in home and "Dr. Amara Chen would like to see you" in home

    url = reverse("scheduling:book") + f"?from=discharge:{stay.pk}"
    assert "Visit after your hospital stay" in client.get(url).content.decode()
    client.post(url, {"slot": ward.slots[0].pk, "type": ward.office.code})
    assert "Welcome home" not in client.get("/").content.decode()


def test_nobody_is_asked_after_a_death_or_on_anothers_stay(client, ward):
    stay = discharged(ward, "exp")
    with acting_as(ward.nina, reason="test"):
        assert follow_up.of(Stay.objects.with_people().get(pk=stay.pk)) is None
    client.force_login(ward.pedro.user)
    page = client.get(reverse("scheduling:book"), {"from": f"discharge:{stay.pk}"}).content.decode()
    assert "Visit after your hospital stay" not in page


def test_primary_care_opens_the_stay_from_its_task(client, ward):
    discharged(ward)
    client.force_login(ward.chen.user)
    with acting_as(ward.chen.user, reason="test"):
        task = Task.objects.get(kind="discharge_follow_up")
        address = follow_up.task_url(task, ward.chen.user)
    page = client.get(address)
    assert page.status_code == 200
    assert "Pneumonia, treated." in page.content.decode()
    client.force_login(ward.stranger.user)
    assert client.get(address).status_code == 403, "another physician of ours, without a relationship"


def test_the_desk_of_primary_care_books_the_visit_from_its_task_and_opens_no_stay(client, ward):
    stay = discharged(ward)
    with arranging():
        desk = account("Dora Front")
        role(desk, Role.FRONT_DESK, ward.group, ward.department)
    client.force_login(desk)
    assert client.get(reverse("hospitals:stay", args=[stay.pk])).status_code == 403
    page = client.get(reverse("clinical:inbasket"), {"whose": "colleagues"}).content.decode()
    booking = f"{reverse('scheduling:staff_book', args=[ward.maria.pk])}?from=discharge:{stay.pk}"
    assert booking in page
    assert reverse("hospitals:stay", args=[stay.pk]) not in page
    assert "Visit after your hospital stay" in client.get(booking).content.decode()
