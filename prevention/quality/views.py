"""The quality director's pages: every rate, one rate by group, who is in a group, the numbers as a file."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.http import AuthenticatedHttpRequest
from core.permissions import may, requires
from core.templatetags.kp import MINUS, NOTHING
from network.models import Region
from prevention.engine.measure import Measure
from prevention.measures import measure as measure_named
from prevention.permissions import QUALITY_READERS
from prevention.quality import reading
from prevention.quality.labels import DIMENSIONS, Labels
from prevention.quality.models import QualitySnapshot
from prevention.quality.reading import Row, bare, percent
from prevention.quality.stewardship import waiting_for
from prevention.quality.strata import ALL, BY_NAME, OFFICIAL, PLACES, UNKNOWN

SORTS = ("measure", "goal", "gap")
# Rows of one dimension on a page: a system may have thousands of panels, and nobody reads so long a table.
MOST = 100


def system_of(request: AuthenticatedHttpRequest) -> UUID:
    system = reading.system_of(request.user, *QUALITY_READERS)
    if system is None:
        raise Http404
    return system


def region_asked(request: AuthenticatedHttpRequest, regions: list[tuple[str, str]]) -> str:
    asked = request.GET.get("region", "")
    return asked if asked in dict(regions) else ""


def kept_of(request: AuthenticatedHttpRequest, system: UUID) -> tuple[list[QualitySnapshot], dict[str, Any]]:
    """The months to read, and the years to choose from: an earlier one as it stood at its end, where asked for."""
    years = reading.years(system)
    asked = request.GET.get("year", "")
    earlier = int(asked) if asked in map(str, years[1:]) else None
    return reading.snapshots(system, year=earlier), {"years": years, "year": str(earlier or "")}


def regions_of(system: UUID) -> list[tuple[str, str]]:
    return [
        (str(pk), name) for pk, name in Region.objects.filter(system=system).order_by("name").values_list("pk", "name")
    ]


@require_safe
@requires("prevention.view_quality")
def dashboard(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every rate with its interval, trend, goal, what is missing to it, and its widest gap between groups."""
    system = system_of(request)
    regions = regions_of(system)
    region = region_asked(request, regions)
    kept, years = kept_of(request, system)
    sort = request.GET.get("sort", "measure")
    lines = _sorted(reading.lines(system, kept, region=region), sort)
    context = {
        "snapshot": kept[0] if kept else None,
        **years,
        "lines": [_line(line, region, years["year"]) for line in lines],
        **_standing(lines),
        "regions": regions,
        "region": region,
        "sorts": [("measure", _("Measure")), ("goal", _("Furthest from goal")), ("gap", _("Widest gap"))],
        "sort": sort if sort in SORTS else "measure",
        "parts": parts("quality", request),
    }
    return render(request, "prevention/quality/dashboard.html", context)


def _standing(lines: list[reading.Line]) -> dict[str, int]:
    """How many rates have a goal, how many of them fall short of it, and how many cannot be shown beside it."""
    with_goal = [line for line in lines if line.goal]
    return {
        "with_goal": len(with_goal),
        "short": sum(1 for line in with_goal if (line.distance or 0) < 0),
        "unsaid": sum(1 for line in with_goal if line.distance is None),
        "hidden": sum(1 for line in lines if line.row.rate is None),
    }


def parts(current: str, request: AuthenticatedHttpRequest) -> list[dict[str, Any]]:
    """The director's pages beside each other, with how many of one's own projects and guidelines are past their day."""
    projects, guidelines = waiting_for(request.user, timezone.localdate())
    found = [
        ("quality", _("Rates"), "prevention:quality", 0),
        ("projects", _("Projects"), "prevention:quality_projects", projects),
        ("guidelines", _("Guidelines"), "prevention:quality_guidelines", guidelines),
    ]
    return [
        {"label": label, "url": reverse(url), "count": count, "current": name == current}
        for name, label, url, count in found
    ]


