"""Months whose books are closed, for each legal entity, and closing one."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.actions.ledger import close_period
from billing.forms import ClosePeriodForm
from billing.models import AccountingPeriod, LedgerAccount
from billing.permissions import READ, systems_of
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, require, requires
from network.models import Organization

SHOWN = 60


def own_entities(request: AuthenticatedHttpRequest) -> QuerySet[Organization]:
    """Organisations of the person's systems that keep books."""
    books = LedgerAccount.objects.filter(entity=OuterRef("pk"))
    return Organization.objects.filter(Exists(books), system__in=systems_of(request.user, *READ)).order_by("name")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("billing.view_ledger")
def periods(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Closed months, newest first; finance closes another, and nothing is posted in it from then on."""
    entities = own_entities(request)
    asked = request.POST if request.method == "POST" else None
    form = ClosePeriodForm(asked, entities=entities, today=timezone.localdate())
    if request.method == "POST":
        require(request.user, "billing.close_period", request=request)
        if form.is_valid():
            entity = form.cleaned_data["entity"]
            require(request.user, "billing.close_period", entity, request=request)
            close_period(entity, form.cleaned_data["month"], by=request.user, at=timezone.now())
            notify(request, _("Closed. What comes late is posted in the first open month."))
            return redirect("billing:periods")
    found = AccountingPeriod.objects.filter(entity__in=entities, closed_at__isnull=False).select_related("entity")
    context = {
        "periods": found.order_by("-month", "entity__name")[:SHOWN],
        "form": form if may(request.user, "billing.close_period") else None,
        "columns": [{"label": label} for label in (_("Month"), _("Whose books"), _("Closed on"))],
    }
    return render(request, "billing/periods.html", context, status=422 if form.errors else 200)
