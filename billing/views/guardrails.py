"""Under-use beside cost, for facilities and clinician panels: who withholds care does not look thrifty here."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.guardrails import Ratio, ratios, under_use
from billing.models import GuardrailRow
from billing.permissions import GUARDRAILS, systems_of
from core.http import AuthenticatedHttpRequest
from core.permissions import requires

# Rows on a page, flagged ones first.
MOST = 200


@require_safe
@requires("billing.view_guardrails")
def guardrails(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Cost, use and quality against what is expected of the same people: by facility, or by panel."""
    systems = systems_of(request.user, *GUARDRAILS)
    if not systems:
        raise Http404
    by = "clinician" if request.GET.get("by") == "clinician" else "facility"
    everything = GuardrailRow.objects.filter(managing_organization__in=systems)
    found = everything.filter(clinician__isnull=by == "facility").select_related("facility", "clinician")
    rows = list(found.order_by("-is_flagged", "is_hidden", "cost", "id")[:MOST])
    shown = [_shown(row) for row in rows]
    context = {
        "rows": shown,
        # Of both tabs: a panel can be flagged where no facility is.
        "flagged": everything.filter(is_flagged=True).count(),
        "as_of": rows[0].as_of if rows else None,
        "by": by,
        "tabs": [
            {"label": _("Facilities"), "url": "?by=facility", "current": by == "facility"},
            {"label": _("Clinician panels"), "url": "?by=clinician", "current": by == "clinician"},
        ],
        "cost_bars": _bars(_("Cost against expected"), shown, "cost"),
        "met_bars": _bars(_("Measures met against expected"), shown, "met"),
    }
    return render(request, "billing/guardrails.html", context)


NAMES = ("cost", "visits", "referrals", "emergencies", "gaps", "met")


def _shown(row: GuardrailRow) -> dict[str, Any]:
    name = str(row.facility) if row.clinician is None else f"{row.clinician}, {row.facility}"
    if row.is_hidden:
        return {"name": name, "is_hidden": True, "found": {}}
    found = ratios(row)
    low = set(under_use(found))
    months = float(row.member_months) or 1.0
    return {
        "name": name,
        "is_hidden": False,
        "is_flagged": row.is_flagged,
        "members": row.members,
        "pmpm": float(row.cost) / months,
        "found": found,
        "cells": [_cell(column, found[column], column in low) for column in NAMES],
        "per_1000": {
            column: round(getattr(row, column) * 12_000 / months) for column in ("visits", "emergencies", "referrals")
        },
    }


def _cell(name: str, ratio: Ratio | None, is_low: bool) -> dict[str, Any]:
    """A ratio in words: `0.82 (0.75–0.90)`."""
    words = "–" if ratio is None else f"{ratio.value:.2f}"
    interval = "" if ratio is None else f"{ratio.low:.2f}–{ratio.high:.2f}"
    cheap = name == "cost" and ratio is not None and ratio.high < 1
    return {"name": name, "value": words, "interval": interval, "is_low": is_low, "is_cheap": cheap}


def _bars(label: str, rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The first thirty as bars around what is expected: 100 %."""
    groups = [
        {
            "label": row["name"],
            "value": round(one.value * 100),
            "low": one.low * 100,
            "high": one.high * 100,
            "marked": row["is_flagged"],
        }
        for row in rows
        if (one := row["found"].get(name)) is not None
    ]
    return {"label": label, "unit": _("% of expected"), "goal": 100, "groups": groups[:30]}
