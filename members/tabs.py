"""The pages of staff about one person, side by side: a port that higher rooms add theirs to (coverage)."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from core.http import AuthenticatedHttpRequest
from core.permissions import may
from members.models import Member


@dataclass(frozen=True)
class _Tab:
    order: int
    name: str
    label: Any
    url_name: str
    permission: str


_tabs: dict[str, _Tab] = {}


def register_person_tab(name: str, label: Any, url_name: str, order: int, *, permission: str) -> None:
    """Add a page about one person; `url_name` takes the member's id, `permission` is asked about the member."""
    _tabs[name] = _Tab(order, name, label, url_name, permission)


def person_tabs(request: AuthenticatedHttpRequest, member: Member, current: str) -> list[dict[str, Any]]:
    """What the tabs component takes: the pages that this user may open about this person."""
    return [
        {"label": tab.label, "url": reverse(tab.url_name, args=[member.pk]), "current": tab.name == current}
        for tab in sorted(_tabs.values(), key=lambda tab: (tab.order, tab.name))
        if may(request.user, tab.permission, member)
    ]
