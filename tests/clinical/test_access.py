"""Who looks after a member, and access by reason: two clinicians, two members, two systems."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from clinical.access import break_the_glass, has_broken_the_glass, has_care_relationship, looks_after
from clinical.models import BreakTheGlass, CareTeamMembership, Encounter
from core.db import acting_as, as_job
from core.models import AuditEvent, User
from members.models import PrimaryCareAssignment
from tests.members.factories import make_member
from tests.network.factories import (
    ALWAYS,
    give_role,
    make_clinician,
    make_department,
    make_staff,
    make_system,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SimpleNamespace:
    """Dr. Own is Maria's primary care clinician; Dr. Other works elsewhere in the system; a second system beside."""
    system, second = make_system(), make_system()
    office, clinic = make_department(system), make_department(system)
    own, other = make_user("Dr. Own"), make_user("Dr. Other")
    give_role(own, "physician", office.facility.organization, department=office)
    give_role(other, "physician", clinic.facility.organization, department=clinic)
    found = SimpleNamespace(
        system=system,
        second=second,
        office=office,
        clinic=clinic,
        own=own,
        other=other,
        own_clinician=make_clinician(own),
        other_clinician=make_clinician(other),
        maria=make_member(system),
        brown=make_member(system),
        foreign=make_member(second),
    )
    with as_job(User.objects.system("tests"), reason="test"):
        PrimaryCareAssignment.objects.create(
            member=found.maria, clinician=found.own_clinician, department=office, period=ALWAYS, origin="chosen"
        )
    return found


def asks(user, member) -> bool:
    with acting_as(user, reason="test"):
        return looks_after(user, member.pk)


def test_primary_care_clinician_and_their_department_look_after_a_member(world):
    nurse = make_user()
    give_role(nurse, "nurse", world.office.facility.organization, department=world.office)
    desk = make_user()
    give_role(desk, "front_desk", world.office.facility.organization, department=world.office)

    assert asks(world.own, world.maria)
    assert asks(nurse, world.maria)
    assert not asks(desk, world.maria)
    assert not asks(world.other, world.maria)
    assert not asks(world.own, world.brown)


def test_a_role_that_ended_gives_nothing(world):
    former = make_user()
    give_role(
        former, "nurse", world.office.facility.organization, department=world.office,
        period=(date(2020, 1, 1), date(2021, 1, 1)),
    )  # fmt: skip
    assert not asks(former, world.maria)


def test_care_team_and_a_recent_visit_make_a_relationship_and_an_old_visit_does_not(world):
    now = timezone.now()
    with as_job(User.objects.system("tests"), reason="test"):
        CareTeamMembership.objects.create(
            member=world.brown, clinician=world.own_clinician, role="cardiologist", period=ALWAYS
        )
        recent, old = now - timedelta(days=30), now - timedelta(days=400)
        for member, at in ((world.maria, recent), (world.brown, old)):
            Encounter.objects.create(
                member=member,
                status="finished",
                effective=(at, at + timedelta(minutes=20)),
                clinician=world.other_clinician,
            )

    assert asks(world.own, world.brown)
    assert asks(world.other, world.maria)
    assert not asks(world.other, world.brown)


def test_without_reach_there_is_no_relationship_to_find(world):
    stranger = make_staff("physician", world.second)
    with acting_as(stranger, reason="test"):
        assert not has_care_relationship(stranger, world.maria)


def test_a_reason_opens_one_record_for_a_time_and_is_audited(world):
    with acting_as(world.other, reason="test"):
        assert not has_broken_the_glass(world.other, world.maria)
        opened = break_the_glass(by=world.other, member=world.maria, reason="Found unconscious at the entrance")
        assert has_broken_the_glass(world.other, world.maria)
        assert not has_broken_the_glass(world.other, world.brown)
        assert not has_broken_the_glass(world.own, world.maria)

    assert opened.until - opened.at == timedelta(hours=4)
    event = AuditEvent.objects.get(verb="clinical.break_the_glass")
    assert (event.user_id, event.member_id) == (world.other.pk, world.maria.pk)
    assert event.reason == "Found unconscious at the entrance"


def test_it_ends_by_itself(world):
    with acting_as(world.other, reason="test"):
        past = timezone.now() - timedelta(hours=5)
        BreakTheGlass.objects.create(
            member=world.maria, user=world.other, reason="Yesterday's reason", at=past, until=past + timedelta(hours=4)
        )
        assert not has_broken_the_glass(world.other, world.maria)


@pytest.mark.parametrize("reason", ["", "   ", "because"])
def test_it_needs_a_reason(world, reason):
    with acting_as(world.other, reason="test"), pytest.raises(ValueError, match="reason"):
        break_the_glass(by=world.other, member=world.maria, reason=reason)


@pytest.mark.django_db(transaction=True)
def test_only_clinicians_of_the_members_own_system_may(world):
    desk = make_staff("front_desk", world.system)
    stranger = make_staff("physician", world.second)
    for user in (desk, stranger):
        with acting_as(user, reason="test"), pytest.raises(PermissionDenied):
            break_the_glass(by=user, member=world.maria, reason="I would like to have a look")
    with as_job(desk, reason="test"):
        assert not BreakTheGlass.objects.exists()
    assert AuditEvent.objects.filter(action="refuse", verb="clinical.break_the_glass").count() == 2


def test_the_row_cannot_be_changed_afterwards(world):
    with acting_as(world.other, reason="test"):
        break_the_glass(by=world.other, member=world.maria, reason="Found unconscious at the entrance")
        with pytest.raises(DatabaseError), transaction.atomic():
            BreakTheGlass.objects.update(until=datetime(2099, 1, 1, tzinfo=timezone.get_current_timezone()))
