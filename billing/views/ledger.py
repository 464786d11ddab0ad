"""The books: entries, newest first, and the postings of one."""

from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from billing.models import LedgerAccount, LedgerEntry
from billing.permissions import READ, systems_of
from core.http import AuthenticatedHttpRequest
from core.permissions import requires

PAGE = 25


def own_entries(request: AuthenticatedHttpRequest) -> QuerySet[LedgerEntry]:
    """Entries in the books of the person's systems."""
    accounts = LedgerAccount.objects.filter(entity__system__in=systems_of(request.user, *READ))
    return LedgerEntry.objects.filter(postings__account__in=accounts).distinct()


@requires("billing.view_ledger")
def entries(request: AuthenticatedHttpRequest) -> HttpResponse:
    found = own_entries(request).order_by("-pk")
    if after := request.GET.get("after"):
        try:
            found = found.filter(pk__lt=UUID(after))
        except ValueError as error:
            raise Http404 from error
    page = list(
        found.select_related("by").annotate(total=Sum("postings__amount", filter=Q(postings__amount__gt=0)))[: PAGE + 1]
    )
    return render(
        request,
        "billing/ledger.html",
        {"entries": page[:PAGE], "next": f"?after={page[PAGE - 1].pk}" if len(page) > PAGE else ""},
    )


@requires("billing.view_ledger")
def entry(request: AuthenticatedHttpRequest, entry_id: UUID) -> HttpResponse:
    found = get_object_or_404(own_entries(request).select_related("by", "reverses"), pk=entry_id)
    postings = found.postings.select_related("account__entity", "region", "facility", "department").order_by(
        "account__entity__name", "account__code", "service_month", "id"
    )
    return render(
        request,
        "billing/entry.html",
        {"entry": found, "postings": postings[:500], "count": postings.count(), "reversal": found.reversals.first()},
    )