def _sorted(lines: list[reading.Line], sort: str) -> list[reading.Line]:
    if sort == "goal":
        return sorted(lines, key=lambda line: line.distance if line.distance is not None else 1)
    if sort == "gap":
        return sorted(
            lines, key=lambda line: (line.gap.is_clear, line.gap.points) if line.gap else (False, -1), reverse=True
        )
    return lines


def _line(line: reading.Line, region: str, year: str) -> dict[str, Any]:
    """A line of the dashboard in words."""
    rate, gap = line.row.rate, line.gap
    url = measure_url(line.measure, line.group, region=region, year=year)
    shown: dict[str, Any] = {
        "title": line.measure.title,
        "label": line.label,
        "id": line.measure.id,
        "url": url,
        "lower": line.measure.improvement == "decrease",
        "is_hidden": line.row.is_hidden,
        "n": line.row.denominator,
        "trend": [months.value for _month, months in line.trend],
        "moved": _moved(line.trend),
        "goal": line.goal,
        "needed": line.needed,
    }
    if rate is not None:
        low, high = rate.interval
        shown |= {"rate": percent(rate.value), "low": bare(low), "high": percent(high)}
    if line.goal:
        shown["goal_rate"] = percent(line.goal.rate, 0)
        shown["distance"] = points(line.distance)
        shown["reached"] = (line.distance or 0) >= 0
    if gap:
        labels = Labels([])
        shown["gap"] = {
            "points": f"{gap.points:.0f}",
            "worst": labels(gap.dimension, gap.worst.stratum),
            "best": labels(gap.dimension, gap.best.stratum),
            "dimension": DIMENSIONS[gap.dimension],
            "is_clear": gap.is_clear,
            "url": measure_url(line.measure, line.group, region=region, by=gap.dimension, year=year),
        }
    return shown


def points(apart: float | None) -> str:
    """`+2.1` or `−3.0` percentage points; nothing as a dash."""
    if apart is None:
        return NOTHING
    return f"{'+' if apart >= 0 else MINUS}{abs(apart) * 100:.1f}"


def _moved(trend: list) -> str:
    """How the rate moved since the same month of the year before: within a year it climbs by construction."""
    rates = {month: rate.value or 0.0 for month, rate in trend}
    newest = max(rates, default=None)
    before = newest.replace(year=newest.year - 1) if newest else None
    return points(rates[newest] - rates[before]) if before in rates else ""


def measure_url(measure: Measure, group: int, page: str = "quality_measure", **query: str) -> str:
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"{reverse(f'prevention:{page}', args=[measure.id, group])}{'?' if asked else ''}{asked}"


# --- One rate -------------------------------------------------------------------------------------------


def a_rate(measure: str, group: int, kept: Sequence[QualitySnapshot] = ()) -> Measure:
    """The measure as it holds in the year of the newest snapshot kept. 404 where it has no such rate."""
    try:
        found = measure_named(measure, kept[0].period.lower.year if kept else timezone.localdate().year)
    except KeyError:
        raise Http404 from None
    if not 1 <= group <= len(found.groups):
        raise Http404
    return found


