"""What the chart's templates ask for: `{% load clinical %}`."""

from typing import Any

from django import template
from django.urls import reverse

from clinical import ports
from clinical.models import Encounter
from clinical.words import said
from core.permissions import may
from members.models import Member

register = template.Library()


@register.simple_tag(takes_context=True)
def order_links(
    context: dict[str, Any], member: Member, encounter: Encounter | str | None = None
) -> list[dict[str, Any]]:
    """A link for each kind of order that whoever looks can place for the member."""
    visit = encounter if isinstance(encounter, Encounter) else None
    links = []
    for kind in ports.order_kinds():
        if not may(context["request"].user, kind.permission, member):
            continue
        if kind.url is not None:
            links.append({"label": kind.label, "url": kind.url(member, visit)})
        elif kind.choices is not None:
            links.append({"label": kind.label, "url": reverse("clinical:order", args=[member.pk, kind.name])})
    return links


@register.filter(name="said")
def said_filter(display: str) -> str:
    """A concept's words as people say them."""
    return said(display)


@register.filter
def result_status(status: str) -> str:
    """The badge of a result: red is for critical alone."""
    return {"critical": "stop", "high": "due", "low": "due", "abnormal": "due", "normal": "good"}.get(status, "plain")
