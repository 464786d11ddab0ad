"""Registries on a member's chart: which they are in, and why."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinical import ports as clinical
from clinical.models import Task
from clinical.sensitivity import visible
from core.http import AuthenticatedHttpRequest
from core.models import User
from members.models import Member
from prevention.models import RegistryEntry
from prevention.registries import BY_ID, pages
from prevention.registries.actions import TASK_KIND


def _rows(request: AuthenticatedHttpRequest, member: Member) -> list[RegistryEntry]:
    found = RegistryEntry.objects.standing().filter(member=member, registry__in=BY_ID)
    return list(visible(found, request.user, member).select_related("member").order_by("tier", "registry"))


def chart_registries(request: AuthenticatedHttpRequest, member: Member) -> clinical.Panel | None:
    rows = []
    for entry in _rows(request, member):
        registry = BY_ID[entry.registry]
        rows.append(
            {
                **pages.row(entry, registry),
                "registry": registry,
                "readings": pages.readings_in_words(entry, registry),
                "grounds": [registry.words("grounds", name) for name in entry.grounds],
                "missed": [registry.words("missed", name) for name in entry.missed],
            }
        )
    return clinical.Panel("prevention/registries/panel.html", {"rows": rows}) if rows else None


def count_registries(request: AuthenticatedHttpRequest, member: Member) -> int:
    return len(_rows(request, member))


def task_url(task: Task, user: User) -> str:
    """The entry that the task is about."""
    return reverse("prevention:registry_entry", args=[task.focus_id]) if task.focus_id else ""


def plug_in() -> None:
    """Called once at start-up."""
    clinical.register_chart_panel("registries", _("Registries"), 42, chart_registries, count_registries, place="side")
    clinical.register_task_kind(TASK_KIND, _("Registry follow-up"), task_url)
