"""The interface asks for the chart as the screens do: an order's objections and a person's results are of the chart."""

import pytest

from clinical.models import ServiceRequest
from tests.api.test_rooms import post
from tests.api.world import session_of, token_for
from tests.clinical import factories as make
from tests.labs.factories import Laboratory
from tests.pharmacy.factories import Pharmacies

pytestmark = pytest.mark.django_db
LISTS = ("results", "lab-orders", "fills", "prescriptions", "orders")


def seen(client, kind: str, member) -> int:
    return client.get(f"/api/v1/{kind}/?member={member.pk}").status_code


def machine(world, *scopes: str):
    with make.arranging():
        account = make.account("Interface engine")
        make.role(account, make.Role.INTEGRATION, world.system)
    return token_for(account, *scopes)


def test_a_physician_without_ground_orders_nothing_and_hears_of_nothing():
    lab = Laboratory()
    asked = {
        "member": str(lab.maria.pk),
        "kind": "laboratory",
        "codes": [{"system": "http://loinc.org", "code": "2823-3"}],
    }

    post(session_of(lab.stranger.user), "orders", asked, 403)

    with make.arranging():
        assert not ServiceRequest.objects.exists()
    post(session_of(lab.chen.user), "orders", asked, 201)


def test_a_physician_without_ground_prescribes_nothing():
    shop = Pharmacies()
    asked = {
        "member": str(shop.maria.pk),
        "drug": str(shop.metformin.pk),
        "directions": "Take 1 tablet twice a day",
        "quantity": "60",
        "days_supply": 30,
        "override_reason": "Agreed with the member",
    }

    post(session_of(shop.stranger.user), "prescriptions", asked, 403)
    post(session_of(shop.chen.user), "prescriptions", asked, 201)


def test_the_bench_lists_those_whose_specimen_waits_and_nobody_else():
    lab = Laboratory()
    order = lab.order()
    tom, others = session_of(lab.tom), session_of(lab.stranger.user)

    assert [seen(tom, kind, lab.maria) for kind in ("results", "lab-orders")] == [200, 200]
    assert [seen(tom, kind, lab.pedro) for kind in ("results", "lab-orders")] == [403, 403]
    assert [seen(others, kind, lab.maria) for kind in LISTS] == [403] * len(LISTS)
    result = lab.released(order=order)
    assert seen(tom, "results", lab.maria) == 403, "it is released: no specimen waits"
    assert tom.get(f"/api/v1/results/{result.pk}/").status_code == 200, "their own work, to be corrected"
    assert tom.get(f"/api/v1/lab-orders/{order.pk}/").status_code == 200
    assert seen(session_of(lab.chen.user), "results", lab.maria) == 200
    assert seen(session_of(lab.maria.user), "results", lab.maria) == 200
    assert seen(machine(lab, "results:read"), "results", lab.maria) == 200


def test_the_counter_lists_those_whose_medicine_waits_and_nobody_else():
    shop = Pharmacies()
    with make.arranging():
        elsewhere = make.clinician(shop.cardiology, "Pat Counter", as_role="pharmacist")
    written = shop.prescribe()
    fill = shop.fill_of(written)
    counter = session_of(elsewhere.user)

    assert seen(counter, "fills", shop.maria) == 200
    assert seen(counter, "fills", shop.pedro) == 403
    assert counter.get(f"/api/v1/fills/{fill.pk}/").status_code == 200
    assert seen(session_of(shop.stranger.user), "fills", shop.maria) == 403
    assert seen(machine(shop, "fills:read"), "fills", shop.pedro) == 200
