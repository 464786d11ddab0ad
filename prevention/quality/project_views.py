"""Improvement projects with their run charts, and the guidelines the organisation works by."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.asked import read_number
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from prevention.measures import measure as measure_named
from prevention.quality import by_month, reading, stewardship
from prevention.quality import project_actions as actions
from prevention.quality import project_forms as forms
from prevention.quality.labels import DIMENSIONS, Labels
from prevention.quality.project_models import Guideline, ImprovementProject, ProjectCycle
from prevention.quality.run_chart import run_chart
from prevention.quality.strata import ALL
from prevention.quality.views import a_rate, measure_url, parts, system_of
from prevention.rules import BY_ID

# Of the retired ones the last are read; each keeps its own page.
RETIRED_SHOWN = 50


def a_project(request: AuthenticatedHttpRequest, project_id: uuid.UUID) -> ImprovementProject:
    return get_object_or_404(ImprovementProject.objects.select_related("owner", "decided_by"), pk=project_id)


def a_cycle(request: AuthenticatedHttpRequest, project_id: uuid.UUID, cycle_id: uuid.UUID) -> ProjectCycle:
    return get_object_or_404(ProjectCycle.objects.select_related("project"), pk=cycle_id, project=project_id)


def a_guideline(request: AuthenticatedHttpRequest, guideline_id: uuid.UUID) -> Guideline:
    return get_object_or_404(Guideline.objects.select_related("owner", "retired_by"), pk=guideline_id)


# --- Projects -------------------------------------------------------------------------------------------


@require_safe
@requires("prevention.view_quality")
def projects(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Projects under way, the earliest due first, and what was decided."""
    found = ImprovementProject.objects.filter(managing_organization=system_of(request)).select_related("owner")
    rows: list[dict[str, Any]] = [{"project": one, "about": _about(one)} for one in found.order_by("due_on", "title")]
    context = {
        "open": [row for row in rows if not row["project"].decision],
        "decided": [row for row in rows if row["project"].decision],
        "today": timezone.localdate(),
        "parts": parts("projects", request),
    }
    return render(request, "prevention/quality/projects.html", context)


def _about(project: ImprovementProject) -> str:
    """`Colorectal cancer screening, Language: Spanish`."""
    try:
        of = measure_named(project.measure)
    except KeyError:
        return project.measure
    label = of.rate_label(project.group)
    words = f"{of.title}: {label}" if label else str(of.title)
    if project.dimension == ALL:
        return words
    whose = Labels([(project.dimension, project.stratum)])(project.dimension, project.stratum)
    return f"{words}, {DIMENSIONS[project.dimension]}: {whose}"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.run_project")
