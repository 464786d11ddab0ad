"""What outreach was worth, campaign by campaign."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.http import AuthenticatedHttpRequest
from core.permissions import requires
from prevention.models import Campaign, OutreachSummary, Reminder
from prevention.outreach.effect import WITHIN, compare, wilson
from prevention.outreach.kinds import is_known, kind_of
from prevention.views.staff import language_name


def a_campaign(request: AuthenticatedHttpRequest, campaign_id: uuid.UUID) -> Campaign:
    return get_object_or_404(Campaign, pk=campaign_id)


@require_safe
@requires("prevention.view_outreach")
def campaigns(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The campaigns in force, each with what it does and how it fares."""
    found = Campaign.objects.filter(period__contains=timezone.localdate()).prefetch_related("steps", "summaries")
    rows = [{"campaign": one, "comparison": compare(one)} for one in found.order_by("rank", "code")]
    return render(request, "prevention/outreach/campaigns.html", {"rows": rows})


@require_safe
@requires("prevention.view_outreach", obj=a_campaign)
def campaign(request: AuthenticatedHttpRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """One campaign: policy, comparison with those held back, and the way from sent to done by stratum."""
    found: Campaign = request.record
    comparison = compare(found)
    rules = [str(kind_of(rule).title) for rule in found.rules if is_known(rule)]
    context = {
        "campaign": found,
        "rules": rules or [_("everything that reminds")],
        "steps": [
            {"row": step, "by": [str(Reminder.Channel(channel).label) for channel in step.channels]}
            for step in found.steps.order_by("number")
        ],
        "comparison": comparison,
        "points": {
            name: f"{100 * value:+.1f} %"
            for name in ("difference", "low", "high")
            if comparison and (value := getattr(comparison, name)) is not None
        },
        "within": WITHIN,
        "strata": _strata(found),
    }
    return render(request, "prevention/outreach/campaign.html", context)


def _strata(found: Campaign) -> list[dict[str, Any]]:
    titles = {"channel": _("Channel"), "language": _("Language"), "wording": _("Wording")}
    tables = []
    for dimension, title in titles.items():
        rows = [_row(row, dimension) for row in found.summaries.filter(dimension=dimension).order_by("stratum")]
        if rows:
            tables.append({"title": title, "rows": rows})
    return tables


def _row(row: OutreachSummary, dimension: str) -> dict[str, Any]:
    words = row.stratum
    if dimension == "language":
        words = language_name(row.stratum)
    elif dimension == "channel":
        words = str(Reminder.Channel(row.stratum).label)
    bounds = wilson(row.done, row.observed) if row.observed else None
    return {
        "words": words,
        "row": row,
        "percent": 100 * row.done / row.observed if row.observed else None,
        "low": 100 * bounds[0] if bounds else None,
        "high": 100 * bounds[1] if bounds else None,
    }