@require_safe
@requires("prevention.view_quality")
def measure(request: AuthenticatedHttpRequest, measure: str, group: int) -> HttpResponse:
    """One rate: where it stands, over time, and by one dimension as chart and table."""
    system = system_of(request)
    regions = regions_of(system)
    kept, years = kept_of(request, system)
    of = a_rate(measure, group, kept)
    asked = _asked(request, of, group, regions) | {"year": years["year"]}
    whole = _whole(kept, of, group, asked["region"])
    goals = reading.goals_on(system, kept[0].as_of if kept else timezone.localdate()).get((of.id, group), {})
    goal = goals.get("goal") or goals.get("benchmark")
    groups = _groups(kept, of, group, asked) if kept else []
    chosen = next((row for row in groups if row["stratum"] == request.GET.get("stratum")), None)
    context = {
        **years,
        "measure": of,
        "group": group,
        "label": of.rate_label(group),
        "lower": of.improvement == "decrease",
        "siblings": _siblings(of, group, years["year"]),
        "snapshot": kept[0] if kept else None,
        "whole": in_words(whole) if whole else None,
        "goals": [
            {
                "goal": one,
                "rate": percent(one.rate),
                "distance": points(whole.rate.distance(one.rate)),
                "needed": whole.rate.needed(one.rate),
            }
            for one in goals.values()
            if whole and whole.rate
        ],
        "trend": _trend(kept, whole, goal, of) if whole else None,
        "chosen": chosen,
        "chosen_trend": _trend(kept, chosen["row"], goal, of, chosen["name"]) if chosen else None,
        "dimensions": _dimension_tabs(of, group, asked),
        "dimension": DIMENSIONS[asked["by"]],
        "by": asked["by"],
        "place_names": PLACES,
        "groups": groups,
        "bars": _bars(groups, of, goal),
        "hidden": sum(1 for row in groups if row["row"].is_hidden),
        "rates_hidden": sum(1 for row in groups if row["row"].rate is None and not row["row"].is_hidden),
        "most": MOST if len(groups) == MOST else 0,
        "regions": regions,
        "region": asked["region"],
        "within": asked["under"],
        "within_name": Labels([(asked["level"], asked["under"])])(asked["level"], asked["under"])
        if asked["under"]
        else "",
        "export_url": measure_url(of, group, "quality_export", region=asked["region"], year=years["year"]),
        "may_list": bool(may(request.user, "prevention.view_measure_members")),
        "start_url": start_url(of, group, chosen["row"] if chosen else whole, asked["region"]) if whole else "",
        "may_start": bool(may(request.user, "prevention.run_project")),
        "may_set_goal": bool(may(request.user, "prevention.set_goal")),
        "parts": parts("quality", request),
    }
    return render(request, "prevention/quality/measure.html", context)


def start_url(of: Measure, group: int, row: Row, region: str) -> str:
    """Where a project about the group starts; everybody where it is hidden."""
    about = {"measure": of.id, "rate": str(group)}
    if row.dimension != ALL and not row.is_hidden:
        about |= {"by": row.dimension, "stratum": row.stratum, "region": region if row.dimension not in PLACES else ""}
    return f"{reverse('prevention:quality_start_project')}?{urlencode({k: v for k, v in about.items() if v})}"


def _asked(
    request: AuthenticatedHttpRequest, of: Measure, group: int, regions: list[tuple[str, str]]
) -> dict[str, str]:
    """By what, in which region, under which place; what is not known is left out."""
    by = request.GET.get("by", "")
    if by not in DIMENSIONS or by == ALL or (by == OFFICIAL and not of.groups[group - 1].strata):
        by = "region"
    under = request.GET.get("within", "") if by in PLACES else ""
    level = PLACES[under.count("/")] if under and under.count("/") < len(PLACES) - 1 else ""
    return {
        "by": by,
        "region": region_asked(request, regions) if by not in PLACES else "",
        "under": under if level else "",
        "level": level,
    }


def _whole(kept: list[QualitySnapshot], of: Measure, group: int, region: str) -> Row | None:
    if not kept:
        return None
    found = reading.rows(kept[0], ["region" if region else ALL], measure=of.id, group=group)
    return next((row for row in found if row.stratum == region), None)


def _groups(kept: list[QualitySnapshot], of: Measure, group: int, asked: dict[str, str]) -> list[dict[str, Any]]:
    """The rows of the dimension: worst first, not known and hidden last."""
    rows = reading.rows(
        kept[0], [asked["by"]], measure=of.id, group=group, region=asked["region"], under=asked["under"]
    )
    if asked["by"] == OFFICIAL:
        rows = [row for row in rows if row.stratum != UNKNOWN]
    gap = next(iter(reading.gaps(rows)), None)
    better = -1 if of.improvement == "decrease" else 1
    rows.sort(
        key=lambda row: (
            row.is_hidden,
            row.rate is None,
            row.stratum == UNKNOWN,
            better * ((row.rate.value or 0) if row.rate else 0),
        )
    )
    labels = Labels([(row.dimension, row.stratum) for row in rows[:MOST]])
    return [
        {
            "row": row,
            "name": labels(row.dimension, row.stratum),
            "stratum": row.stratum,
            "is_worst": gap is not None and gap.is_clear and row is gap.worst,
            **in_words(row),
            **_ways(row, of, group, asked),
        }
        for row in rows[:MOST]
    ]


