"""Today in the first clinic: visits at every stage, so that each role's day can be clicked through on any day, at any
hour. Made by the same actions as the screens, by the demo accounts."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef

from clinical import actions as clinical
from clinical.models import Encounter
from core.models import User
from hospitals.models import Stay
from kpcare.demo.ancillary import staff
from kpcare.demo.hours import ARRIVED, BEGUN, BOOKED, ROOMED, SEEN, SLOT, Hours, lay_hours
from kpcare.demo.world import World
from members.models import Member
from network.models import Clinician, Department, Organization, Room
from scheduling import actions
from scheduling.costs import visit_cost
from scheduling.models import Appointment, ResourceBooking, Session, Slot, VisitType


@dataclass(frozen=True)
class Visit:
    """What it is about, how far it has come, its slot counted from the present one; blood pressure, and the note."""

    reason: str
    stage: str
    place: int
    pressure: tuple[int, int] | None = None
    note: str = ""


VISITS = (
    Visit("Blood pressure check", SEEN, -4, (128, 78), "Blood pressure at goal. Same medicine; back in six months."),
    Visit("Back pain since lifting", SEEN, -3, (134, 84), "No red flags. Keep moving, heat, ibuprofen with food."),
    Visit("Asthma, yearly review", BEGUN, -1, (122, 74), "Two nights woken last month. Inhaler technique shown."),
    Visit("Cough for three weeks", ROOMED, 0),
    Visit("Follow-up of diabetes", ARRIVED, 0),
    Visit("Shoulder pain after a fall", BOOKED, 1),
    Visit("Tired since September", BOOKED, 2),
    Visit("New medicine, questions", BOOKED, 4),
)
# Minutes before the present at which each visit's steps were taken; of a seen one, before its slot's start.
STEPS = {
    SEEN: {"arrived": 10, "roomed": 5, "begun": 2, "finished": -14},
    BEGUN: {"arrived": 31, "roomed": 22, "begun": 9},
    ROOMED: {"arrived": 17, "roomed": 4},
    ARRIVED: {"arrived": 6},
    BOOKED: {},
}
# Specialists outside the system that the group refers to.
OUTSIDE = [
    ("Bay Orthopaedic Specialists", "1999999976"),
    ("Pacific Allergy and Asthma", "1999999968"),
    ("Golden Gate Sleep Center", "1999999950"),
]


def add(place: World, now: datetime.datetime) -> None:
    """Visits around `now`, one referral outside and one inside; by the demo accounts."""
    for name, npi in OUTSIDE:
        Organization.objects.create(name=name, kind=Organization.Kind.OUTSIDE, npi=npi)
    lay(now)
    department = staff("physician").clinician.sessions.latest("during").department
    _referrals(place, _people(department, 2), staff("physician"))


def lay(now: datetime.datetime) -> int:
    """The demo physician's visits around `now`; how many were booked: none where the clinic's day has some already."""
    clinician = Clinician.objects.get(user=staff("physician"))
    department = Department.objects.select_related("facility__organization__system", "facility__region").get(
        pk=clinician.employments.latest("pk").department_id
    )
    hours = lay_hours(now, ZoneInfo(department.facility.time_zone), tuple(visit.place for visit in VISITS))
    today = Appointment.objects.filter(department=department).on_day(hours.midnight, hours.next_midnight)
    if today.filter(clinician=clinician, status__in=Appointment.HOLDING).count() >= len(VISITS) // 2:
        return 0
    slots = _open(hours, clinician, department)
    kind = VisitType.objects.get(organization=department.facility.organization.system, code="OFFICE")
    rooms = list(Room.objects.filter(department=department).order_by("name"))
    people = _people(department, len(VISITS))
    for visit, start, member, room in zip(VISITS, hours.starts, people, rooms * len(VISITS), strict=False):
        _visit(visit, member, slots[start], kind, hours, room)
    return min(len(people), len(VISITS))


def _people(department: Department, many: int) -> list[Member]:
    """Adults of the clinic's region without a portal sign-in who are not in hospital, each day others."""
    inside = Stay.objects.filter(member=OuterRef("pk"), discharged_at__isnull=True)
    booked = Appointment.objects.filter(member=OuterRef("pk"))
    found = Member.objects.filter(
        ~Exists(inside),
        ~Exists(booked),
        region=department.facility.region,
        user__isnull=True,
        status=Member.Status.ACTIVE,
        birth_date__lt=datetime.date(1990, 1, 1),
    ).order_by("mrn")
    # The first are busy in the laboratory and the pharmacy of this demo.
    begin = min(60, max(0, found.count() - many))
    return list(found[begin : begin + many])


