"""Where the work on a laboratory row is done."""

from django.urls import reverse

from clinical.models import Task
from core.models import User
from labs.models import LabResult


def result_url(task: Task, user: User) -> str:
    """The order's page of a task about one result; the bench where the result is out of reach."""
    found = LabResult.objects.filter(pk=task.focus_id) if task.focus_id else LabResult.objects.none()
    order = found.values_list("order", flat=True).first()
    return reverse("labs:order", args=[order]) if order else reverse("labs:bench")


def chart_url(task: Task, user: User) -> str:
    """The member's chart, where a result from outside stands among the others."""
    return reverse("clinical:chart", args=[task.member_id])
