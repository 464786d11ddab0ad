"""The chart's writes: from an appointment to a signed note; referrals, tasks and messages that nobody can drop."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinical import actions
from clinical.models import (
    Condition,
    EncounterDiagnosis,
    Message,
    Note,
    Observation,
    Referral,
    Task,
)
from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from scheduling import actions as scheduling
from tests.clinical import factories
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return factories.World()


@pytest.fixture
def visit(world):
    """Maria's visit with Dr. Chen, checked in and started."""
    office = visit_type(world.department)
    slot = hours(world.chen, world.department, timezone.now() + datetime.timedelta(minutes=1), count=1)[0]
    with acting_as(world.maria.user, reason="test"):
        appointment = scheduling.book(by=world.maria.user, member=world.maria, slot=slot, visit_type=office)
    with acting_as(world.chen.user, reason="test"):
        with pytest.raises(ValidationError, match="Check the member in first"):
            actions.start_visit(appointment, by=world.chen.user)
        scheduling.check_in(appointment, by=world.chen.user)
        started = actions.start_visit(appointment, by=world.chen.user)
        assert actions.start_visit(appointment, by=world.chen.user) == started
    return started


def test_vitals_are_observations_with_a_blood_pressure_of_two_components(world, visit):
    chen = world.chen.user
    with acting_as(chen, reason="test"):
        values = {"systolic": Decimal(132), "diastolic": Decimal(81), "weight": Decimal(80), "height": Decimal(170)}
        actions.record_vitals(visit, by=chen, values=values)

        panel = Observation.objects.get(codings__concept__code="85354-9")
        parts = panel.components.values_list("codings__concept__code", "value_quantity", "value_unit")
        assert {("8480-6", Decimal(132), "mm[Hg]"), ("8462-4", Decimal(81), "mm[Hg]")} <= set(parts)
        assert Observation.objects.get(codings__concept__code="39156-5").value_quantity == Decimal("27.7")
    assert AuditEvent.objects.get(verb="clinical.record_vitals").member_id == world.maria.pk


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"systolic": Decimal(132)}, "two values"),
        ({"systolic": Decimal(70), "diastolic": Decimal(90)}, "above diastolic"),
        ({"temperature": Decimal(98)}, "expected 30 to 43"),
        ({"temperature": Decimal(400)}, "expected 30 to 43"),
        ({"temperature": Decimal(-2)}, "expected 30 to 43"),
        ({"height": Decimal(0)}, "expected 20 to 260"),
        ({"weight": Decimal(-3)}, "expected 0.3 to 400"),
        ({"systolic": Decimal(5000), "diastolic": Decimal(80)}, "expected 40 to 300"),
        ({"oxygen_saturation": Decimal(101)}, "expected 50 to 100"),
        ({}, "at least one"),
    ],
)
def test_slips_of_the_hand_are_asked_about(world, visit, values, said):
    with acting_as(world.chen.user, reason="test"), pytest.raises(ValidationError, match=said):
        actions.record_vitals(visit, by=world.chen.user, values=values)


def test_a_signed_note_never_changes_and_is_amended_by_another(world, visit):
    chen, park = world.chen.user, world.park.user
    with acting_as(chen, reason="test"):
        draft = actions.write_note(visit, by=chen, body="Knee better.")
        assert actions.write_note(visit, by=chen, body="Knee much better.") == draft
    with acting_as(park, reason="test"), pytest.raises(PermissionDenied):
        actions.sign_note(draft, by=park)
    with acting_as(chen, reason="test"):
        signed = actions.sign_note(draft, by=chen)
        with pytest.raises(IntegrityError, match="the row is final"), transaction.atomic():
            Note.objects.filter(pk=signed.pk).update(body="Knee worse.")
        added = actions.amend_note(signed, by=chen, body="Left knee.")
        assert (added.amends, added.kind) == (signed, "addendum")
        with pytest.raises(IntegrityError), transaction.atomic():
            Note.objects.filter(pk=added.pk).delete()


def test_a_problem_stands_once_on_the_list_and_counts_for_the_visit(world, visit):
    chen, diabetes = world.chen.user, factories.concept("E11.9", "Type 2 diabetes", "http://hl7.org/fhir/sid/icd-10-cm")
    with acting_as(chen, reason="test"):
        first = actions.add_problem(by=chen, member=world.maria, concepts=[diabetes])
        assert actions.add_problem(by=chen, member=world.maria, concepts=[diabetes], encounter=visit) == first
        assert Condition.objects.filter(is_problem=True).count() == 1
        assert EncounterDiagnosis.objects.get(encounter=visit).condition == first
        assert actions.resolve_problem(first, by=chen).status == "resolved"


def test_finishing_the_visit_closes_its_appointment(world, visit):
    with acting_as(world.chen.user, reason="test"):
        ended = actions.finish_visit(visit, by=world.chen.user)
        assert (ended.status, ended.effective.upper is not None) == ("finished", True)
        visit.appointment.refresh_from_db()
        assert visit.appointment.status == "fulfilled"


# --- Referrals and tasks ------------------------------------------------------------------------------------


def refer(world) -> Referral:
    with acting_as(world.chen.user, reason="test"):
        return actions.refer(
            by=world.chen.user, member=world.maria, to_department=world.cardiology, question="Is it angina?"
        )


