"""Cohorts: build, count, export, and the log of what left."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core import jobs as core_jobs
from core.http import AuthenticatedHttpRequest
from core.models import JobRun
from core.notices import notify
from core.permissions import may, require, requires
from network.models import Organization, Region
from network.permissions import first_system
from prevention.cohorts import actions
from prevention.cohorts.criteria import Criteria
from prevention.cohorts.forms import AgreementForm, CohortForm, ExportForm, initial
from prevention.cohorts.jobs import SMALLEST, counted, folder_of, why_failed
from prevention.measures import MEASURES
from prevention.models import Cohort, CohortExport, DataUseAgreement
from prevention.registries import BY_ID
from prevention.registries.forms import control_choices

KINDS = {
    CohortExport.Kind.SAFE_HARBOR: gettext_lazy("De-identified (Safe Harbor)"),
    CohortExport.Kind.LIMITED: gettext_lazy("Limited data set, under an agreement"),
}


def own_system(request: AuthenticatedHttpRequest) -> Organization:
    """The system that the person works at; where there are several, the first."""
    found = first_system(request.user)
    if found is None:
        raise PermissionDenied("no role at a system")
    return found


def a_cohort(request: AuthenticatedHttpRequest, cohort_id: uuid.UUID) -> Cohort:
    return get_object_or_404(Cohort.objects.select_related("run", "created_by"), pk=cohort_id)


def an_export(request: AuthenticatedHttpRequest, cohort_export_id: uuid.UUID, **_more: Any) -> CohortExport:
    return get_object_or_404(CohortExport.objects.select_related("cohort"), pk=cohort_export_id)


@require_safe
@requires("prevention.build_cohort")
def cohorts(request: AuthenticatedHttpRequest) -> HttpResponse:
    rows = [
        {"cohort": one, "people": _people(one.run)}
        for one in Cohort.objects.select_related("run", "created_by").order_by("name")[:200]
    ]
    context = {
        "rows": rows,
        "columns": [{"label": _("Cohort")}, {"label": _("For")}, {"label": _("People"), "numeric": True}],
        "keeps_agreements": bool(may(request.user, "prevention.keep_agreements")),
    }
    return render(request, "prevention/cohorts/index.html", context)


def _people(run: JobRun | None) -> str:
    """A count in words: to the nearest ten, and small ones are not said."""
    if run is None:
        return "–"
    if run.status != JobRun.Status.DONE:
        return _("counting")
    people = counted(run)
    if people is None:
        return _("fewer than %(n)s") % {"n": SMALLEST}
    return _("about %(n)s") % {"n": number_format(people, force_grouping=True)}


def _regions(system: Organization) -> list[tuple[str, str]]:
    return [
        (str(pk), name) for pk, name in Region.objects.filter(system=system).order_by("name").values_list("pk", "name")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.build_cohort")
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.build_cohort", obj=a_cohort)
def edit(request: AuthenticatedHttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    return _edit(request, request.record)


def _edit(request: AuthenticatedHttpRequest, cohort: Cohort | None) -> HttpResponse:
    system = cohort.managing_organization if cohort else own_system(request)
    first = (
        {"name": cohort.name, "purpose": cohort.purpose, **initial(Criteria.from_json(cohort.criteria))}
        if cohort
        else None
    )
    form = CohortForm(request.POST or None, initial=first, regions=_regions(system))
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_cohort(
                by=request.user,
                system=system,
                name=form.cleaned_data["name"],
                purpose=form.cleaned_data["purpose"],
                criteria=form.criteria(),
                cohort=cohort,
            )
        except ValidationError as refused:
            form.add_error("name", refused.messages[0])
        else:
            notify(request, _("Saved. It is being counted."))
            return redirect("prevention:cohort", saved.pk)
    context = {"form": form, "cohort": cohort}
    return render(request, "prevention/cohorts/edit.html", context, status=422 if form.errors else 200)


@require_safe
@requires("prevention.build_cohort", obj=a_cohort)
def cohort(request: AuthenticatedHttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    return _page(request, request.record)


def _page(request: AuthenticatedHttpRequest, found: Cohort, form: ExportForm | None = None) -> HttpResponse:
    kinds = _kinds(request, found)
    exports = list(found.exports.select_related("requested_by", "agreement").order_by("-requested_at")[:50])
    reasons = why_failed(exports)
    context = {
        "cohort": found,
        "said": in_words(Criteria.from_json(found.criteria)),
        "people": _people(found.run),
        "is_counting": found.run is not None and found.run.status in ("queued", "running"),
        "form": form or (_export_form(None, found, kinds) if kinds else None),
        "exports": [
            {
                "export": one,
                "kind": KINDS[CohortExport.Kind(one.kind)],
                "can": _can(request, one),
                "why": reasons.get(one.pk),
            }
            for one in exports
        ],
        "columns": [
            {"label": _("Asked")},
            {"label": _("Kind and purpose")},
            {"label": _("Files")},
            {"label": _("State")},
        ],
    }
    return render(request, "prevention/cohorts/detail.html", context, status=422 if form and form.errors else 200)


def _kinds(request: AuthenticatedHttpRequest, found: Cohort) -> list[tuple[str, Any]]:
    return [
        (kind.value, words)
        for kind, words in KINDS.items()
        if may(request.user, actions.EXPORT_PERMISSION[kind], found)
    ]


def _export_form(data: Any, found: Cohort, kinds: list[tuple[str, Any]]) -> ExportForm:
    agreements = DataUseAgreement.objects.filter(
        managing_organization=found.managing_organization_id, period__contains=timezone.localdate()
    )
    return ExportForm(data, kinds=kinds, agreements=agreements.order_by("recipient"))


def _can(request: AuthenticatedHttpRequest, export: CohortExport) -> bool:
    permission = actions.EXPORT_PERMISSION[CohortExport.Kind(export.kind)]
    return export.status == CohortExport.Status.READY and bool(may(request.user, permission, export))


@require_safe
@requires("prevention.build_cohort", obj=a_cohort)
def count(request: AuthenticatedHttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """The count, asked for again while it is under way."""
    found = request.record
    progress = core_jobs.progress(found.run) if found.run else None
    is_counting = found.run is not None and found.run.status in ("queued", "running")
    context = {"cohort": found, "people": _people(found.run), "is_counting": is_counting, "progress": progress}
    return render(request, "prevention/cohorts/_count.html", context)


@require_POST
@requires("prevention.build_cohort", obj=a_cohort)
def recount(request: AuthenticatedHttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    actions.count_cohort(request.record, by=request.user)
    return redirect("prevention:cohort", cohort_id)


@require_POST
@requires("prevention.build_cohort", obj=a_cohort)
def export(request: AuthenticatedHttpRequest, cohort_id: uuid.UUID) -> HttpResponse:
    """Ask for the files; the kind has a permission of its own."""
    found = request.record
    kinds = _kinds(request, found)
    form = _export_form(request.POST, found, kinds)
    asked = request.POST.get("kind", "")
    if asked in actions.EXPORT_PERMISSION:
        require(request.user, actions.EXPORT_PERMISSION[CohortExport.Kind(asked)], found, request=request)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        actions.request_export(found, by=request.user, **form.cleaned_data)
    except ValidationError as refused:
        form.add_error(None, refused)
        return _page(request, found, form)
    notify(request, _("The files are being written. They stay for two weeks."))
    return redirect("prevention:cohort", cohort_id)


@require_safe
@requires("prevention.build_cohort", obj=an_export)
def download(request: AuthenticatedHttpRequest, cohort_export_id: uuid.UUID, file_name: str) -> HttpResponse:
    """A file of an export, while it stands; who fetched it is kept."""
    found: CohortExport = request.record
    permission = actions.EXPORT_PERMISSION[CohortExport.Kind(found.kind)]
    require(request.user, permission, found, request=request)
    known = {file["name"] for file in found.files}
    is_gone = found.status != CohortExport.Status.READY or (found.expires_at and found.expires_at <= timezone.now())
    path = folder_of(found) / file_name
    if file_name not in known or is_gone or not path.is_file():
        raise Http404
    audit.record_read(
        request.user, verb="prevention.download_export", obj=found, detail={"file": file_name}, request=request
    )
    # A stream, which is no HttpResponse to the type checker; to everybody else it answers as one.
    stream: Any = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{found.pk}-{file_name}",
        content_type="application/vnd.apache.parquet",
    )
    return stream


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.keep_agreements")
def agreements(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The agreements under which limited data sets leave."""
    form = AgreementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.record_agreement(by=request.user, system=own_system(request), **form.cleaned_data)
        notify(request, _("Recorded."))
        return redirect("prevention:agreements")
    context = {
        "form": form,
        "agreements": DataUseAgreement.objects.select_related("recorded_by").order_by("-signed_on")[:200],
        "today": timezone.localdate(),
        "columns": [{"label": _("Recipient")}, {"label": _("Use")}, {"label": _("In force")}, {"label": _("Filed")}],
    }
    return render(request, "prevention/cohorts/agreements.html", context, status=422 if form.errors else 200)


