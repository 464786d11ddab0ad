"""Who sees which page about medicines, in how many queries, and what stands there."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical.models import MedicationDispense
from core.db import acting_as
from core.models import AuditEvent
from pharmacy.actions import collect, fill
from pharmacy.models import Fill, Prescription
from pharmacy.names import plain_name
from tests.pharmacy import factories
from tests.pharmacy.factories import arranging

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = factories.Pharmacies()
    world.stock()
    return world


def as_(client, user):
    client.force_login(user)
    return client


def test_the_queue_is_for_pharmacists_and_shows_their_system(world, client):
    world.prescribe()
    url = reverse("pharmacy:queue")
    page = as_(client, world.nair.user).get(url, {"facility": world.pharmacy.pk})
    assert page.status_code == 200
    assert "Alvarez, Maria" in page.content.decode()
    assert "oldest" in page.content.decode()
    theirs = as_(client, world.other_pharmacist.user).get(url, {"facility": world.pharmacy.pk})
    assert "Alvarez" not in theirs.content.decode()
    for who in (world.chen.user, world.maria.user):
        assert as_(client, who).get(url).status_code == 403


def test_the_queue_takes_as_many_queries_for_many_fills(world, client, django_assert_max_num_queries):
    for _each in range(6):
        world.prescribe()
        world.prescribe(member=world.pedro)
    as_(client, world.nair.user)
    with django_assert_max_num_queries(40):
        assert client.get(reverse("pharmacy:queue")).status_code == 200


def test_the_detail_is_read_by_pharmacists_of_the_system_and_audited(world, client):
    made = world.fill_of(world.prescribe())
    url = reverse("pharmacy:fill_detail", args=[made.pk])
    page = as_(client, world.nair.user).get(url, headers={"HX-Request": "true"})
    assert "Fill from this lot" in page.content.decode()
    assert "L1" in page.content.decode()
    with arranging():
        assert AuditEvent.objects.filter(verb="pharmacy.fill_detail", member_id=world.maria.pk).exists()
    assert as_(client, world.other_pharmacist.user).get(url).status_code == 404
    assert as_(client, world.chen.user).get(url).status_code == 403


def test_a_fill_goes_from_the_queue_to_the_member(world, client):
    made = world.fill_of(world.prescribe())
    as_(client, world.nair.user)
    client.post(reverse("pharmacy:work_fill", args=[made.pk, "fill"]), {"scanned_ndc": "", "pickup_place": "M2"})
    client.post(reverse("pharmacy:work_fill", args=[made.pk, "collect"]))
    with arranging():
        assert Fill.objects.get(pk=made.pk).status == "collected"
    assert as_(client, world.chen.user).post(reverse("pharmacy:work_fill", args=[made.pk, "fill"])).status_code == 403


def test_a_physician_prescribes_from_the_chart_with_a_reason_where_checks_object(world, client):
    world.prescribe()
    as_(client, world.chen.user)
    url = reverse("pharmacy:prescribe", args=[world.maria.pk])
    found = client.get(url, {"q": "metf"}).content.decode()
    assert world.metformin.name in found
    given = {
        "drug": world.metformin.pk,
        "directions": "Take 1",
        "quantity": 30,
        "days_supply": 30,
        "refills": 1,
        "pharmacy": world.pharmacy.pk,
    }
    refused = client.post(url, given)
    assert refused.status_code == 422
    assert "already takes metformin" in refused.content.decode()
    for too_little in ({"override": "ok ok ok ok"}, {"override_code": "other"}, {"override_code": "because"}):
        answer = client.post(url, {**given, **too_little})
        assert answer.status_code == 422, too_little
    assert "three words" in client.post(url, {**given, "override_code": "other"}).content.decode()
    assert client.post(url, {**given, "override_code": "benefit"}).status_code == 302
    with arranging():
        assert Prescription.objects.count() == 2
    for who in (world.park.user, world.nair.user):
        assert as_(client, who).get(url).status_code in (302, 403)


def ran_out(world, member=None) -> Prescription:
    prescription = world.prescribe(member=member)
    made = world.fill_of(prescription)
    for action in (fill, collect):
        with acting_as(world.nair.user, reason="counter"):
            made = action(by=world.nair.user, fill=made)
    with arranging():
        at = timezone.now() - datetime.timedelta(days=28)
        MedicationDispense.objects.filter(pk=made.dispense_id).update(
            effective=(at, at + datetime.timedelta(microseconds=1))
        )
    return prescription


def test_a_member_refills_and_takes_it_back(world, client):
    prescription = ran_out(world)
    as_(client, world.maria.user)
    page = client.get(reverse("pharmacy:my_medicines")).content.decode()
    assert "2 days left" in page
    assert "Oakland Pharmacy" in page
    client.post(reverse("pharmacy:refill", args=[prescription.pk]), {"pharmacy": world.pharmacy.pk})
    assert "Being prepared" in client.get(reverse("pharmacy:my_medicines")).content.decode()
    made = world.fill_of(prescription)
    assert made.number == 1
    client.post(reverse("pharmacy:cancel_refill", args=[made.pk]))
    with arranging():
        assert Fill.objects.get(pk=made.pk).status == "cancelled"


def test_nobody_refills_what_is_not_theirs(world, client):
    prescription = ran_out(world)
    for who in (world.pedro.user, world.olga.user):
        assert as_(client, who).post(reverse("pharmacy:refill", args=[prescription.pk])).status_code == 404
        assert plain_name(world.metformin.name) not in client.get(reverse("pharmacy:my_medicines")).content.decode()


def test_a_proxy_without_the_scope_sees_no_button(world, client):
    prescription = ran_out(world)
    with arranging():
        reader = factories.clinical.account("Reader")
        factories.clinical.proxy(reader, world.maria, "view")
    page = as_(client, reader).get(reverse("pharmacy:my_medicines")).content.decode()
    assert plain_name(world.metformin.name) in page
    assert "<form" not in page.split("<main", 1)[1].split("</main", 1)[0]
    assert client.post(reverse("pharmacy:refill", args=[prescription.pk])).status_code == 403


def test_a_private_medicine_is_hidden_from_a_proxy(world, client):
    prescription = ran_out(world)
    with arranging():
        type(prescription.request).objects.filter(pk=prescription.request_id).update(sensitivity=4)
        helper = factories.clinical.account("Helper")
        factories.clinical.proxy(helper, world.maria, "view", "refill")
    assert (
        plain_name(world.metformin.name)
        not in as_(client, helper).get(reverse("pharmacy:my_medicines")).content.decode()
    )
    assert (
        plain_name(world.metformin.name)
        in as_(client, world.maria.user).get(reverse("pharmacy:my_medicines")).content.decode()
    )


def test_the_home_card_says_what_runs_out(world, client):
    ran_out(world)
    page = as_(client, world.maria.user).get("/").content.decode()
    assert f"{reverse('pharmacy:my_medicines')}#m-" in page


def test_many_medicines_take_no_more_queries(world, client, django_assert_max_num_queries):
    with arranging():
        drugs = [factories.drug(f"drug{number}") for number in range(8)]
    for drug in drugs:
        world.prescribe(drug)
    as_(client, world.maria.user)
    with django_assert_max_num_queries(35):
        assert client.get(reverse("pharmacy:my_medicines")).status_code == 200


def test_stock_is_booked_in_and_recalled_by_pharmacists_of_the_system(world, client):
    ran_out(world)
    with arranging():
        lot = Fill.objects.get(status="collected").lot
    as_(client, world.nair.user)
    given = {
        "product": lot.product_id,
        "lot_number": "NEW1",
        "expires_on": "2031-01-01",
        "quantity": 50,
        "source": "D9",
    }
    url = reverse("pharmacy:stock")
    assert client.post(url, given).status_code == 302
    assert "booked in before" in client.post(url, given).content.decode()
    assert "NEW1" in client.get(url).content.decode()
    recall_url = reverse("pharmacy:recall", args=[lot.pk])
    assert "Alvarez, Maria" in client.get(recall_url).content.decode()
    client.post(recall_url, {"reason": "Class I"})
    assert "Since" in client.get(recall_url).content.decode()
    for page in ("/", reverse("pharmacy:my_medicines")):
        assert "which the maker took back" in as_(client, world.maria.user).get(page).content.decode()
    assert as_(client, world.other_pharmacist.user).get(recall_url).status_code == 403


def test_the_chart_shows_fills_and_days_covered(world, client):
    ran_out(world)
    url = reverse("clinical:chart_panel", args=[world.maria.pk, "medicines"])
    page = as_(client, world.chen.user).get(url).content.decode()
    assert "100 %" in page
    assert "Renew" in page