def _open(hours: Hours, clinician: Clinician, department: Department) -> dict[datetime.datetime, Slot]:
    """Slots of the hours by start, in the clinician's session of that time, which is made or grows to hold them."""
    during = (hours.slots[0][0], max(end for _start, end, _seats in hours.slots))
    crossed = list(
        Session.objects.filter(clinician=clinician, during__overlap=during, is_cancelled=False).order_by("during")
    )
    if crossed:
        session = _joined(crossed, during)
    else:
        session = actions.create_session(
            by=User.objects.system("seed"),
            department=department,
            clinician=clinician,
            starts_at=during[0],
            ends_at=during[1],
            slot_minutes=int(SLOT.total_seconds() // 60),
        )
    # Long slots of the planned morning would offer times that the short ones take.
    session.slots.filter(ends_at__gt=during[0], starts_at__lt=during[1], appointments__isnull=True).delete()
    kept = list(session.slots.all())
    found = {slot.starts_at: slot for slot in kept}
    for start, end, seats in hours.slots:
        if start not in hours.starts and any(one.starts_at < end and start < one.ends_at for one in kept):
            continue
        if start not in found:
            found[start] = Slot.objects.create(session=session, starts_at=start, ends_at=end, capacity=seats)
        elif found[start].capacity < seats:
            found[start].capacity = seats
            found[start].save(update_fields=["capacity"])
    return found


def _joined(crossed: list[Session], during: tuple[datetime.datetime, datetime.datetime]) -> Session:
    """One session in place of several and of what lies between them; booked slots come along."""
    session, *others = crossed
    whole = DateTimeTZRange(
        min(during[0], *(one.during.lower for one in crossed)), max(during[1], *(one.during.upper for one in crossed))
    )
    ResourceBooking.objects.filter(session__in=others).delete()
    Slot.objects.filter(session__in=others).update(session=session)
    Session.objects.filter(pk__in=[one.pk for one in others]).delete()
    session.during = whole
    session.save(update_fields=["during"])
    ResourceBooking.objects.filter(session=session).update(during=whole)
    return session


def steps_of(visit: Visit, start: datetime.datetime, hours: Hours) -> dict[str, datetime.datetime]:
    """When each step of the visit was taken."""
    since = (hours.now - start).total_seconds() / 60 if visit.stage == SEEN else 0
    return {name: hours.ago(since + minutes) for name, minutes in STEPS[visit.stage].items()}


def _visit(visit: Visit, member: Member, slot: Slot, kind: VisitType, hours: Hours, room: Room) -> None:
    """One visit, brought to its stage."""
    desk, assistant, physician = staff("front.desk"), staff("medical.assistant"), staff("physician")
    at = steps_of(visit, slot.starts_at, hours)
    cost = visit_cost(member, kind, hours.day)
    row = actions.book(
        by=desk, member=member, slot=slot, visit_type=kind, reason=visit.reason, expected_cost=cost, at=hours.midnight
    )
    if "arrived" in at:
        actions.check_in(row, by=desk, at=at["arrived"])
    if "roomed" in at:
        actions.room(row, by=assistant, room=room, at=at["roomed"])
    if "begun" in at:
        encounter = clinical.start_visit(row, by=physician, at=at["begun"])
        _chart(visit, encounter, assistant, physician, at)


def _chart(
    visit: Visit, encounter: Encounter, assistant: User, physician: User, at: dict[str, datetime.datetime]
) -> None:
    if visit.pressure:
        systolic, diastolic = visit.pressure
        values = {"systolic": Decimal(systolic), "diastolic": Decimal(diastolic)}
        clinical.record_vitals(encounter, by=assistant, values=values, when=at["begun"])
    note = clinical.write_note(encounter, by=physician, body=visit.note)
    if "finished" in at:
        clinical.sign_note(note, by=physician, at=at["finished"])
        clinical.finish_visit(encounter, by=physician, at=at["finished"])


def _referrals(place: World, people: list[Member], physician: User) -> None:
    """One letter whose reply is awaited, one question to a department of ours."""
    outside = Organization.objects.get(npi=OUTSIDE[0][1])
    if people:
        asked = clinical.refer(
            by=physician,
            member=people[0],
            question="Knee locks since a fall in August. Is an arthroscopy of use?",
            to_organization=outside,
        )
        clinical.send_letter(asked, by=physician, how="fax")
    to = Department.objects.filter(facility__region=place.markets[0].region, code="GI").order_by("facility").first()
    if to is not None and len(people) > 1:
        clinical.refer(
            by=physician,
            member=people[1],
            question="Heartburn for a year in spite of omeprazole, weight steady. Endoscopy, or wait?",
            to_department=to,
        )
