"""From a refill that is asked for to a bag handed over. `TRANSITIONS` is the whole state machine."""

import datetime
import math
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.models import CodingRole, MedicationDispense, MedicationDispenseCoding
from core import audit
from core.models import User
from core.permissions import require
from core.templatetags.kp import short_date
from members.deaths import refuse_dead
from members.telling import tell
from network.models import Facility
from pharmacy.costs import charge_fill, price_fill
from pharmacy.models import Fill, Prescription, StockLot, StockMovement
from pharmacy.ordering import today_at

Status = Fill.Status
TRANSITIONS = {
    Status.REQUESTED: {Status.FILLED, Status.CANCELLED},
    Status.FILLED: {Status.COLLECTED, Status.RETURNED},
}
LIVE = (Status.REQUESTED, Status.FILLED, Status.COLLECTED)
# The share of a fill that must be used up before the next: payers' usual 75 %, 90 % for controlled drugs.
USED_UP = Decimal("0.75")
USED_UP_CONTROLLED = Decimal("0.90")
INSTANT = datetime.timedelta(microseconds=1)


class Refused(Exception):
    """The pharmacy's rules refuse it; the words are for the person who asked."""


def _locked(fill: Fill) -> Fill:
    """The prescription, then the fill, both locked: every action takes them in this order."""
    Prescription.objects.select_for_update(of=("self",)).get(pk=fill.prescription_id)
    return (
        Fill.objects.select_for_update(of=("self",))
        .select_related("prescription__drug__concept", "prescription__pharmacy", "member", "lot__product")
        .get(pk=fill.pk)
    )


def _move(fill: Fill, to: str) -> None:
    if to not in TRANSITIONS.get(Status(fill.status), set()):
        raise Refused(_("This fill is already %(status)s.") % {"status": fill.get_status_display()})
    fill.status = to


# --- Asking ---------------------------------------------------------------------------------------------------


def next_refill_on(prescription: Prescription) -> datetime.date | None:
    """The first day on which the next fill may be asked for; None where nothing was handed over yet."""
    last = (
        MedicationDispense.objects.filter(
            member=prescription.member_id, request=prescription.request_id, status="completed"
        )
        .order_by("-effective")
        .values_list("effective", "days_supply")
        .first()
    )
    if last is None or last[0] is None:
        return None
    share = USED_UP_CONTROLLED if prescription.drug.schedule else USED_UP
    days = math.ceil((last[1] or prescription.days_supply) * share)
    return timezone.localdate(last[0].lower) + datetime.timedelta(days=days)


def next_number(prescription: Prescription) -> int:
    """The number of the next fill: 0 is the first. Fills that came from elsewhere count as much as ours."""
    numbers = Fill.objects.filter(prescription=prescription, status__in=LIVE).values_list("number", flat=True)
    handed_over = MedicationDispense.objects.filter(
        member=prescription.member_id, request=prescription.request_id, status="completed"
    ).count()
    return max([number + 1 for number in numbers] + [handed_over])


@transaction.atomic
def request_refill(
    *,
    by: User,
    prescription: Prescription,
    pharmacy: Facility | None = None,
    on: datetime.date | None = None,
    automatic: bool = False,
) -> Fill:
    """Ask for the next fill, at `pharmacy` where another than before is wanted.

    Raises `PermissionDenied`, and `Refused` with the reason and, where it is too early, the date.
    """
    require(by, "pharmacy.request_refill", prescription)
    held = (
        Prescription.objects.select_for_update(of=("self",))
        .select_related("drug", "pharmacy", "member")
        .get(pk=prescription.pk)
    )
    refuse_dead(held.member, error=Refused)
    number = next_number(held)
    _refuse_unless_refillable(held, number, on or today_at(pharmacy or held.pharmacy), automatic)
    if pharmacy is not None and pharmacy.pk != held.pharmacy_id:
        if (pharmacy.organization.system_id or pharmacy.organization_id) != held.member.managing_organization_id:
            raise Refused(_("Choose one of your own pharmacies."))
        held.pharmacy = pharmacy
        held.save(update_fields=["pharmacy"])
    if held.pharmacy_id is None:
        raise Refused(_("Choose where to pick it up."))
    made = Fill.objects.create(
        member=held.member,
        sensitivity=held.sensitivity,
        prescription=held,
        number=number,
        quantity=held.quantity,
        requested_by=by,
    )
    audit.record(by=by, action="create", verb="pharmacy.request_refill", obj=made, detail={"number": number})
    return made