def _ways(row: Row, of: Measure, group: int, asked: dict[str, str]) -> dict[str, str]:
    """Where one goes from a group: its months, the people in it, the places under it."""
    region = asked["region"]
    at = {"by": row.dimension, "region": region, "stratum": row.stratum, "year": asked["year"]}
    ways = {
        "over_time": measure_url(of, group, within=asked["under"], **at),
        "people": measure_url(of, group, "quality_people", **at),
    }
    if row.dimension in PLACES[:-1]:
        below = PLACES[PLACES.index(row.dimension) + 1]
        ways["inside"] = measure_url(of, group, by=below, within=row.stratum, year=asked["year"])
    return ways


def in_words(row: Row) -> dict[str, Any]:
    if row.is_hidden:
        return {"is_hidden": True}
    said: dict[str, Any] = {
        "is_hidden": False,
        "members": row.members,
        "denominator": row.denominator,
        "exclusions": row.exclusions,
        "exceptions": row.exceptions,
    }
    if row.rate is not None:
        low, high = row.rate.interval
        said |= {
            "numerator": row.rate.numerator,
            "rate": percent(row.rate.value),
            "low": bare(low),
            "high": percent(high),
        }
    return said


def _bars(groups: list[dict[str, Any]], of: Measure, goal: Any) -> dict[str, Any]:
    shown = [row for row in groups if row["row"].rate and row["row"].rate.value is not None][:30]
    return {
        "label": str(of.title),
        "unit": "%",
        "goal": float(goal.rate) * 100 if goal else None,
        "groups": [
            {
                "label": row["name"],
                "value": round(row["row"].rate.value * 100, 1),
                "low": row["row"].rate.interval[0] * 100,
                "high": row["row"].rate.interval[1] * 100,
                "marked": row["is_worst"],
            }
            for row in shown
        ],
    }


def _trend(kept: list[QualitySnapshot], row: Row, goal: Any, of: Measure, name: str = "") -> dict[str, Any]:
    """The row's months, with the goal as the range to be in."""
    months = [
        {"date": month, "value": round(found.rate.value * 100, 1), "note": f"n = {found.rate.denominator}"}
        for month, found in reading.trend(kept, row)
        if found.rate and found.rate.value is not None
    ]
    lower = of.improvement == "decrease"
    edge = float(goal.rate) * 100 if goal else None
    words = _("Goal: %(goal)s or less") if lower else _("Goal: %(goal)s or more")
    return {
        "label": name or str(of.title),
        "unit": "%",
        "points": months,
        "low": None if lower else edge,
        "high": edge if lower else None,
        "goal": words % {"goal": percent(goal.rate)} if goal else "",
    }


def _siblings(of: Measure, group: int, year: str) -> list[dict[str, Any]]:
    """The rates of a measure that has several."""
    if len(of.groups) < 2:
        return []
    return [
        {"label": of.rate_label(number), "url": measure_url(of, number, year=year), "current": number == group}
        for number in range(1, len(of.groups) + 1)
    ]


def _dimension_tabs(of: Measure, group: int, asked: dict[str, str]) -> list[dict[str, Any]]:
    names = [*PLACES, *BY_NAME, *([OFFICIAL] if of.groups[group - 1].strata else [])]
    return [
        {
            "label": DIMENSIONS[name],
            "url": measure_url(
                of, group, by=name, region="" if name in PLACES else asked["region"], year=asked["year"]
            ),
            "current": name == asked["by"],
        }
        for name in names
    ]
