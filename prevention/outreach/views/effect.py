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
from prevention.outreach import small_cells
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
    rows = [_line(one) for one in found.order_by("rank", "code")]
    context = {"rows": rows, "can_set": bool(may(request.user, "prevention.set_campaign"))}
    return render(request, "prevention/outreach/campaigns.html", context)


def _line(one: Campaign) -> dict[str, Any]:
    """A campaign on the list: how many gaps it has, and how many have closed, where that is not too few to say."""
    comparison = compare(one)
    few = small_cells.hidden(list(one.summaries.all()))
    return {
        "campaign": one,
        "comparison": comparison,
        "gaps": None if comparison is None else _unless_few(comparison.reached, "gaps", few),
        "done": None if comparison is None else _unless_few(comparison.reached, "done", few),
    }


Few = dict[str, set[small_cells.Cell]]


def _unless_few(row: OutreachSummary, name: str, few: Few) -> int | None:
    """The number, or None where it is hidden."""
    return None if (row.dimension, row.stratum) in few[name] else getattr(row, name)


@require_safe
@requires("prevention.view_outreach", obj=a_campaign)
def campaign(request: AuthenticatedHttpRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """One campaign: policy, comparison with those held back, and the way from sent to done by stratum."""
    found: Campaign = request.record
    comparison = compare(found)
    summaries = list(found.summaries.all())
    few = small_cells.hidden(summaries)
    rules = [str(kind_of(rule).title) for rule in found.rules if is_known(rule)]
    context = {
        "campaign": found,
        "rules": rules or [_("everything that reminds")],
        "steps": [
            {"row": step, "by": [str(Reminder.Channel(channel).label) for channel in step.channels]}
            for step in found.steps.order_by("number")
        ],
        "comparison": comparison,
        "arms": (arms := _arms(comparison, few)),
        "is_hidden": comparison is not None and any(row["rate"] is None for row in arms["rows"] if row["observed"]),
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
        "strata": (strata := _strata(summaries, few)),
        "nothing_sent": comparison is not None and not strata,
    }
    return render(request, "prevention/outreach/campaign.html", context)


def _arms(comparison: Comparison | None, few: Few) -> dict[str, Any]:
    """Closed among those observed, with and without outreach, side by side with their intervals.

    In `rows` what is hidden is None, and so is the rate of nobody.
    """
    groups, rows = [], []
    arms = ((_("Outreach"), comparison.reached), (_("Held back"), comparison.held)) if comparison else ()
    for label, row in arms:
        if row is None:
            continue
        told = (row.dimension, row.stratum) not in few["rate"]
        made = {"label": label, "gaps": _unless_few(row, "gaps", few), "observed": row.observed, "is_told": told}
        bar = None
        if row.observed and told:
            bar = _bar(label, row.done_observed / row.observed, *wilson(row.done_observed, row.observed))
            groups.append(bar)
        rows.append({**made, "done": row.done_observed if told else None, "rate": bar})
    return {"label": _("Closed"), "unit": "%", "goal": None, "groups": groups, "rows": rows}


def _bar(label: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {
        "label": label,
        "value": round(100 * value, 1),
        "low": round(100 * low, 1),
        "high": round(100 * high, 1),
        "marked": False,
    }


def _strata(summaries: list[OutreachSummary], few: Few) -> list[dict[str, Any]]:
    whole = next((row for row in summaries if (row.dimension, row.stratum) == small_cells.WHOLE), None)
    if whole is not None and not any(getattr(whole, name) for name in small_cells.OF_GAPS):
        return []
    titles = {"channel": _("Channel"), "language": _("Language"), "wording": _("Wording")}
    tables = []
    for dimension, title in titles.items():
        of_it = (row for row in summaries if row.dimension == dimension and _says_something(row, few))
        kept = sorted(of_it, key=lambda row: _place(row, dimension))
        rows = [_row(row, dimension, few) for row in kept]
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
                    "hides": any(None in row["cells"] or row["is_hidden"] for row in rows),
                    "total": _total(kept, few) if len(kept) > 1 else None,
                    "funnel": {
                        "label": title,
                        "steps": [_("Sent"), _("Opened or answered"), _("Booked or ordered"), _("Done")],
                        "rows": [
                            {"label": row["words"], "counts": row["cells"][1:]}
                            for row in rows
                            if None not in row["cells"]
                        ],
                    },
                    "bars": {"label": title, "unit": "%", "goal": None, "groups": bars},
                }
            )
    return tables


def _says_something(row: OutreachSummary, few: Few) -> bool:
    """Whether anything went to the group or anybody of it came. One that hides a number stays: its nought may tell."""
    names = small_cells.OF_GAPS
    return any(getattr(row, name) or (row.dimension, row.stratum) in few[name] for name in names)


def _place(row: OutreachSummary, dimension: str) -> tuple[int, str]:
    """Channels as steps go, from what costs nothing to people; others by name."""
    order = [*Reminder.Channel.values, UNTOUCHED]
    return (order.index(row.stratum) if dimension == "channel" and row.stratum in order else 0, row.stratum)


def _total(rows: list[OutreachSummary], few: Few) -> dict[str, Any]:
    """What the rows of a table add up to: the same in each. A gap is contacted by several channels, so these do not."""
    cells = [
        None if small_cells.WHOLE in few[name] else sum(getattr(row, name) for row in rows)
        for name in ("booked", "done")
    ]
    return {"cells": cells, "cost": sum(row.cost for row in rows)}


def _row(row: OutreachSummary, dimension: str, few: Few) -> dict[str, Any]:
    """A group in words. `cells` are its numbers from gaps to done, None where hidden; so are rate and costs."""
    words = row.stratum
    if dimension == "language":
        words = language_name(row.stratum)
    elif dimension == "channel" and row.stratum == UNTOUCHED:
        words = _("Before any contact")
    elif dimension == "channel":
        words = str(Reminder.Channel(row.stratum).label).capitalize()
    elif dimension == "wording":
        words = str(dict(WORDINGS).get(row.stratum, row.stratum))
    cells = [_unless_few(row, name, few) for name in ("gaps", *small_cells.OF_GAPS)]
    told = (dimension, row.stratum) not in few["rate"]
    bounds = wilson(row.done_observed, row.observed) if row.observed and told else None
    # What a step costs is known: a cost says how many steps there were.
    cost = row.cost if cells[0] is not None and cells[1] is not None else None
    return {
        "words": words,
        "cells": cells,
        "is_hidden": not told,
        "cost": cost,
        "cost_per_closed": row.cost_observed / row.done_observed
        if told and cost is not None and row.done_observed
        else None,
        "percent": 100 * row.done_observed / row.observed if bounds else None,
        "low": 100 * bounds[0] if bounds else None,
        "high": 100 * bounds[1] if bounds else None,
    }
