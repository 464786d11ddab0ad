"""What somebody's death touches at the pharmacy."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from clinical.models import MedicationRequest
from core.models import User
from pharmacy.models import Fill, Prescription


def end_medicines_of_the_dead(died: Mapping[UUID, datetime], by: User) -> None:
    """Prescriptions stop and refills that nobody prepared are given up; a bag that is ready goes back by hand."""
    Fill.objects.filter(member__in=died, status=Fill.Status.REQUESTED).update(status=Fill.Status.CANCELLED)
    running = (Prescription.Status.ACTIVE, Prescription.Status.ON_HOLD)
    written = Prescription.objects.filter(member__in=died, status__in=running)
    # What another system prescribed is theirs to end and to say.
    MedicationRequest.objects.filter(pk__in=written.values("request"), member__in=died).update(status="stopped")
    written.update(status=Prescription.Status.STOPPED)
