"""Days and instants that the interface takes: those of people's lives; what was measured or found is not to come."""

import datetime

import pytest
from django.utils import timezone

from clinical.models import Condition, Observation
from core.db import acting_as
from scheduling.actions import book, check_in
from tests.api.test_rooms import ICD10, fault, post
from tests.api.world import session_of
from tests.clinical import factories as make
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db) -> make.World:
    world = make.World()
    with make.arranging():
        make.concept("I10", "Essential hypertension", ICD10)
        make.concept("140", "Influenza, seasonal", "http://hl7.org/fhir/sid/cvx")
    return world


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2099-01-01", "1800-01-01"])
def test_a_problem_began_on_a_day_of_somebodys_life_or_the_chart_would_shut(client, clinic, day):
    doctor = session_of(clinic.chen.user)
    asked = {"member": str(clinic.maria.pk), "codes": [{"system": ICD10, "code": "I10"}], "onset": day}

    assert fault(doctor, "conditions", asked, 400)["attr"] == "onset"

    with make.arranging():
        assert not Condition.objects.exists()
    added = post(doctor, "conditions", {**asked, "onset": "1999-12-31"}, 201)
    assert fault(doctor, f"conditions/{added['id']}/resolve", {"on": day}, 400)["attr"] == "on"
    client.force_login(clinic.chen.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/staff/chart/{clinic.maria.pk}/").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_vial_lasts_to_a_day_that_somebody_may_mean(clinic, day):
    asked = {"member": str(clinic.maria.pk), "cvx": "140", "on": "2025-10-05"}

    assert fault(session_of(clinic.chen.user), "immunizations", {**asked, "expires_on": day}, 400)["attr"] == (
        "expires_on"
    )
    assert fault(session_of(clinic.chen.user), "immunizations", {**asked, "on": day}, 400)["attr"] == "on"


def test_vital_signs_are_not_taken_in_time_to_come(clinic):
    with make.arranging():
        kind = visit_type(clinic.department)
    slot = hours(clinic.chen, clinic.department, timezone.now().replace(microsecond=0) + datetime.timedelta(minutes=1))
    with acting_as(clinic.park.user, reason="test"):
        booked = book(by=clinic.park.user, member=clinic.maria, slot=slot[0], visit_type=kind)
        check_in(booked, by=clinic.park.user)
    doctor = session_of(clinic.chen.user)
    visit = post(doctor, "encounters", {"appointment": str(booked.pk)}, 201)
    asked = {"encounter": visit["id"], "systolic": "128", "diastolic": "82"}

    for at in ("2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"):
        assert fault(doctor, "observations", {**asked, "at": at}, 400)["attr"] == "at"

    with make.arranging():
        assert not Observation.objects.exists()
    post(doctor, "observations", {**asked, "at": timezone.now().isoformat()}, 201)
