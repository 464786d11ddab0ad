"""People whom no message reaches: who they are, and what was found out."""

import uuid
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from members.forms import AddressForm, TelecomForm
from members.models import Member, MemberAddress, MemberTelecom
from prevention.outreach import addresses as finding
from prevention.outreach.kinds import kind_of
from prevention.reach import in_reach


def a_member(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> Member:
    """Somebody whose address is wanted, and whom the reader may meet in a list; 404 for anybody else."""
    wanted = in_reach(finding.unreached().filter(member=member_id), request.user)
    return get_object_or_404(Member, pk__in=wanted.values("member"))


def a_wanted_member(request: AuthenticatedHttpRequest, wanted_member_id: uuid.UUID) -> Member:
    return a_member(request, wanted_member_id)


@require_safe
@requires("prevention.reach_out")
def addresses(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Whose address is wanted, whoever waits longest first."""
    found = finding.wanted(by=request.user)
    audit.record_read(
        request.user, verb="prevention.addresses", members=(one.member.pk for one in found), request=request
    )
    rows = [
        {"wanted": one, "due": " · ".join(str(kind_of(gap.rule).title) for gap in one.gaps), "failed": one.failed[:1]}
        for one in found
    ]
    return render(request, "prevention/outreach/addresses.html", {"rows": rows})


@require_safe
@requires("prevention.reach_out", obj=a_wanted_member)
def address(request: AuthenticatedHttpRequest, wanted_member_id: uuid.UUID) -> HttpResponse:
    """One person: what is known, what came back, and what was found out."""
    return _page(request, request.record)


def _page(request: AuthenticatedHttpRequest, member: Member, **bound: BaseForm) -> HttpResponse:
    today = timezone.localdate()
    audit.record_read(request.user, verb="prevention.address", obj=member, request=request)
    episodes = finding.unreached().filter(member=member).select_related("gap")
    context: dict[str, Any] = {
        "member": member,
        "due": [kind_of(episode.gap.rule).title for episode in episodes],
        "telecoms": MemberTelecom.objects.filter(member=member, period__contains=today).order_by("rank"),
        "addresses": MemberAddress.objects.filter(member=member, period__contains=today).order_by("use"),
        "may_record": bool(may(request.user, "members.update", member)),
        "telecom_form": TelecomForm(),
        "address_form": AddressForm(initial={"on": today, "use": "home"}),
        **bound,
    }
    return render(request, "prevention/outreach/address.html", context, status=422 if bound else 200)


@require_POST
@requires("members.update", obj=a_member)
def found_telecom(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    return _found(request, "telecom_form", TelecomForm(request.POST), finding.found_telecom)


@require_POST
@requires("members.update", obj=a_member)
def found_address(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    return _found(request, "address_form", AddressForm(request.POST), finding.found_address)


def _found(request: AuthenticatedHttpRequest, name: str, form: BaseForm, act: Any) -> HttpResponse:
    if form.is_valid():
        try:
            act(request.record, by=request.user, **form.cleaned_data)
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            notify(request, _("Kept. Outreach begins anew tonight."))
            return redirect("prevention:addresses")
    return _page(request, request.record, **{name: form})


@require_POST
@requires("prevention.reach_out", obj=a_member)
def write_again(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """What is known is right after all."""
    try:
        finding.write_again(request.record, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("Outreach begins anew tonight."))
    return redirect("prevention:addresses")
