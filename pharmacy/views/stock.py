"""What is on the shelf of a pharmacy, deliveries, and recalls."""

import uuid

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import require, requires
from pharmacy import actions
from pharmacy.forms import RecallForm, ReceiveForm
from pharmacy.models import Fill, StockLot
from pharmacy.ordering import today_at
from pharmacy.views.staff import facilities_of, own_facility

PAGE = 200


@require_http_methods(["GET", "HEAD", "POST"])
@requires("pharmacy.view_queue")
def stock(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The lots of a pharmacy, those that expire first on top; a delivery is booked in beside them."""
    facility = own_facility(request)
    form = ReceiveForm(request.POST or None)
    if request.method == "POST" and facility is not None:
        require(request.user, "pharmacy.manage_stock", facility, request=request)
        if form.is_valid():
            try:
                lot = actions.receive_stock(by=request.user, facility=facility, **form.cleaned_data)
            except actions.Refused as refused:
                form.add_error(None, str(refused))
            except IntegrityError:
                form.add_error("source", _("This delivery was booked in before."))
            else:
                notify(request, _("Lot %(lot)s: booked in.") % {"lot": lot.lot_number})
                return redirect("pharmacy:stock")
    asked = request.GET.get("q", "").strip()
    lots = StockLot.objects.filter(facility=facility).select_related("product__drug").order_by("expires_on", "pk")
    if asked:
        lots = lots.filter(product__drug__name__icontains=asked) | lots.filter(lot_number__iexact=asked)
    context = {
        "facility": facility,
        "facilities": facilities_of(request.user),
        "lots": lots[:PAGE],
        "asked": asked,
        "today": today_at(facility),
        "form": form,
    }
    return render(request, "pharmacy/staff/stock.html", context, status=422 if form.errors else 200)


def lot_by_id(request: AuthenticatedHttpRequest, lot_id: uuid.UUID) -> StockLot:
    return get_object_or_404(StockLot.objects.select_related("product__drug", "facility__organization"), pk=lot_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("pharmacy.manage_stock", obj=lot_by_id)
def recall(request: AuthenticatedHttpRequest, lot_id: uuid.UUID) -> HttpResponse:
    """Who has units of the lot, and one button that closes it everywhere and writes to all of them."""
    lot: StockLot = request.record
    form = RecallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = actions.recall_lot(by=request.user, lot=lot, reason=form.cleaned_data["reason"])
        told = ngettext("%(count)d member is told", "%(count)d members are told", found.members)
        notify(
            request,
            _("Lot %(lot)s is recalled: %(told)s.") % {"lot": lot.lot_number, "told": told % {"count": found.members}},
        )
        if found.bags:
            messages.warning(request, _("%(count)s bags on the shelf must be filled again.") % {"count": found.bags})
        return redirect("pharmacy:recall", lot.pk)
    held = Fill.objects.filter(
        lot__product=lot.product_id, lot__lot_number=lot.lot_number, status__in=("filled", "collected")
    )
    fills = held.select_related("member", "prescription__pharmacy").order_by("-filled_at")
    audit.record_read(request.user, verb="pharmacy.recall", obj=lot, detail={"shown": "fills"}, request=request)
    context = {"lot": lot, "fills": fills[:PAGE], "form": form, "count": held.values("member").distinct().count()}
    return render(request, "pharmacy/staff/recall.html", context)
