"""A released result is past changing, whoever writes: it may be withdrawn, and a correction points at it."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinical.actions.facts import INSTANT
from clinical.models import Observation, ObservationCoding
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


def glucose(world, status: str) -> Observation:
    now = timezone.now()
    return Observation.objects.create(
        member=world.maria, status=status, effective=(now, now + INSTANT), value_quantity=98, source_id=""
    )


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


def test_the_tables_are_not_emptied_even_by_their_owner(owner_connection):
    for table in ("clinical_observation", "clinical_observationcoding"):
        with owner_connection.cursor() as cursor, pytest.raises(Exception, match=f"TRUNCATE of {table} is refused"):
            cursor.execute(f"TRUNCATE {table} CASCADE")
        owner_connection.rollback()
