"""What ending somebody's coverage, or their death, touches in the chart."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinical.actions.tasks import create_task
from clinical.models import CodingRole, Encounter, MedicationDispense, ServiceRequest, Task
from core.models import User
from members.deaths import Ended, line_of
from members.models import EndedByDeath, Member
from members.querysets import primary_care_of
from network.models import RoleAssignment

DEATH_TAKEN_BACK = "death_taken_back"


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


def end_orders_of_the_dead(died: Mapping[UUID, datetime], by: User) -> Iterable[Ended]:
    """Nothing that was ordered here is still to be done; what other systems ordered is theirs to end and to say.

    Laboratory and pharmacy end their own: a tube that is held is worked on.
    """
    asked = ServiceRequest.objects.filter(member__in=died, requester__isnull=False, source_system=None)
    return revoke(asked.exclude(kind="laboratory"), kind="order")


def revoke(asked: QuerySet[ServiceRequest], *, kind: str) -> list[Ended]:
    """Revoke those of these orders that are still to be done; what they were."""
    waiting = asked.filter(status__in=("draft", "active", "on-hold"))
    ended = [
        Ended(order.member_id, kind, name_of(order), order.sensitivity)
        for order in waiting.prefetch_related("codings__concept").order_by("id")
    ]
    waiting.update(status="revoked")
    return ended


def name_of(order: ServiceRequest) -> str:
    """What was ordered, in the words of its first code."""
    coded = next((one for one in order.codings.all() if one.role == CodingRole.CODE), None)
    return (coded.concept.display or coded.concept.code) if coded is not None else order.kind


def orders_ended(n: int) -> str:
    """So many orders were revoked."""
    return ngettext("%(n)s order was revoked", "%(n)s orders were revoked", n) % {"n": n}


def ask_primary_care(member: Member, ended: list[EndedByDeath], by: User) -> str:
    """A task, today, for the primary care clinician of somebody who was recorded as dead by mistake.

    Without one, for the care coordinators where they were last seen. Its detail is for people who see the chart.
    """
    care = primary_care_of(member, timezone.localdate())
    seen = Encounter.objects.filter(member=member, department__isnull=False).select_related("department")
    last = None if care else seen.order_by("-effective").first()
    if care is None and last is None:
        return _("Nobody is their primary care: tell whoever treats them.")
    kinds: dict[str, list[EndedByDeath]] = {}
    for row in ended:
        kinds.setdefault(row.kind, []).append(row)
    lines = [line_of(kind, rows, named=True) for kind, rows in kinds.items()]
    said = [f"{line.words}: {'; '.join(line.names)}" if line.names else line.words for line in lines]
    create_task(
        by=by,
        member=member,
        kind=DEATH_TAKEN_BACK,
        title=_("Recorded as dead by mistake: begin anew what was stopped"),
        detail="\n".join([*said, _("What is labelled as sensitive is counted here and stands in the chart alone.")])
        if said
        else _("What was stopped then is not listed: look through medicines, orders and visits."),
        due_at=timezone.now() + timedelta(hours=24),
        priority=Task.Priority.URGENT,
        owner=care.clinician.user if care else None,
        department=care.department if care else last.department if last else None,
        role="" if care else RoleAssignment.Role.CARE_COORDINATOR,
    )
    return (
        _("Their primary care clinician has a task to look through what was stopped.")
        if care
        else _("Nobody is their primary care: the care coordinators have a task to look through what was stopped.")
    )