def test_a_referral_is_the_receivers_task_until_their_report_closes_it(world):
    referral = refer(world)
    osei, chen = world.osei.user, world.chen.user
    with acting_as(chen, reason="test"):
        task = Task.objects.get(kind="referral")
        assert task.department == world.cardiology and task.due_at > timezone.now()
        with pytest.raises(PermissionDenied):
            actions.accept_referral(referral, by=chen)
        with pytest.raises(PermissionDenied):
            actions.complete_task(task, by=chen)
    with acting_as(osei, reason="test"):
        assert actions.accept_referral(referral, by=osei).accepted_by == osei
        actions.schedule_referral(referral, by=osei)
        closed = actions.close_referral(referral, by=osei, report="No angina. Costochondritis.")
        task.refresh_from_db()
        assert (closed.status, closed.report.signed_at is not None, task.status) == ("closed", True, "completed")
        back = Task.objects.get(kind="referral_report")
        assert back.owner == chen
        with pytest.raises(ValidationError, match="already"):
            actions.decline_referral(referral, by=osei, reason="Not for us")


def test_a_declined_referral_comes_back_as_the_senders_task(world):
    referral = refer(world)
    with acting_as(world.osei.user, reason="test"):
        actions.decline_referral(referral, by=world.osei.user, reason="Try an exercise test first.")
        back = Task.objects.get(kind="referral_declined")
        assert (back.owner, back.detail) == (world.chen.user, "Try an exercise test first.")


def test_postgres_refuses_a_referral_closed_without_a_report(world):
    referral = refer(world)
    with acting_as(world.osei.user, reason="test"), pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(status="closed")


def test_an_overdue_task_is_escalated_once_and_reaches_colleagues(world):
    chen, now = world.chen.user, timezone.now()
    with acting_as(chen, reason="test"):
        task = actions.create_task(
            by=chen, member=world.maria, kind="follow_up", title="Call Maria", due_at=now, owner=chen
        )
    job = User.objects.system("tasks")
    with as_job(job, reason="test"):
        assert actions.escalate_overdue(by=job, as_of=now) == 0
        later = now + datetime.timedelta(hours=1)
        assert actions.escalate_overdue(by=job, as_of=later) == 1
        assert actions.escalate_overdue(by=job, as_of=later) == 0
    with acting_as(world.park.user, reason="test"):
        task.refresh_from_db()
        assert (task.priority, task.department) == ("urgent", world.department)
        actions.accept_task(task, by=world.park.user)
        assert actions.complete_task(task, by=world.park.user, outcome="Reached.").completed_by == world.park.user


def test_reassigning_needs_a_reason_and_keeps_the_due_time(world):
    chen, due = world.chen.user, timezone.now() + datetime.timedelta(days=1)
    with acting_as(chen, reason="test"):
        task = actions.create_task(by=chen, member=world.maria, kind="x", title="Call", due_at=due, owner=chen)
        with pytest.raises(ValidationError, match="Say why"):
            actions.reassign_task(task, by=chen, owner=world.park.user, reason=" ")
        moved = actions.reassign_task(task, by=chen, owner=world.park.user, reason="On leave")
        assert (moved.owner, moved.due_at) == (world.park.user, due)
        with pytest.raises(PermissionDenied):
            actions.complete_task(moved, by=chen)


# --- Messages -----------------------------------------------------------------------------------------------


def test_a_question_is_a_task_until_it_is_answered(world):
    maria, park = world.maria.user, world.park.user
    with acting_as(maria, reason="test"):
        thread = actions.start_thread(by=maria, member=world.maria, subject="Knee", body="It is swollen.")
        actions.write_message(thread, by=maria, body="And warm.")
        assert Message.objects.filter(thread=thread).count() == 2
        task = Task.objects.get(kind="message")
        assert (task.department, task.due_at > timezone.now()) == (world.department, True)
    with acting_as(park, reason="test"):
        actions.answer_thread(thread, by=park, body="Come in at two.")
        task.refresh_from_db()
        assert (task.status, task.completed_by) == ("completed", park)
    told = OutboxMessage.objects.filter(template="message_waiting", member_id=world.maria.pk)
    assert told.count() == 2 and not any("knee" in str(message.context).lower() for message in told)
    with acting_as(maria, reason="test"):
        actions.write_message(thread, by=maria, body="Thank you, one more thing.")
        assert Task.objects.filter(kind="message", status="requested").count() == 1


def test_a_sent_message_never_changes(world):
    maria = world.maria.user
    with acting_as(maria, reason="test"):
        thread = actions.start_thread(by=maria, member=world.maria, subject="Knee", body="It is swollen.")
        message = thread.messages.get()
        with pytest.raises(Exception, match=r"permission denied|the row is final"), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(body="Nothing.")
        assert connection.needs_rollback is False


def test_nobody_of_another_system_answers(world):
    maria = world.maria.user
    with acting_as(maria, reason="test"):
        thread = actions.start_thread(by=maria, member=world.maria, subject="Knee", body="It is swollen.")
    with acting_as(world.outsider.user, reason="test"), pytest.raises(Exception, match="row-level security"):
        actions.answer_thread(thread, by=world.outsider.user, body="Hello")
