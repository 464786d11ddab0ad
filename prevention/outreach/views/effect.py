"""What outreach was worth, campaign by campaign."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.http import AuthenticatedHttpRequest
from core.permissions import may, requires
from prevention.models import Campaign, OutreachSummary, Reminder
from prevention.outreach.campaign_forms import WORDINGS
from prevention.outreach.effect import UNTOUCHED, WITHIN, Comparison, compare
from prevention.outreach.kinds import is_known, kind_of
from prevention.quality.rates import wilson
from prevention.views.staff import language_name


def a_campaign(request: AuthenticatedHttpRequest, campaign_id: uuid.UUID) -> Campaign:
    return get_object_or_404(Campaign, pk=campaign_id)


@require_safe
@requires("prevention.view_outreach")
def campaigns(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The campaigns in force, each with what it does and how it fares."""
    found = Campaign.objects.filter(period__contains=timezone.localdate()).prefetch_related("steps", "summaries")
    rows = [{"campaign": one, "comparison": compare(one)} for one in found.order_by("rank", "code")]
    context = {"rows": rows, "can_set": bool(may(request.user, "prevention.set_campaign"))}
    return render(request, "prevention/outreach/campaigns.html", context)


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
        "arms": _arms(comparison),
        "can_set": bool(may(request.user, "prevention.set_campaign", found)),
        "is_running": timezone.localdate() in found.period,
        "versions": Campaign.objects.filter(
            managing_organization=found.managing_organization_id, region=found.region_id, code=found.code
        )
        .exclude(pk=found.pk)
        .select_related("set_by")
        .order_by("-period"),
        "points": {
            name: f"{100 * value:+.1f} %"
            for name in ("difference", "low", "high")
            if comparison and (value := getattr(comparison, name)) is not None
        },
        "within": WITHIN,
        "strata": _strata(found),
    }
    return render(request, "prevention/outreach/campaign.html", context)


def _arms(comparison: Comparison | None) -> dict[str, Any]:
    """Closed among those observed, with and without outreach, side by side with their intervals."""
    groups = []
    if comparison is not None:
        for label, row in ((_("Outreach"), comparison.reached), (_("Held back"), comparison.held)):
            if row is not None and row.observed:
                low, high = wilson(row.done_observed, row.observed)
                groups.append(_bar(label, row.done_observed / row.observed, low, high))
    return {"label": _("Closed"), "unit": "%", "goal": None, "groups": groups}


def _bar(label: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {
        "label": label,
        "value": round(100 * value, 1),
        "low": round(100 * low, 1),
        "high": round(100 * high, 1),
        "marked": False,
    }


def _strata(found: Campaign) -> list[dict[str, Any]]:
    titles = {"channel": _("Channel"), "language": _("Language"), "wording": _("Wording")}
    tables = []
    for dimension, title in titles.items():
        kept = sorted(found.summaries.filter(dimension=dimension), key=lambda row: _place(row, dimension))
        rows = [_row(row, dimension) for row in kept]
        if rows:
            bars = [
                _bar(row["words"], row["percent"] / 100, row["low"] / 100, row["high"] / 100)
                for row in rows
                if row["percent"] is not None
            ]
            tables.append(
                {
                    "title": title,
                    "by_channel": dimension == "channel",
                    "rows": rows,
                    "total": _total(kept) if len(kept) > 1 else None,
                    "funnel": {
                        "label": title,
                        "steps": [_("Sent"), _("Opened or answered"), _("Booked or ordered"), _("Done")],
                        "rows": [{"label": row["words"], "counts": row["counts"]} for row in rows],
                    },
                    "bars": {"label": title, "unit": "%", "goal": None, "groups": bars},
                }
            )
    return tables


def _place(row: OutreachSummary, dimension: str) -> tuple[int, str]:
    """Channels as steps go, from what costs nothing to people; others by name."""
    order = [*Reminder.Channel.values, UNTOUCHED]
    return (order.index(row.stratum) if dimension == "channel" and row.stratum in order else 0, row.stratum)


def _total(rows: list[OutreachSummary]) -> dict[str, Any]:
    """What the rows of a table add up to: the same in each. A gap is contacted by several channels, so these do not."""
    return {name: sum(getattr(row, name) for row in rows) for name in ("booked", "done", "cost")}


def _row(row: OutreachSummary, dimension: str) -> dict[str, Any]:
    words = row.stratum
    if dimension == "language":
        words = language_name(row.stratum)
    elif dimension == "channel" and row.stratum == UNTOUCHED:
        words = _("Before any contact")
    elif dimension == "channel":
        words = str(Reminder.Channel(row.stratum).label).capitalize()
    elif dimension == "wording":
        words = str(dict(WORDINGS).get(row.stratum, row.stratum))
    bounds = wilson(row.done_observed, row.observed) if row.observed else None
    return {
        "words": words,
        "row": row,
        "counts": [row.sent, row.opened, row.booked, row.done],
        "cost_per_closed": row.cost / row.done if row.done else None,
        "percent": 100 * row.done_observed / row.observed if row.observed else None,
        "low": 100 * bounds[0] if bounds else None,
        "high": 100 * bounds[1] if bounds else None,
    }
