"""Plan rates beside the clinical rates of the same measures."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.http import AuthenticatedHttpRequest
from core.models import JobRun
from core.permissions import may, requires
from network.permissions import systems_held
from plans.models.products import LineOfBusiness
from prevention.models import PlanRate
from prevention.plan_rates import job
from prevention.plan_rates.definitions import PLAN_MEASURES
from prevention.plan_rates.showing import shown
from prevention.quality import reading
from prevention.quality.strata import ALL


@require_safe
@requires("prevention.view_runs")
def plan_rates(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The last finished run's rates of one's own system by line of business, beside the nightly run's clinical rate."""
    last = JobRun.objects.filter(kind=job.KIND, status=JobRun.Status.DONE).order_by("-created_at").first()
    systems = systems_held(request.user)
    rates = PlanRate.objects.filter(run=last, managing_organization__in=systems) if last else PlanRate.objects.none()
    clinical = {
        row.measure.id: 100 * row.rate.value
        for system in systems
        for snapshot in reading.snapshots(system)[:1]
        for row in reading.rows(snapshot, [ALL], group=1)
        if row.rate and row.rate.value is not None
    }
    lines = {"": _("all"), **dict(LineOfBusiness.choices)}
    rows: list[dict[str, Any]] = []
    by_measure: dict[str, list[PlanRate]] = {}
    for rate in rates.order_by("line_of_business"):
        by_measure.setdefault(rate.measure, []).append(rate)
    for one in PLAN_MEASURES:
        found = by_measure.get(one.measure.key, [])
        if found:
            rows.append(
                {
                    "title": one.measure.title,
                    "beside": one.clinical.id,
                    "lower": one.lower_is_better,
                    "clinical": clinical.get(one.clinical.id),
                    "rates": [{"rate": one, "line": lines.get(one.rate.line_of_business, "")} for one in shown(found)],
                }
            )
    first = next((rate for found in by_measure.values() for rate in found), None)
    labels = (
        _("Measure"),
        _("Line of business"),
        _("In the population"),
        _("Covered long enough"),
        _("Denominator"),
        _("Numerator"),
        _("Plan rate"),
        _("Clinical rate"),
    )
    context = {
        "run": last,
        "rows": rows,
        "anchor": first.anchor if first else None,
        "is_final": first.is_final if first else False,
        "can_start": bool(may(request.user, "prevention.start_run")),
        "columns": [{"label": label, "numeric": place > 1} for place, label in enumerate(labels)],
    }
    return render(request, "prevention/plan_rates.html", context)
