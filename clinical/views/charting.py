"""What every page about one member's chart shares: who may, the banner, the rail, the audit of the read."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from clinical import ports
from clinical.panels import chart_of
from core import audit
from core.http import AuthenticatedHttpRequest, authenticated
from core.notices import notify
from core.permissions import Decision, GuardedView, may, require, states
from core.repeats import acts_once
from core.templatetags.kp import short_date
from members.languages import language_name
from members.models import Member
from members.portal import age_on
from members.querysets import kept_record
from members.tabs import person_tabs


def opens_chart(
    verb: str, permission: str = "clinical.view_chart"
) -> Callable[[Callable[..., HttpResponse]], GuardedView]:
    """View decorator for pages under `/staff/chart/<member_id>/`: the read is audited with its ground.

    A clinician without a care relationship is led to the page that asks for a reason; anybody else is refused.
    """

    def decorate(view: Callable[..., HttpResponse]) -> GuardedView:
        @functools.wraps(view)
        def guarded(anybody: HttpRequest, member_id: uuid.UUID, **kwargs: Any) -> HttpResponse:
            request = authenticated(anybody)
            if request is None:
                return redirect_to_login(anybody.get_full_path())
            return acts_once(request, lambda: opened(request, member_id, **kwargs))

        def opened(request: AuthenticatedHttpRequest, member_id: uuid.UUID, **kwargs: Any) -> HttpResponse:
            member = get_object_or_404(Member.objects.select_related("region"), pk=member_id)
            if member.merged_into_id:
                return _led_to_the_kept(request, member)
            decision = may(request.user, "clinical.view_chart", member)
            if not decision:
                return led_to_the_glass(request, member, decision)
            if permission != "clinical.view_chart":
                require(request.user, permission, member, request=request)
            audit.record_read(request.user, verb=verb, obj=member, reason=decision.why, request=request)
            request.record, request.decision = member, decision
            return view(request, member, **kwargs)

        return states(guarded, permission)

    return decorate


def _led_to_the_kept(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    """The same page of the record that stayed; what was to be written is not: whoever writes sees first about whom."""
    kept = kept_record(member)
    if request.method not in ("GET", "HEAD"):
        notify(request, _("Nothing was saved: this record was merged into the one shown here."), level=messages.WARNING)
        return redirect("clinical:chart", member_id=kept.pk)
    return redirect(request.get_full_path().replace(str(member.pk), str(kept.pk), 1))


def led_to_the_glass(request: AuthenticatedHttpRequest, member: Member, decision: Decision) -> HttpResponse:
    """To the page that asks a clinician for a reason, and back from there; the refusal is audited.

    Raises `PermissionDenied` for whoever cannot give one.
    """
    if not may(request.user, "clinical.break_the_glass", member):
        require(request.user, "clinical.view_chart", member, request=request)
    audit.record_refusal(request.user, verb="clinical.view_chart", obj=member, reason=decision.why, request=request)
    back = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('clinical:break_glass', args=[member.pk])}?{back}")


def identity(member: Member) -> str:
    """`52 F · she/her · 11 Feb 1974`."""
    age = age_on(member, timezone.localdate())
    sex = {"female": _("F"), "male": _("M"), "other": _("X")}.get(member.sex, "")
    first = " ".join(part for part in (str(age) if age is not None else "", sex) if part)
    born = short_date(member.birth_date, "year") if member.birth_date else ""
    return " · ".join(part for part in (first, member.pronouns, born) if part)


def frame(request: AuthenticatedHttpRequest, member: Member, current: str) -> dict[str, Any]:
    """The context that the chart's frame needs: banner, alerts, rail."""
    chart = chart_of(request, member)
    primary = chart.primary_care()
    allergies = chart.allergies()
    second = [
        _language(member),
        str(primary.clinician) if primary else _("no primary care clinician"),
        _coverage(member),
    ]
    if member.deceased_at:
        second.append(_("died %(day)s") % {"day": short_date(member.deceased_at, "year")})
    return {
        "member": member,
        "banner": {
            "name": f"{member.family}, {member.name_used or member.given}",
            "line": identity(member),
            "second": " · ".join(part for part in second if part),
        },
        "allergies": allergies,
        "banner_alerts": ports.banner_alerts(request, member),
        "primary_care": primary,
        "rail": rail(request, member, current),
        "glass": request.decision.why if "break the glass" in request.decision.why else "",
    }


def narrow_frame(request: AuthenticatedHttpRequest, member: Member, title: str) -> dict[str, Any]:
    """The context of a page in the chart's frame that shows no more of it than who it is and what they do not bear.

    `title` is the page's own name; beside it stands the way to the whole chart, which asks for a reason.
    """
    return {
        "member": member,
        "banner": {
            "name": f"{member.family}, {member.name_used or member.given}",
            "line": identity(member),
            "second": _language(member),
        },
        "allergies": chart_of(request, member).allergies(),
        "banner_alerts": [],
        "glass": "",
        "rail": [
            {"label": title, "url": request.get_full_path(), "current": True},
            {"label": _("Whole chart, with a reason"), "url": reverse("clinical:chart", args=[member.pk])},
        ],
    }


def _language(member: Member) -> str:
    return language_name(member.language) + (f", {_('interpreter')}" if member.needs_interpreter else "")


def _coverage(member: Member) -> str:
    from plans.models import CoveragePeriod

    today, now = timezone.localdate(), timezone.now()
    found = (
        CoveragePeriod.objects.filter(
            member=member, benefit="medical", payer_order=1, valid__contains=today, known__contains=now
        )
        .select_related("product")
        .first()
    )
    if found is None:
        return _("no coverage")
    return _("%(product)s, active") % {"product": found.product.name}


def rail(request: AuthenticatedHttpRequest, member: Member, current: str) -> list[dict[str, Any]]:
    items = [
        {
            "label": _("Summary"),
            "url": reverse("clinical:chart", args=[member.pk]),
            "current": current == "summary",
        }
    ]
    for panel in ports.chart_panels():
        if panel.permission and not may(request.user, panel.permission, member):
            continue
        items.append(
            {
                "label": panel.label,
                "url": reverse("clinical:chart_panel", args=[member.pk, panel.name]),
                "current": current == panel.name,
                "count": panel.count(request, member) if panel.count else None,
            }
        )
    return items


def page_about(request: AuthenticatedHttpRequest, member: Member) -> str:
    """Where this person's work with a member begins: the chart, else the first page about them that opens."""
    if may(request.user, "clinical.break_the_glass", member):
        return reverse("clinical:chart", args=[member.pk])
    tabs = person_tabs(request, member, "")
    return tabs[0]["url"] if tabs else reverse("clinical:search")
