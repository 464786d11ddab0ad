"""What tests of registries find already there. Call inside `arranging()`."""

from datetime import datetime, timedelta

from core.models import User
from scheduling.models import Appointment, Session, Slot
from tests.clinical.factories import clinician, department
from tests.scheduling.factories import visit_type


def no_show(member, at: datetime) -> Appointment:
    """An appointment to which the member did not come."""
    place = department(member.managing_organization)
    during = (at, at + timedelta(minutes=20))
    session = Session.objects.create(department=place, clinician=clinician(place), during=during)
    slot = Slot.objects.create(session=session, starts_at=during[0], ends_at=during[1])
    return Appointment.objects.create(
        member=member,
        slot=slot,
        seat=1,
        during=during,
        visit_type=visit_type(place, code=place.code),
        department=place,
        status="noshow",
        booked_by=User.objects.system("tests"),
    )
