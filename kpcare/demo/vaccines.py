"""Vaccines in the demo: this season's dates, what is on the shelf, and a vaccine clinic today."""

import datetime
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef
from django.utils import timezone

from clinical.coding import CVX
from core.models import User
from core.terminology import concept
from hospitals.models import Stay
from kpcare.demo.ancillary import staff
from kpcare.demo.catalogue import received
from kpcare.demo.hours import SLOT
from kpcare.demo.markets import VACCINE_SEATS
from kpcare.demo.rows import Rows
from kpcare.demo.world import World
from members.models import Member
from network.models import Department, Room
from pharmacy.models import ClinicalDrug, DrugProduct, StockLot, StockMovement
from prevention.immunisation import seasons
from prevention.immunisation.actions import roll_over_seasons
from prevention.immunisation.table import packaged
from prevention.models import VaccineProduct
from prevention.vaccine_clinic import VISIT_TYPE
from prevention.vaccine_clinic.actions import Dose, give_doses
from prevention.vaccine_clinic.advice import advise
from scheduling import actions
from scheduling.models import Appointment, Session, Slot, VisitType

# CVX, maker (MVX), route. Labeller 99999 is nobody's: the demo world states no real product.
PRODUCTS = (
    ("140", "PMC", "IM"), ("135", "PMC", "IM"), ("309", "PFR", "IM"), ("115", "PMC", "IM"), ("187", "SKB", "IM"),
    ("216", "PFR", "IM"), ("303", "SKB", "IM"), ("165", "MSD", "IM"), ("203", "PMC", "IM"), ("08", "MSD", "IM"),
    ("20", "PMC", "IM"), ("10", "PMC", "IM"), ("03", "MSD", "SC"), ("21", "MSD", "SC"), ("116", "MSD", "PO"),
)  # fmt: skip
EDITION = datetime.date(2025, 1, 31)
DOSES = 40
# Ages from and under of those who come, and how far each has come.
COMERS = (
    (64, 90, "given"),
    (1, 11, "arrived"),
    (50, 90, "arrived"),
    (30, 60, "booked"),
    (12, 18, "booked"),
    (60, 90, "booked"),
)


def add(place: World, today: datetime.date) -> None:
    """The season's dates where the CDC's have run out and kpcare carries a roll-over for today; and the shelves."""
    if seasons.shipped(today) is not None:
        roll_over_seasons(by=staff("plan.administrator"), system=place.system, today=today)
    facilities = [market.sites[0].facility for market in place.markets]
    rows = Rows(StockLot, StockMovement)
    for number, (cvx, mvx, route) in enumerate(PRODUCTS, 1):
        name = packaged().vaccine_names[cvx]
        drug = ClinicalDrug.objects.create(concept=concept(CVX, cvx, name), name=name, form="injection", route=route)
        product = DrugProduct.objects.create(
            drug=drug, ndc=f"99999{9000 + number}01", labeller="Demo", unit="dose", unit_cost=25
        )
        VaccineProduct.objects.create(product=product, cvx=cvx, mvx=mvx, route=route, information_on=EDITION)
        for facility in facilities:
            lot = StockLot(
                facility=facility,
                product=product,
                lot_number=f"V{number:02d}{facility.code[-1:]}7",
                expires_on=today + datetime.timedelta(days=90 + 17 * number),
            )
            received(rows, rows.add(lot), DOSES, by=place.user)
    rows.save()


