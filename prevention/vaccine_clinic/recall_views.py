"""The page on which a vaccine lot is called back."""

import uuid

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from pharmacy.actions.dispensing import Refused
from pharmacy.models import StockLot
from prevention.reach import in_reach
from prevention.vaccine_clinic.recall import doses_of, recall_vaccine

SHOWN = 200


class RecallForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, help_text=gettext_lazy("The maker's or the authority's notice.")
    )


def a_lot(request: AuthenticatedHttpRequest, vaccine_lot_id: uuid.UUID) -> StockLot:
    lots = StockLot.objects.filter(product__vaccine__isnull=False)
    return get_object_or_404(lots.select_related("product__drug", "facility__organization"), pk=vaccine_lot_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.keep_vaccine_stock", obj=a_lot)
def recall(request: AuthenticatedHttpRequest, vaccine_lot_id: uuid.UUID) -> HttpResponse:
    """Who got a dose of the lot, of the reader's places by name; and the recall, which finds them all."""
    lot: StockLot = request.record
    form = RecallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = recall_vaccine(lot, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error("reason", str(refused))
        else:
            notify(request, _("Called back: %(people)d people have a message and a task.") % {"people": done.people})
            return redirect("prevention:vaccine_recall", lot.pk)
    doses = doses_of(lot)
    count = doses.count()
    shown = list(in_reach(doses, request.user).order_by("effective", "pk")[:SHOWN])
    audit.record_read(
        request.user,
        verb="prevention.vaccine_recall",
        members=(dose.member_id for dose in shown),
        obj=lot,
        request=request,
    )
    context = {
        "lot": lot,
        "count": count,
        "beyond": count - len(shown),
        "rows": [
            {
                "name": f"{dose.member.family}, {dose.member.given}",
                "on": dose.effective.lower if dose.effective else None,
            }
            for dose in shown
        ],
        "form": form,
    }
    return render(request, "prevention/vaccine_clinic/recall.html", context, status=422 if form.errors else 200)
