"""Capitation on screen: runs with their progress, totals down to the department, a member's line for a reason."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.capitation.explain import explain_line
from billing.forms import ReasonForm
from billing.models import CapitationContract, CapitationLine, CapitationRun
from billing.permissions import READ, systems_of
from core import audit, jobs
from core.http import AuthenticatedHttpRequest
from core.permissions import requires
from network.models import Department, Facility, Region
from plans.models.products import LineOfBusiness

PAGE = 25
STATUS = {"open": "info", "posted": "good", "estimate": "plain", "withdrawn": "due"}


def find_run(request: AuthenticatedHttpRequest, run_id: UUID, **rest: Any) -> CapitationRun:
    return get_object_or_404(CapitationRun.objects.select_related("organization", "job"), pk=run_id)


@requires("billing.view_capitation")
def runs(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The runs of the person's plans, newest first, with what each paid."""
    found = (
        CapitationRun.objects.filter(organization__system__in=systems_of(request.user, *READ))
        .select_related("organization")
        .order_by("-payment_month", "-version")[: PAGE * 2]
    )
    return render(
        request, "billing/runs.html", {"runs": [(run, STATUS[run.status]) for run in found], "columns": run_columns()}
    )


def run_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Month")},
        {"label": _("Status")},
        {"label": _("Lines"), "numeric": True},
        {"label": _("Adjustments"), "numeric": True},
        {"label": _("Paid"), "numeric": True},
        {"label": _("Set aside"), "numeric": True},
    ]


@requires("billing.view_capitation", obj=find_run)
def run(request: AuthenticatedHttpRequest, run_id: UUID) -> HttpResponse:
    """One run: its state, what it paid to whom, and, one level at a time, where."""
    found: CapitationRun = request.record
    region, facility = request.GET.get("region", ""), request.GET.get("facility", "")
    places = Places(found)
    contracts = {
        str(contract.pk): contract.contract.name
        for contract in CapitationContract.objects.filter(contract__payer=found.organization_id).select_related(
            "contract"
        )
    }
    return render(
        request,
        "billing/run.html",
        {
            "run": found,
            "status": STATUS[found.status],
            "figures": _figures(found),
            "by_contract": [
                {**row, "name": contracts.get(row["contract"], "–"), "line": lob_label(row["line_of_business"])}
                for row in found.totals.get("contracts", [])
            ],
            "by_place": places.below(region, facility),
            "crumbs": places.crumbs(region, facility),
            "heading": places.heading(region, facility),
            "set_aside": [
                (label, count)
                for name, label in set_aside_labels().items()
                if (count := found.totals.get("set_aside", {}).get(name))
            ],
            **progress_of(found),
        },
    )


@requires("billing.view_capitation", obj=find_run)
def state(request: AuthenticatedHttpRequest, run_id: UUID) -> HttpResponse:
    """The run's one line of state, asked again while it works."""
    found: CapitationRun = request.record
    response = render(
        request, "billing/_progress.html", {"run": found, "status": STATUS[found.status], **progress_of(found)}
    )
    if found.status != CapitationRun.Status.OPEN:
        response["HX-Refresh"] = "true"
    return response


def progress_of(run: CapitationRun) -> dict[str, Any]:
    """What the progress line shows: shares done of all, and the time left in words."""
    if run.status != CapitationRun.Status.OPEN or run.job is None:
        return {"progress": None, "poll": ""}
    progress = jobs.progress(run.job)
    left = ""
    if progress.left is not None:
        seconds = int(progress.left.total_seconds())
        minutes = max(1, round(seconds / 60))
        left = (
            _("less than a minute left")
            if seconds < 60
            else ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {"count": minutes}
        )
    return {"progress": progress, "left": left, "poll": reverse("billing:run_state", args=[run.pk])}


def set_aside_labels() -> dict[str, str]:
    return {
        "without_rate": _("no rate for their age, sex, region or line of business"),
        "without_region": _("no region: give them an address in the service area or a primary care clinician"),
        "without_birth_date": _("no birth date"),
    }


def lob_label(value: str) -> str:
    return str(LineOfBusiness(value).label)


def _figures(run: CapitationRun) -> list[dict[str, Any]]:
    totals = run.totals
    return [
        {"label": _("Paid"), "value": totals.get("amount", "0")},
        {"label": _("For this month"), "value": totals.get("current", "0")},
        {"label": _("Earlier months adjusted"), "value": totals.get("adjustments", "0")},
    ]


