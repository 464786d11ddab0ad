"""Roles that were offered to the signed-in person, whatever else they are: accepted or declined by themselves alone."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires, signed_in
from network import offers as actions
from network.models import RoleAssignment, RoleOffer


@require_safe
@signed_in
def offers(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What is offered, by whom and why; what accepting it brings."""
    today = timezone.localdate()
    waiting = (
        RoleOffer.objects.filter(user=request.user, status=RoleOffer.Status.OPEN)
        .select_related("organization", "facility", "department__facility", "offered_by")
        .order_by("offered_at")
    )
    rows = [
        {
            "offer": offer,
            "place": str(offer.department or offer.facility or offer.organization),
            "until": actions.runs_out(offer),
            "has_run_out": actions.runs_out(offer) <= today,
        }
        for offer in waiting
    ]
    return render(request, "network/offers.html", {"rows": rows})


def _own(request: AuthenticatedHttpRequest, offer_id: uuid.UUID) -> RoleOffer:
    return get_object_or_404(RoleOffer, pk=offer_id, user=request.user)


@require_POST
@signed_in
def accept(request: AuthenticatedHttpRequest, offer_id: uuid.UUID) -> HttpResponse:
    """Take the role: it holds from the next page."""
    try:
        actions.accept_role(_own(request, offer_id), by=request.user)
    except actions.RoleRefused as refused:
        notify(request, str(refused), level=messages.WARNING)
    else:
        notify(request, _("Accepted. The staff pages are open to you."))
    return redirect("network:offers")


@require_POST
@signed_in
def decline(request: AuthenticatedHttpRequest, offer_id: uuid.UUID) -> HttpResponse:
    """Leave everything as it is."""
    try:
        actions.decline_role(_own(request, offer_id), by=request.user)
    except actions.RoleRefused as refused:
        notify(request, str(refused), level=messages.WARNING)
    else:
        notify(request, _("Declined. Nothing has changed for you."))
    return redirect("network:offers")


def place_offered(request: AuthenticatedHttpRequest, offer_id: uuid.UUID) -> RoleAssignment:
    """The place of an open offer, for the question who manages access there."""
    return actions.place_of(get_object_or_404(RoleOffer, pk=offer_id))


@require_POST
@requires("network.manage_access", obj=place_offered)
def withdraw(request: AuthenticatedHttpRequest, offer_id: uuid.UUID) -> HttpResponse:
    """The administrator asks no more."""
    try:
        actions.withdraw_role(get_object_or_404(RoleOffer, pk=offer_id), by=request.user)
    except actions.RoleRefused as refused:
        notify(request, str(refused), level=messages.WARNING)
    else:
        notify(request, _("The offer is withdrawn."))
    return redirect(reverse("network:people"))
