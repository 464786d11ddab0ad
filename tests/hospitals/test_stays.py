"""Admission, transfer, status, discharge; beds and people are never in two places."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from clinical.models import CodingRole, Task
from core.db import acting_as
from core.models import AuditEvent, OutboxMessage
from hospitals.actions import handoffs, stays
from hospitals.actions.beds import AlreadyAdmitted, BedOccupied, NotPossible
from hospitals.models import BedAssignment, HandoffAcceptance, Stay, StayStatus
from members.deaths import record_death
from members.models import Member
from scheduling import actions as scheduling
from tests.clinical.factories import arranging
from tests.hospitals import factories
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return factories.Hospital()


def place(stay) -> str:
    return str(stay.beds.in_force().get().bed_id)


def test_admission_makes_encounter_stay_status_and_bed(ward):
    stay = ward.admitted(reason="Pneumonia")
    with acting_as(ward.nina, reason="test"):
        assert (stay.encounter.status, stay.encounter.reason_text) == ("in-progress", "Pneumonia")
        assert stay.encounter.codings.get(role=CodingRole.CLASS).concept.code == "IMP"
        assert stay.statuses.get().status == "inpatient"
        assert place(stay) == str(ward.beds[0].pk)
        assert AuditEvent.objects.filter(verb="hospitals.admit", member_id=ward.maria.pk).count() == 1


def test_an_occupied_bed_is_refused_in_words_and_nothing_is_left(ward):
    ward.admitted()
    with acting_as(ward.nina, reason="test"):
        with pytest.raises(BedOccupied, match="Somebody is in this bed"):
            stays.admit(by=ward.nina, member=ward.pedro, bed=ward.beds[0])
        assert not Stay.objects.filter(member=ward.pedro).exists()


def test_nobody_is_admitted_twice(ward):
    ward.admitted()
    with acting_as(ward.nina, reason="test"), pytest.raises(AlreadyAdmitted):
        stays.admit(by=ward.nina, member=ward.maria, bed=ward.beds[1])


def test_a_closed_bed_takes_nobody(ward):
    with factories.arranging():
        ward.beds[0].is_open = False
        ward.beds[0].save()
    with pytest.raises(NotPossible, match="closed"):
        ward.admitted()


def test_a_transfer_ends_one_bed_where_the_next_begins(ward):
    stay = ward.admitted()
    with acting_as(ward.nina, reason="test"):
        stays.transfer(by=ward.nina, stay=stay, bed=ward.beds[2])
        first, second = stay.beds.order_by("during")
        assert first.during.upper == second.during.lower
        assert place(stay) == str(ward.beds[2].pk)
        stay.encounter.refresh_from_db()
        assert stay.encounter.department == ward.surgical
        stays.admit(by=ward.nina, member=ward.pedro, bed=ward.beds[0])


def test_a_bed_of_another_hospital_is_refused(ward):
    stay = ward.admitted()
    with acting_as(ward.nina, reason="test"), pytest.raises(NotPossible, match="another hospital"):
        stays.transfer(by=ward.nina, stay=stay, bed=ward.other_bed)


def test_two_people_swap_beds_without_a_third(ward):
    one, other = ward.admitted(), ward.admitted(ward.pedro, ward.beds[1])
    with acting_as(ward.nina, reason="test"):
        stays.swap_beds(by=ward.nina, one=one, other=other)
        assert (place(one), place(other)) == (str(ward.beds[1].pk), str(ward.beds[0].pk))


def test_postgres_refuses_two_people_in_one_bed_whoever_writes(ward):
    stay = ward.admitted()
    other = ward.admitted(ward.pedro, ward.beds[1])
    with (
        acting_as(ward.nina, reason="test"),
        pytest.raises(IntegrityError, match="hospitals_bed_once"),
        transaction.atomic(),
    ):
        BedAssignment.objects.filter(stay=other).update(bed=stay.beds.get().bed)
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_observation_becomes_inpatient_and_not_the_other_way(ward):
    stay = ward.admitted(status="observation")
    with acting_as(ward.doc, reason="test"):
        stays.change_status(by=ward.doc, stay=stay, status="inpatient")
        assert [row.status for row in stay.statuses.order_by("during")] == ["observation", "inpatient"]
        assert stay.encounter.codings.get(role=CodingRole.CLASS).concept.code == "IMP"
        with pytest.raises(NotPossible):
            stays.change_status(by=ward.doc, stay=stay, status="observation")


def test_a_status_never_overlaps_another(ward):
    stay = ward.admitted()
    with (
        acting_as(ward.nina, reason="test"),
        pytest.raises(IntegrityError, match="staystatus_once"),
        transaction.atomic(),
    ):
        StayStatus.objects.create(
            member=ward.maria, stay=stay, status="leave", during=DateTimeTZRange(timezone.now(), None)
        )
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_discharge_needs_a_signed_summary(ward):
    stay = ward.admitted()
    with acting_as(ward.nina, reason="test"):
        with pytest.raises(stays.SummaryMissing):
            stays.discharge(by=ward.nina, stay=stay, disposition="home")
        stay.refresh_from_db()
        assert stay.discharged_at is None


def test_discharge_frees_the_bed_and_primary_care_has_a_task_within_a_week(ward):
    stay = ward.summarised(ward.admitted())
    with acting_as(ward.nina, reason="test"):
        task = stays.discharge(by=ward.nina, stay=stay, disposition="home")
        stay.refresh_from_db()
        stay.encounter.refresh_from_db()
        assert (stay.disposition, stay.encounter.status) == ("home", "finished")
        assert stay.encounter.effective.upper == stay.discharged_at
        assert not stay.beds.in_force().exists() and not stay.statuses.in_force().exists()
        assert stay.encounter.codings.get(role=CodingRole.DISCHARGE_DISPOSITION).concept.code == "home"
        assert (task.owner, task.department) == (ward.chen.user, ward.department)
        assert task.due_at == stay.discharged_at + timedelta(days=7)
        with pytest.raises(NotPossible, match="discharged already"):
            stays.discharge(by=ward.nina, stay=stay, disposition="home")
        stays.admit(by=ward.nina, member=ward.pedro, bed=ward.beds[0])


def test_somebody_without_primary_care_is_followed_up_by_the_ward(ward):
    stay = ward.summarised(ward.admitted(ward.pedro))
    with acting_as(ward.nina, reason="test"):
        task = stays.discharge(by=ward.nina, stay=stay, disposition="snf")
        assert (task.owner, task.department, task.role) == (None, ward.medical, "care_coordinator")


def test_nobody_is_told_to_see_somebody_who_died(ward):
    stay = ward.summarised(ward.admitted())
    with acting_as(ward.nina, reason="test"):
        assert stays.discharge(by=ward.nina, stay=stay, disposition="exp") is None
        assert not Task.objects.exists()


def test_the_hour_of_a_death_that_is_on_record_is_not_the_discharges(ward):
    stay = ward.summarised(ward.admitted())
    known = timezone.now() - timedelta(hours=9)
    with arranging():
        Member.objects.filter(pk=ward.maria.pk).update(deceased_at=known)
    with acting_as(ward.nina, reason="test"):
        stays.discharge(by=ward.nina, stay=stay, disposition="exp")
        ward.maria.refresh_from_db()
    assert ward.maria.deceased_at == known


def test_nothing_goes_on_for_somebody_who_died(ward):
    """Their visits are cancelled, what waits to be sent to them is withdrawn, and nobody is told that a visit moved."""
    kind = visit_type(ward.department)
    slots = hours(ward.chen, ward.department)
    with acting_as(ward.desk, reason="test"):
        visits = [
            scheduling.book(by=ward.desk, member=member, slot=slot, visit_type=kind)
            for member, slot in ((ward.maria, slots[0]), (ward.pedro, slots[1]))
        ]
    stay = ward.summarised(ward.admitted())
    with acting_as(ward.nina, reason="test"):
        stays.discharge(by=ward.nina, stay=stay, disposition="exp")
        stay.refresh_from_db()
        ward.maria.refresh_from_db()
        assert ward.maria.deceased_at == stay.discharged_at
        for visit, expected in zip(visits, ("cancelled", "booked"), strict=True):
            visit.refresh_from_db()
            assert visit.status == expected
    with arranging():
        assert set(OutboxMessage.objects.filter(member_id=ward.maria.pk).values_list("status", flat=True)) == {
            "cancelled"
        }
        assert OutboxMessage.objects.filter(member_id=ward.pedro.pk, status="queued").exists()


# --- Handoff ------------------------------------------------------------------------------------------------

PARTS = {
    "illness_severity": "watcher",
    "patient_summary": "Day 2 of pneumonia",
    "actions": "Blood gas at 22:00",
    "contingencies": "If saturation falls below 90, call",
}


def test_a_handoff_is_the_givers_until_the_receiver_accepts(ward):
    stay = ward.admitted()
    with acting_as(ward.doc, reason="test"):
        given = handoffs.hand_off(by=ward.doc, stay=stay, parts=PARTS, to_department=ward.medical)
        assert Task.objects.get(kind="handoff").department == ward.medical
        with pytest.raises(PermissionDenied):
            handoffs.accept_handoff(by=ward.doc, handoff=given)
    with acting_as(ward.nina, reason="test"):
        handoffs.accept_handoff(by=ward.nina, handoff=given)
        assert Task.objects.get(kind="handoff").completed_by == ward.nina
        with pytest.raises(NotPossible, match="accepted already"):
            handoffs.accept_handoff(by=ward.nina, handoff=given)
        assert HandoffAcceptance.objects.count() == 1


@pytest.mark.parametrize("missing", handoffs.PARTS)
def test_a_handoff_has_all_four_parts(ward, missing):
    stay = ward.admitted()
    with acting_as(ward.doc, reason="test"), pytest.raises(NotPossible, match="four parts"):
        handoffs.hand_off(by=ward.doc, stay=stay, parts={**PARTS, missing: " "}, to_department=ward.medical)


# --- Who may ------------------------------------------------------------------------------------------------


def steps(ward, user, stay):
    return {
        "admit": lambda: stays.admit(by=user, member=ward.pedro, bed=ward.beds[3]),
        "transfer": lambda: stays.transfer(by=user, stay=stay, bed=ward.beds[3]),
        "status": lambda: stays.change_status(by=user, stay=stay, status="leave"),
        "summary": lambda: stays.sign_summary(by=user, stay=stay, body="x"),
        "discharge": lambda: stays.discharge(by=user, stay=stay, disposition="home"),
        "hand_off": lambda: handoffs.hand_off(by=user, stay=stay, parts=PARTS, to_department=ward.medical),
    }


ALL = ("admit", "transfer", "status", "summary", "discharge", "hand_off")


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("doc", ALL),
        ("nina", ("admit", "transfer", "discharge", "hand_off")),
        ("desk", ("admit", "transfer")),
        ("nora", ()),
    ],
)
@pytest.mark.parametrize("step", ALL)
def test_each_does_what_their_role_at_this_hospital_allows(ward, who, may, step):
    stay = ward.summarised(ward.admitted())
    user = getattr(ward, who)
    with acting_as(user, reason="test"):
        if step in may:
            steps(ward, user, stay)[step]()
        else:
            with pytest.raises(PermissionDenied):
                steps(ward, user, stay)[step]()


def test_a_nurse_of_ours_who_does_not_work_in_the_hospital_may_not(ward):
    with acting_as(ward.park.user, reason="test"), pytest.raises(PermissionDenied):
        stays.admit(by=ward.park.user, member=ward.maria, bed=ward.beds[0])


def test_somebody_of_another_system_is_not_admitted_here(ward):
    with acting_as(ward.nina, reason="test"), pytest.raises(PermissionDenied):
        stays.admit(by=ward.nina, member=ward.olga, bed=ward.beds[0])


# --- Two at once --------------------------------------------------------------------------------------------


def test_of_two_who_admit_to_one_bed_at_once_one_is_told(ward, transactional_db):
    barrier, said = threading.Barrier(2), []

    def admit(member):
        try:
            with acting_as(ward.nina, reason="test"):
                barrier.wait(10)
                stays.admit(by=ward.nina, member=member, bed=ward.beds[0])
            said.append("admitted")
        except BedOccupied:
            said.append("occupied")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=admit, args=[member]) for member in (ward.maria, ward.pedro)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["admitted", "occupied"]
    with acting_as(ward.nina, reason="test"):
        assert BedAssignment.objects.in_force().filter(bed=ward.beds[0]).count() == 1


def test_the_dead_are_not_admitted(ward):
    with arranging():
        record_death(ward.maria, by=ward.nina, at=timezone.now() - timedelta(hours=2), reason="Son called")
        ward.maria.refresh_from_db()
    with pytest.raises(NotPossible, match="nothing new begins"):
        ward.admitted()
    stay = ward.admitted(at=timezone.now() - timedelta(hours=3))
    assert stay.member == ward.maria, "what was before is written down"
