"""What ending somebody's coverage, or their death, touches in the chart."""

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.utils import timezone
from django.utils.translation import ngettext

from clinical.models import Encounter, MedicationDispense, ServiceRequest
from core.models import User


def care_given(member_id: UUID, end: date, as_of: date) -> list[str]:
    """Sentences about visits and medicines between the first day without coverage and `as_of`."""
    if end >= as_of:
        return []
    since, until = (timezone.make_aware(datetime.combine(day, time.min)) for day in (end, as_of))
    visits = (
        Encounter.objects.filter(member=member_id, effective__overlap=(since, until))
        .exclude(status__in=["cancelled", "entered-in-error"])
        .count()
    )
    fills = MedicationDispense.objects.filter(member=member_id, effective__overlap=(since, until)).count()
    said = []
    if visits:
        said.append(
            ngettext("%(n)s visit or stay lies in that time.", "%(n)s visits or stays lie in that time.", visits)
            % {"n": visits}
        )
    if fills:
        said.append(
            ngettext("%(n)s medicine was filled in that time.", "%(n)s medicines were filled in that time.", fills)
            % {"n": fills}
        )
    return said


def end_orders_of_the_dead(died: Mapping[UUID, datetime], by: User) -> None:
    """Nothing that was ordered here is still to be done; what other systems ordered is theirs to end and to say.

    Laboratory and pharmacy end their own: a tube that is held is worked on.
    """
    asked = ServiceRequest.objects.filter(member__in=died, requester__isnull=False, source_system=None)
    asked.filter(status__in=("draft", "active", "on-hold")).exclude(kind="laboratory").update(status="revoked")
