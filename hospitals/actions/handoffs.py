"""Responsibility passes when the receiver takes it, not when the giver lets go (I-PASS)."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.tasks import complete_task, create_task, works_at
from clinical.models import Task
from core import audit
from core.models import User
from core.permissions import require
from hospitals.actions.beds import NotPossible
from hospitals.actions.stays import locked
from hospitals.models import Handoff, HandoffAcceptance, Stay
from network.models import Department
from network.permissions import roles_in_force

KIND = "handoff"
DUE = timedelta(hours=1)
# I-PASS, Starmer et al., N Engl J Med 2014;371:1803: the S, synthesis by the receiver, is the acceptance.
PARTS = ("illness_severity", "patient_summary", "actions", "contingencies")


@transaction.atomic
def hand_off(
    *,
    by: User,
    stay: Stay,
    parts: dict[str, str],
    to_user: User | None = None,
    to_department: Department | None = None,
) -> Handoff:
    """Offer responsibility for a person to somebody, or to a ward; a task stays open until they accept.

    `parts` has the four of `PARTS`. Raises `NotPossible` where one is empty or nobody receives.
    """
    require(by, "hospitals.hand_off", stay)
    stay = locked(stay.pk)
    if any(not parts.get(part, "").strip() for part in PARTS):
        raise NotPossible(_("Fill in all four parts of the handoff."))
    if to_user is None and to_department is None:
        raise NotPossible(_("Choose who takes over."))
    names = {
        "illness_severity": _("Illness severity"),
        "patient_summary": _("Patient summary"),
        "actions": _("To do"),
        "contingencies": _("If, then"),
    }
    given = Handoff.objects.create(
        member=stay.member,
        stay=stay,
        from_user=by,
        to_user=to_user,
        to_department=to_department,
        summary="\n".join(f"{names[part]}: {parts[part].strip()}" for part in PARTS),
        sensitivity=stay.sensitivity,
    )
    create_task(
        by=by,
        member=stay.member,
        kind=KIND,
        title=_("Accept the handoff"),
        due_at=timezone.now() + DUE,
        owner=to_user,
        department=to_department,
        priority=Task.Priority.URGENT,
        focus=given,
        dedupe_key=f"hospitals.handoff:{given.pk}",
    )
    audit.record(by=by, action="create", verb="hospitals.hand_off", obj=given)
    return given


def may_accept(user: User, handoff: Handoff) -> bool:
    """The person named, or whoever works at the ward named; never the giver."""
    if handoff.from_user_id == user.pk:
        return False
    if handoff.to_user_id:
        return handoff.to_user_id == user.pk
    ward = handoff.to_department
    return ward is not None and any(works_at(held, ward) for held in roles_in_force(user))


@transaction.atomic
def accept_handoff(*, by: User, handoff: Handoff) -> HandoffAcceptance:
    """Take responsibility over; closes the task. Raises `PermissionDenied` for anybody but the receiver, and
    `NotPossible` where somebody has accepted it already."""
    require(by, "hospitals.hand_off", handoff)
    if not may_accept(by, handoff):
        raise PermissionDenied("Only the receiver accepts a handoff.")
    try:
        with transaction.atomic():
            accepted = HandoffAcceptance.objects.create(
                member_id=handoff.member_id, handoff=handoff, accepted_by=by, sensitivity=handoff.sensitivity
            )
    except IntegrityError as error:
        raise NotPossible(_("This handoff has been accepted already.")) from error
    task = Task.objects.filter(dedupe_key=f"hospitals.handoff:{handoff.pk}", status__in=Task.OPEN).first()
    if task is not None:
        complete_task(task, by=by, outcome=_("Accepted"))
    audit.record(by=by, action="create", verb="hospitals.accept_handoff", obj=accepted)
    return accepted
