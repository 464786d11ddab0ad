"""A released result or report is past changing, whoever writes: it is withdrawn, and a correction points at it."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinical.actions.facts import INSTANT
from clinical.models import DiagnosticReport, DiagnosticReportCoding, Observation, ObservationCoding
from core.db import acting_as
from tests.clinical import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return factories.World()


@pytest.fixture
def chen(world):
    with acting_as(world.chen.user, reason="test"):
        yield world.chen.user


def glucose(world, status: str, **more) -> Observation:
    now = timezone.now()
    return Observation.objects.create(
        member=world.maria, status=status, effective=(now, now + INSTANT), value_quantity=98, source_id="", **more
    )


def coding(of: Observation, code: str) -> ObservationCoding:
    return ObservationCoding.objects.create(member_id=of.member_id, fact=of, concept=factories.concept(code))


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "entered-in-error"])
@pytest.mark.parametrize(
    "change",
    [
        {"value_quantity": 40},
        {"status": "preliminary"},
        {"status": "entered-in-error", "value_quantity": 40},
        {"status": "entered-in-error", "source_id": "mine"},
        {"low": 1},
    ],
    ids=str,
)
def test_a_released_result_is_not_changed(world, chen, status, change):
    row = glucose(world, status)

    with pytest.raises(IntegrityError, match="the result is final"), transaction.atomic():
        Observation.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="the result is final"), transaction.atomic():
        Observation.objects.filter(pk=row.pk)._raw_delete(using="default")
    row.refresh_from_db()
    assert (row.status, row.value_quantity, row.version) == (status, 98, 1)


def test_a_released_result_is_withdrawn_and_corrected_by_a_row_that_points_at_it(world, chen):
    row = glucose(world, "final")

    Observation.objects.filter(pk=row.pk).update(status="entered-in-error")

    row.refresh_from_db()
    assert (row.status, row.value_quantity, row.version) == ("entered-in-error", 98, 2)


def test_a_preliminary_result_still_changes(world, chen):
    row = glucose(world, "preliminary")

    Observation.objects.filter(pk=row.pk).update(value_quantity=99, status="final")

    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.filter(pk=row.pk).update(value_quantity=100)


def test_what_a_released_result_is_a_result_of_does_not_change_either(world, chen):
    row = glucose(world, "final")
    coding = ObservationCoding.objects.create(member=world.maria, fact=row, concept=factories.concept("2339-0"))

    with pytest.raises(IntegrityError, match="the result is final"), transaction.atomic():
        ObservationCoding.objects.filter(pk=coding.pk).update(concept=factories.concept("2345-7"))
    with pytest.raises(IntegrityError, match="the result is final"), transaction.atomic():
        ObservationCoding.objects.filter(pk=coding.pk)._raw_delete(using="default")


# --- Codings come with their fact --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", ["final", "amended", "corrected", "entered-in-error"])
def test_a_released_result_gets_no_further_meaning(status):
    world = factories.World()
    with acting_as(world.chen.user, reason="test"):
        row = glucose(world, status)
        with transaction.atomic():
            coding(row, "2339-0")
        with transaction.atomic():
            other = glucose(world, status)
        coding(other, "2339-0")

    with pytest.raises(IntegrityError, match="the result is final"), acting_as(world.chen.user, reason="test"):
        coding(row, "2345-7")
    with (
        pytest.raises(IntegrityError, match="the result is final"),
        acting_as(world.chen.user, reason="test"),
        transaction.atomic(),
    ):
        ObservationCoding.objects.bulk_create(
            ObservationCoding(member=world.maria, fact=one, concept=factories.concept("2345-7"))
            for one in (glucose(world, "final"), row)
        )
    with acting_as(world.chen.user, reason="test"):
        assert ObservationCoding.objects.filter(fact=row).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_result_that_another_transaction_released_meanwhile_gets_none_either():
    """Its row is younger than one's own transaction: that alone does not make it one's own."""
    world = factories.World()
    refused = []

    def late() -> None:
        with acting_as(world.chen.user, reason="test"):
            glucose(world, "final")
            began.set()
            released.wait(20)
            row = Observation.objects.get(performing_laboratory="Elsewhere")
            try:
                with transaction.atomic():
                    coding(row, "2345-7")
            except IntegrityError as error:
                refused.append(str(error))
        connection.close()

    began, released = threading.Event(), threading.Event()
    thread = threading.Thread(target=late)
    thread.start()
    assert began.wait(20)
    with acting_as(world.chen.user, reason="test"):
        row = glucose(world, "final", performing_laboratory="Elsewhere")
        coding(row, "2339-0")
    released.set()
    thread.join(20)

    assert refused and "the result is final" in refused[0]


@pytest.mark.django_db(transaction=True)
def test_a_preliminary_result_is_still_coded():
    world = factories.World()
    with acting_as(world.chen.user, reason="test"):
        row = glucose(world, "preliminary")
    with acting_as(world.chen.user, reason="test"):
        coding(row, "2339-0")
        Observation.objects.filter(pk=row.pk).update(status="final")
        coding(row, "2345-7")
    with pytest.raises(IntegrityError), acting_as(world.chen.user, reason="test"):
        coding(row, "2340-8")


# --- Reports -----------------------------------------------------------------------------------------------------


def report(world, *results: Observation, status: str = "final", **more) -> DiagnosticReport:
    now = timezone.now()
    return DiagnosticReport.objects.create(
        member=world.maria,
        status=status,
        effective=(now, now + INSTANT),
        conclusion="Within limits",
        observations=[str(one.pk) for one in results],
        **more,
    )


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "appended", "entered-in-error"])
@pytest.mark.parametrize(
    "change",
    [{"conclusion": "A mass"}, {"observations": []}, {"status": "preliminary"}, {"text": "More"}],
    ids=str,
)
def test_a_released_report_is_not_changed(world, chen, status, change):
    row = report(world, glucose(world, "final"), status=status)

    with pytest.raises(IntegrityError, match="the report is final"), transaction.atomic():
        DiagnosticReport.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="the report is final"), transaction.atomic():
        DiagnosticReport.objects.filter(pk=row.pk)._raw_delete(using="default")
    row.refresh_from_db()
    assert (row.status, row.conclusion, row.version) == (status, "Within limits", 1)


def test_what_a_report_says_follows_corrections_alone(world, chen):
    first, second = glucose(world, "final"), glucose(world, "final")
    row = report(world, first, second)
    found = DiagnosticReport.objects.filter(pk=row.pk)
    corrected = glucose(world, "corrected", corrects=first)

    for links in ([second.pk, first.pk], [first.pk], [corrected.pk, second.pk, first.pk], [first.pk, corrected.pk]):
        with pytest.raises(IntegrityError, match="the report is final"), transaction.atomic():
            found.update(observations=[str(link) for link in links])
    found.update(observations=[str(corrected.pk), str(second.pk)])
    found.update(status="entered-in-error")
    assert found.get().version == 3


def test_a_preliminary_report_still_changes(world, chen):
    row = report(world, status="preliminary")
    DiagnosticReport.objects.filter(pk=row.pk).update(conclusion="A mass", status="final")
    with pytest.raises(IntegrityError), transaction.atomic():
        DiagnosticReport.objects.filter(pk=row.pk).update(conclusion="No mass")


@pytest.mark.django_db(transaction=True)
def test_what_a_released_report_is_about_neither_changes_nor_grows():
    world = factories.World()
    with acting_as(world.chen.user, reason="test"):
        row = report(world)
        code = DiagnosticReportCoding.objects.create(member=world.maria, fact=row, concept=factories.concept("2339-0"))
    for change in (
        lambda: DiagnosticReportCoding.objects.filter(pk=code.pk).update(concept=factories.concept("2345-7")),
        lambda: DiagnosticReportCoding.objects.filter(pk=code.pk)._raw_delete(using="default"),
        lambda: DiagnosticReportCoding.objects.create(
            member=world.maria, fact=row, concept=factories.concept("2345-7")
        ),
    ):
        with pytest.raises(IntegrityError, match="the result is final"), acting_as(world.chen.user, reason="test"):
            change()


def test_the_tables_are_not_emptied_even_by_their_owner(owner_connection):
    for table in (
        "clinical_observation",
        "clinical_observationcoding",
        "clinical_diagnosticreport",
        "clinical_diagnosticreportcoding",
    ):
        with owner_connection.cursor() as cursor, pytest.raises(Exception, match=f"TRUNCATE of {table} is refused"):
            cursor.execute(f"TRUNCATE {table} CASCADE")
        owner_connection.rollback()