def in_words(criteria: Criteria) -> list[dict[str, str]]:
    """Criteria as names and values."""
    rows: list[tuple[str, str]] = []
    if criteria.min_age is not None or criteria.max_age is not None:
        low, high = criteria.min_age or 0, criteria.max_age
        rows.append((_("Age"), f"{low}–{high}" if high is not None else _("%(n)s and over") % {"n": low}))
    rows += [(_("Sex"), ", ".join(criteria.sex))] if criteria.sex else []
    if criteria.lines_of_business:
        rows.append((_("Line of business"), ", ".join(one.replace("_", " ") for one in criteria.lines_of_business)))
    if criteria.regions:
        rows.append(
            (_("Market"), ", ".join(Region.objects.filter(pk__in=criteria.regions).values_list("name", flat=True)))
        )
    if criteria.registries:
        rows.append((_("Registry"), ", ".join(str(BY_ID[one].title) for one in criteria.registries)))
    if criteria.control:
        words = dict(control_choices())
        rows.append((_("Control"), ", ".join(str(words[one]) for one in criteria.control)))
    for fact in criteria.facts:
        window = " – ".join(day for day in (fact.since, fact.until) if day)
        rows.append((fact.kind.capitalize(), f"{fact.name or fact.url}{f', {window}' if window else ''}"))
    if criteria.measure:
        title = next((one.title for one in MEASURES if one.key == criteria.measure), criteria.measure)
        rows.append((_("Measure"), f"{title}: {criteria.measure_status.replace('_', ' ')}"))
    return [{"label": label, "value": value} for label, value in rows]
