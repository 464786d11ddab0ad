"""A few fills of the hero's family in each state, so that queue, shelf and portal have something to show."""

import datetime

from django.utils import timezone

from core.models import User
from kpcare.demo.world import World
from network.models import Facility
from pharmacy.costs import price_fill
from pharmacy.models import Fill, Prescription, StockLot, StockMovement

TO_FILL, READY = 6, 3


def add_fills(world: World, member_id: str, pharmacist: User, today: datetime.date) -> None:
    """Requested fills of some members and ready ones of others at the first pharmacy; one is the hero's."""
    pharmacy = world.markets[0].sites[0].facility
    now = timezone.now()
    mine = list(Prescription.objects.filter(member_id=member_id, status="active").order_by("pk")[:2])
    others = (
        Prescription.objects.filter(
            status="active",
            expires_on__gt=today,
            refills__gt=0,
            member__managing_organization=world.system,
            drug__products__lots__facility=pharmacy,
        )
        .exclude(member_id=member_id)
        .order_by("pk")
        .distinct()[: TO_FILL + READY]
    )
    chosen = [*mine[:1], *others]
    Prescription.objects.filter(pk__in=[rx.pk for rx in chosen]).update(pharmacy=pharmacy)
    for place, prescription in enumerate(chosen):
        asked = now - datetime.timedelta(hours=3 * place + 1)
        fill = Fill(
            member_id=prescription.member_id,
            prescription=prescription,
            number=1,
            quantity=prescription.quantity,
            requested_by=pharmacist,
            requested_at=asked,
        )
        if place <= READY:
            _make_ready(fill, pharmacy, pharmacist, asked + datetime.timedelta(minutes=40), today)
        fill.save(force_insert=True)


def _make_ready(fill: Fill, pharmacy: Facility, by: User, at: datetime.datetime, today: datetime.date) -> None:
    lot = (
        StockLot.objects.filter(
            facility=pharmacy,
            product__drug=fill.prescription.drug_id,
            expires_on__gt=today,
            on_hand__gte=fill.quantity,
        )
        .order_by("expires_on")
        .first()
    )
    if lot is None:
        return
    fill.status, fill.lot, fill.filled_by, fill.filled_at = Fill.Status.FILLED, lot, by, at
    fill.pickup_place, fill.copay = "Drawer A", price_fill(fill, today)
    StockMovement.objects.create(lot=lot, kind="fill", quantity=-fill.quantity, by=by, source=f"fill:{fill.pk}")