def _refuse_unless_refillable(
    prescription: Prescription, number: int, today: datetime.date, automatic: bool = False
) -> None:
    if automatic and prescription.drug.schedule:
        raise Refused(_("Controlled medicines are never refilled automatically."))
    if prescription.status != Prescription.Status.ACTIVE:
        raise Refused(_("This prescription is no longer active. Ask your doctor to renew it."))
    if prescription.expires_on < today:
        raise Refused(
            _("This prescription ended on %(day)s. Ask your doctor to renew it.")
            % {"day": short_date(prescription.expires_on, "year")}
        )
    if Fill.objects.filter(prescription=prescription, status__in=(Status.REQUESTED, Status.FILLED)).exists():
        raise Refused(_("This refill is already being prepared."))
    if number > prescription.refills:
        raise Refused(_("No refills are left. Ask your doctor to renew it."))
    earliest = next_refill_on(prescription)
    if earliest is not None and today < earliest:
        raise Refused(_("It is too early. You can refill this from %(day)s.") % {"day": short_date(earliest, "year")})


# --- Filling --------------------------------------------------------------------------------------------------


def choose_lot(fill: Fill, today: datetime.date, *, lock: bool = False) -> StockLot | None:
    """The lot that expires first, among those of this drug at the prescription's pharmacy that have enough.

    With `lock` all candidates are locked in that order, so that of two pharmacists who take the last units the
    second sees what the first left, and the next lot is taken if there is one.
    """
    rx = fill.prescription
    lots = StockLot.objects.filter(facility=rx.pharmacy_id, product__drug=rx.drug_id, recalled_at__isnull=True)
    lots = lots.filter(expires_on__gte=today).order_by("expires_on", "id").select_related("product")
    lots = lots.select_for_update(of=("self",)) if lock else lots.filter(on_hand__gte=fill.quantity)[:1]
    return next((lot for lot in lots if lot.on_hand >= fill.quantity), None)


@transaction.atomic
def fill(*, by: User, fill: Fill, scanned_ndc: str = "", pickup_place: str = "") -> Fill:
    """Take the units from the lot that expires first, and check the product against what was scanned.

    `scanned_ndc` is the 11-digit code on the bottle, hyphens allowed; empty where there is no scanner. Raises
    `PermissionDenied`, and `Refused` where stock is short, or bottle and prescription differ.
    """
    require(by, "pharmacy.dispense", fill)
    held = _locked(fill)
    _move(held, Status.FILLED)
    today = today_at(held.prescription.pharmacy)
    lot = choose_lot(held, today, lock=True)
    if lot is None:
        raise Refused(_("There are not enough usable units of this medicine here."))
    if scanned_ndc and scanned_ndc.replace("-", "") != lot.product.ndc:
        raise Refused(
            _("The bottle does not match: lot %(lot)s is NDC %(ndc)s.")
            % {"lot": lot.lot_number, "ndc": lot.product.ndc}
        )
    move_stock(lot, StockMovement.Kind.FILL, -held.quantity, by=by, source=f"fill:{held.pk}")
    held.lot = lot
    held.filled_by = by
    held.filled_at = timezone.now()
    held.pickup_place = pickup_place
    held.copay = price_fill(held, today)
    held.save(update_fields=["status", "lot", "filled_by", "filled_at", "pickup_place", "copay"])
    audit.record(by=by, action="update", verb="pharmacy.fill", obj=held, detail={"scanned": bool(scanned_ndc)})
    _tell_ready(held)
    return held


