"""Who is in a group of a rate, what it is compared with, and the numbers as a file."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.asked import read_uuid
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from members.models import Member
from prevention.engine.measure import Measure
from prevention.quality import actions, export, people, reading
from prevention.quality.forms import GoalForm
from prevention.quality.labels import DIMENSIONS, Labels
from prevention.quality.models import QualitySnapshot
from prevention.quality.reading import Row
from prevention.quality.strata import ALL, BY_NAME, EQUITY, OFFICIAL, PLACES
from prevention.quality.views import (
    a_rate,
    in_words,
    kept_of,
    measure_url,
    parts,
    region_asked,
    regions_of,
    start_url,
    system_of,
)


@require_safe
@requires("prevention.view_measure_members")
def members(request: AuthenticatedHttpRequest, measure: str, group: int) -> HttpResponse:
    """The people of a group whose care is missing (or all, or those in the numerator), each opening audited."""
    system = system_of(request)
    kept, years = kept_of(request, system)
    of = a_rate(measure, group, kept)
    by, stratum = request.GET.get("by", ALL), request.GET.get("stratum", "")
    region = region_asked(request, regions_of(system))
    row = _shown_row(kept, of, group, by, stratum, region)
    lower = of.improvement == "decrease"
    shown = request.GET.get("show", "")
    if shown not in people.SHOWN:
        shown = "in" if lower else "out"
    found = people.people(
        system,
        kept[0],
        row.measure,
        group,
        by,
        stratum,
        region=region,
        shown=shown,
        after=_after(request),
        limit=people.PAGE + 1,
    )
    name = Labels([(by, stratum)])(by, stratum)
    audit.record_read(
        request.user,
        verb="prevention.measure_members",
        members=(person.id for person in found[: people.PAGE]),
        detail={"measure": of.id, "rate": group, "dimension": by, "shown": shown},
        request=request,
    )
    at = {"by": by, "stratum": stratum, "region": region, "year": years["year"]}
    last = found[people.PAGE - 1] if len(found) > people.PAGE else None
    context = {
        "measure": of,
        "label": of.rate_label(group),
        "name": name,
        "row": in_words(row),
        "people": found[: people.PAGE],
        "tabs": [
            {"label": words, "url": measure_url(of, group, "quality_people", show=key, **at), "current": key == shown}
            for key, words in _shown_words(lower)
        ],
        "next": measure_url(of, group, "quality_people", show=shown, after=str(last.id), **at) if last else "",
        "back": measure_url(of, group, by=by if by != ALL else "", region=region, year=years["year"]),
        "start_url": start_url(of, group, row, region),
        "may_start": bool(may(request.user, "prevention.run_project")),
        "parts": parts("quality", request),
    }
    return render(request, "prevention/quality/members.html", context)


def _shown_words(lower: bool) -> list[tuple[str, str]]:
    """What the lists are called; the one that asks for work first."""
    out, inside = (_("Not in the numerator"), _("In the numerator"))
    missing = [("in", inside), ("out", out)] if lower else [("out", out), ("in", inside)]
    return [*missing, ("excluded", _("Excluded")), ("counted", _("Everybody counted"))]


def _shown_row(kept: list[QualitySnapshot], of: Measure, group: int, by: str, stratum: str, region: str) -> Row:
    """The group's row. 404 where there is none, or it is hidden: a list would count it."""
    if not kept or by not in DIMENSIONS:
        raise Http404
    found = reading.rows(kept[0], [by], measure=of.id, group=group, region=region)
    row = next((one for one in found if one.stratum == stratum), None)
    if row is None or row.is_hidden:
        raise Http404
    return row


def _after(request: AuthenticatedHttpRequest) -> tuple[str, UUID]:
    """Where the list goes on: after the person whose id the address says; their name stands in no address."""
    key = read_uuid(request.GET.get("after"))
    name = Member.objects.filter(pk=key).values_list("name_key", flat=True).first() if key else None
    return (name, key) if key and name is not None else ("", UUID(int=0))


# --- Goals, export --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.set_goal")
def goal(request: AuthenticatedHttpRequest, measure: str, group: int) -> HttpResponse:
    """What the rate is compared with from a day on."""
    of, system = a_rate(measure, group), system_of(request)
    form = GoalForm(request.POST or None, initial={"start": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        actions.set_goal(system, of, group, by=request.user, **form.values())
        notify(request, _("The goal holds from that day on."))
        return redirect("prevention:quality_measure", measure=of.id, group=group)
    context = {
        "measure": of,
        "label": of.rate_label(group),
        "form": form,
        "back": measure_url(of, group),
        "parts": parts("quality", request),
    }
    return render(request, "prevention/quality/goal.html", context, status=422 if form.errors else 200)


@require_safe
@requires("prevention.view_quality")
def export_rate(request: AuthenticatedHttpRequest, measure: str, group: int) -> HttpResponse:
    """One rate by every dimension, as CSV."""
    system = system_of(request)
    region = region_asked(request, regions_of(system))
    kept, _years = kept_of(request, system)
    of = a_rate(measure, group, kept)
    names = [*([] if region else [ALL, *PLACES]), *BY_NAME, OFFICIAL]
    rows = reading.rows(kept[0], names, measure=of.id, group=group, region=region) if kept else []
    return _file(request, sorted(rows, key=_place_in_file), f"{of.id}-{group}")


@require_safe
@requires("prevention.view_quality")
def export_all(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every rate by everybody, region and the dimensions of equity, as CSV."""
    system = system_of(request)
    kept, _years = kept_of(request, system)
    rows = reading.rows(kept[0], [ALL, "region", *EQUITY]) if kept else []
    return _file(request, sorted(rows, key=_place_in_file), "rates")


def _place_in_file(row: Row) -> tuple[str, int, int, str]:
    return row.measure.id, row.group, list(DIMENSIONS).index(row.dimension), row.stratum


def _file(request: AuthenticatedHttpRequest, rows: list[Row], name: str) -> HttpResponse:
    audit.record_read(
        request.user,
        verb="prevention.export_rates",
        detail={"file": name, "rows": len(rows)},
        request=request,
    )
    answer = HttpResponse(export.as_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(name)}-{timezone.localdate().isoformat()}.csv"'
    return answer
