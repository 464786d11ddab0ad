"""Units in, corrections, waste and recalls: each a movement, so that a lot's units are the sum of them."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.ids import uuid7
from core.models import User
from core.permissions import require
from network.models import Facility
from pharmacy.actions.dispensing import Refused, move_stock
from pharmacy.models import DrugProduct, Fill, StockLot, StockMovement


@transaction.atomic
def receive_stock(
    *,
    by: User,
    facility: Facility,
    product: DrugProduct,
    lot_number: str,
    expires_on: datetime.date,
    quantity: Decimal,
    source: str,
) -> StockLot:
    """Book units in. `source` names the delivery; the same delivery is never booked twice.

    Raises `PermissionDenied`, `Refused` where the lot is recalled or its date differs from what is on the shelf,
    `IntegrityError` where the delivery was booked before.
    """
    require(by, "pharmacy.manage_stock", facility)
    lot = book_in(
        by=by,
        facility=facility,
        product=product,
        lot_number=lot_number,
        expires_on=expires_on,
        quantity=quantity,
        source=source,
    )
    audit.record(by=by, action="update", verb="pharmacy.receive_stock", obj=lot)
    return lot


def book_in(
    *,
    by: User,
    facility: Facility,
    product: DrugProduct,
    lot_number: str,
    expires_on: datetime.date,
    quantity: Decimal,
    source: str,
) -> StockLot:
    """A delivery's units on their lot, inside the caller's transaction, which says who may and audits it."""
    if quantity <= 0:
        raise Refused(_("Say how many units came."))
    StockLot.objects.bulk_create(
        [StockLot(facility=facility, product=product, lot_number=lot_number, expires_on=expires_on)],
        ignore_conflicts=True,
    )
    lot = StockLot.objects.select_for_update().get(facility=facility, product=product, lot_number=lot_number)
    if lot.recalled_at is not None:
        raise Refused(_("Lot %(lot)s was recalled: send it back.") % {"lot": lot_number})
    if lot.expires_on != expires_on:
        raise Refused(
            _("Lot %(lot)s is on the shelf with the date %(day)s. Look at the bottle again.")
            % {"lot": lot_number, "day": lot.expires_on}
        )
    move_stock(lot, StockMovement.Kind.RECEIPT, quantity, by=by, source=f"receipt:{source}"[:100])
    return lot


@transaction.atomic
def adjust_stock(
    *,
    by: User,
    lot: StockLot,
    quantity: Decimal,
    reason: str,
    is_waste: bool = False,
    witness: User | None = None,
) -> StockLot:
    """Correct a count (`quantity` more or, negative, fewer units), or take waste out.

    Controlled drugs need a `witness` who is somebody else and a pharmacist there too; Postgres refuses them without.
    """
    require(by, "pharmacy.manage_stock", lot)
    if witness is not None:
        require(witness, "pharmacy.manage_stock", lot)
    if is_waste and quantity >= 0:
        raise Refused(_("Waste takes units out."))
    held = StockLot.objects.select_for_update().get(pk=lot.pk)
    if held.on_hand + quantity < 0:
        raise Refused(_("There are not that many units of this lot."))
    kind = StockMovement.Kind.WASTE if is_waste else StockMovement.Kind.ADJUSTMENT
    move_stock(held, kind, quantity, by=by, source=f"{kind}:{uuid7()}", reason=reason[:200], witness=witness)
    audit.record(by=by, action="update", verb="pharmacy.adjust_stock", obj=held, reason=reason)
    return held


@dataclass(frozen=True)
class Recall:
    """What a recall stopped: lots closed, bags on the shelf that must be filled again, members written to."""

    lots: int
    bags: int
    members: int


@transaction.atomic
def recall_lot(*, by: User, lot: StockLot, reason: str) -> Recall:
    """Close the lot at every facility of the system, and write to everybody who has units of it.

    One statement each, however many members: messages say that something waits in the portal, and by letter where
    there is no account. Run again, it closes and writes only what is new.
    """
    require(by, "pharmacy.manage_stock", lot)
    system = lot.facility.organization.system_id or lot.facility.organization_id
    same = StockLot.objects.filter(product=lot.product_id, lot_number=lot.lot_number)
    same = same.filter(facility__organization__system=system) | same.filter(facility__organization=system)
    held = list(StockLot.objects.select_for_update().filter(pk__in=same.values("pk")).order_by("pk"))
    ids = [each.pk for each in held]
    closed = StockLot.objects.filter(pk__in=ids, recalled_at__isnull=True).update(recalled_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(WRITE_RECALL, {"lots": ids, "product": str(lot.product_id), "lot_number": lot.lot_number})
        written = cursor.rowcount
    bags = Fill.objects.filter(lot__in=ids, status=Fill.Status.FILLED).count()
    audit.record(
        by=by,
        action="execute",
        verb="pharmacy.recall_lot",
        obj=lot,
        reason=reason,
        detail={"lots": closed, "bags": bags, "messages": written},
    )
    return Recall(closed, bags, written)


# One message a member and recall, whichever of their fills came from the lot. Row-level security limits the fills
# to members whom the pharmacist reaches: those of the system.
WRITE_RECALL = """
INSERT INTO core_outboxmessage (id, dedupe_key, channel, template, language, user_id, member_id, url_path)
SELECT uuidv7(), 'pharmacy.recall:' || %(product)s || ':' || %(lot_number)s || ':' || m.id,
    CASE WHEN m.user_id IS NULL THEN 'letter' ELSE 'portal' END, 'medicine_recall', m.language, m.user_id, m.id,
    '/medicines/'
FROM members_member m
WHERE m.id IN (SELECT f.member_id FROM pharmacy_fill f WHERE f.lot_id = ANY (%(lots)s::uuid[])
    AND f.status = 'collected')
ON CONFLICT (dedupe_key) DO NOTHING
"""
