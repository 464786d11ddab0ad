"""The vaccines of a facility: what is on the shelf, what came, what was given and wasted of each lot on a day."""

import datetime
import uuid
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.models import Immunization
from core import audit
from core.ids import uuid7
from core.models import User
from core.permissions import require
from network.models import Facility
from pharmacy.actions.dispensing import Refused, move_stock
from pharmacy.actions.stock import book_in
from pharmacy.models import StockLot, StockMovement
from prevention.vaccine_clinic.models import VaccineProduct

Kind = StockMovement.Kind
NONE = Value(Decimal(0))


def shelf(facility: Facility, *, start: datetime.datetime, end: datetime.datetime) -> QuerySet[StockLot]:
    """The facility's vaccine lots with units left or moved in `[start, end)`: `given` and `wasted` then."""
    moved = Q(movements__at__gte=start, movements__at__lt=end)
    return (
        StockLot.objects.filter(facility=facility, product__vaccine__isnull=False)
        .select_related("product__drug", "product__vaccine")
        .annotate(
            given=Coalesce(-Sum("movements__quantity", filter=moved & Q(movements__kind=Kind.FILL)), NONE),
            wasted=Coalesce(-Sum("movements__quantity", filter=moved & Q(movements__kind=Kind.WASTE)), NONE),
        )
        .filter(Q(on_hand__gt=0) | Q(given__gt=0) | Q(wasted__gt=0))
        .order_by("product__drug__name", "expires_on", "pk")
    )


def usable(facility: Facility, on: datetime.date) -> list[StockLot]:
    """Lots that doses may be given from today, the one that expires first in front."""
    return list(
        StockLot.objects.filter(
            facility=facility,
            product__vaccine__isnull=False,
            on_hand__gte=1,
            expires_on__gte=on,
            recalled_at__isnull=True,
        )
        .select_related("product__drug", "product__vaccine")
        .order_by("expires_on", "pk")
    )


@transaction.atomic
def receive_doses(
    *,
    by: User,
    facility: Facility,
    vaccine: VaccineProduct,
    lot_number: str,
    expires_on: datetime.date,
    doses: int,
    source: str,
) -> StockLot:
    """Book a delivery of vaccine in. Raises `PermissionDenied`, `Refused`, `IntegrityError` for one booked before."""
    require(by, "prevention.keep_vaccine_stock", facility)
    lot = book_in(
        by=by,
        facility=facility,
        product=vaccine.product,
        lot_number=lot_number,
        expires_on=expires_on,
        quantity=Decimal(doses),
        source=source,
    )
    audit.record(by=by, action="update", verb="prevention.receive_doses", obj=lot, detail={"doses": doses})
    return lot


@transaction.atomic
def take_from_shelf(dose: Immunization, facility: Facility, *, cvx: str, by: User) -> StockLot | None:
    """The unit of a dose that was charted at a visit, where the facility keeps that lot; None where it does not.

    Once a dose, however often it is recorded. Raises `ValidationError` (code `stock`) for a lot that is recalled, past
    its date or empty.
    """
    lots = StockLot.objects.select_for_update(of=["self"]).filter(
        facility=facility, product__vaccine__cvx=cvx, lot_number__iexact=dose.lot_number
    )
    lot = lots.order_by("pk").first() if dose.lot_number else None
    if lot is None or StockMovement.objects.filter(lot=lot, source=f"dose:{dose.pk}").exists():
        return lot
    day = timezone.localdate(dose.effective.lower) if dose.effective else None
    if lot.recalled_at is not None or (day is not None and lot.expires_on < day):
        raise ValidationError(_("This lot is expired or recalled."), code="stock")
    try:
        with transaction.atomic():
            move_stock(lot, Kind.FILL, Decimal(-1), by=by, source=f"dose:{dose.pk}")
    except IntegrityError as error:
        raise ValidationError(_("There is no unit of this lot left."), code="stock") from error
    return lot


@transaction.atomic
def waste_doses(lot_id: uuid.UUID, *, by: User, doses: int, reason: str) -> StockLot:
    """Take doses out that nobody got: a vial left open, a broken fridge. Raises `Refused`, `ValidationError`."""
    lot = StockLot.objects.select_for_update(of=["self"]).select_related("facility__organization").get(pk=lot_id)
    require(by, "prevention.keep_vaccine_stock", lot)
    if not VaccineProduct.objects.filter(product=lot.product_id).exists():
        raise Refused(_("This is no vaccine: the pharmacy keeps it."))
    if not reason.strip():
        raise ValidationError(_("Say why they are thrown away."), code="reason")
    if doses < 1 or lot.on_hand < doses:
        raise Refused(_("There are not that many units of this lot."))
    move_stock(lot, Kind.WASTE, Decimal(-doses), by=by, source=f"waste:{uuid7()}", reason=reason[:200])
    audit.record(by=by, action="update", verb="prevention.waste_doses", obj=lot, reason=reason, detail={"doses": doses})
    return lot
