"""A member's medicines: what is ready, what runs out, one button to refill."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from members.models import Member
from members.portal import open_member, scopes_for
from members.ports import Place, PortalCard
from pharmacy import actions, medicines
from pharmacy.models import Fill, Prescription
from pharmacy.querysets import nearest_first, pharmacies_of


@require_safe
@requires("members.portal_view", obj=open_member)
def my_medicines(request: AuthenticatedHttpRequest) -> HttpResponse:
    member: Member = request.record
    audit.record_read(request.user, verb="pharmacy.my_medicines", obj=member, request=request)
    lines = medicines.lines_of(member, request.user)
    if "costs" in scopes_for(request.user, member):
        medicines.add_costs(lines, member)
    context = {
        "member": member,
        "lines": lines,
        "pharmacies": nearest_first(pharmacies_of(member.managing_organization_id), member),
        "may_refill": may(request.user, "pharmacy.request_refill", member),
    }
    return render(request, "pharmacy/portal/medicines.html", context)


def prescription_of_open_member(request: AuthenticatedHttpRequest, prescription_id: uuid.UUID) -> Prescription:
    member = open_member(request)
    return get_object_or_404(Prescription.objects.select_related("member"), pk=prescription_id, member=member)


@require_POST
@requires("pharmacy.request_refill", obj=prescription_of_open_member)
def refill(request: AuthenticatedHttpRequest, prescription_id: uuid.UUID) -> HttpResponse:
    prescription: Prescription = request.record
    chosen = request.POST.get("pharmacy", "")
    offered = {str(place.pk): place for place in pharmacies_of(prescription.member.managing_organization_id)}
    try:
        actions.request_refill(by=request.user, prescription=prescription, pharmacy=offered.get(chosen))
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        notify(request, _("Your refill is on its way. We will write when it is ready."))
    return redirect("pharmacy:my_medicines")


def fill_of_open_member(request: AuthenticatedHttpRequest, fill_id: uuid.UUID) -> Fill:
    return get_object_or_404(Fill.objects.select_related("member"), pk=fill_id, member=open_member(request))


@require_POST
@requires("pharmacy.request_refill", obj=fill_of_open_member)
def cancel_refill(request: AuthenticatedHttpRequest, fill_id: uuid.UUID) -> HttpResponse:
    try:
        actions.cancel_fill(by=request.user, fill=request.record, reason="Taken back in the portal")
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        notify(request, _("The refill is taken back."))
    return redirect("pharmacy:my_medicines")


def cards(request: AuthenticatedHttpRequest, member: Member) -> list[PortalCard]:
    """The portal home's medicines: recalls, what is ready, days left, what may be refilled."""
    lines = medicines.lines_of(member, request.user)
    if not lines:
        return []
    side = PortalCard(
        Place.SIDE,
        "pharmacy/portal/card.html",
        {"lines": lines[:4], "may_refill": may(request.user, "pharmacy.request_refill", member)},
    )
    recalled = [line for line in lines if line.recalled]
    return [side, *(PortalCard(Place.NEEDS_YOU, "pharmacy/portal/recall.html", {"line": line}) for line in recalled)]
