"""Maria's own thread through the demo: she was seen by video in the summer, and is booked again."""

import datetime
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinical import actions as clinical
from clinical.encounter_types import classify
from clinical.models import Encounter
from core.models import User
from kpcare.demo.ancillary import staff
from members.models import Member
from network.models import Clinician, Department
from scheduling import actions
from scheduling.costs import visit_cost
from scheduling.models import Slot, VisitType

SEEN_DAYS_AGO, NEXT_IN_DAYS = 103, 10
NOTE = (
    "By video. Walks daily, no low sugars. Takes lisinopril most days; cough gone. HbA1c 7.4 in July, on its way down: "
    "same medicines. Repeat HbA1c in November, then talk again."
)


def add(now: datetime.datetime) -> None:
    """Her last visit with its note, and her next one, both with her primary care physician."""
    user = User.objects.get(email="maria@demo.example")
    maria = Member.objects.get(user=user)
    physician = staff("physician")
    clinician = Clinician.objects.get(user=physician)
    department = clinician.sessions.latest("during").department
    _seen(maria, physician, clinician, department, now)
    _booked(maria, user, clinician, department, now)


def _seen(maria: Member, physician: User, clinician: Clinician, department: Department, now: datetime.datetime) -> None:
    zone = ZoneInfo(department.facility.time_zone)
    day = now.astimezone(zone).date() - datetime.timedelta(days=SEEN_DAYS_AGO)
    began = datetime.datetime.combine(day, datetime.time(9, 20), zone)
    encounter = Encounter.objects.create(
        member=maria,
        status="finished",
        effective=DateTimeTZRange(began, began + datetime.timedelta(minutes=18)),
        department=department,
        facility=department.facility,
        organization_id=department.facility.organization_id,
        clinician=clinician,
        reason_text="Follow-up of diabetes",
    )
    classify(encounter, "VR", "virtual")
    note = clinical.write_note(encounter, by=physician, body=NOTE)
    clinical.sign_note(note, by=physician, at=began + datetime.timedelta(minutes=18))


def _booked(maria: Member, user: User, clinician: Clinician, department: Department, now: datetime.datetime) -> None:
    kind = VisitType.objects.get(organization=department.facility.organization.system, code="VIDEO")
    begin = now + datetime.timedelta(days=NEXT_IN_DAYS)
    slot = Slot.objects.filter(session__clinician=clinician, starts_at__gte=begin).order_by("starts_at").first()
    if slot is not None:
        day = slot.starts_at.astimezone(ZoneInfo(department.facility.time_zone)).date()
        cost = visit_cost(maria, kind, day)
        actions.book(
            by=user,
            member=maria,
            slot=slot,
            visit_type=kind,
            reason="Follow-up of diabetes",
            expected_cost=cost,
            at=now,
        )
