"""Who may act for a member, given by staff who saw the papers; to colleagues by two of them, listed for auditors."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.asked import read_number
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.notices import notify
from core.permissions import requires
from members import access as actions
from members.forms import SCOPE_WORDS, StaffProxyForm
from members.models import IdentityCheck, Member, Proxy, ProxyRequest
from members.views.desk import frame, member_of
from network.models import RoleAssignment
from network.permissions import systems_where

PAGE = 50
OPEN = ProxyRequest.Status.OPEN


def _may(scopes: list[str]) -> str:
    return ", ".join(str(SCOPE_WORDS.get(scope, scope)) for scope in scopes)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.manage_proxies", obj=member_of)
def access(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Who may see and act for the member in the portal, given by staff who saw the papers."""
    member, today = request.record, timezone.localdate()
    form = StaffProxyForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid() and _give(request, member, form):
        return redirect("members:access", member_id=member.pk)
    audit.record_read(request.user, verb="members.access", obj=member, request=request)
    proxies = Proxy.objects.filter(member=member).select_related("user", "granted_by", "confirmed_by", "member")
    rows = [
        {
            "proxy": proxy,
            "may": _may(proxy.scopes),
            "is_past": proxy.ends is not None and proxy.ends <= today,
        }
        for proxy in proxies.order_by("-period")[:50]
    ]
    context = {
        **frame(request, member, "access"),
        "form": form,
        "rows": rows,
        "waiting": _shown(_waiting().filter(member=member), request.user),
    }
    return render(request, "members/access.html", context)


def _give(request: AuthenticatedHttpRequest, member: Member, form: StaffProxyForm) -> bool:
    """Give the access, or ask a second person for it; what is against it stands at the form."""
    said = form.cleaned_data
    asked: dict[str, Any] = {
        "by": request.user,
        "relationship": said["relationship"],
        "scopes": said["scopes"],
        "start": timezone.localdate(),
        "end": said["until"],
        "reason": said["reason"],
    }
    try:
        with transaction.atomic():
            try:
                proxy = actions.grant_proxy(member, form.user, **asked)
            except actions.ConfirmationNeeded as needed:
                actions.ask_for_proxy(member, form.user, **asked)
                waits = _("Asked, and nothing is open yet: a colleague looks at the papers and confirms it here.")
                notify(request, f"{needed} {waits}", level=messages.WARNING)
            else:
                notify(request, _("%(name)s has access from now on.") % {"name": proxy.user})
    except ValueError as refused:
        form.add_error("email", str(refused))
    except IntegrityError as error:
        form.add_error(
            "email",
            _("This access waits for a second person already.")
            if "members_proxyrequest_once" in str(error)
            else _("This person already has access. End it first to change it."),
        )
    else:
        return True
    return False


@require_POST
@requires("members.manage_proxies", obj=member_of)
def end_access(request: AuthenticatedHttpRequest, member_id: uuid.UUID, proxy_id: uuid.UUID) -> HttpResponse:
    """The access ends now."""
    proxy = get_object_or_404(Proxy, pk=proxy_id, member=request.record)
    try:
        actions.end_proxy(proxy, by=request.user, on=timezone.localdate())
    except ValueError as refused:
        notify(request, str(refused), level=messages.WARNING)
    else:
        notify(request, _("Access ended."))
    return redirect("members:access", member_id=request.record.pk)


# --- A second person ----------------------------------------------------------------------------------------


def _waiting() -> QuerySet[ProxyRequest]:
    return ProxyRequest.objects.filter(status=OPEN).select_related("member", "user", "asked_by").order_by("asked_at")


def _shown(rows: QuerySet[ProxyRequest], user: User) -> list[dict[str, Any]]:
    return [
        {
            "request": row,
            "may": _may(row.scopes),
            "can_confirm": user.pk not in (row.asked_by_id, row.user_id),
            "can_refuse": user.pk != row.user_id,
        }
        for row in rows[:PAGE]
    ]


@require_safe
@requires("members.manage_proxies")
def waiting(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Access for colleagues that waits for a second person, the oldest first."""
    systems = systems_where(request.user, "members.manage_proxies")
    rows = _shown(_waiting().filter(member__managing_organization__in=systems), request.user)
    audit.record_read(request.user, verb="members.proxy_requests", detail={"rows": len(rows)}, request=request)
    return render(request, "members/proxy_requests.html", {"rows": rows})


def member_asked(request: AuthenticatedHttpRequest, request_id: uuid.UUID) -> Member:
    return get_object_or_404(ProxyRequest.objects.select_related("member"), pk=request_id).member


@require_POST
@requires("members.manage_proxies", obj=member_asked)
def confirm(request: AuthenticatedHttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """The papers were looked at a second time: the access holds."""
    asked = get_object_or_404(ProxyRequest, pk=request_id)
    try:
        with transaction.atomic():
            actions.confirm_proxy(asked, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.WARNING)
    except IntegrityError:
        notify(request, _("This person already has access. End it first to change it."), level=messages.WARNING)
    else:
        notify(request, _("Confirmed. The member is told."))
    return redirect("members:access", member_id=asked.member_id)


@require_POST
@requires("members.manage_proxies", obj=member_asked)
def refuse(request: AuthenticatedHttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """No access comes of it."""
    asked = get_object_or_404(ProxyRequest, pk=request_id)
    try:
        actions.refuse_proxy(asked, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.WARNING)
    else:
        notify(request, _("Refused. Nothing was opened."))
    return redirect("members:access", member_id=asked.member_id)


# --- What auditors see --------------------------------------------------------------------------------------


@require_safe
@requires("members.view_staff_proxies")
def staff_proxies(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Who works here and may open somebody's record as their proxy: by whom, when, on what ground; newest first.

    Beside it the records that were opened to their own person at a desk, with the document that was seen.
    """
    systems, today = systems_where(request.user, "members.view_staff_proxies"), timezone.localdate()
    working = RoleAssignment.objects.filter(user=OuterRef("user"), period__overlap=OuterRef("period"))
    found = Proxy.objects.filter(Exists(working), member__managing_organization__in=systems)
    page = min(max(read_number(request.GET.get("page"), most=1000) or 1, 1), 1000)
    first = (page - 1) * PAGE
    ordered = found.select_related("member", "user", "granted_by", "confirmed_by").order_by("-pk")
    proxies = list(ordered[first : first + PAGE + 1])
    checks = IdentityCheck.objects.filter(member__managing_organization__in=systems)
    rows = [
        {
            "proxy": proxy,
            "may": _may(proxy.scopes),
            "is_own": proxy.granted_by_id == proxy.member.user_id,
            "is_past": proxy.ends is not None and proxy.ends <= today,
        }
        for proxy in proxies[:PAGE]
    ]
    audit.record_read(
        request.user,
        verb="members.staff_proxies",
        detail={"rows": len(rows), "members": [str(proxy.member_id) for proxy in proxies[:PAGE]]},
        request=request,
    )
    labels = (_("Given"), _("To"), _("Whose record"), _("They may"), _("By"), _("On what ground"), _("Until"))
    context = {
        "rows": rows,
        "waiting": _shown(_waiting().filter(member__managing_organization__in=systems), request.user),
        "checks": checks.select_related("member", "checked_by").order_by("-checked_at")[:PAGE],
        "columns": [{"label": label} for label in labels],
        "check_columns": [{"label": label} for label in (_("When"), _("Whose record"), _("Document"), _("By"))],
        "next": f"?page={page + 1}" if len(proxies) > PAGE else "",
        "previous": f"?page={page - 1}" if page > 1 else "",
    }
    return render(request, "members/staff_proxies.html", context)
