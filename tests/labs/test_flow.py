"""From order to released result: stages, identity, the chart, the member, who acts, corrections."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clinical.models import DiagnosticReport, Observation, Task
from core.db import acting_as
from core.models import AuditEvent, OutboxMessage
from labs.actions import ordering, results, review, specimens
from labs.models import LabOrder, LabResult, ResultMismatch
from labs.workflow import WrongStage
from members.deaths import MemberDied, record_death
from tests.labs import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return factories.Laboratory()


def audited() -> list[str]:
    return list(AuditEvent.objects.filter(verb__startswith="labs.").order_by("at", "pk").values_list("verb", flat=True))


def test_an_order_is_collected_entered_and_released_into_the_chart(lab):
    order = lab.order()
    assert (order.status, order.department) == ("ordered", lab.lab)

    result = lab.released("4.25", order)

    with acting_as(lab.chen.user, reason="test"):
        order.refresh_from_db()
        assert (order.status, order.request.status) == ("released", "completed")
        observation = Observation.objects.get()
        assert observation == result.observation
        assert (observation.status, observation.value_quantity, observation.value_unit) == (
            "final",
            Decimal("4.3"),
            "mmol/L",
        )
        assert (observation.interpretation, observation.low, observation.high) == ("N", Decimal("3.5"), Decimal("5.1"))
        assert observation.effective.lower == result.specimen.collected_at
        assert observation.performing_laboratory == lab.system.name
        assert observation.codings.filter(role=1).get().concept.code == "2823-3"
        report = DiagnosticReport.objects.get()
        assert report.observations == [str(observation.pk)]
        assert audited() == [
            "labs.order_test",
            "labs.collect_specimen",
            "labs.receive_specimen",
            "labs.enter_result",
            "labs.release_result",
        ]


def test_the_member_is_told_that_something_is_new_and_not_what(lab):
    lab.released()
    messages = OutboxMessage.objects.filter(member_id=lab.maria.pk)
    assert {message.channel for message in messages} == {"portal", "email"}
    for message in messages:
        assert message.template == "result_waiting"
        assert not message.context
        assert "otassium" not in message.url_path


def test_a_labelled_result_is_not_announced(lab):
    order = lab.order()
    with factories.arranging():
        LabOrder.objects.filter(pk=order.pk).update(sensitivity=16)
    result = lab.released(order=order)
    assert (result.sensitivity, result.observation.sensitivity) == (16, 16)
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("given", ["000000000", "birth date"])
def test_a_specimen_is_not_taken_from_somebody_else(lab, given):
    order = lab.order()
    mrn = lab.maria.mrn if given == "birth date" else given
    born = datetime.date(1980, 1, 1) if given == "birth date" else lab.maria.birth_date
    with acting_as(lab.tom, reason="test"):
        with pytest.raises(specimens.IdentityMismatch):
            specimens.collect_specimen(by=lab.tom, order=order, mrn=mrn, birth_date=born)
        order.refresh_from_db()
        assert order.status == "ordered"


def test_a_rejected_tube_is_taken_again_and_its_value_is_gone(lab):
    order = lab.order()
    first = lab.collected(order)
    with acting_as(lab.tom, reason="test"):
        entered = results.enter_result(by=lab.tom, order=order, accession=first, value="7.1")
        specimens.reject_specimen(by=lab.tom, order=order, reason="haemolysed")
        entered.refresh_from_db()
        assert entered.status == "cancelled"
    second = lab.collected(order)
    assert second != first
    with acting_as(lab.tom, reason="test"):
        with pytest.raises(results.SpecimenMismatch, match="rejected"):
            results.enter_result(by=lab.tom, order=order, accession=first, value="4.0")
        results.enter_result(by=lab.tom, order=order, accession=second, value="4.0")
        assert results.release_result(by=lab.tom, order=order).value_quantity == 4


def test_a_tube_of_somebody_else_is_refused_and_kept_for_review(lab):
    marias, pedros = lab.order(), lab.order(member=lab.pedro)
    lab.collected(marias)
    tube = lab.collected(pedros)
    with acting_as(lab.tom, reason="test"):
        with pytest.raises(results.SpecimenMismatch):
            results.enter_result(by=lab.tom, order=marias, accession=tube, value="4.0")
        assert not LabResult.objects.exists()
        kept = ResultMismatch.objects.get()
        assert (kept.member, kept.order, kept.accession, kept.value) == (lab.maria, marias, tube, "4.0")
        with pytest.raises(ValueError):
            results.resolve_mismatch(by=lab.tom, review=kept, resolution=" ")
        results.resolve_mismatch(by=lab.tom, review=kept, resolution="Tubes were swapped in the rack")
        kept.refresh_from_db()
        assert (kept.status, kept.resolved_by) == ("resolved", lab.tom)


def test_postgres_refuses_a_result_on_a_tube_of_another_order_of_the_same_member(lab):
    one = lab.order()
    other = lab.order(lab.fit)
    lab.collected(one)
    with acting_as(lab.tom, reason="test"):
        result = LabResult(
            member=lab.maria,
            specimen=one.specimens.get(),
            order=other,
            test=lab.fit,
            performing_laboratory=lab.system,
            entered_by=lab.tom,
        )
        with pytest.raises(DatabaseError, match="not one of this order"), transaction.atomic():
            result.save(force_insert=True)


def test_steps_are_taken_in_order_and_once(lab):
    order = lab.order()
    with acting_as(lab.tom, reason="test"):
        with pytest.raises(WrongStage):
            specimens.receive_specimen(by=lab.tom, order=order)
        with pytest.raises(WrongStage):
            results.release_result(by=lab.tom, order=order)
    lab.collected(order)
    with acting_as(lab.tom, reason="test"), pytest.raises(WrongStage):
        specimens.collect_specimen(by=lab.tom, order=order, mrn=lab.maria.mrn, birth_date=lab.maria.birth_date)


@pytest.mark.parametrize(
    ("value", "flag", "critical", "kind", "priority"),
    [
        ("4.2", "N", False, "result_review", "routine"),
        ("5.4", "H", False, "result_review", "urgent"),
        ("6.2", "H", False, "result_review", "urgent"),
        ("6.3", "HH", True, "critical_result", "stat"),
        ("2.7", "LL", True, "critical_result", "stat"),
    ],
)
def test_the_ordering_clinician_gets_a_task_as_urgent_as_the_value(lab, value, flag, critical, kind, priority):
    result = lab.released(value)
    assert (result.flag, result.is_critical) == (flag, critical)
    with acting_as(lab.chen.user, reason="test"):
        task = Task.objects.get()
        assert (task.kind, task.priority, task.owner) == (kind, priority, lab.chen.user)
        assert task.due_at - timezone.now() < datetime.timedelta(hours=1 if critical else 73)


def test_a_critical_result_reaches_whoever_is_on_duty(lab):
    result = lab.released("6.9")
    with factories.arranging():
        colleague = factories.chart.clinician(lab.department, "Ana Duty").user
    with acting_as(colleague, reason="test"):
        task = Task.objects.get()
        assert (task.owner, task.department, task.role) == (lab.chen.user, lab.department, "physician")
        assert review.acknowledge_result(by=colleague, result=result, note="Called her in").completed_by == colleague


def test_a_result_is_closed_by_the_receiving_side_alone(lab):
    result = lab.released("5.4")
    with acting_as(lab.stranger.user, reason="test"):
        assert review.acknowledge_result(by=lab.stranger.user, result=result) is None
    with acting_as(lab.tom, reason="test"), pytest.raises(PermissionDenied):
        review.acknowledge_result(by=lab.tom, result=result)
    with acting_as(lab.chen.user, reason="test"):
        assert review.acknowledge_result(by=lab.chen.user, result=result).status == "completed"


def test_a_critical_result_is_closed_with_what_was_done(lab):
    result = lab.released("6.9")
    with acting_as(lab.chen.user, reason="test"):
        with pytest.raises(ValueError, match="what was done"):
            review.acknowledge_result(by=lab.chen.user, result=result)
        task = review.acknowledge_result(by=lab.chen.user, result=result, note="Called her in, ECG")
        assert (task.status, task.completed_by, task.outcome) == ("completed", lab.chen.user, "Called her in, ECG")
        assert review.acknowledge_result(by=lab.chen.user, result=result, note="again") is None


def test_a_correction_is_a_new_row_and_the_old_one_stays(lab):
    old = lab.released("6.9")
    with acting_as(lab.tom, reason="test"):
        new = results.correct_result(by=lab.tom, result=old, value="4.4", reason="Haemolysis seen later")
        assert (new.corrects, new.status, new.flag) == (old, "corrected", "N")
        assert new.observation.corrects == old.observation
        old.refresh_from_db()
        assert (old.status, old.value_quantity) == ("final", Decimal("6.9"))
        readable = Observation.objects.filter(status__in=("final", "amended", "corrected"))
        assert [row.value_quantity for row in readable] == [Decimal("4.4")]
        assert list(LabResult.objects.released()) == [new]
        with pytest.raises(ValueError, match="not corrected before"):
            results.correct_result(by=lab.tom, result=old, value="4.0", reason="again")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE labs_labresult SET value_quantity = 1", "DELETE FROM labs_labresult", "TRUNCATE labs_labresult CASCADE"],
)
def test_a_final_result_never_changes(lab, statement):
    lab.released()
    with acting_as(lab.tom, reason="test"), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_home_kit_is_mailed_returned_and_tested(lab):
    taken = timezone.now() - datetime.timedelta(days=2)
    order = lab.placed(lab.order(lab.fit), taken - datetime.timedelta(days=7))
    with acting_as(lab.tom, reason="test"):
        specimens.mail_kit(by=lab.tom, order=order)
        tube = specimens.receive_kit(
            by=lab.tom, order=order, mrn=lab.maria.mrn, birth_date=lab.maria.birth_date, collected_at=taken
        )
        results.enter_result(by=lab.tom, order=order, accession=tube.accession, value="Positive")
        result = results.release_result(by=lab.tom, order=order)
        assert (result.value_text, result.flag) == ("positive", "A")
        result.observation.refresh_from_db()
        assert result.observation.effective.lower == taken
        assert Task.objects.get().priority == "urgent"


def test_a_test_at_the_laboratory_is_not_mailed(lab):
    order = lab.order()
    with acting_as(lab.tom, reason="test"), pytest.raises(ValueError, match="home kit"):
        specimens.mail_kit(by=lab.tom, order=order)


@pytest.mark.parametrize("value", ["", "high", "NaN", "1e12"])
def test_a_value_that_is_no_number_is_refused(lab, value):
    order = lab.order()
    tube = lab.collected(order)
    with acting_as(lab.tom, reason="test"), pytest.raises(ValueError):
        results.enter_result(by=lab.tom, order=order, accession=tube, value=value)


def test_a_cancelled_order_leaves_the_bench_and_the_chart(lab):
    order = lab.order()
    with acting_as(lab.chen.user, reason="test"):
        with pytest.raises(ValueError):
            ordering.cancel_order(by=lab.chen.user, order=order, reason="")
        ordering.cancel_order(by=lab.chen.user, order=order, reason="Done elsewhere")
        order.request.refresh_from_db()
        assert order.request.status == "revoked"
        assert not LabOrder.objects.waiting().exists()


# --- Who may ----------------------------------------------------------------------------------------------


def steps(lab, user, order):
    """Every step of the laboratory as `user`."""
    same = {"by": user, "order": order}
    who = {"mrn": order.member.mrn, "birth_date": order.member.birth_date}
    return {
        "collect": lambda: specimens.collect_specimen(**same, **who),
        "receive": lambda: specimens.receive_specimen(**same),
        "reject": lambda: specimens.reject_specimen(**same, reason="old"),
        "mail": lambda: specimens.mail_kit(**same),
        "return": lambda: specimens.receive_kit(**same, **who),
        "enter": lambda: results.enter_result(**same, accession="x", value="4"),
        "release": lambda: results.release_result(**same),
    }


@pytest.mark.parametrize("step", ["collect", "receive", "reject", "mail", "return", "enter", "release"])
def test_a_technologist_of_another_system_may_do_nothing(lab, step):
    order = lab.order()
    with acting_as(lab.tess, reason="test"), pytest.raises(PermissionDenied):
        steps(lab, lab.tess, order)[step]()


@pytest.mark.parametrize("step", ["receive", "reject", "mail", "return", "enter", "release"])
def test_a_nurse_collects_and_does_not_test(lab, step):
    order = lab.order()
    with acting_as(lab.park.user, reason="test"):
        with pytest.raises(PermissionDenied):
            steps(lab, lab.park.user, order)[step]()
        steps(lab, lab.park.user, order)["collect"]()


def test_another_system_does_not_see_the_order(lab):
    lab.order()
    with acting_as(lab.tess, reason="test"):
        assert not LabOrder.objects.exists()
    with acting_as(lab.tom, reason="test"):
        assert LabOrder.objects.count() == 1


def test_a_death_ends_tests_without_a_tube_and_leaves_those_that_the_laboratory_holds(lab):
    asked, held = lab.order(), lab.order(factories.lab_test(lab.system, "GLU", "Glucose", "2345-7"))
    lab.collected(held)
    with factories.arranging():
        record_death(held.member, by=lab.chen.user, at=timezone.now(), reason="Daughter called")
        for order in (asked, held):
            order.refresh_from_db()
            order.request.refresh_from_db()
        assert (asked.status, asked.request.status) == ("cancelled", "revoked")
        assert (held.status, held.request.status) == ("received", "active")
        held.member.refresh_from_db()
    with pytest.raises(MemberDied):
        lab.order(member=held.member)
