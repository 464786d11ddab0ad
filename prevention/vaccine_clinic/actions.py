"""What is done at a vaccine clinic: somebody comes without an appointment; doses are given from stock in one go."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.immunizations import record_immunization
from clinical.actions.visits import finish_visit, start_visit
from clinical.coding import CVX
from clinical.models import Encounter
from core import audit
from core.models import Concept, User
from core.permissions import require
from core.terminology import concept
from members.models import Member
from network.models import Department
from pharmacy.actions.dispensing import move_stock
from pharmacy.models import StockLot, StockMovement
from prevention.immunisation.table import packaged
from prevention.vaccine_clinic import VISIT_TYPE
from prevention.vaccine_clinic.advice import Advice, advise
from prevention.vaccine_clinic.models import WITHOUT_SITE, DoseGiven
from scheduling import actions as scheduling
from scheduling.models import Appointment, Slot, VisitType


@dataclass(frozen=True)
class Dose:
    """One dose about to be given: of which lot, where, with which edition of the information statement.

    `despite` is why, where the schedule has something against it.
    """

    lot_id: uuid.UUID
    information_on: datetime.date | None
    site: str = ""
    despite: str = ""


class DoseRefused(ValidationError):
    """A dose that is not given; `lot_id` says which of several."""

    def __init__(self, message: str, lot_id: uuid.UUID, code: str) -> None:
        super().__init__(message, code=code)
        self.lot_id = lot_id


@transaction.atomic
def walk_in(*, by: User, member: Member, department: Department, at: datetime.datetime | None = None) -> Appointment:
    """Somebody who comes without an appointment takes a free seat of the clinic that is on, and is here.

    It opens the clinic's own page of them for the day (`prevention.vaccinate`), and no chart.

    Raises `BookingRefused` where no seat of today is left.
    """
    require(by, "prevention.run_vaccine_clinic", department)
    require(by, "scheduling.book_for_member", member)
    at = at or timezone.now()
    zone = ZoneInfo(department.facility.time_zone)
    tomorrow = timezone.localdate(at, zone) + datetime.timedelta(days=1)
    midnight = datetime.datetime.combine(tomorrow, datetime.time(), zone)
    kind = VisitType.objects.filter(
        code=VISIT_TYPE, organization=department.facility.organization.system or department.facility.organization
    ).first()
    slot = (
        Slot.objects.filter(ends_at__gt=at, starts_at__lt=midnight, visit_types=kind, session__department=department)
        .with_free_seat()
        .select_related("session__clinician", "session__department__facility__organization")
        .order_by("starts_at")
        .first()
        if kind
        else None
    )
    if slot is None or kind is None:
        raise scheduling.BookingRefused(_("No seat of today's clinic is free."), code="taken")
    visit = scheduling.book(by=by, member=member, slot=slot, visit_type=kind, reason=_("Without appointment"), at=at)
    audit.record(by=by, action="create", verb="prevention.walk_in", obj=visit)
    return scheduling.check_in(visit, by=by, at=at)


@transaction.atomic
def give_doses(visit: Appointment, doses: Sequence[Dose], *, by: User) -> list[DoseGiven]:
    """Everything given at one visit: charted with maker, lot, site and statement, taken from the shelf; visit over.

    All of it or nothing. Raises `DoseRefused` for a lot that cannot be used, a site or statement that is missing, and a
    dose that the schedule is against without a reason; `ValidationError` for no dose or a visit of another day.
    """
    require(by, "prevention.vaccinate", visit)
    if not doses:
        raise ValidationError(_("Choose the lot of what was given."), code="nothing")
    if visit.status == Appointment.Status.BOOKED:
        visit = scheduling.check_in(visit, by=by)
    encounter = start_visit(visit, by=by)
    today = timezone.localdate(timezone=ZoneInfo(visit.department.facility.time_zone))
    advice = advise(visit.member, today)
    # In one order, so that two people at two desks never wait for each other.
    lots = {
        lot.pk: lot
        for lot in StockLot.objects.select_for_update(of=["self"])
        .filter(pk__in=[dose.lot_id for dose in doses], facility=visit.department.facility_id)
        .select_related("product__drug", "product__vaccine")
        .order_by("pk")
    }
    _refuse_twice(doses, lots, advice)
    codes = _concepts(lots.values())
    given = [_give(dose, lots.get(dose.lot_id), visit, encounter, advice, codes, by) for dose in doses]
    if encounter.status == "in-progress":
        finish_visit(encounter, by=by)
    return given


def _refuse_twice(doses: Sequence[Dose], lots: Mapping[uuid.UUID, StockLot], advice: Advice) -> None:
    """Raise `DoseRefused` for a second vaccine of one group at a visit, unless it is said why."""
    seen: set[str] = set()
    for dose in doses:
        vaccine = getattr(lots[dose.lot_id].product, "vaccine", None) if dose.lot_id in lots else None
        groups = set(advice.groups_of(vaccine.cvx)) if vaccine else set()
        if groups & seen and not dose.despite.strip():
            raise DoseRefused(_("Another vaccine of this kind is given at this visit already."), dose.lot_id, "twice")
        seen |= groups


def _concepts(lots: Iterable[StockLot]) -> dict[str, Concept]:
    """The vaccines of lots as concepts, by CVX."""
    wanted = {lot.product.vaccine.cvx for lot in lots if hasattr(lot.product, "vaccine")}
    found = {one.code: one for one in Concept.objects.filter(system__uri=CVX, code__in=wanted)}
    for code in wanted - found.keys():
        found[code] = concept(CVX, code, packaged().vaccine_names.get(code, code))
    return found


def _give(
    dose: Dose,
    lot: StockLot | None,
    visit: Appointment,
    encounter: Encounter,
    advice: Advice,
    codes: dict[str, Concept],
    by: User,
) -> DoseGiven:
    """One dose, charted and taken from its lot, which is locked."""
    vaccine = getattr(lot.product, "vaccine", None) if lot else None
    if lot is None or vaccine is None:
        raise DoseRefused(_("This lot is not on the shelf here."), dose.lot_id, "lot")
    if lot.recalled_at is not None or lot.expires_on < advice.today:
        raise DoseRefused(_("This lot is expired or recalled."), dose.lot_id, "unusable")
    if dose.information_on is None:
        raise DoseRefused(_("Say which edition of the information sheet was handed out."), dose.lot_id, "information")
    if dose.information_on > advice.today:
        raise DoseRefused(_("This edition of the information sheet is still to come."), dose.lot_id, "information")
    if not dose.site and vaccine.route not in WITHOUT_SITE:
        raise DoseRefused(_("Say where it was injected."), dose.lot_id, "site")
    against = advice.against(vaccine.cvx)
    if against and not dose.despite.strip():
        raise DoseRefused(f"{against} {_('Say why it is given all the same.')}", dose.lot_id, "against")
    made = record_immunization(
        by=by,
        member=visit.member,
        vaccine=codes[vaccine.cvx],
        on=advice.today,
        encounter=encounter,
        lot_number=lot.lot_number,
        manufacturer=vaccine.mvx,
        expires_on=lot.expires_on,
    )
    before = DoseGiven.objects.filter(member=visit.member_id, immunization=made).first()
    if before is not None:
        raise DoseRefused(_("This vaccine was given to them today already."), dose.lot_id, "twice")
    try:
        with transaction.atomic():
            move_stock(lot, StockMovement.Kind.FILL, Decimal(-1), by=by, source=f"dose:{made.pk}")
    except IntegrityError as error:
        raise DoseRefused(_("There is no unit of this lot left."), dose.lot_id, "empty") from error
    row = DoseGiven.objects.create(
        member_id=visit.member_id,
        immunization=made,
        visit=visit,
        lot=lot,
        route=vaccine.route,
        site="" if vaccine.route in WITHOUT_SITE else dose.site,
        information_on=dose.information_on,
        given_by=by,
        given_at=timezone.now(),
        despite=dose.despite.strip()[:200] if against else "",
        sensitivity=made.sensitivity,
    )
    audit.record(
        by=by, action="create", verb="prevention.give_dose", obj=row, reason=row.despite, detail={"lot": str(lot.pk)}
    )
    return row
