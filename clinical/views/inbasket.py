"""The in-basket: what waits for me and for my role, oldest due first, who else can close it."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinical import actions, ports
from clinical.models import Task
from clinical.querysets import tasks_for, tasks_of_colleagues
from clinical.tables import columns
from clinical.views.charting import page_about
from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.notices import notify
from core.permissions import requires
from network.models import RoleAssignment

SHOWN = 100


@require_safe
@requires("clinical.use_inbasket")
def inbasket(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Tasks by kind; each says its due time, its one next action and who else can close it."""
    now = timezone.now()
    whose = request.GET.get("whose", "mine")
    tasks = tasks_of_colleagues(request.user) if whose == "colleagues" else tasks_for(request.user)
    by_kind = dict(tasks.order_by().values_list("kind").annotate(Count("pk")))
    kind = request.GET.get("kind", "")
    if kind:
        tasks = tasks.filter(kind=kind)
    rows = list(tasks.select_related("member", "owner", "department__facility").order_by("due_at")[:SHOWN])
    audit.record_read(
        request.user, verb="clinical.inbasket", members=(task.member_id for task in rows), request=request
    )
    others = who_else(rows, request.user)
    kinds = ports.task_kinds()
    context = {
        "rows": [_line(task, request, kinds, others.get(task.pk, []), now) for task in rows],
        "kinds": [
            {"name": name, "label": kind_label(name, kinds), "count": count} for name, count in sorted(by_kind.items())
        ],
        "columns": columns(_("Task"), _("Member"), _("Due"), _("Who"), ""),
        "kind": kind,
        "whose": whose,
        "total": sum(by_kind.values()),
        "overdue": sum(1 for task in rows if task.due_at and task.due_at < now),
        "oldest": min((task.due_at for task in rows if task.due_at), default=None),
    }
    return render(request, "clinical/inbasket.html", context)


def _line(
    task: Task,
    request: AuthenticatedHttpRequest,
    kinds: dict[str, ports.TaskKind],
    others: list[str],
    now: datetime.datetime,
) -> dict[str, Any]:
    known = kinds.get(task.kind)
    return {
        "task": task,
        "kind": kind_label(task.kind, kinds),
        "url": known.url(task, request.user) if known and known.url else "",
        "closes_itself": bool(known and known.closes_itself),
        "is_overdue": bool(task.due_at and task.due_at < now),
        "others": others,
        "about": page_about(request, task.member),
    }


def kind_label(kind: str, kinds: dict[str, ports.TaskKind]) -> Any:
    """A kind in words; one that no room registered (from another system's file) is read as it is written."""
    known = kinds.get(kind)
    return known.label if known else kind.replace("_", " ").replace("-", " ").capitalize() or _("Task")


def who_else(tasks: list[Task], user: User) -> dict[uuid.UUID, list[str]]:
    """For each task of a department the colleagues who can close it too, by name, in one query."""
    places = {task.department_id for task in tasks if task.department_id and task.owner_id is None}
    today = timezone.localdate()
    held = RoleAssignment.objects.filter(department__in=places, period__contains=today).select_related("user")
    colleagues: dict[Any, list[RoleAssignment]] = {}
    for assignment in held.exclude(user=user).order_by("user__name"):
        colleagues.setdefault(assignment.department_id, []).append(assignment)
    return {
        task.pk: list(
            dict.fromkeys(
                assignment.user.name
                for assignment in colleagues.get(task.department_id, [])
                if ports.goes_to(task, assignment.role)
            )
        )
        for task in tasks
    }


def their_task(request: AuthenticatedHttpRequest, task_id: uuid.UUID, **kwargs: Any) -> Task:
    return get_object_or_404(Task.objects.select_related("member", "department__facility"), pk=task_id)


@require_POST
@requires("clinical.work_task", obj=their_task)
def work(request: AuthenticatedHttpRequest, task_id: uuid.UUID, step: str) -> HttpResponse:
    """Take a task, hand it on, or close it. What its own page closes is not closed by hand."""
    task: Task = request.record
    known = ports.task_kinds().get(task.kind)
    try:
        if step == "accept":
            actions.accept_task(task, by=request.user)
            notify(request, _("It is yours now."))
        elif step == "return":
            actions.reassign_task(
                task, by=request.user, department=task.department, role=task.role, reason=_("given back")
            )
            notify(request, _("Given back to the department."))
        elif step == "complete" and not (known and known.closes_itself):
            actions.complete_task(task, by=request.user, outcome=request.POST.get("outcome", ""))
            notify(request, _("Done."))
        else:
            raise Http404
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    except PermissionDenied:
        messages.error(request, _("Only the receiving side works on a task."))
    return redirect("clinical:inbasket")


def open_count(request: AuthenticatedHttpRequest) -> int | None:
    """The number beside "In-basket" in the staff bar."""
    return tasks_for(request.user).aggregate(n=Count("pk", filter=Q(status__in=Task.OPEN)))["n"]
