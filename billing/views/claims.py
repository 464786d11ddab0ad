"""Outside claims: a worklist with what each waits for, and the claim with its lines and how they were priced."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Min, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from billing.actions.claims import clock, deny_claim, duplicate_of, price_claim
from billing.actions.voids import STANDING, void_claim
from billing.forms import DenyForm, VoidForm
from billing.models import OutsideClaim
from billing.permissions import CLAIMS, systems_of
from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires

PAGE = 25
STATUS = {"received": "info", "pended": "due", "priced": "good", "paid": "good", "denied": "plain", "voided": "plain"}
Status = OutsideClaim.Status


def find_claim(request: AuthenticatedHttpRequest, claim_id: UUID, **rest: Any) -> OutsideClaim:
    return get_object_or_404(
        OutsideClaim.objects.select_related("member", "provider", "payer", "coverage_period__product"), pk=claim_id
    )


def own_claims(request: AuthenticatedHttpRequest) -> QuerySet[OutsideClaim]:
    return OutsideClaim.objects.filter(member__managing_organization__in=systems_of(request.user, *CLAIMS))


@requires("billing.view_claim")
def claims(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Claims in one status, oldest first; those that need a person unless another status is asked for."""
    status = request.GET.get("status", Status.PENDED)
    if status not in Status.values:
        raise Http404
    found = own_claims(request).filter(status=status).select_related("provider", "member").order_by("pk")
    if after := request.GET.get("after"):
        try:
            found = found.filter(pk__gt=UUID(after))
        except ValueError as error:
            raise Http404 from error
    page = list(found[: PAGE + 1])
    counts = own_claims(request).values("status").annotate(count=Count("pk"), oldest=Min("received_at"))
    many = {row["status"]: row["count"] for row in counts}
    oldest = next((row["oldest"] for row in counts if row["status"] == status), None)
    return render(
        request,
        "billing/claims.html",
        {
            "claims": page[:PAGE],
            "badge": STATUS[status],
            "word": Status(status).label,
            "tabs": [
                {
                    "label": capfirst(choice.label),
                    "url": f"?status={choice.value}",
                    "count": many.get(choice.value, 0),
                    "current": choice.value == status,
                }
                for choice in Status
            ],
            "total": many.get(status, 0),
            "oldest_days": (timezone.now() - oldest).days if oldest else None,
            "next": f"?status={status}&after={page[PAGE - 1].pk}" if len(page) > PAGE else "",
        },
    )


@requires("billing.view_claim", obj=find_claim)
def claim(request: AuthenticatedHttpRequest, claim_id: UUID) -> HttpResponse:
    """One claim, as a page or (htmx) beside the worklist. Reading it is audited."""
    found: OutsideClaim = request.record
    audit.record_read(request.user, verb="billing.view_claim", obj=found, member_id=found.member_id, request=request)
    template = "billing/_claim.html" if getattr(request, "htmx", False) else "billing/claim.html"
    return render(
        request,
        template,
        {
            "claim": found,
            "status": STATUS[found.status],
            "lines": found.lines.select_related("concept").order_by("number"),
            "diagnoses": found.diagnoses.select_related("concept").order_by("rank"),
            "first": duplicate_of(found) if found.status == Status.PENDED else None,
            "can_price": found.status == Status.PENDED,
            "can_void": found.status in STANDING,
            "later": found.corrections.first(),
            "form": DenyForm(),
            "void_form": VoidForm(),
        },
    )


@require_POST
@requires("billing.price_claim", obj=find_claim)
def price(request: AuthenticatedHttpRequest, claim_id: UUID) -> HttpResponse:
    """Price a pended claim again, once its fee or coverage is there."""
    at = clock()
    priced = price_claim(request.record, by=request.user, at=at)
    if priced.status not in (Status.RECEIVED, Status.PENDED) and priced.priced_at != at:
        words = _("Nothing was changed: somebody else was faster. This claim is %(status)s.")
        notify(request, words % {"status": priced.get_status_display().lower()}, level=messages.WARNING)
    elif priced.status == Status.PRICED:
        notify(request, _("Priced: the plan pays %(amount)s.") % {"amount": priced.plan_share})
    else:
        notify(request, _("Still waiting: %(reason)s") % {"reason": priced.pend_reason})
    return redirect("billing:claim", claim_id=priced.pk)


@require_POST
@requires("billing.deny_claim", obj=find_claim)
def deny(request: AuthenticatedHttpRequest, claim_id: UUID) -> HttpResponse:
    """Deny a pended claim for a reason."""
    form = DenyForm(request.POST)
    if form.is_valid():
        try:
            deny_claim(request.record, by=request.user, reason=form.cleaned_data["reason"])
        except ValueError as refused:
            notify(request, str(refused), level=messages.ERROR)
        else:
            notify(request, _("Denied."))
    else:
        notify(request, _("Say why the claim is denied."), level=messages.ERROR)
    return redirect("billing:claim", claim_id=request.record.pk)


@require_POST
@requires("billing.void_claim", obj=find_claim)
def void(request: AuthenticatedHttpRequest, claim_id: UUID) -> HttpResponse:
    """Take a priced claim back for a reason."""
    form = VoidForm(request.POST)
    if not form.is_valid():
        notify(request, _("Say why the claim is taken back."), level=messages.ERROR)
        return redirect("billing:claim", claim_id=request.record.pk)
    try:
        void_claim(request.record, by=request.user, at=clock(), reason=form.cleaned_data["reason"])
        notify(request, _("Void. What it cost is taken back."))
    except ValueError as error:
        notify(request, str(error), level=messages.ERROR)
    return redirect("billing:claim", claim_id=request.record.pk)
