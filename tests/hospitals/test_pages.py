"""The bed board and the stay: who may open them, what they show, how many questions they ask the database."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinical.models import Task
from core.db import acting_as
from core.models import AuditEvent
from core.templatetags.kp import mrn
from hospitals.actions import stays
from hospitals.forms import free_beds
from hospitals.models import Stay
from members.deaths import record_death
from tests.clinical.factories import arranging, member
from tests.hospitals import factories

pytestmark = pytest.mark.django_db
TYPED = "%Y-%m-%dT%H:%M"


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


@pytest.mark.parametrize("day", ["9999-12-31T23:59", "0001-01-01T00:00", "2200-01-01T00:00"])
def test_an_expected_discharge_that_no_page_could_show_is_refused_on_the_form(client, ward, day):
    client.force_login(ward.nina)
    said = {"mrn": ward.pedro.mrn, "status": "inpatient", "reason": "Fall", "expected_discharge_at": day}
    answer = client.post(address("admit", ward.beds[0].pk), said)
    assert answer.status_code == 422
    assert "Days go from" in answer.content.decode()
    assert client.get(address("board")).status_code == 200
    with acting_as(ward.nina, reason="test"):
        assert not Stay.objects.exists()


def test_the_database_holds_it_too(ward):
    stay = ward.admitted()
    unreadable = datetime(9999, 12, 31, 23, 59, tzinfo=ZoneInfo("America/Los_Angeles"))
    with acting_as(ward.nina, reason="test"):
        for column in ("expected_discharge_at", "discharged_at"):
            with pytest.raises(IntegrityError, match="readable"), transaction.atomic():
                Stay.objects.filter(pk=stay.pk).update(**{column: unreadable})


@pytest.mark.parametrize(
    ("who", "disposition", "says"),
    [
        ("maria", "home", "Primary care has a task"),
        ("maria", "aadvice", "Primary care has a task"),
        ("pedro", "home", "the care coordinators have a task"),
        ("maria", "other-hcf", "Primary care has no task"),
        ("maria", "exp", "Recorded as died here"),
    ],
)
def test_what_is_said_at_discharge_is_what_follows(client, ward, who, disposition, says):
    stay = ward.summarised(ward.admitted(getattr(ward, who)))
    client.force_login(ward.doc)
    died = {"died_at": timezone.localtime(stay.admitted_at).strftime(TYPED)} if disposition == "exp" else {}
    answer = client.post(address("discharge", stay.pk), {"disposition": disposition, **died}, follow=True)
    (said,) = [str(message) for message in answer.context["messages"]]
    assert says in said
    with acting_as(ward.doc, reason="test"):
        has_task = Task.objects.filter(dedupe_key=f"hospitals.discharge:{stay.pk}").exists()
    assert has_task == ("a task" in said.replace("no task", ""))


def test_the_time_of_death_is_asked_and_is_not_that_of_the_click(client, ward):
    stay = ward.summarised(ward.admitted())
    began = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=9)
    with arranging():
        Stay.objects.filter(pk=stay.pk).update(admitted_at=began)
    client.force_login(ward.doc)
    place = address("discharge", stay.pk)
    assert "Say when they died" in client.post(place, {"disposition": "exp"}).content.decode()
    for hours, why in ((-1, "before the stay"), (10, "still to come")):
        typed = timezone.localtime(began + timedelta(hours=hours)).strftime(TYPED)
        assert why in client.post(place, {"disposition": "exp", "died_at": typed}).content.decode()
    at = began + timedelta(hours=6)
    said = {"disposition": "exp", "died_at": timezone.localtime(at).strftime(TYPED)}
    assert client.post(place, said).status_code == 302
    with arranging():
        ward.maria.refresh_from_db()
        assert ward.maria.deceased_at == at


def test_a_death_that_is_known_stands_as_it_was_recorded(client, ward):
    stay = ward.summarised(ward.admitted())
    known = timezone.now() - timedelta(days=1)
    with acting_as(ward.doc, reason="test"):
        record_death(ward.maria, by=ward.doc, at=known, reason="Daughter called")
    client.force_login(ward.doc)
    assert 'name="died_at"' not in client.get(address("stay", stay.pk)).content.decode()
    client.post(address("discharge", stay.pk), {"disposition": "exp"})
    with arranging():
        ward.maria.refresh_from_db()
        stay.refresh_from_db()
        assert (ward.maria.deceased_at, stay.disposition) == (known, "exp")


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


def test_two_people_of_one_name_are_told_apart_on_the_board(client, ward):
    with arranging():
        twin = member(ward.system, "Maria", "Alvarez", birth_date=date(1990, 3, 5))
    ward.admitted()
    ward.admitted(twin, ward.beds[1])
    client.force_login(ward.nina)
    page = client.get(address("board")).content.decode()
    for one, born in ((ward.maria, "11 Feb 1974"), (twin, "5 Mar 1990")):
        assert f"born {born} · MRN {mrn(one.mrn)}" in page
