"""A member's own gaps: what, why, what it costs, and the ways out."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.navigation import url_or_none
from core.notices import notify
from core.permissions import requires
from members.portal import look_at_whose, opened_by, people
from prevention import actions
from prevention.models import CareGap
from prevention.outreach.because import because
from prevention.outreach.elsewhere import report_elsewhere
from prevention.outreach.explain import explain
from prevention.outreach.forms import ElsewhereForm, NotNowForm, order_forms, what_applies
from prevention.outreach.kinds import book_way, is_known, kind_of
from prevention.outreach.orders import NotAsked, NotForThem, keep_answers, order_as_member
from prevention.outreach.views.one_tap import answer_not_now


def own_gap(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> CareGap:
    """The gap of somebody whose record the reader may open; 404 for anybody else's.

    A notice leads a parent to their child's gap: this page is about the child, and the session stays with whose record
    is open.
    """
    gap = get_object_or_404(CareGap.objects.select_related("member"), pk=gap_id, member__in=people(request.user))
    if not is_known(gap.rule):
        raise Http404
    look_at_whose(request, gap.member)
    return gap


def booking_url(gap: CareGap) -> str:
    """The booking page for what the gap needs, or empty where the rule offers no visit."""
    way = book_way(kind_of(gap.rule))
    page = url_or_none("scheduling:book")
    return f"{page}?from=gap:{gap.pk}&visit_type={way.visit_type}" if way and page else ""


def vaccines_booking_url() -> str:
    """The booking page for one visit in which all vaccines that are due are given."""
    page = url_or_none("scheduling:book")
    return f"{page}?from=vaccines:due" if page else ""


def _page(
    request: AuthenticatedHttpRequest,
    gap: CareGap,
    *,
    elsewhere: ElsewhereForm | None = None,
    not_now: NotNowForm | None = None,
) -> HttpResponse:
    explained = explain(gap, actions.today(), reader=request.user)
    context = {
        "gap": gap,
        "explained": explained,
        "because": because(gap, request.user, actions.today()),
        "orders": order_forms(explained.now),
        "booking_url": booking_url(gap),
        # Booking goes on in the record that is open: a child's is opened first, by a post.
        "opens_with": opened_by(request, gap.member),
        "elsewhere": elsewhere or ElsewhereForm(),
        "not_now": not_now or NotNowForm(),
    }
    bad = (elsewhere is not None and elsewhere.errors) or (not_now is not None and not_now.errors)
    return render(request, "prevention/gap.html", context, status=422 if bad else 200)


@require_safe
@requires("members.portal_view", obj=own_gap)
def gap(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> HttpResponse:
    audit.record_read(request.user, verb="prevention.gap", obj=request.record, request=request)
    return _page(request, request.record)


@require_POST
@requires("members.portal_schedule", obj=own_gap)
def order(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> HttpResponse:
    """Do it: the kit or test, under the rule's protocol."""
    try:
        asked = what_applies(request.POST)
        order_as_member(request.record, by=request.user, protocol=request.POST.get("protocol", ""), applies=asked)
    except NotForThem as refused:
        keep_answers(request.record, refused, by=request.user)
        notify(request, str(refused), level=messages.ERROR)
    except NotAsked:
        # From a card there was nothing to answer: the gap's own page asks.
        return redirect("prevention:gap", gap_id)
    except ValueError:
        notify(request, _("This cannot be sent to you at home just now. Book a visit instead."))
    else:
        notify(request, _("Ordered. We will write when it is on its way."))
    return redirect("prevention:gap", gap_id)


@require_http_methods(["POST"])
@requires("members.portal_schedule", obj=own_gap)
def elsewhere(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> HttpResponse:
    form = ElsewhereForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, request.record, elsewhere=form)
    report_elsewhere(request.record, by=request.user, **form.cleaned_data)
    notify(request, _("Thank you. Your care team looks at it."))
    return redirect("prevention:gap", gap_id)


@require_http_methods(["POST"])
@requires("members.portal_schedule", obj=own_gap)
def not_now(request: AuthenticatedHttpRequest, gap_id: uuid.UUID) -> HttpResponse:
    form = NotNowForm(request.POST)
    if not form.is_valid() or request.record.status not in ("open", "deferred"):
        return _page(request, request.record, not_now=form)
    answer_not_now(request.record, by=request.user, **form.cleaned_data)
    notify(request, _("Noted. Your doctor sees the reason."))
    return redirect(reverse("prevention:gap", args=[gap_id]))
