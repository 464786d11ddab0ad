"""Visit types and hours."""

import datetime

from core.db import acting_as
from network.models import Clinician, Department
from scheduling import actions
from scheduling.models import Slot, VisitType
from tests.clinical.factories import tomorrow


def visit_type(at: Department, code: str = "OFFICE", name: str = "Office visit", **more) -> VisitType:
    more.setdefault("minutes", 20)
    more.setdefault("service", "primary_care")
    more.setdefault("specialty", "" if at.is_primary_care else at.specialty)
    organization = at.facility.organization.system or at.facility.organization
    return VisitType.objects.create(organization=organization, code=code, name=name, **more)


def hours(
    with_clinician: Clinician, at: Department, start: datetime.datetime | None = None, *, count: int = 3, **more
) -> list[Slot]:
    """`count` slots of 20 minutes from `start` (tomorrow at nine), opened by the clinician."""
    start = start or tomorrow()
    minutes = more.pop("slot_minutes", 20)
    with acting_as(with_clinician.user, reason="test"):
        session = actions.create_session(
            by=with_clinician.user,
            department=at,
            clinician=with_clinician,
            starts_at=start,
            ends_at=start + datetime.timedelta(minutes=minutes * count),
            slot_minutes=minutes,
            **more,
        )
        return list(session.slots.order_by("starts_at"))