def start(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A project about a rate, of everybody or of the group one comes from."""
    whose = _whose(request)
    form = forms.ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = actions.start_project(system_of(request), by=request.user, **whose, **form.cleaned_data)
        notify(request, _("Begun. Try the first change."))
        return redirect("prevention:quality_project", project_id=project.pk)
    draft = ImprovementProject(**whose)
    context = {
        "form": form,
        "about": _about(draft),
        "back": measure_url(measure_named(whose["measure"]), whose["group"]),
        "parts": parts("projects", request),
    }
    return render(request, "prevention/quality/start.html", context, status=422 if form.errors else 200)


def _whose(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """The rate and group in the address. 404 where there is none such, or it is too small to be shown."""
    asked = request.GET
    number = asked.get("rate", "1")
    of = a_rate(asked.get("measure", ""), read_number(number) or 0)
    dimension, region, stratum = asked.get("by", "") or ALL, asked.get("region", ""), asked.get("stratum", "")
    if dimension not in DIMENSIONS:
        raise Http404
    if dimension != ALL:
        kept = reading.snapshots(system_of(request))
        rows = reading.rows(kept[0], [dimension], measure=of.id, group=int(number), region=region) if kept else []
        if not any(row.stratum == stratum and not row.is_hidden for row in rows):
            raise Http404
    return {"measure": of.id, "group": int(number), "dimension": dimension, "region": region, "stratum": stratum}


@require_safe
@requires("prevention.view_quality", obj=a_project)
def project(request: AuthenticatedHttpRequest, project_id: uuid.UUID) -> HttpResponse:
    return _project(request, request.record)


def _project(request: AuthenticatedHttpRequest, of: ImprovementProject, **given: BaseForm) -> HttpResponse:
    cycles = list(of.cycles.order_by("-period"))
    today = timezone.localdate()
    trying = next((cycle for cycle in cycles if cycle.period.upper is None), None)
    context = {
        "project": of,
        "about": _about(of),
        "rate_url": _rate_url(of),
        "chart": _chart(request, of),
        "cycles": cycles,
        "trying": trying,
        "today": today,
        # A step that no longer stands on the page says there why it was refused.
        "refused": [words for form in given.values() for words in form.non_field_errors()],
        "may_run": bool(may(request.user, "prevention.run_project", of)) and not of.decision,
        "cycle_form": given.get("cycle_form") or forms.CycleForm(initial={"start": today}, prefix="cycle"),
        "end_form": given.get("end_form") or forms.EndCycleForm(initial={"end": today}, prefix="end"),
        "point_form": given.get("point_form") or forms.PointForm(initial={"on": today}, prefix="point"),
        "decision_form": given.get("decision_form") or forms.DecisionForm(prefix="decision"),
        "change_form": given.get("change_form")
        or forms.ChangeProjectForm(initial={"aim": of.aim, "due_on": of.due_on}, prefix="change"),
        "hand_over_form": given.get("hand_over_form") or _hand_over_form(of),
        "earlier": of.earlier.select_related("by", "owner").order_by("-at"),
        "parts": parts("projects", request),
    }
    return render(request, "prevention/quality/project.html", context, status=422 if given else 200)


def _rate_url(of: ImprovementProject) -> str:
    try:
        measured = measure_named(of.measure)
    except KeyError:
        return ""
    by = "" if of.dimension == ALL else of.dimension
    return measure_url(measured, of.group, by=by, region=of.region, stratum=of.stratum)


def _chart(request: AuthenticatedHttpRequest, of: ImprovementProject) -> dict[str, Any]:
    """The team's own numbers; where there are none, what each month added to the rate.

    The rate itself is the year so far: it is drawn beside, and no rule is read from it.
    """
    own: list[dict[str, Any]] = [
        {"date": point.on, "value": point.value, "note": ""} for point in of.points.order_by("on")
    ]
    so_far, gained = ([], []) if own else _months(of)
    points = own or gained
    read = run_chart([float(point["value"]) for point in points])
    words = {
        ("shift", 1): _("Shift: six or more in a row above the median."),
        ("shift", -1): _("Shift: six or more in a row below the median."),
        ("trend", 1): _("Trend: five or more in a row rising."),
        ("trend", -1): _("Trend: five or more in a row falling."),
    }
    trend = {
        "label": _("Rate") if own else _("Gained in the month"),
        "unit": "%",
        "points": points,
        "low": None,
        "high": None,
        "median": read.median,
        "goal": _("Dashed: the median, %(median).1f %%") % {"median": read.median} if read.median is not None else "",
    }
    return {
        "trend": trend,
        "so_far": {"label": _("Rate, year to date"), "unit": "%", "points": so_far, "low": None, "high": None}
        if so_far
        else None,
        "is_own": bool(own),
        "signals": list(dict.fromkeys(words[signal.kind, signal.direction] for signal in read.signals)),
        "count": len(points),
    }


def _months(of: ImprovementProject) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Of the nightly run's months: the rate of the year so far, and what each month added to it."""
    kept = reading.snapshots(of.managing_organization_id, months=by_month.MONTHS)
    rows = reading.rows(kept[0], [of.dimension], measure=of.measure, group=of.group, region=of.region) if kept else []
    row = next((one for one in rows if one.stratum == of.stratum), None)
    if row is None:
        return [], []
    so_far = [
        {"date": month, "value": round(found.rate.value * 100, 1), "note": f"n = {found.rate.denominator}"}
        for month, found in reading.trend(kept, row)
        if found.rate and found.rate.value is not None
    ]
    gained = [
        {"date": one.month, "value": round(one.share * 100, 1), "note": f"n = {one.missing}"}
        for one in by_month.added(kept, row)
    ]
    return so_far, gained


def _step(request: AuthenticatedHttpRequest, form: BaseForm, name: str, act: Any, done: str) -> HttpResponse:
    """One step of a project: back to its page, with what has to be mended where it is refused."""
    record = request.record
    of = record if isinstance(record, ImprovementProject) else record.project
    if form.is_valid():
        try:
            act(record, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            notify(request, done)
            return redirect("prevention:quality_project", project_id=of.pk)
    return _project(request, of, **{name: form})


@require_POST
@requires("prevention.run_project", obj=a_project)
def begin_cycle(request: AuthenticatedHttpRequest, project_id: uuid.UUID) -> HttpResponse:
    form = forms.CycleForm(request.POST, prefix="cycle")
    return _step(request, form, "cycle_form", actions.begin_cycle, _("The change is being tried."))


@require_POST
@requires("prevention.run_project", obj=a_cycle)
def end_cycle(request: AuthenticatedHttpRequest, project_id: uuid.UUID, cycle_id: uuid.UUID) -> HttpResponse:
    form = forms.EndCycleForm(request.POST, prefix="end")
    return _step(request, form, "end_form", actions.end_cycle, _("Kept."))


@require_POST
@requires("prevention.run_project", obj=a_project)
def add_point(request: AuthenticatedHttpRequest, project_id: uuid.UUID) -> HttpResponse:
    form = forms.PointForm(request.POST, prefix="point")
    return _step(request, form, "point_form", actions.add_point, _("On the chart."))


@require_POST
@requires("prevention.run_project", obj=a_project)
def decide(request: AuthenticatedHttpRequest, project_id: uuid.UUID) -> HttpResponse:
    form = forms.DecisionForm(request.POST, prefix="decision")
    return _step(request, form, "decision_form", actions.decide_project, _("Decided."))


@require_POST
@requires("prevention.run_project", obj=a_project)
def change(request: AuthenticatedHttpRequest, project_id: uuid.UUID) -> HttpResponse:
    of = ImprovementProject.objects.select_for_update(of=["self"]).get(pk=request.record.pk)
    form = forms.ChangeProjectForm(request.POST, initial={"aim": of.aim, "due_on": of.due_on}, prefix="change")
    return _step(request, form, "change_form", stewardship.change_project, _("Changed. What stood before is kept."))


@require_POST
@requires("prevention.run_project", obj=a_project)
def hand_over(request: AuthenticatedHttpRequest, project_id: uuid.UUID) -> HttpResponse:
    form = _hand_over_form(request.record, request.POST)
    return _step(request, form, "hand_over_form", stewardship.hand_over_project, _("Handed over."))


def _hand_over_form(of: ImprovementProject | Guideline, data: Any = None) -> forms.HandOverForm:
    owners = stewardship.possible_owners(of.managing_organization_id).exclude(pk=of.owner_id)
    return forms.HandOverForm(data, prefix="hand_over", owners=owners)


# --- Guidelines -----------------------------------------------------------------------------------------


@require_safe
@requires("prevention.view_quality")
def guidelines(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Guidelines in force, those past their review first; and those that were retired, with the reason."""
    every = Guideline.objects.filter(managing_organization=system_of(request)).select_related("owner", "retired_by")
    rows = list(every.filter(retired_on__isnull=True).order_by("review_by", "title"))
    today = timezone.localdate()
    context = {
        "rows": [{"guideline": one, "is_overdue": one.review_by < today, "rule": _rule(one)} for one in rows],
        "retired": list(every.filter(retired_on__isnull=False).order_by("-retired_on", "title")[:RETIRED_SHOWN]),
        "overdue": sum(1 for one in rows if one.review_by < today),
        "may_keep": bool(may(request.user, "prevention.keep_guideline")),
        "parts": parts("guidelines", request),
    }
    return render(request, "prevention/quality/guidelines.html", context)


def _rule(guideline: Guideline) -> str:
    return str(BY_ID[guideline.rule].title) if guideline.rule in BY_ID else ""


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.keep_guideline")
def new_guideline(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = forms.GuidelineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_guideline(system_of(request), by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            notify(request, _("Kept. You own it."))
            return redirect("prevention:quality_guidelines")
    context = {"form": form, "parts": parts("guidelines", request)}
    return render(request, "prevention/quality/new_guideline.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.view_quality", obj=a_guideline)
def guideline(request: AuthenticatedHttpRequest, guideline_id: uuid.UUID) -> HttpResponse:
    """A guideline with its reviews; whoever keeps guidelines writes the next one here."""
    of = request.record
    keeps = bool(may(request.user, "prevention.keep_guideline", of)) and of.retired_on is None
    form = forms.ReviewForm(request.POST or None)
    if request.method == "POST":
        if not keeps:
            raise Http404
        if form.is_valid():
            actions.review_guideline(of, by=request.user, **form.cleaned_data)
            notify(request, _("Reviewed."))
            return redirect("prevention:quality_guideline", guideline_id=of.pk)
    return _guideline(request, of, form if keeps else None)


def _guideline(
    request: AuthenticatedHttpRequest,
    of: Guideline,
    form: forms.ReviewForm | None,
    hand_over_form: forms.HandOverForm | None = None,
    retire_form: forms.RetireForm | None = None,
) -> HttpResponse:
    is_wrong = bool(form and form.errors) or hand_over_form is not None or retire_form is not None
    context = {
        "guideline": of,
        "rule": _rule(of),
        "reviews": of.reviews.select_related("by").order_by("-at"),
        "is_overdue": of.review_by < timezone.localdate(),
        "form": form,
        "hand_over_form": (hand_over_form or _hand_over_form(of)) if form else None,
        "retire_form": (retire_form or forms.RetireForm(prefix="retire")) if form else None,
        "earlier": of.earlier.select_related("by", "owner").order_by("-at"),
        "parts": parts("guidelines", request),
    }
    return render(request, "prevention/quality/guideline.html", context, status=422 if is_wrong else 200)


@require_POST
@requires("prevention.keep_guideline", obj=a_guideline)
def hand_over_guideline(request: AuthenticatedHttpRequest, guideline_id: uuid.UUID) -> HttpResponse:
    """Somebody else keeps it from now on."""
    of = request.record
    form = _hand_over_form(of, request.POST)
    if form.is_valid():
        try:
            stewardship.hand_over_guideline(of, by=request.user, **form.cleaned_data)
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            notify(request, _("Handed over."))
            return redirect("prevention:quality_guideline", guideline_id=of.pk)
    return _guideline(request, of, forms.ReviewForm(), form)


@require_POST
@requires("prevention.keep_guideline", obj=a_guideline)
def retire(request: AuthenticatedHttpRequest, guideline_id: uuid.UUID) -> HttpResponse:
    """It no longer holds: with the reason, which stays on its page."""
    of = request.record
    form = forms.RetireForm(request.POST, prefix="retire")
    if not form.is_valid():
        return _guideline(request, of, forms.ReviewForm() if of.retired_on is None else None, retire_form=form)
    try:
        actions.retire_guideline(of, by=request.user, reason=form.cleaned_data["reason"])
    except ValueError:
        notify(request, _("It is retired already."))
    else:
        notify(request, _("Retired. It stays on record."))
    return redirect("prevention:quality_guidelines")
