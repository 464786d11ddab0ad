"""Recording a dose from the chart: who may, what must be said, and what it changes."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse
from django.utils import timezone

from clinical.models import Encounter, Immunization
from core.models import AuditEvent
from tests.clinical.factories import World, arranging
from tests.prevention.immunisation.test_screens import evaluate

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = World()
    with arranging():
        made.maria.birth_date = timezone.localdate() - relativedelta(years=60)
        made.maria.save()
    evaluate(made.maria)
    made.url = reverse("prevention:record_dose", args=[made.maria.pk])
    return made


def doses(world) -> list[Immunization]:
    with arranging():
        return list(Immunization.objects.filter(member=world.maria))


def visit(world) -> Encounter:
    with arranging():
        return Encounter.objects.create(
            member=world.maria,
            status="in-progress",
            effective=(timezone.now() - timedelta(hours=1), None),
            department=world.department,
            facility=world.department.facility,
            organization=world.department.facility.organization,
        )


def told(**more) -> dict[str, str]:
    # Where the clinic is, UTC's day may be still to come.
    return {"vaccine": "187", "on": (timezone.localdate() - timedelta(days=1)).isoformat(), **more}


def test_the_chart_leads_there_with_the_vaccine_that_is_due(client, world):
    client.force_login(world.chen.user)
    panel = client.get(reverse("clinical:chart_panel", args=[world.maria.pk, "vaccines"])).content.decode()
    assert f"{world.url}?vaccine=" in panel

    page = client.get(f"{world.url}?vaccine=187").content.decode()
    assert "May be given now" in page and '<option value="187" selected' in page
    assert "given elsewhere, told or shown" in page


def test_a_dose_given_here_names_maker_and_lot(client, world):
    started = visit(world)
    client.force_login(world.chen.user)
    refused = client.post(world.url, told(where="here"))
    assert refused.status_code == 422
    assert "Say the lot" in refused.content.decode() and doses(world) == []

    client.post(world.url, told(where="here", lot_number="AB12", manufacturer="SKB"))
    client.post(world.url, told(where="here", lot_number="AB12", manufacturer="SKB"))

    [dose] = doses(world)
    assert (dose.encounter_id, dose.lot_number, dose.is_primary_source) == (started.pk, "AB12", True)
    with arranging():
        assert AuditEvent.objects.filter(verb="clinical.record_immunization", member_id=world.maria.pk).count() == 1


def test_without_a_visit_it_is_told(client, world):
    client.force_login(world.chen.user)
    client.post(world.url, told())
    assert [dose.is_primary_source for dose in doses(world)] == [False]


def test_an_impossible_day_and_a_vial_past_its_date_are_refused_at_their_field(client, world):
    client.force_login(world.chen.user)
    today = timezone.localdate()
    for more in (
        {"on": (today + timedelta(days=2)).isoformat()},
        {"expires_on": (today - timedelta(days=3)).isoformat()},
    ):
        assert client.post(world.url, told(**more)).status_code == 422
    assert doses(world) == []


def test_only_who_writes_in_this_chart_records_a_dose(client, world):
    client.force_login(world.outsider.user)
    assert client.post(world.url, told()).status_code in (302, 404)
    client.force_login(world.maria.user)
    assert client.post(world.url, told()).status_code == 403
    assert doses(world) == []