class Places:
    """A run's totals by place, one level at a time: region, facility, department."""

    def __init__(self, run: CapitationRun) -> None:
        self.run = run
        self.rows: list[dict[str, Any]] = run.totals.get("places", [])
        self.names: dict[str, str] = {}
        for model, key in ((Region, "region"), (Facility, "facility"), (Department, "department")):
            ids = {row[key] for row in self.rows if row[key]}
            self.names |= {str(pk): name for pk, name in model.objects.filter(pk__in=ids).values_list("pk", "name")}

    def below(self, region: str, facility: str) -> list[dict[str, Any]]:
        """The next level's rows: label, lines, amounts, and the address that goes further down."""
        wanted = [
            row
            for row in self.rows
            if (not region or row["region"] == region) and (not facility or (row["facility"] or "none") == facility)
        ]
        level = "department" if facility else "facility" if region else "region"
        groups: dict[str, dict[str, Any]] = {}
        for row in wanted:
            key = row[level] or "none"
            group = groups.setdefault(
                key,
                {
                    "label": self.names.get(key, _("No primary care place")),
                    "url": self._further(level, key, region, facility),
                    "lines": 0,
                    "amount": Decimal(0),
                    "adjustments": Decimal(0),
                },
            )
            group["lines"] += row["lines"]
            group["amount"] += Decimal(row["amount"])
            group["adjustments"] += Decimal(row["adjustments"])
        return sorted(groups.values(), key=lambda group: -group["amount"])

    def _further(self, level: str, key: str, region: str, facility: str) -> str:
        if level == "department" or key == "none":
            place = f"region={region or key}&department={key if level == 'department' else 'none'}"
            return f"{reverse('billing:run_members', args=[self.run.pk])}?{place}"
        query = f"region={key}" if level == "region" else f"region={region}&facility={key}"
        return f"{reverse('billing:run', args=[self.run.pk])}?{query}"

    def crumbs(self, region: str, facility: str) -> list[dict[str, str]]:
        here = reverse("billing:run", args=[self.run.pk])
        crumbs = [{"label": _("Capitation"), "url": reverse("billing:runs")}]
        if region:
            crumbs.append({"label": f"{self.run.payment_month:%Y-%m}", "url": here})
        if facility:
            crumbs.append({"label": self.names.get(region, _("Region")), "url": f"{here}?region={region}"})
        return crumbs

    def heading(self, region: str, facility: str) -> str:
        if facility:
            return _("Departments of %(place)s") % {"place": self.names.get(facility, "–")}
        if region:
            return _("Facilities of %(place)s") % {"place": self.names.get(region, "–")}
        return _("Regions")


def reason_key(run: CapitationRun) -> str:
    return f"billing.reason.{run.pk}"


@requires("billing.view_capitation_member", obj=find_run)
def members(request: AuthenticatedHttpRequest, run_id: UUID) -> HttpResponse:
    """The lines of a department's members, once the person has said why; each member shown is audited.

    Only the record number is shown, not the name: that is what finance needs to find a line again.
    """
    found: CapitationRun = request.record
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session[reason_key(found)] = form.cleaned_data["reason"]
        return redirect(request.get_full_path())
    reason = request.session.get(reason_key(found), "")
    context: dict[str, Any] = {"run": found, "form": form, "reason": reason}
    if reason:
        page, context["next"] = _page(request, found)
        for member_id in {line.member_id for line in page}:
            audit.record_read(
                request.user, verb="billing.view_capitation_member", member_id=member_id, reason=reason, request=request
            )
        context["lines"] = page
    return render(request, "billing/members.html", context)


def _page(request: AuthenticatedHttpRequest, run: CapitationRun) -> tuple[list[CapitationLine], str]:
    lines = run.lines.select_related("member", "contract__contract").order_by("member_id", "service_month", "id")
    try:
        department = request.GET.get("department", "")
        lines = lines.filter(department=None if department in ("", "none") else UUID(department))
        if region := request.GET.get("region", ""):
            lines = lines.filter(region=UUID(region))
        if after := request.GET.get("after", ""):
            lines = lines.filter(member_id__gt=UUID(after))
    except ValueError as error:
        raise Http404 from error
    page = list(lines[: PAGE + 1])
    if len(page) <= PAGE:
        return page, ""
    # A member's lines stay on one page: the last member, who may have more, opens the next one.
    whole = [line for line in page if line.member_id != page[-1].member_id] or page
    query = request.GET.copy()
    query["after"] = str(whole[-1].member_id)
    return whole, f"?{query.urlencode()}"


@requires("billing.view_capitation_member", obj=find_run)
def line(request: AuthenticatedHttpRequest, run_id: UUID, line_id: UUID) -> HttpResponse:
    """How one line came to its amount. Without a reason given for the run, back to where it is asked."""
    found: CapitationRun = request.record
    reason = request.session.get(reason_key(found), "")
    shown = get_object_or_404(
        CapitationLine.objects.select_related(
            "run", "member", "contract__contract", "rate_cell", "region", "facility", "department"
        ),
        pk=line_id,
        run=found,
    )
    if not reason:
        return redirect(f"{reverse('billing:run_members', args=[found.pk])}?department={shown.department_id or 'none'}")
    audit.record_read(
        request.user, verb="billing.explain_line", obj=shown, member_id=shown.member_id, reason=reason, request=request
    )
    explanation = explain_line(shown)
    return render(
        request,
        "billing/line.html",
        {"run": found, "line": shown, "explanation": explanation, "lob": lob_label(shown.line_of_business)},
    )
