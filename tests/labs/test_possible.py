"""Values that nobody has and moments at which nothing was taken are refused; what is rare and true is taken."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.db import acting_as
from kpcare.demo import catalogue, codes
from labs.actions import results, specimens
from labs.bounds import BOUNDS
from labs.models import LabResult, LabTest, Specimen
from tests.labs import factories
from tests.labs.factories import arranging, lab_test

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    made = factories.Laboratory()
    with arranging():
        LabTest.objects.filter(pk=made.potassium.pk).update(least="0.5", most="20")
        made.potassium.refresh_from_db()
    return made


def enter(lab, order, value: str) -> LabResult:
    tube = lab.collected(order)
    with acting_as(lab.tom, reason="test"):
        return results.enter_result(by=lab.tom, order=order, accession=tube, value=value)


@pytest.mark.parametrize("value", ["-5", "0", "0.4", "20.1", "42", "400", "<0.5", "> 20"])
def test_a_value_that_nobody_has_is_refused_and_the_tube_waits(lab, value):
    order = lab.order()

    with pytest.raises(ValueError, match=r"cannot have this value \(0.5 to 20 mmol/L\)"):
        enter(lab, order, value)

    with acting_as(lab.tom, reason="test"):
        order.refresh_from_db()
        assert (order.status, LabResult.objects.exists()) == ("received", False)


@pytest.mark.parametrize(("value", "flag"), [("1.1", "LL"), ("14.0", "HH"), (">10", "HH"), ("<2.0", "LL")])
def test_what_is_rare_and_true_is_entered_and_critical(lab, value, flag):
    assert (found := enter(lab, lab.order(), value)).is_critical
    assert found.flag == flag


def test_a_released_value_is_not_corrected_to_one_that_nobody_has(lab):
    released = lab.released("4.2")
    with acting_as(lab.tom, reason="test"), pytest.raises(ValueError, match="cannot have"):
        results.correct_result(by=lab.tom, result=released, value="-4.2", reason="Sign")


def test_without_bounds_of_its_own_a_quantity_is_not_negative(lab):
    with arranging():
        sodium = lab_test(lab.system, "NA", "Sodium", "2951-2")
    with pytest.raises(ValueError, match="0 mmol/L or more"):
        enter(lab, lab.order(sodium), "-140")


def test_a_base_excess_is_negative_as_far_as_it_can_be(lab):
    with arranging():
        excess = lab_test(lab.system, "BE", "Base excess", "11555-0", least=Decimal(-40), most=Decimal(40))
    assert enter(lab, lab.order(excess), "-12.5").value_quantity == Decimal("-12.5")
    with pytest.raises(ValueError, match="-40 to 40"):
        enter(lab, lab.order(excess), "-125")


def test_what_the_demonstrations_laboratory_measures_has_bounds_that_hold_its_critical_limits():
    for _code, name, key, _specimen, unit, _decimals, _useful, low, high, first, last, _kit in catalogue.LAB_TESTS:
        if unit:
            known, least, most = BOUNDS[codes.OBSERVATIONS[key][0]]
            limits = [Decimal(limit) for limit in (low, high, first, last) if limit]
            assert known == unit, name
            assert all(Decimal(least) < limit < Decimal(most) for limit in limits), name


# --- When a specimen was taken ---------------------------------------------------------------------------------------


def collect(lab, order, at: datetime.datetime) -> Specimen:
    with acting_as(lab.tom, reason="test"):
        return specimens.collect_specimen(
            by=lab.tom, order=order, mrn=order.member.mrn, birth_date=order.member.birth_date, collected_at=at
        )


def test_a_specimen_is_of_the_persons_life_and_of_its_order_and_not_to_come(lab):
    order, now = lab.order(), timezone.now()
    with pytest.raises(specimens.ImpossibleTime, match="born"):
        collect(lab, order, datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC))
    with pytest.raises(specimens.ImpossibleTime, match="ordered"):
        collect(lab, order, now - datetime.timedelta(days=3))
    with pytest.raises(specimens.ImpossibleTime, match="to come"):
        collect(lab, order, now + datetime.timedelta(minutes=1))
    # Asked for by word of mouth, ordered after the draw.
    assert collect(lab, order, now - datetime.timedelta(hours=3)).order_id == order.pk


@pytest.mark.parametrize(
    "away", [datetime.timedelta(days=-3), datetime.timedelta(days=2), datetime.timedelta(days=-60000)]
)
def test_postgres_refuses_another_time_whatever_a_program_forgot(lab, away):
    order = lab.order()
    with acting_as(lab.tom, reason="test"):
        taken = timezone.now() + away
        with pytest.raises(IntegrityError, match="before its order or birth, or in time to come"), transaction.atomic():
            Specimen.objects.create(
                member=order.member, order=order, accession="26001-000001", type="SER", collected_at=taken,
                collected_by=lab.tom,
            )  # fmt: skip
        tube = collect(lab, order, timezone.now())
        with pytest.raises(IntegrityError, match="in time to come"), transaction.atomic():
            Specimen.objects.filter(pk=tube.pk).update(collected_at=taken)


def test_a_birth_after_the_draw_is_refused_though_the_order_is_old(lab):
    order = lab.placed(lab.order(), datetime.datetime(1950, 1, 1, tzinfo=datetime.UTC))
    with acting_as(lab.tom, reason="test"), pytest.raises(IntegrityError), transaction.atomic():
        Specimen.objects.create(
            member=order.member, order=order, accession="26001-000001", type="SER", collected_by=lab.tom,
            collected_at=datetime.datetime(1950, 6, 1, tzinfo=datetime.UTC),
        )  # fmt: skip


def test_a_tube_is_not_received_before_it_was_taken(lab):
    tube = collect(lab, lab.order(), timezone.now())
    with acting_as(lab.tom, reason="test"), pytest.raises(IntegrityError, match="labs_specimen_received"):
        Specimen.objects.filter(pk=tube.pk).update(received_at=tube.collected_at - datetime.timedelta(seconds=1))
