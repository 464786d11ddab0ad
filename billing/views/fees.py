"""What outside providers are paid: the fee schedule, a line added, a line ended."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.actions.fees import FeeError, add_fee, end_fee
from billing.forms import EndFeeForm, FeeForm
from billing.models import FeeScheduleLine
from billing.permissions import CLAIMS, systems_of
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from network.models import Organization

PAGE = 100


def own_plan(request: AuthenticatedHttpRequest, **rest: Any) -> Organization:
    """The health plan of the person's system, whose fees they keep."""
    systems = systems_of(request.user, *CLAIMS)
    plans = Organization.objects.filter(Q(system__in=systems) | Q(pk__in=systems))
    found = plans.filter(kind=Organization.Kind.HEALTH_PLAN).order_by("name").first()
    if systems and found is None:
        raise Http404
    return found or Organization()


def find_fee(request: AuthenticatedHttpRequest, fee_id: UUID, **rest: Any) -> FeeScheduleLine:
    return get_object_or_404(FeeScheduleLine.objects.select_related("organization", "concept"), pk=fee_id)


def listed(plan: Organization, code: str) -> QuerySet[FeeScheduleLine]:
    lines = FeeScheduleLine.objects.filter(organization=plan).select_related("concept", "payee")
    if code:
        lines = lines.filter(concept__code=code.upper())
    return lines.order_by("concept__code", "payee__name", "modifier", "place_of_service", "-period")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("billing.manage_fees", obj=own_plan)
def fees(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The fee schedule, for all services or one code; a line is added beside it."""
    plan: Organization = request.record
    form = FeeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            line, is_new = add_fee(by=request.user, plan=plan, **form.cleaned_data)
        except FeeError as error:
            form.add_error(None, str(error))
        else:
            said = _("%(code)s has its fee. Price the claims that wait for it again.") if is_new else _("It stands so.")
            notify(request, said % {"code": line.concept.code})
            return redirect("billing:fees")
    asked = request.GET.get("code", "").strip()[:5]
    found = list(listed(plan, asked)[: PAGE + 1])
    labels = (_("Code"), _("For whom"), _("Modifier"), _("Place"), _("Fee"), _("From"), _("Until before"), "")
    context = {
        "plan": plan,
        # Each form has ids of its own: they stand on one page.
        "lines": [
            (line, None if line.period.upper else EndFeeForm(auto_id=f"id_%s_{line.pk}")) for line in found[:PAGE]
        ],
        "is_cut": len(found) > PAGE,
        "asked": asked,
        "form": form,
        "columns": [{"label": label, "numeric": at == 4} for at, label in enumerate(labels)],
    }
    return render(request, "billing/fees.html", context, status=422 if form.errors else 200)


@require_POST
@requires("billing.manage_fees", obj=find_fee)
def end(request: AuthenticatedHttpRequest, fee_id: UUID) -> HttpResponse:
    """End a fee; another may then begin."""
    form = EndFeeForm(request.POST)
    try:
        if not form.is_valid():
            raise FeeError(_("Say from which day on the fee is not paid any more."))
        ended = end_fee(request.record, by=request.user, on=form.cleaned_data["on"])
    except FeeError as error:
        notify(request, str(error))
    else:
        notify(request, _("The fee of %(code)s ends.") % {"code": ended.concept.code})
    return redirect("billing:fees")
