"""A released result has somebody who acts on it, by a time; a critical one within the hour.

A task past its time goes to the department too: `clinical.actions.tasks.escalate_overdue` does that for every kind.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.tasks import complete_task, receives
from clinical.models import Task
from core import audit
from core.models import User
from core.permissions import require
from labs.models import LabOrder, LabResult
from members.models import Member, PrimaryCareAssignment
from members.telling import tell
from network.models import Department, Employment, RoleAssignment

CRITICAL, REVIEW, WITHDRAWN = "critical_result", "result_review", "result_withdrawn"
# Our own limits (Joint Commission, NPSG.02.03.01, asks for limits and does not set them).
DUE = {"critical": timedelta(minutes=60), "abnormal": timedelta(days=1), "normal": timedelta(days=3)}


def open_review(*, by: User, order: LabOrder, result: LabResult) -> Task:
    """The ordering side's task for one result; once for each result, however often called."""
    urgency = "critical" if result.is_critical else "normal" if result.flag in ("N", "") else "abnormal"
    priority = {"critical": "stat", "abnormal": "urgent", "normal": "routine"}[urgency]
    title = {
        "critical": _("Critical result: %(test)s"),
        "abnormal": _("Result outside its range: %(test)s"),
        "normal": _("New result: %(test)s"),
    }[urgency] % {"test": order.test.name}
    owner = order.request.ordered_by
    task, _made = Task.objects.get_or_create(
        dedupe_key=f"labs.result:{result.pk}",
        defaults={
            "member": order.member,
            "status": "requested",
            "kind": CRITICAL if result.is_critical else REVIEW,
            "title": title[:200],
            "priority": priority,
            "owner": owner,
            # The ordering clinician's own; a critical value also reaches whoever is on duty there.
            "department": covering_department(order) if result.is_critical or not owner else None,
            "role": RoleAssignment.Role.PHYSICIAN if result.is_critical or not owner else "",
            "requested_by": by,
            "due_at": timezone.now() + DUE[urgency],
            "focus_model": "labs.labresult",
            "focus_id": result.pk,
            "sensitivity": order.sensitivity,
            "encounter_id": order.request.encounter_id,
        },
    )
    return task


def open_withdrawal(*, by: User, order: LabOrder, result: LabResult, withdrawn: LabResult) -> Task:
    """Whoever had the result to act on is told that it was none; what was open about it is closed."""
    Task.objects.filter(member=order.member, dedupe_key=f"labs.result:{result.pk}", status__in=Task.OPEN).update(
        status="cancelled", completed_at=timezone.now(), completed_by=by, outcome="The result was withdrawn"
    )
    owner = order.request.ordered_by
    task, _made = Task.objects.get_or_create(
        dedupe_key=f"labs.result:{withdrawn.pk}",
        defaults={
            "member": order.member,
            "status": "requested",
            "kind": WITHDRAWN,
            "title": (_("Result withdrawn: %(test)s") % {"test": order.test.name})[:200],
            "priority": "urgent",
            "owner": owner,
            "department": None if owner else covering_department(order),
            "role": "" if owner else RoleAssignment.Role.PHYSICIAN,
            "requested_by": by,
            "due_at": timezone.now() + DUE["abnormal"],
            "focus_model": "labs.labresult",
            "focus_id": withdrawn.pk,
            "sensitivity": order.sensitivity,
            "encounter_id": order.request.encounter_id,
        },
    )
    return task


def covering_department(order: LabOrder) -> Department | None:
    """Whose clinicians are on duty for the order: where it was placed, where its clinician works, else primary care."""
    encounter = order.request.encounter
    if encounter is not None and encounter.department_id:
        return encounter.department
    if order.request.requester_id:
        today = timezone.localdate()
        work = Employment.objects.filter(clinician=order.request.requester_id, period__contains=today)
        if employment := work.select_related("department").order_by("-fte").first():
            return employment.department
    care = PrimaryCareAssignment.objects.filter(member=order.member_id, period__contains=timezone.localdate())
    found = care.select_related("department").first()
    return found.department if found else None


def tell_member(member: Member, result: LabResult) -> None:
    """ "Something is new", by portal notice and e-mail; what it is stands in the portal alone. Labelled results are
    not announced: the notice itself would tell whoever sees the phone."""
    if not result.sensitivity:
        key, path = f"labs.result:{result.pk}", f"/results/{result.pk}/"
        tell(member, "result_waiting", key=key, url_path=path, scope="view")


@transaction.atomic
def acknowledge_result(*, by: User, result: LabResult, note: str = "") -> Task | None:
    """Close the task of a result: it was read by somebody who acts on it. None where `by` has no such open task.

    Raises `ValueError` for a critical result without what was done: the note is the record of the call.
    """
    require(by, "labs.acknowledge_result", result)
    note = note.strip()
    if result.is_critical and not note:
        raise ValueError("A critical result is closed with what was done about it.")
    task = open_task(result, by)
    if task is None:
        return None
    task = complete_task(task, by=by, outcome=note)
    audit.record(by=by, action="update", verb="labs.acknowledge_result", obj=result, reason=note)
    return task


def open_task(result: LabResult, user: User) -> Task | None:
    """The result's open task where `user` is on the side that receives it."""
    task = (
        Task.objects.select_related("department__facility")
        .filter(member=result.member_id, dedupe_key=f"labs.result:{result.pk}", status__in=Task.OPEN)
        .first()
    )
    return task if task is not None and receives(user, task) else None
