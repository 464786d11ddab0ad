"""Where the work on a row of the hospitals is done."""

from django.urls import reverse

from clinical.models import Task
from core.models import User
from hospitals.models import Handoff


def handoff_url(task: Task, user: User) -> str:
    found = Handoff.objects.filter(pk=task.focus_id) if task.focus_id else Handoff.objects.none()
    stay = found.values_list("stay", flat=True).first()
    return reverse("hospitals:stay", args=[stay]) if stay else reverse("hospitals:board")
