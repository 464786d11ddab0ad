"""Tasks: each has an owner, a due time and an escalation, and is closed by the side that receives it."""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical import ports
from clinical.models import Task
from core import audit
from core.models import AuditEvent, User
from members.models import Member
from network.models import Department, RoleAssignment
from network.permissions import roles_in_force

Action = AuditEvent.Action


@transaction.atomic
def create_task(
    *,
    by: User,
    member: Member,
    kind: str,
    title: str,
    due_at: datetime.datetime,
    owner: User | None = None,
    department: Department | None = None,
    role: str = "",
    detail: str = "",
    priority: str = Task.Priority.ROUTINE,
    focus: models.Model | None = None,
    dedupe_key: str | None = None,
) -> Task:
    """A task for a person, or for whoever holds `role` (any, where empty) at `department`.

    Raises `ValidationError` without a receiver: a task nobody owns is a task nobody does. With `dedupe_key` the
    same task is created once.
    """
    if owner is None and department is None:
        raise ValidationError("A task needs an owner or a department.", code="receiver")
    if dedupe_key and (found := Task.objects.filter(dedupe_key=dedupe_key).first()):
        return found
    task = Task.objects.create(
        member=member,
        status="requested",
        kind=kind,
        title=title[:200],
        detail=detail,
        priority=priority,
        owner=owner,
        department=department,
        role=role,
        requested_by=by,
        due_at=due_at,
        focus_model=focus._meta.label_lower if focus is not None else "",
        focus_id=focus.pk if focus is not None else None,
        dedupe_key=dedupe_key,
    )
    audit.record(by=by, action=Action.CREATE, verb="clinical.create_task", obj=task, detail={"kind": kind})
    return task


def receives(user: User, task: Task) -> bool:
    """Whether `user` is on the side that receives the task: its owner, or in a role that it goes to, at its
    department."""
    if task.owner_id == user.pk:
        return True
    department = task.department
    if department is None:
        return False
    return any(works_at(held, department) and ports.goes_to(task, held.role) for held in roles_in_force(user))


def works_at(held: RoleAssignment, department: Department) -> bool:
    """Whether a role assignment covers a department."""
    if held.department_id:
        return held.department_id == department.pk
    if held.facility_id:
        return held.facility_id == department.facility_id
    return held.organization_id == department.facility.organization_id


def _open(task: Task, by: User) -> Task:
    found = Task.objects.select_for_update(of=("self",)).select_related("department__facility").get(pk=task.pk)
    if found.status not in Task.OPEN:
        raise ValidationError(_("This task is closed already."), code="closed")
    if not receives(by, found):
        raise PermissionDenied("Only the receiving side works on a task.")
    return found


@transaction.atomic
def accept_task(task: Task, *, by: User) -> Task:
    """Take a task on: from now on it is one's own."""
    found = _open(task, by)
    found.status, found.owner = "accepted", by
    found.save(update_fields=["status", "owner"])
    audit.record(by=by, action=Action.UPDATE, verb="clinical.accept_task", obj=found)
    return found


@transaction.atomic
def reassign_task(
    task: Task,
    *,
    by: User,
    owner: User | None = None,
    department: Department | None = None,
    role: str = "",
    reason: str,
) -> Task:
    """Hand a task to somebody else, with a reason; due time and escalation stay as they are."""
    if not reason.strip():
        raise ValidationError(_("Say why somebody else takes it."), code="reason")
    if owner is None and department is None:
        raise ValidationError(_("Choose who takes it."), code="receiver")
    found = _open(task, by)
    found.status, found.owner = "requested", owner
    if department is not None:
        found.department, found.role = department, role
    found.save(update_fields=["status", "owner", "department", "role"])
    audit.record(by=by, action=Action.UPDATE, verb="clinical.reassign_task", obj=found, reason=reason)
    return found


@transaction.atomic
def complete_task(task: Task, *, by: User, outcome: str = "") -> Task:
    """Close a task. Only the receiving side does; raises `PermissionDenied` for everybody else."""
    found = _open(task, by)
    found.status, found.completed_at, found.completed_by = "completed", timezone.now(), by
    found.outcome = outcome[:500]
    found.save(update_fields=["status", "completed_at", "completed_by", "outcome"])
    audit.record(by=by, action=Action.UPDATE, verb="clinical.complete_task", obj=found)
    return found


@transaction.atomic
def escalate_overdue(*, by: User, as_of: datetime.datetime, limit: int = 500) -> int:
    """Mark open tasks past their due time as escalated, each once; returns how many. Runs as a job.

    An escalated task of one person goes back to their department too, so that a colleague can take it.
    """
    overdue = (
        Task.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(status__in=Task.OPEN, due_at__lt=as_of, escalated_at__isnull=True)
        .select_related("owner__clinician")
        .order_by("due_at")[:limit]
    )
    tasks = list(overdue)
    for task in tasks:
        task.escalated_at = as_of
        task.priority = Task.Priority.URGENT if task.priority == Task.Priority.ROUTINE else task.priority
        if task.department_id is None and task.owner is not None:
            task.department = _department_of(task.owner, as_of.date())
        task.save(update_fields=["escalated_at", "priority", "department"])
        audit.record(by=by, action=Action.UPDATE, verb="clinical.escalate_task", obj=task)
    return len(tasks)


def _department_of(user: User, on: datetime.date) -> Department | None:
    return next((held.department for held in roles_in_force(user, on) if held.department), None)
