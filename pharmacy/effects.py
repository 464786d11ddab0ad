"""What somebody's death touches at the pharmacy."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import ngettext

from clinical.models import MedicationRequest
from core.models import User
from members.deaths import Ended
from pharmacy.models import Fill, Prescription


def end_medicines_of_the_dead(died: Mapping[UUID, datetime], by: User) -> Iterable[Ended]:
    """Prescriptions stop and refills that nobody prepared are given up; a bag that is ready goes back by hand."""
    asked = Fill.objects.filter(member__in=died, status=Fill.Status.REQUESTED)
    ended = [
        Ended(fill.member_id, "refill", fill.prescription.drug.name, fill.sensitivity | fill.prescription.sensitivity)
        for fill in asked.select_related("prescription__drug").order_by("id")
    ]
    asked.update(status=Fill.Status.CANCELLED)
    running = (Prescription.Status.ACTIVE, Prescription.Status.ON_HOLD)
    written = Prescription.objects.filter(member__in=died, status__in=running)
    ended += [
        Ended(
            one.member_id, "medicine", f"{one.drug.name}, {one.directions}", one.sensitivity | one.request.sensitivity
        )
        for one in written.select_related("drug", "request").order_by("id")
    ]
    # What another system prescribed is theirs to end and to say.
    MedicationRequest.objects.filter(pk__in=written.values("request"), member__in=died).update(status="stopped")
    written.update(status=Prescription.Status.STOPPED)
    return ended


def medicines_ended(n: int) -> str:
    """So many prescriptions were stopped."""
    return ngettext("%(n)s prescription was stopped", "%(n)s prescriptions were stopped", n) % {"n": n}


def refills_ended(n: int) -> str:
    """So many refills were given up."""
    return ngettext("%(n)s refill was given up", "%(n)s refills were given up", n) % {"n": n}
