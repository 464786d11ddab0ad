"""From the prescriber's signature to the bag handed over, and what is refused on the way."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from clinical.models import MedicationDispense
from core.db import acting_as
from core.models import AuditEvent, OutboxMessage
from members.deaths import MemberDied, record_death
from members.models import EndedByDeath
from pharmacy.actions import (
    Refused,
    adjust_stock,
    cancel_fill,
    collect,
    fill,
    recall_lot,
    request_refill,
    return_to_stock,
)
from pharmacy.models import Fill, Prescription, StockLot, StockMovement
from pharmacy.ordering import last_day
from pharmacy.querysets import lots_out_of_balance
from tests.database import as_owner
from tests.pharmacy import factories
from tests.pharmacy.factories import arranging

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return factories.Pharmacies()


def as_pharmacist(world, action, *, by=None, **arguments):
    user = (by or world.nair).user
    with acting_as(user, reason="counter"):
        return action(by=user, **arguments)


def dispensed(world, prescription=None, *, days_ago: int = 0) -> Fill:
    """A fill handed over, some days ago."""
    made = world.fill_of(prescription or world.prescribe())
    as_pharmacist(world, fill, fill=made)
    made = as_pharmacist(world, collect, fill=made)
    with arranging():
        at = timezone.now() - datetime.timedelta(days=days_ago)
        MedicationDispense.objects.filter(pk=made.dispense_id).update(
            effective=(at, at + datetime.timedelta(microseconds=1))
        )
    return made


def test_prescribed_filled_collected(world):
    world.stock()
    prescription = world.prescribe()
    made = world.fill_of(prescription)
    assert (made.status, made.number, made.quantity) == ("requested", 0, 60)

    as_pharmacist(world, fill, fill=made, pickup_place="Drawer M")
    done = as_pharmacist(world, collect, fill=made)

    with arranging():
        dispense = MedicationDispense.objects.get()
        assert (dispense.request_id, dispense.quantity, dispense.days_supply) == (prescription.request_id, 60, 30)
        assert dispense.codings.get().concept == world.metformin.concept
        assert StockLot.objects.get().on_hand == 940
        verbs = set(AuditEvent.objects.filter(member_id=world.maria.pk).values_list("verb", flat=True))
        assert {"clinical.place_order", "pharmacy.fill", "pharmacy.collect"} <= verbs
        message = OutboxMessage.objects.get(template="medicine_ready")
        assert (message.user_id, message.context) == (world.maria.user_id, {})
    assert done.status == "collected"


def test_a_collected_fill_is_final(world):
    world.stock()
    done = dispensed(world)
    with pytest.raises(IntegrityError, match="final"), arranging():
        Fill.objects.filter(pk=done.pk).update(quantity=1)


def test_the_lot_that_expires_first_is_taken(world):
    world.stock(lot_number="LATE")
    world.stock(lot_number="SOON", expires_on=world.today + datetime.timedelta(days=90))
    world.stock(lot_number="GONE", expires_on=world.today - datetime.timedelta(days=1))
    world.stock(lot_number="FEW", quantity=59, expires_on=world.today + datetime.timedelta(days=5))

    done = as_pharmacist(world, fill, fill=world.fill_of(world.prescribe()))

    assert done.lot.lot_number == "SOON"


def test_another_bottle_is_refused(world):
    lot = world.stock()
    made = world.fill_of(world.prescribe())
    with pytest.raises(Refused, match="does not match"):
        as_pharmacist(world, fill, fill=made, scanned_ndc="11111-1111-11")
    ndc = lot.product.ndc
    assert as_pharmacist(world, fill, fill=made, scanned_ndc=f"{ndc[:5]}-{ndc[5:9]}-{ndc[9:]}").status == "filled"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"number": 4}, "within_prescription"),
        ({"quantity": Decimal("60.001")}, "within_prescription"),
        ({"quantity": Decimal(0)}, "within_prescription"),
    ],
)
def test_no_fill_exceeds_what_was_prescribed_whoever_writes_it(world, change, constraint):
    prescription = world.prescribe()
    made = {"member": world.maria, "prescription": prescription, "number": 1, "quantity": Decimal(60)}
    with pytest.raises(IntegrityError, match="exceeds what was prescribed"), arranging():
        Fill.objects.create(requested_by=world.chen.user, **{**made, **change})
    with arranging():
        Fill.objects.create(requested_by=world.chen.user, **made)


def test_no_fill_is_ready_or_handed_over_without_the_movement_of_its_units(world):
    lot = world.stock()
    prescription = world.prescribe()
    with arranging():
        asked = {"member": world.maria, "prescription": prescription, "number": 1, "quantity": Decimal(60)}
        ready = {"lot": lot, "filled_by": world.nair.user, "filled_at": timezone.now()}
        made = Fill.objects.create(requested_by=world.chen.user, **asked)
        for status in ("filled", "collected"):
            with pytest.raises(IntegrityError, match="write the movement first"), transaction.atomic():
                Fill.objects.create(requested_by=world.chen.user, **{**asked, **ready, "number": 2, "status": status})
        with pytest.raises(IntegrityError, match="write the movement first"), transaction.atomic():
            Fill.objects.filter(pk=made.pk).update(status="filled", **ready)
        # Nor with a movement of fewer units than the bag is said to hold.
        StockMovement.objects.create(lot=lot, kind="fill", quantity=-59, by=world.nair.user, source=f"fill:{made.pk}")
        with pytest.raises(IntegrityError, match="write the movement first"), transaction.atomic():
            Fill.objects.filter(pk=made.pk).update(status="filled", **ready)


def test_a_bag_does_not_go_back_without_its_units(world):
    world.stock()
    made = as_pharmacist(world, fill, fill=world.fill_of(world.prescribe()))
    with arranging(), pytest.raises(IntegrityError, match="brings its units back"), transaction.atomic():
        Fill.objects.filter(pk=made.pk).update(status="returned")


def test_units_of_a_lot_change_by_a_movement_alone(world):
    lot = world.stock()
    with arranging():
        with pytest.raises(IntegrityError, match="by a movement alone"), transaction.atomic():
            StockLot.objects.filter(pk=lot.pk).update(on_hand=2000)
        with pytest.raises(IntegrityError, match="by a movement alone"), transaction.atomic():
            StockLot.objects.create(
                facility=lot.facility, product=lot.product, lot_number="NEW", expires_on=lot.expires_on, on_hand=1
            )
        StockMovement.objects.create(lot=lot, kind="receipt", quantity=5, by=world.nair.user, source="delivery 99")
        assert StockLot.objects.get(pk=lot.pk).on_hand == 1005


@pytest.mark.parametrize("change", [{"refills": 9}, {"quantity": 600}, {"expires_on": datetime.date(2099, 1, 1)}])
def test_what_was_prescribed_does_not_change(world, change):
    prescription = world.prescribe()
    with pytest.raises(IntegrityError, match="write a new prescription"), arranging():
        Prescription.objects.filter(pk=prescription.pk).update(**change)


@pytest.mark.parametrize(("schedule", "refills", "allowed"), [(2, 0, True), (2, 1, False), (4, 5, True), (4, 6, False)])
def test_controlled_drugs_keep_to_their_refills(world, schedule, refills, allowed):
    with arranging():
        controlled = factories.drug(f"controlled{schedule}", schedule=schedule)
    if allowed:
        assert world.prescribe(controlled, refills=refills).refills == refills
    else:
        with pytest.raises(IntegrityError, match="Schedule"):
            world.prescribe(controlled, refills=refills)


def test_a_controlled_prescription_lasts_six_months(world):
    with arranging():
        controlled = factories.drug("zolpidem", schedule=4)
    assert last_day(controlled, datetime.date(2026, 8, 31)) == datetime.date(2027, 2, 28)
    assert last_day(world.metformin, datetime.date(2026, 1, 1)) == datetime.date(2027, 1, 1)
    prescription = world.prescribe(controlled)
    assert prescription.expires_on == last_day(controlled, world.today)


def test_a_lot_that_expires_or_is_recalled_meanwhile_does_not_leave_the_counter(world):
    lot = world.stock()
    made = as_pharmacist(world, fill, fill=world.fill_of(world.prescribe()))
    as_pharmacist(world, recall_lot, lot=lot, reason="Class II")

    with pytest.raises(Refused, match="recalled"):
        as_pharmacist(world, collect, fill=made)
    with pytest.raises(IntegrityError, match="never dispensed"), arranging():
        Fill.objects.filter(pk=made.pk).update(status="collected", collected_at=timezone.now())
    with arranging():
        StockLot.objects.filter(pk=lot.pk).update(recalled_at=None, expires_on=world.today - datetime.timedelta(days=1))
    with pytest.raises(IntegrityError, match="never dispensed"):
        as_pharmacist(world, collect, fill=made)


def test_no_movement_toward_a_person_from_an_expired_lot(world):
    lot = world.stock(expires_on=world.today - datetime.timedelta(days=1))
    with pytest.raises(IntegrityError, match="never dispensed"), arranging():
        StockMovement.objects.create(lot=lot, kind="fill", quantity=-1, by=world.nair.user, source="by hand")


def test_a_lot_of_another_drug_is_refused(world):
    with arranging():
        other = factories.drug("lisinopril")
    wrong = world.stock(other)
    made = world.fill_of(world.prescribe())
    with pytest.raises(IntegrityError, match="not of the drug"), arranging():
        Fill.objects.filter(pk=made.pk).update(
            status="filled", lot=wrong, filled_by=world.nair.user, filled_at=timezone.now()
        )


def test_stock_that_is_short_is_said(world):
    world.stock(quantity=59)
    with pytest.raises(Refused, match="not enough"):
        as_pharmacist(world, fill, fill=world.fill_of(world.prescribe()))


# --- Refills --------------------------------------------------------------------------------------------------


def test_too_early_is_refused_with_the_date_then_granted(world):
    world.stock()
    early = dispensed(world, days_ago=22)
    with arranging():
        prescription = early.prescription
    day = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(Refused, match=f"from .*{day.day}"):
        world.refill(prescription)
    with acting_as(world.maria.user, reason="portal"):
        made = request_refill(by=world.maria.user, prescription=prescription, on=day)
    assert made.number == 1


def test_one_refill_at_a_time_and_no_more_than_prescribed(world):
    world.stock()
    prescription = dispensed(world, world.prescribe(refills=1), days_ago=40).prescription
    world.refill(prescription)
    with pytest.raises(Refused, match="already being prepared"):
        world.refill(prescription)
    dispensed(world, prescription, days_ago=35)
    with pytest.raises(Refused, match="no longer active"):
        world.refill(prescription)


def test_controlled_drugs_are_never_refilled_automatically(world):
    with arranging():
        controlled = factories.drug("zolpidem", schedule=4)
    prescription = world.prescribe(controlled, pharmacy=None)
    with acting_as(world.nair.user, reason="job"), pytest.raises(Refused, match="automatically"):
        request_refill(by=world.nair.user, prescription=prescription, pharmacy=world.pharmacy, automatic=True)


def test_an_ended_prescription_is_not_refilled(world):
    prescription = world.prescribe(pharmacy=None)
    with acting_as(world.maria.user, reason="portal"), pytest.raises(Refused, match="ended on"):
        request_refill(
            by=world.maria.user,
            prescription=prescription,
            pharmacy=world.pharmacy,
            on=world.today + datetime.timedelta(days=366),
        )


def test_a_pharmacy_of_another_system_is_refused(world):
    prescription = world.prescribe(pharmacy=None)
    with acting_as(world.maria.user, reason="portal"), pytest.raises(Refused, match="your own pharmacies"):
        request_refill(by=world.maria.user, prescription=prescription, pharmacy=world.other_pharmacy)


def test_cancelling_and_returning_give_the_refill_back(world):
    world.stock()
    prescription = world.prescribe()
    as_pharmacist(world, cancel_fill, fill=world.fill_of(prescription), reason="Wrong place")
    again = world.refill(prescription)
    assert again.number == 0
    as_pharmacist(world, fill, fill=again)
    as_pharmacist(world, return_to_stock, fill=again, reason="Not collected in 10 days")
    assert world.refill(prescription).number == 0
    with arranging():
        assert StockLot.objects.get().on_hand == 1000
        assert not lots_out_of_balance()
    with pytest.raises(Refused, match="already"):
        as_pharmacist(world, collect, fill=again)


# --- Who may --------------------------------------------------------------------------------------------------


def test_only_pharmacists_of_the_members_system_dispense(world):
    world.stock()
    made = world.fill_of(world.prescribe())
    for who in (world.chen, world.park, world.other_pharmacist):
        with pytest.raises(PermissionDenied):
            as_pharmacist(world, fill, by=who, fill=made)


def test_members_and_proxies_with_the_scope_refill_nobody_else_does(world):
    prescription = world.prescribe(pharmacy=None)
    with arranging():
        reader, helper = factories.clinical.account("Reader"), factories.clinical.account("Helper")
        factories.clinical.proxy(reader, world.maria, "view")
        factories.clinical.proxy(helper, world.maria, "view", "refill")
    for user in (world.pedro.user, world.olga.user, reader, world.park.user, world.other_pharmacist.user):
        with acting_as(user, reason="portal"), pytest.raises(PermissionDenied):
            request_refill(by=user, prescription=prescription, pharmacy=world.pharmacy)
    with acting_as(helper, reason="portal"):
        assert request_refill(by=helper, prescription=prescription, pharmacy=world.pharmacy).requested_by == helper


def test_stock_of_another_system_is_out_of_reach(world):
    lot = world.stock()
    for action, arguments in (
        (recall_lot, {"lot": lot, "reason": "x"}),
        (adjust_stock, {"lot": lot, "quantity": Decimal(-1), "reason": "x"}),
    ):
        with pytest.raises(PermissionDenied):
            as_pharmacist(world, action, by=world.other_pharmacist, **arguments)


# --- Stock ----------------------------------------------------------------------------------------------------


def test_a_delivery_is_booked_once(world):
    world.stock(source="Invoice 7")
    with pytest.raises(IntegrityError):
        world.stock(source="Invoice 7")


def test_waste_of_a_controlled_drug_needs_a_second_pharmacist(world):
    with arranging():
        controlled = factories.drug("oxycodone", schedule=2)
    lot = world.stock(controlled)
    waste = {"lot": lot, "quantity": Decimal(-1), "reason": "Dropped", "is_waste": True}
    for witness in (None, world.nair.user):
        with pytest.raises(IntegrityError, match="witness"):
            as_pharmacist(world, adjust_stock, witness=witness, **waste)
    assert as_pharmacist(world, adjust_stock, witness=world.second.user, **waste).on_hand == 999


def test_units_and_movements_that_differ_are_found(world):
    lot = world.stock()
    with arranging():
        assert not lots_out_of_balance()
        # What the triggers refuse may still have happened to a restored or repaired database.
        as_owner(
            "SET session_replication_role = replica; UPDATE pharmacy_stocklot SET on_hand = 999 WHERE id = %s; "
            "SET session_replication_role = origin",
            [lot.pk],
        )
        assert [(found.pk, found.on_hand, found.moved) for found in lots_out_of_balance()] == [(lot.pk, 999, 1000)]


def test_a_recall_writes_once_to_each_member_with_units_of_the_lot(world):
    lot = world.stock()
    dispensed(world)
    dispensed(world, world.prescribe(member=world.pedro))
    with arranging():
        ready = world.prescribe(factories.drug("metformin"))
    as_pharmacist(world, fill, fill=world.fill_of(ready))

    found = as_pharmacist(world, recall_lot, lot=lot, reason="Class II")
    again = as_pharmacist(world, recall_lot, lot=lot, reason="Class II")

    assert (found.lots, found.bags, found.members) == (1, 1, 2)
    assert (again.lots, again.members) == (0, 0)
    written = OutboxMessage.objects.filter(template="medicine_recall")
    assert {message.member_id for message in written} == {world.maria.pk, world.pedro.pk}
    with pytest.raises(Refused, match="recalled"):
        world.stock(lot_number=lot.lot_number, expires_on=lot.expires_on)


@pytest.mark.django_db(transaction=True)
def test_two_pharmacists_take_the_last_units_and_one_of_them_gets_them():
    world = factories.Pharmacies()
    world.stock(quantity=60)
    fills = [world.fill_of(world.prescribe(member=member)) for member in (world.maria, world.pedro)]
    both_ready = threading.Barrier(2)
    said: list[str] = []

    def take(user, made):
        try:
            with acting_as(user, reason="counter"):
                both_ready.wait(10)
                said.append(fill(by=user, fill=made).status)
        except Refused as refused:
            said.append(str(refused))
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=take, args=(who.user, made))
        for who, made in zip((world.nair, world.second), fills, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(said)[1] == "filled"
    assert "not enough" in sorted(said)[0]
    with arranging():
        assert StockLot.objects.get().on_hand == 0
        assert not lots_out_of_balance()


def test_a_death_stops_medicines_and_nothing_is_prescribed_or_refilled_after(world):
    mine, theirs = world.prescribe(), world.prescribe(member=world.pedro)
    with arranging():
        record_death(world.maria, by=world.chen.user, at=timezone.now(), reason="Daughter called")
        for prescription in (mine, theirs):
            prescription.refresh_from_db()
            prescription.request.refresh_from_db()
        assert [rx.status for rx in (mine, theirs)] == ["stopped", "active"]
        assert [rx.request.status for rx in (mine, theirs)] == ["stopped", "active"]
        assert [Fill.objects.get(prescription=rx).status for rx in (mine, theirs)] == ["cancelled", "requested"]
        named = EndedByDeath.objects.values_list("member", "kind", "what")
        assert {(who, kind) for who, kind, _what in named} == {
            (world.maria.pk, "medicine"), (world.maria.pk, "refill"),
        }  # fmt: skip
        assert all(mine.drug.name in what for _who, _kind, what in named)
        world.maria.refresh_from_db()
    with pytest.raises(MemberDied, match="nothing new begins"):
        world.prescribe()
    with pytest.raises(Refused, match="nothing new begins"):
        as_pharmacist(world, request_refill, prescription=mine)