def lay(now: datetime.datetime) -> int:
    """Today's clinic at the demo nurse's department; how many come: none where it has its visits already."""
    department = Department.objects.select_related("facility__organization__system", "facility__region").get(
        pk=staff("physician").clinician.sessions.latest("during").department_id
    )
    kind = VisitType.objects.filter(code=VISIT_TYPE, organization=department.facility.organization.system).first()
    room = Room.objects.filter(department=department, name="Vaccine room").first()
    if kind is None or room is None:
        return 0
    zone = ZoneInfo(department.facility.time_zone)
    midnight = datetime.datetime.combine(now.astimezone(zone).date(), datetime.time(), zone)
    tomorrow = datetime.datetime.combine(midnight.date() + datetime.timedelta(days=1), datetime.time(), zone)
    visits = Appointment.objects.filter(department=department, visit_type=kind).on_day(midnight, tomorrow)
    if visits.filter(status__in=Appointment.HOLDING).exists():
        return 0
    slots = _slots(room, kind, now, midnight, tomorrow)
    people = _people(department, now.astimezone(zone).date())
    for number, (member, stage) in enumerate(people):
        _comer(member, stage, slots[min(number // 2, len(slots) - 1)], kind, midnight, now)
    return len(people)


def _slots(
    room: Room, kind: VisitType, now: datetime.datetime, midnight: datetime.datetime, tomorrow: datetime.datetime
) -> list[Slot]:
    """Times around now in the room: of hours that are planned there, else of hours made for it."""
    start = midnight + SLOT * ((min(now, tomorrow - 3 * SLOT) - midnight) // SLOT)
    start = max(midnight, start - 2 * SLOT)
    end = min(start + datetime.timedelta(hours=3), tomorrow)
    planned = Session.objects.filter(room=room, during__overlap=DateTimeTZRange(start, end), is_cancelled=False)
    session = planned.order_by("during").first() or actions.create_session(
        by=User.objects.system("seed"),
        department=room.department,
        room=room,
        starts_at=start,
        ends_at=end,
        slot_minutes=int(SLOT.total_seconds() // 60),
        capacity=VACCINE_SEATS,
        visit_types=[kind],
    )
    slots = list(session.slots.select_related("session__department__facility__organization").order_by("starts_at"))
    return [slot for slot in slots if slot.starts_at >= start] or slots


def _people(department: Department, today: datetime.date) -> list[tuple[Member, str]]:
    """Members of the region without a portal sign-in, not in hospital and not booked, one for each that is to come."""
    inside = Stay.objects.filter(member=OuterRef("pk"), discharged_at__isnull=True)
    booked = Appointment.objects.filter(member=OuterRef("pk"))
    free = Member.objects.filter(
        ~Exists(inside),
        ~Exists(booked),
        region=department.facility.region,
        user__isnull=True,
        status=Member.Status.ACTIVE,
        deceased_at__isnull=True,
    ).order_by("-mrn")
    found: list[tuple[Member, str]] = []
    for first, until, stage in COMERS:
        of_age = free.filter(
            birth_date__gt=today.replace(year=today.year - until, day=1),
            birth_date__lte=today.replace(year=today.year - first, day=1),
        )
        member = of_age.exclude(pk__in=[one.pk for one, _stage in found]).first()
        if member is not None:
            found.append((member, stage))
    return found


def _comer(
    member: Member, stage: str, slot: Slot, kind: VisitType, midnight: datetime.datetime, now: datetime.datetime
) -> None:
    """One visit, brought to its stage; whoever is done got the first vaccine on the shelf that was due."""
    visit = actions.book(
        by=staff("front.desk"), member=member, slot=slot, visit_type=kind, reason="Vaccines", at=midnight
    )
    if stage == "booked":
        return
    visit = actions.check_in(visit, by=staff("front.desk"), at=now)
    # What is charted bears the day of the clock: a world that is laid for another day gets no dose.
    if stage == "given" and timezone.localdate(timezone=midnight.tzinfo) == midnight.date():
        nurse = staff("nurse")
        advice = advise(member, midnight.date())
        lots = StockLot.objects.filter(facility=slot.session.department.facility, product__vaccine__isnull=False)
        lot = next(
            (one for one in lots.select_related("product__vaccine").order_by("lot_number")
             if not advice.against(one.product.vaccine.cvx)),
            None,
        )  # fmt: skip
        if lot is not None:
            give_doses(visit, [Dose(lot.pk, EDITION, "LD")], by=nurse)
