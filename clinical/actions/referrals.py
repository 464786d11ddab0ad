"""Referrals from question to closed loop. The sending side asks; the receiving side accepts, sees and reports."""

import datetime
from typing import cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.facts import clinician_of
from clinical.actions.orders import place_order
from clinical.actions.tasks import create_task, works_at
from clinical.models import Encounter, Note, Referral, ServiceRequest, Task
from clinical.ports import OrderDraft
from core import audit
from core.models import AuditEvent, Concept, User
from members.models import Member
from network.models import Department
from network.permissions import roles_in_force

Action = AuditEvent.Action
Status = Referral.Status
# Days in which the receiving side answers.
ANSWER_DAYS = {"routine": 7, "urgent": 2, "asap": 1, "stat": 0}
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.REQUESTED: frozenset({Status.ACCEPTED, Status.DECLINED, Status.CANCELLED}),
    Status.ACCEPTED: frozenset({Status.SCHEDULED, Status.SEEN, Status.CLOSED, Status.DECLINED}),
    Status.SCHEDULED: frozenset({Status.SEEN, Status.CLOSED}),
    Status.SEEN: frozenset({Status.CLOSED}),
}


@transaction.atomic
def refer(
    *,
    by: User,
    member: Member,
    to_department: Department,
    question: str,
    concepts: tuple[Concept, ...] = (),
    encounter: Encounter | None = None,
    priority: str = "routine",
    override_reason: str = "",
) -> Referral:
    """Ask a department a question about a member. It becomes their task until they answer it.

    Raises `ValidationError` without a question: "please see" cannot be answered.
    """
    if not question.strip():
        raise ValidationError(_("Ask a question that a report can answer."), code="question")
    draft = OrderDraft(
        member=member,
        kind="referral",
        concepts=tuple(concepts),
        by=by,
        requester=clinician_of(by),
        encounter=encounter,
        priority=priority,
        reason_text=question,
        detail={"department": to_department.pk},
    )
    request = cast(ServiceRequest, place_order(by=by, draft=draft, override_reason=override_reason))
    due = timezone.now() + datetime.timedelta(days=ANSWER_DAYS[priority], hours=4)
    referral = Referral.objects.create(
        member=member, request=request, to_department=to_department, question=question, due_at=due, requested_by=by
    )
    create_task(
        by=by,
        member=member,
        kind="referral",
        title=_("Referral: %(department)s") % {"department": to_department.name},
        detail=question,
        due_at=due,
        department=to_department,
        priority="urgent" if priority != "routine" else "routine",
        focus=referral,
        dedupe_key=f"referral:{referral.pk}",
    )
    audit.record(by=by, action=Action.CREATE, verb="clinical.refer", obj=referral)
    return referral


def receives_referral(user: User, referral: Referral) -> bool:
    """Whether `user` works at the department that was asked."""
    department = referral.to_department
    return department is not None and any(works_at(held, department) for held in roles_in_force(user))


def _step(referral: Referral, by: User, status: str, verb: str, *, reason: str = "", **changes) -> Referral:
    found = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("to_department__facility", "member", "request")
        .get(pk=referral.pk)
    )
    if not receives_referral(by, found):
        raise PermissionDenied("Only the department that was asked answers a referral.")
    if status not in TRANSITIONS.get(Status(found.status), frozenset()):
        raise ValidationError(
            _("This referral is already %(status)s.") % {"status": found.get_status_display().lower()}, code="state"
        )
    found.status = status
    for name, value in changes.items():
        setattr(found, name, value)
    found.save(update_fields=["status", *changes])
    audit.record(by=by, action=Action.UPDATE, verb=verb, obj=found, reason=reason)
    return found


def _receiver(referral: Referral) -> str:
    """Who was asked, in words."""
    return referral.to_department.name if referral.to_department else str(referral.to_organization)


def _task(referral: Referral) -> Task | None:
    return Task.objects.filter(dedupe_key=f"referral:{referral.pk}", status__in=Task.OPEN).first()


def _close_task(referral: Referral, by: User, outcome: str) -> None:
    task = _task(referral)
    if task is not None:
        task.status, task.completed_at, task.completed_by = "completed", timezone.now(), by
        task.outcome = outcome[:500]
        task.save(update_fields=["status", "completed_at", "completed_by", "outcome"])


@transaction.atomic
def accept_referral(referral: Referral, *, by: User) -> Referral:
    """The receiving side takes it on; its task stays theirs until the report."""
    found = _step(referral, by, Status.ACCEPTED, "clinical.accept_referral", accepted_by=by)
    task = _task(found)
    if task is not None:
        task.status, task.owner = "accepted", by
        task.due_at = timezone.now() + datetime.timedelta(days=30)
        task.save(update_fields=["status", "owner", "due_at"])
    return found


@transaction.atomic
def decline_referral(referral: Referral, *, by: User, reason: str) -> Referral:
    """Send it back with a reason; the sender gets a task, so that the member is not left between two chairs."""
    if not reason.strip():
        raise ValidationError(_("Say why, and what to do instead."), code="reason")
    found = _step(
        referral, by, Status.DECLINED, "clinical.decline_referral", reason=reason, decline_reason=reason[:300]
    )
    _close_task(found, by, reason)
    found.request.status = "revoked"
    found.request.save(update_fields=["status"])
    create_task(
        by=by,
        member=found.member,
        kind="referral_declined",
        title=_("Referral declined: %(department)s") % {"department": _receiver(found)},
        detail=reason,
        due_at=timezone.now() + datetime.timedelta(days=2),
        owner=found.requested_by,
        focus=found,
        dedupe_key=f"referral_declined:{found.pk}",
    )
    return found


@transaction.atomic
def schedule_referral(referral: Referral, *, by: User) -> Referral:
    """The visit with the specialist is booked."""
    return _step(referral, by, Status.SCHEDULED, "clinical.schedule_referral")


@transaction.atomic
def close_referral(referral: Referral, *, by: User, report: str) -> Referral:
    """Answer the question by a signed report, which closes the referral, its order and its task.

    The sender gets a task to read it: the loop is closed by the one who asked, too.
    """
    if not report.strip():
        raise ValidationError(_("The report answers the question: it cannot be empty."), code="report")
    now = timezone.now()
    note = Note.objects.create(
        member_id=referral.member_id,
        encounter_id=referral.request.encounter_id,
        kind=Note.Kind.CONSULT,
        title=_("Report: %(department)s") % {"department": _receiver(referral)},
        body=report,
        author=by,
        signed_at=now,
    )
    found = _step(referral, by, Status.CLOSED, "clinical.close_referral", report=note, closed_at=now)
    _close_task(found, by, "reported")
    found.request.status = "completed"
    found.request.save(update_fields=["status"])
    create_task(
        by=by,
        member=found.member,
        kind="referral_report",
        title=_("Read the report: %(department)s") % {"department": _receiver(found)},
        due_at=now + datetime.timedelta(days=3),
        owner=found.requested_by,
        focus=found,
        dedupe_key=f"referral_report:{found.pk}",
    )
    return found