def _tell_ready(fill: Fill) -> None:
    tell(
        fill.member,
        "medicine_ready",
        key=f"pharmacy.ready:{fill.pk}",
        url_path="/medicines/",
        scope="refill",
        sensitivity=fill.sensitivity,
        by_email=False,
    )


def move_stock(
    lot: StockLot,
    kind: str,
    quantity: Decimal,
    *,
    by: User,
    source: str,
    reason: str = "",
    witness: User | None = None,
) -> None:
    """One movement; its trigger counts the lot's units. `lot` is locked by the caller; Postgres refuses below zero."""
    StockMovement.objects.create(
        lot=lot, kind=kind, quantity=quantity, by=by, witness=witness, source=source, reason=reason
    )
    lot.refresh_from_db(fields=["on_hand"])


# --- Handing over ---------------------------------------------------------------------------------------------


@transaction.atomic
def collect(*, by: User, fill: Fill, on: datetime.date | None = None) -> Fill:
    """Hand the bag over: the fill is final, the chart gets its dispense, the member's share is charged once.

    Raises `PermissionDenied`, `Refused`, and `IntegrityError` where the lot was recalled or ran out meanwhile.
    """
    require(by, "pharmacy.dispense", fill)
    held = _locked(fill)
    _move(held, Status.COLLECTED)
    if held.lot is not None and held.lot.recalled_at is not None:
        raise Refused(_("This lot was recalled. Put the bag aside and fill it again."))
    now = timezone.now()
    rx = held.prescription
    dispense = MedicationDispense.objects.create(
        member=held.member,
        sensitivity=held.sensitivity,
        status="completed",
        request_id=rx.request_id,
        effective=(now, now + INSTANT),
        recorded_at=now,
        quantity=held.quantity,
        quantity_unit=held.lot.product.unit if held.lot else "each",
        days_supply=rx.days_supply,
        performer=getattr(by, "clinician", None),
        organization=rx.pharmacy.organization if rx.pharmacy else None,
    )
    MedicationDispenseCoding.objects.create(
        member=held.member, fact=dispense, role=CodingRole.CODE, concept=rx.drug.concept
    )
    held.dispense = dispense
    held.collected_at = now
    held.copay = charge_fill(held, on or today_at(rx.pharmacy), by=by)
    held.save(update_fields=["status", "dispense", "collected_at", "copay"])
    if held.number >= rx.refills:
        rx.status = Prescription.Status.COMPLETED
        rx.save(update_fields=["status"])
    audit.record(by=by, action="update", verb="pharmacy.collect", obj=held)
    return held


@transaction.atomic
def cancel_fill(*, by: User, fill: Fill, reason: str) -> Fill:
    """Give up a fill that nobody prepared yet; whoever may ask for it may take it back."""
    require(by, "pharmacy.request_refill", fill)
    held = _locked(fill)
    _move(held, Status.CANCELLED)
    held.save(update_fields=["status"])
    audit.record(by=by, action="update", verb="pharmacy.cancel_fill", obj=held, reason=reason)
    return held


@transaction.atomic
def return_to_stock(*, by: User, fill: Fill, reason: str) -> Fill:
    """A bag that was never collected: its units go back to their lot, and the refill is the member's again."""
    require(by, "pharmacy.dispense", fill)
    held = _locked(fill)
    _move(held, Status.RETURNED)
    lot = StockLot.objects.select_for_update(of=("self",)).get(fills=held)
    move_stock(lot, StockMovement.Kind.RETURN, held.quantity, by=by, source=f"return:{held.pk}", reason=reason[:200])
    held.save(update_fields=["status"])
    audit.record(by=by, action="update", verb="pharmacy.return_to_stock", obj=held, reason=reason)
    return held
