"""A vaccine lot that is called back, and doses that the chart's own form takes from the shelf."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from clinical.actions.immunizations import record_immunization
from clinical.actions.visits import start_visit
from clinical.coding import CVX
from clinical.models import Immunization, Task
from core.db import acting_as
from core.models import OutboxMessage
from core.terminology import concept
from network.models import RoleAssignment
from pharmacy.actions.dispensing import Refused
from pharmacy.models import StockLot
from prevention.vaccine_clinic.actions import give_doses
from prevention.vaccine_clinic.recall import recall_vaccine
from prevention.vaccine_clinic.stock import take_from_shelf
from tests.clinical import factories
from tests.clinical.factories import arranging
from tests.prevention.vaccine_clinic.factories import Clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def again(row):
    with arranging():
        return type(row).objects.get(pk=row.pk)


def given_to_maria(clinic) -> StockLot:
    lot = clinic.lot(clinic.zoster)
    visit = clinic.come()
    with acting_as(clinic.park.user, reason="test"):
        give_doses(visit, [clinic.dose(lot)], by=clinic.park.user)
    return lot


def recall(clinic, lot, reason: str = "Particles found"):
    with acting_as(clinic.park.user, reason="test"):
        return recall_vaccine(again(lot), by=clinic.park.user, reason=reason)


def test_who_got_a_dose_has_a_nurse_and_a_message_and_the_lot_leaves_every_shelf(clinic):
    lot = given_to_maria(clinic)
    twin = clinic.lot(clinic.zoster, at=clinic.cardiology)
    with arranging():
        StockLot.objects.filter(pk=twin.pk).update(lot_number=lot.lot_number)

    done = recall(clinic, lot)

    assert (done.lots, done.people) == (2, 1)
    assert again(lot).recalled_at
    assert again(twin).recalled_at
    with arranging():
        task = Task.objects.get(kind="vaccine_recall")
        message = OutboxMessage.objects.get(template="vaccine_recall")
    assert (task.member_id, task.department_id, task.priority) == (clinic.maria.pk, clinic.department.pk, "urgent")
    assert (message.user_id, message.channel) == (clinic.maria.user_id, "portal")
    assert lot.lot_number not in message.url_path


def test_called_back_again_it_tells_nobody_twice(clinic):
    lot = given_to_maria(clinic)
    recall(clinic, lot)
    assert recall(clinic, lot).lots == 0
    with arranging():
        assert Task.objects.filter(kind="vaccine_recall").count() == 1
        assert OutboxMessage.objects.filter(template="vaccine_recall").count() == 1


def test_a_dose_charted_with_its_number_is_found_and_another_vaccine_with_it_is_not(clinic):
    lot = clinic.lot(clinic.zoster)
    with arranging():
        visit = clinic.come()
    with acting_as(clinic.park.user, reason="test"):
        encounter = start_visit(visit, by=clinic.park.user)
        for code in ("187", "115"):
            record_immunization(
                by=clinic.park.user, member=clinic.maria, vaccine=concept(CVX, code), on=clinic.today,
                encounter=encounter, lot_number=lot.lot_number.lower(), manufacturer="SKB",
            )  # fmt: skip
    assert recall(clinic, lot).people == 1
    with arranging():
        assert (
            Task.objects.get(kind="vaccine_recall").focus_id
            == Immunization.objects.get(codings__concept__code="187").pk
        )


def test_a_recall_needs_a_reason_and_who_keeps_the_shelf(client, clinic):
    lot = given_to_maria(clinic)
    with pytest.raises(Refused, match="why"):
        recall(clinic, lot, " ")
    page = reverse("prevention:vaccine_recall", args=[lot.pk])
    for user in (clinic.outsider.user, clinic.maria.user):
        client.force_login(user)
        assert client.post(page, {"reason": "x"}).status_code in (403, 404)
    assert again(lot).recalled_at is None


def test_the_page_names_those_of_ones_own_places_and_counts_the_others(client, clinic):
    lot = given_to_maria(clinic)
    far = factories.account("Far Nurse")
    with arranging():
        elsewhere = factories.department(clinic.group, "Far")
        factories.role(far, RoleAssignment.Role.NURSE, clinic.group, elsewhere)
    page = reverse("prevention:vaccine_recall", args=[lot.pk])
    client.force_login(far)
    text = client.get(page).content.decode()
    assert "Alvarez" not in text
    assert "1 of them is cared for elsewhere" in text
    client.force_login(clinic.park.user)
    assert "Alvarez, Maria" in client.get(page).content.decode()
    assert client.post(page, {"reason": "Particles found"}).status_code == 302
    assert again(lot).recalled_at


# --- The chart's own form -------------------------------------------------------------------------------------


def charted(client, clinic, lot_number: str) -> int:
    visit = clinic.come()
    with acting_as(clinic.park.user, reason="test"):
        start_visit(visit, by=clinic.park.user)
    client.force_login(clinic.park.user)
    given = {
        "vaccine": "187", "on": clinic.today.isoformat(), "where": "here", "lot_number": lot_number,
        "manufacturer": "SKB", "expires_on": "",
    }  # fmt: skip
    return client.post(reverse("prevention:record_dose", args=[clinic.maria.pk]), given).status_code


def test_a_dose_given_here_takes_its_unit_where_the_place_keeps_the_lot(client, clinic):
    lot = clinic.lot(clinic.zoster, 10)
    assert charted(client, clinic, lot.lot_number) == 302
    assert again(lot).on_hand == Decimal(9)
    with arranging():
        dose = Immunization.objects.get(member=clinic.maria)
    with acting_as(clinic.park.user, reason="test"):
        take_from_shelf(dose, clinic.department.facility, cvx="187", by=clinic.park.user)
    assert again(lot).on_hand == Decimal(9), "once a dose"


def test_a_lot_that_is_kept_elsewhere_or_nowhere_takes_nothing(client, clinic):
    lot = clinic.lot(clinic.zoster, 10, at=clinic.cardiology)
    assert charted(client, clinic, lot.lot_number) == 302
    assert again(lot).on_hand == Decimal(10)


def test_a_recalled_lot_is_refused_and_nothing_is_charted(client, clinic):
    lot = clinic.lot(clinic.zoster, 10)
    with arranging():
        StockLot.objects.filter(pk=lot.pk).update(recalled_at=timezone.now())
    assert charted(client, clinic, lot.lot_number) == 422
    with arranging():
        assert not Immunization.objects.exists()


def test_an_empty_lot_is_said(clinic):
    lot = clinic.lot(clinic.zoster, 1)
    with arranging():
        doses = [
            Immunization.objects.create(member=who, status="completed", lot_number=lot.lot_number)
            for who in (clinic.maria, clinic.pedro)
        ]
    with acting_as(clinic.park.user, reason="test"):
        take_from_shelf(doses[0], clinic.department.facility, cvx="187", by=clinic.park.user)
        with pytest.raises(ValidationError, match="no unit"):
            take_from_shelf(doses[1], clinic.department.facility, cvx="187", by=clinic.park.user)
