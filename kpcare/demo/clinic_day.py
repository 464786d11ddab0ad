"""Today in the first clinic: visits at every stage, so that each role's day can be clicked through on any weekday."""

import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinical import actions as clinical
from core.models import User
from kpcare.demo.ancillary import staff
from kpcare.demo.world import World
from members.models import Member
from network.models import Clinician, Department, Organization, Room
from scheduling import actions
from scheduling.models import Appointment, Session, Slot, VisitType

# What it is about, and how far the visit has come.
VISITS = [
    ("Blood pressure check", "seen"),
    ("Cough for three weeks", "roomed"),
    ("Follow-up of diabetes", "arrived"),
    ("Shoulder pain after a fall", "booked"),
    ("Tired since September", "booked"),
    ("New medicine, questions", "booked"),
]
# Of these, how many share the present time.
TOGETHER = 3
# Specialists outside the system that the group refers to.
OUTSIDE = [
    ("Bay Orthopaedic Specialists", "1999999976"),
    ("Pacific Allergy and Asthma", "1999999968"),
    ("Golden Gate Sleep Center", "1999999950"),
]


def add(place: World, today: datetime.date) -> None:
    """Rooms, an afternoon of visits around now, one referral outside and one inside; by the demo accounts."""
    for name, npi in OUTSIDE:
        Organization.objects.create(name=name, kind=Organization.Kind.OUTSIDE, npi=npi)
    site = place.markets[0].sites[0]
    department: Department = site.departments["FM"]
    for number in range(1, 5):
        Room.objects.get_or_create(department=department, name=f"Room {number}")
    people = list(
        Member.objects.filter(
            region=place.markets[0].region, user__isnull=True, birth_date__lt=datetime.date(1990, 1, 1)
        ).order_by("mrn")[60 : 60 + len(VISITS) + 2]
    )
    slots = _hours(site.clinicians[0], department, count=len(VISITS))
    kind = VisitType.objects.get(organization=place.system, code="OFFICE")
    desk, nurse, physician = staff("front.desk"), staff("nurse"), staff("physician")
    rooms = list(Room.objects.filter(department=department).order_by("name"))
    for number, ((reason, stage), member) in enumerate(zip(VISITS, people, strict=False)):
        if slots:
            slot = slots[max(0, number - TOGETHER + 1)]
            _visit(member, slot, kind, reason, stage, (desk, nurse, physician), rooms)
    _referrals(place, people[len(VISITS) :], physician)


def _hours(clinician: Clinician, department: Department, *, count: int) -> list[Slot]:
    """Slots around now, in place of hours of the day that they would cross and that nobody has booked."""
    zone = ZoneInfo(department.facility.time_zone)
    now = timezone.now().astimezone(zone).replace(second=0, microsecond=0)
    start = max(now.replace(hour=0, minute=0), now - datetime.timedelta(minutes=15))
    end = start + datetime.timedelta(minutes=20 * count)
    crossed = Session.objects.filter(clinician=clinician, during__overlap=(start, end))
    if Appointment.objects.filter(slot__session__in=crossed).exists():
        return []
    for session in crossed:
        session.bookings.all().delete()
        session.delete()
    session = actions.create_session(
        by=User.objects.system("seed"),
        department=department,
        clinician=clinician,
        starts_at=start,
        ends_at=end,
        slot_minutes=20,
    )
    slots = list(session.slots.order_by("starts_at"))
    # Three are seen at once, so that every stage falls into the present hour and day.
    slots[0].capacity = TOGETHER
    slots[0].save(update_fields=["capacity"])
    return slots


def _visit(
    member: Member,
    slot: Slot,
    kind: VisitType,
    reason: str,
    stage: str,
    accounts: tuple[User, User, User],
    rooms: list[Room],
) -> None:
    desk, nurse, physician = accounts
    visit = actions.book(by=desk, member=member, slot=slot, visit_type=kind, reason=reason)
    if stage == "booked":
        return
    actions.check_in(visit, by=desk)
    if stage == "arrived":
        return
    actions.room(visit, by=nurse, room=rooms[0] if stage == "seen" else rooms[1])
    if stage == "seen":
        encounter = clinical.start_visit(visit, by=physician)
        clinical.sign_note(clinical.write_note(encounter, by=physician, body="Blood pressure at goal."), by=physician)
        clinical.finish_visit(encounter, by=physician)


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
    ours = Department.objects.filter(
        facility__region=place.markets[0].region, is_primary_care=False, facility__kind="medical_office"
    ).exclude(code__in=("RX", "LAB"))
    to = ours.filter(name__icontains="cardio").first() or ours.order_by("name").first()
    if to is not None and len(people) > 1:
        clinical.refer(
            by=physician, member=people[1], question="New murmur, no symptoms. Echo, or wait?", to_department=to
        )
