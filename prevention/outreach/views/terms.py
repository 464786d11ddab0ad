"""The terms of outreach in each market, and its unit costs: what holds, what held before, and the form to change it."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.asked import read_uuid
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from core.templatetags.kp import short_date
from network.models import Organization, Region
from prevention.models import OutreachCost, OutreachPolicy, Reminder
from prevention.outreach import terms as held
from prevention.outreach.terms_forms import KINDS, CostsForm, TermsForm
from prevention.outreach.views.campaigns import system_of

SHOWN = 40


def _market(request: AuthenticatedHttpRequest, system: Organization) -> Region | None:
    """The market that the address names, None for the whole system. 404 for another system's."""
    named = request.GET.get("market")
    return get_object_or_404(Region, pk=read_uuid(named), system=system) if named else None


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.set_outreach_terms")
def terms(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Cap, quiet hours, order of channels and life of links, in the whole system or a market."""
    system = system_of(request)
    market = _market(request, system)
    if request.method == "POST":
        # Until this one is saved nobody else saves; the rows of the whole system are there from its first day on.
        list(OutreachPolicy.objects.select_for_update().filter(managing_organization=system))
    own = held.standing(system, market)
    form = TermsForm(request.POST or None, policy=own or held.standing(system, None))
    if request.method == "POST" and form.is_valid():
        try:
            saved = held.set_terms(
                form.terms(), by=request.user, system=system, region=market,
                start=form.cleaned_data["start"], today=timezone.localdate(),
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error.messages)
        except ValueError as refused:
            form.add_error("start", str(refused))
        else:
            notify(request, _("It holds from %(day)s.") % {"day": short_date(saved.period.lower, "year")})
            return redirect(_address(market))
    rows = OutreachPolicy.objects.filter(managing_organization=system).select_related("region", "set_by")
    context = {
        "form": form,
        "market": market,
        "own": own,
        "markets": [_link(one, market) for one in (None, *Region.objects.filter(system=system).order_by("name"))],
        "rows": [_row(one) for one in rows.order_by(F("region__name").asc(nulls_first=True), "-period")[:SHOWN]],
    }
    return render(request, "prevention/outreach/terms.html", context, status=422 if form.errors else 200)


def _address(market: Region | None) -> str:
    return reverse("prevention:outreach_terms") + (f"?market={market.pk}" if market else "")


def _link(one: Region | None, chosen: Region | None) -> dict[str, Any]:
    return {"name": one.name if one else _("All markets"), "address": _address(one), "is_chosen": one == chosen}


def _row(one: OutreachPolicy) -> dict[str, Any]:
    by = [str(Reminder.Channel(channel).label).lower() for channel in one.channels]
    said = _("%(cap)d in %(days)d days; quiet from %(start)s to %(end)s; %(channels)s; links for %(links)d days") % {
        "cap": one.cap,
        "days": one.cap_days,
        "start": f"{one.quiet_from:%H:%M}",
        "end": f"{one.quiet_until:%H:%M}",
        "channels": ", ".join(by),
        "links": one.link_days,
    }
    return {"policy": one, "said": said, **_when(one.period.lower, one.period.upper)}


def _when(start: datetime.date, end: datetime.date | None) -> dict[str, bool]:
    today = timezone.localdate()
    return {"is_past": end is not None and end <= today, "is_now": start <= today and (end is None or end > today)}


def a_policy(request: AuthenticatedHttpRequest, terms_id: uuid.UUID) -> OutreachPolicy:
    return get_object_or_404(OutreachPolicy, pk=terms_id)


@require_POST
@requires("prevention.set_outreach_terms", obj=a_policy)
def end_terms(request: AuthenticatedHttpRequest, terms_id: uuid.UUID) -> HttpResponse:
    """From today the market follows the whole system."""
    try:
        held.end_terms(request.record.pk, by=request.user, today=timezone.localdate())
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("This market follows the whole system from today."))
    return redirect("prevention:outreach_terms")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.set_outreach_terms")
def costs(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What one message, letter, call or kit costs."""
    system = system_of(request)
    if request.method == "POST":
        list(OutreachCost.objects.select_for_update().filter(managing_organization=system))
    form = CostsForm(request.POST or None, costs=held.standing_costs(system))
    if request.method == "POST" and form.is_valid():
        start = form.cleaned_data["start"]
        try:
            changed = held.set_costs(
                form.amounts(), by=request.user, system=system, start=start, today=timezone.localdate()
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        except ValueError as refused:
            form.add_error("start", str(refused))
        else:
            words = _("It holds from %(day)s.") % {"day": short_date(start, "year")}
            notify(request, words if changed else _("Nothing is different: these costs stand already."))
            return redirect("prevention:outreach_costs")
    rows = OutreachCost.objects.filter(managing_organization=system).select_related("set_by")
    context = {
        "form": form,
        "rows": [
            {"cost": one, "kind": KINDS.get(one.kind, one.kind), **_when(one.period.lower, one.period.upper)}
            for one in rows.order_by("-period", "kind")[: 2 * SHOWN]
        ],
    }
    return render(request, "prevention/outreach/costs.html", context, status=422 if form.errors else 200)
