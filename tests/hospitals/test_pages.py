"""The bed board and the stay: who may open them, what they show, how many questions they ask the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.db import acting_as
from core.models import AuditEvent
from hospitals.actions import stays
from hospitals.forms import free_beds
from hospitals.models import Stay
from tests.hospitals import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return factories.Hospital()


def address(name: str, *args) -> str:
    return reverse(f"hospitals:{name}", args=args)


def test_the_board_shows_every_bed_and_who_is_in_it(client, ward):
    ward.admitted(status="observation")
    client.force_login(ward.nina)
    page = client.get(address("board")).content.decode()
    assert "Alvarez, Maria" in page and "Observation" in page
    assert page.count('aria-label="Admit to') == 3
    assert "Elsewhere" not in page


def test_people_without_a_role_in_a_hospital_see_no_board(client, ward):
    for user in (ward.park.user, ward.maria.user):
        client.force_login(user)
        assert client.get(address("board")).status_code == 403


def test_a_full_board_costs_no_more_queries_than_one_person(client, ward):
    ward.admitted()
    client.force_login(ward.nina)
    client.get(address("board"))
    with CaptureQueriesContext(connection) as one:
        client.get(address("board"))
    ward.admitted(ward.pedro, ward.beds[1])
    with CaptureQueriesContext(connection) as two:
        client.get(address("board"))
    assert len(two) == len(one)


def test_a_stay_of_another_system_is_not_there(client, ward):
    stay = ward.admitted()
    client.force_login(ward.nora)
    assert client.get(address("stay", stay.pk)).status_code == 404
    assert client.post(address("discharge", stay.pk), {"disposition": "home"}).status_code == 404


def test_reading_a_stay_is_audited(client, ward):
    stay = ward.admitted()
    client.force_login(ward.nina)
    assert client.get(address("stay", stay.pk)).status_code == 200
    assert AuditEvent.objects.filter(verb="hospitals.view_stay", member_id=ward.maria.pk).count() == 1


def test_an_occupied_bed_is_told_on_the_form(client, ward):
    ward.admitted()
    client.force_login(ward.nina)
    answer = client.post(
        address("admit", ward.beds[0].pk), {"mrn": ward.pedro.mrn, "status": "inpatient", "reason": "Fall"}
    )
    assert answer.status_code == 422
    assert "Somebody is in this bed" in answer.content.decode()
    with acting_as(ward.nina, reason="test"):
        assert Stay.objects.count() == 1


def test_a_record_number_of_another_system_finds_nobody(client, ward):
    client.force_login(ward.nina)
    answer = client.post(
        address("admit", ward.beds[0].pk), {"mrn": ward.olga.mrn, "status": "inpatient", "reason": "Fall"}
    )
    assert answer.status_code == 422
    assert "Nobody has this record number" in answer.content.decode()


def test_the_chart_says_where_the_person_is(client, ward, rf):
    from hospitals.views.stays import alerts, panel

    stay = ward.admitted()
    request = rf.get("/")
    request.user = ward.nina
    with acting_as(ward.nina, reason="test"):
        assert "Medical 01-A" in alerts(request, ward.maria)[0].text
        assert [row.pk for row in panel(request, ward.maria).context["stays"]] == [stay.pk]
        assert alerts(request, ward.pedro) == []


def test_free_beds_are_offered_and_a_move_takes_one(client, ward):
    stay = ward.admitted()
    ward.admitted(ward.pedro, ward.beds[2])
    client.force_login(ward.nina)
    with acting_as(ward.nina, reason="test"):
        assert list(free_beds(ward.hospital)) == [ward.beds[1], ward.beds[3]]
    assert client.post(address("transfer", stay.pk), {"bed": str(ward.beds[2].pk)}).status_code == 422
    assert client.post(address("transfer", stay.pk), {"bed": str(ward.beds[3].pk)}).status_code == 302
    with acting_as(ward.nina, reason="test"):
        assert stay.beds.in_force().get().bed == ward.beds[3]
        stays.transfer(by=ward.nina, stay=stay, bed=ward.beds[1])
        assert ward.beds[3] in free_beds(ward.hospital)


def test_discharge_without_summary_is_told_on_the_page(client, ward):
    stay = ward.admitted()
    client.force_login(ward.nina)
    answer = client.post(address("discharge", stay.pk), {"disposition": "home"})
    assert answer.status_code == 422
    assert "summary must be signed first" in answer.content.decode()


def test_whoever_gives_care_in_the_hospital_looks_after_the_person(ward):
    from hospitals.permissions import cares_on_the_ward

    stay = ward.admitted()
    with acting_as(ward.nina, reason="test"):
        assert cares_on_the_ward(ward.nina, ward.maria)
        assert not cares_on_the_ward(ward.park.user, ward.maria)
        assert not cares_on_the_ward(ward.desk, ward.maria)
    ward.summarised(stay)
    with acting_as(ward.nina, reason="test"):
        stays.discharge(by=ward.nina, stay=stay, disposition="home")
        assert not cares_on_the_ward(ward.nina, ward.maria)
