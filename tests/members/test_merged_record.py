"""A record that was merged is nobody: whoever comes with its number or its id is led on, or told where."""

import pytest
from django.urls import reverse

from core.db import acting_as
from core.models import AuditEvent
from members import actions
from members.querysets import search
from network.models import RoleAssignment
from scheduling import actions as scheduling
from scheduling.actions import BookingRefused
from scheduling.models import Appointment
from tests.api.world import World, session_of, token_for
from tests.clinical import factories as make
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Ana was kept three times over: her first record was merged into a second, and that into this one."""
    world = World()
    with make.arranging():
        world.admin, world.desk = make.account("Pat Admin"), make.account("Dana Desk")
        make.role(world.admin, RoleAssignment.Role.PLAN_ADMINISTRATOR, world.here)
        make.role(world.desk, RoleAssignment.Role.FRONT_DESK, world.here)
        world.first, world.second = (make.member(world.here, "Ana", "Rivera") for _ in range(2))
    for gone, kept in ((world.first, world.second), (world.second, world.ana)):
        with acting_as(world.admin, reason="test"):
            actions.merge_members(kept, gone, by=world.admin, reason="same passport")
    return world


def test_every_old_number_finds_the_record_that_stayed(world):
    with acting_as(world.desk, reason="test"):
        for old in (world.first, world.second, world.ana):
            assert [found.pk for found in search(old.mrn)] == [world.ana.pk]


def test_an_old_address_of_the_chart_leads_the_members_own_clinician_to_it(world):
    doctor = session_of(world.physician.user)
    chart = reverse("clinical:chart", args=[world.ana.pk])
    shown = doctor.get(reverse("clinical:chart", args=[world.first.pk]) + "?tab=notes")
    assert (shown.status_code, shown["Location"]) == (302, f"{chart}?tab=notes")
    assert doctor.get(chart).status_code == 200


def test_what_is_posted_to_an_old_chart_is_not_written(world):
    doctor = session_of(world.physician.user)
    answer = doctor.post(reverse("clinical:add_problem", args=[world.first.pk]), {"concept": "x"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("clinical:chart", args=[world.ana.pk]))
    with make.arranging():
        assert not AuditEvent.objects.filter(verb="clinical.add_problem").exists()


@pytest.mark.parametrize(
    ("address", "scope"),
    [("conditions", "conditions"), ("coverages", "coverages"), ("care-gaps", "care-gaps")],
)
def test_records_asked_for_by_an_old_id_are_a_conflict_that_names_the_new_one(world, address, scope):
    machine = token_for(world.machine, f"{scope}:read")
    answer = machine.get(f"/api/v1/{address}/", {"member": str(world.first.pk)}, HTTP_X_REASON="test")
    assert answer.status_code == 409, answer.content
    assert answer.json()["type"] == "urn:kpcare:problem:merged_record"
    assert str(world.ana.pk) in answer.content.decode()


def test_nothing_is_booked_on_a_record_that_went(world):
    with make.arranging():
        kind = visit_type(world.office)
    slot = hours(world.physician, world.office)[0]
    with acting_as(world.desk, reason="test"):
        # As a page has it that was opened before the merge.
        world.first.status = "active"
        with pytest.raises(BookingRefused, match="merged into another"):
            scheduling.book(by=world.desk, member=world.first, slot=slot, visit_type=kind)
        assert not Appointment.objects.filter(member=world.first).exists()
        scheduling.book(by=world.desk, member=world.ana, slot=slot, visit_type=kind)
