"""When a test is a repeat that helps nobody, and what a value means."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from clinical.actions.orders import ReasonNeeded, check_order, place_order
from clinical.models import (
    Condition,
    ConditionCoding,
    MedicationRequest,
    MedicationRequestCoding,
    Observation,
    ObservationCoding,
    OrderAlert,
    ServiceRequest,
)
from core.db import acting_as
from labs.actions import ordering
from labs.interpretation import interpret
from tests.labs import factories
from tests.together import while_open

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return factories.Laboratory()


@pytest.fixture
def a1c(lab):
    with factories.arranging():
        return factories.lab_test(
            lab.system, "A1C", "Hemoglobin A1c", "4548-4", specimen_type="BLD", unit="%", useful_days=80
        )


def resulted(lab, test, days_ago: int, status: str = "final") -> Observation:
    """A result from anywhere, as an import leaves it."""
    at = timezone.now() - datetime.timedelta(days=days_ago)
    with factories.arranging():
        row = Observation.objects.create(
            member=lab.maria, status=status, effective=(at, at + datetime.timedelta(minutes=1)), value_quantity=7
        )
        ObservationCoding.objects.create(member=lab.maria, fact=row, concept=test.loinc)
    return row


def said(lab, test) -> list[str]:
    with acting_as(lab.chen.user, reason="test"):
        draft = ordering.draft_for(by=lab.chen.user, member=lab.maria, test=test)
        return [alert.message for alert in check_order(draft) if alert.check_name == "labs.duplicate"]


def test_a_repeat_within_the_useful_days_is_warned_and_needs_a_reason(lab, a1c):
    resulted(lab, a1c, 79)
    user = lab.chen.user
    with acting_as(user, reason="test"):
        draft = ordering.draft_for(by=user, member=lab.maria, test=a1c)
        with pytest.raises(ReasonNeeded, match="useful for 80 days"):
            ordering.order_test(by=user, draft=draft)
        order = ordering.order_test(by=user, draft=draft, override_reason="Lost weight fast")
        alert = OrderAlert.objects.get()
        assert (alert.order_id, alert.override_reason) == (order.request_id, "Lost weight fast")


@pytest.mark.parametrize(("days_ago", "status"), [(81, "final"), (10, "entered-in-error"), (10, "cancelled")])
def test_an_old_or_withdrawn_result_is_no_reason_to_warn(lab, a1c, days_ago, status):
    resulted(lab, a1c, days_ago, status)
    assert said(lab, a1c) == []


def test_a_result_of_another_test_is_no_reason_to_warn(lab, a1c):
    resulted(lab, lab.fit, 3)
    assert said(lab, a1c) == []


def test_an_order_under_way_is_warned(lab):
    lab.order()
    assert "already ordered" in said(lab, lab.potassium)[0]


def test_hba1c_is_repeated_freely_in_pregnancy(lab, a1c):
    resulted(lab, a1c, 20)
    with factories.arranging():
        row = Condition.objects.create(member=lab.maria, status="active")
        code = factories.chart.concept("O24.410", "Gestational diabetes", "http://hl7.org/fhir/sid/icd-10-cm")
        ConditionCoding.objects.create(member=lab.maria, fact=row, concept=code)
    assert said(lab, a1c) == []


@pytest.mark.parametrize(("drug", "warned"), [("empagliflozin 10 MG Oral Tablet", False), ("amoxicillin 500 MG", True)])
def test_hba1c_is_repeated_freely_after_a_change_of_its_therapy_alone(lab, a1c, drug, warned):
    resulted(lab, a1c, 40)
    with factories.arranging():
        row = MedicationRequest.objects.create(
            member=lab.maria, status="active", recorded_at=timezone.now() - datetime.timedelta(days=30)
        )
        code = factories.chart.concept(drug, drug, "http://www.nlm.nih.gov/research/umls/rxnorm")
        MedicationRequestCoding.objects.create(member=lab.maria, fact=row, concept=code)
    assert bool(said(lab, a1c)) is warned


def test_the_range_is_that_of_sex_for_clinical_use_and_age(lab):
    with factories.arranging():
        test = factories.lab_test(lab.system, "HGB", "Hemoglobin", "718-7", unit="g/dL")
        factories.limits(test, "11", "14", age_days_to=18 * 365)
        factories.limits(test, "12", "16", sex="female", age_days_from=18 * 365)
        factories.limits(test, "13.5", "17.5", sex="male", age_days_from=18 * 365)
        lab.maria.sex_for_clinical_use, lab.pedro.sex_for_clinical_use = "female", "male"
    on = datetime.date(2026, 1, 1)
    with acting_as(lab.tom, reason="test"):
        for member, value, flag in (
            (lab.maria, "12.5", "N"),
            (lab.pedro, "12.5", "L"),
            (lab.pedro, "17.5", "N"),
            (lab.pedro, "17.6", "H"),
        ):
            assert interpret(test, member, on, quantity=Decimal(value), text="").flag == flag
        child = datetime.date(2000, 1, 1)
        assert interpret(test, lab.pedro, child, quantity=Decimal("12.5"), text="").flag == "N"


def test_nothing_is_claimed_without_a_range(lab):
    with factories.arranging():
        test = factories.lab_test(lab.system, "X", "Something new", "99999-9")
    with acting_as(lab.tom, reason="test"):
        found = interpret(test, lab.maria, datetime.date(2026, 1, 1), quantity=Decimal("12.5"), text="")
    assert (found.flag, found.is_critical) == ("", False)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_order_the_same_at_once_the_second_is_told(lab, a1c):
    chen = lab.chen.user

    def order():
        try:
            return place_order(by=chen, draft=ordering.draft_for(by=chen, member=lab.maria, test=a1c))
        except ReasonNeeded as told:
            return told

    first, second = while_open(chen, order, chen, order)

    assert isinstance(first, ServiceRequest) and isinstance(second, ReasonNeeded)
    with factories.arranging():
        assert ServiceRequest.objects.filter(member=lab.maria).count() == 1
