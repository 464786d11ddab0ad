"""Import runs: what came in, what was set aside with its reason, and another try."""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.navigation import url_or_none
from core.notices import notify
from core.permissions import may, requires
from interop import actions
from interop.models import ImportRun, SetAside, TerminationProposal
from interop.tasks import replay_run
from interop.x12.full_list import open_proposals

PER_PAGE = 50


def run_of(request: AuthenticatedHttpRequest, run_id: uuid.UUID, **kwargs: object) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("started_by"), pk=run_id)


BADGES = {"open": "due", "replayed": "good", "dismissed": "plain"}


@require_safe
@requires("interop.view_runs")
def runs(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The last runs, newest first, and how much waits for somebody."""
    found = list(ImportRun.objects.select_related("started_by").order_by("-started_at")[:100])
    waiting = dict(
        SetAside.objects.filter(run__in=found, status=SetAside.Status.OPEN)
        .values_list("run")
        .annotate(many=Count("id"))
        .order_by()
    )
    rows = [{"run": run, "waiting": waiting.get(run.pk, 0), **_state(run, waiting.get(run.pk, 0))} for run in found]
    labels = (_("File"), _("State"), _("Accepted"), _("Unchanged"), _("Waiting"), _("Started"))
    context = {
        "rows": rows,
        "waiting": sum(waiting.values()),
        "columns": [{"label": label, "numeric": number in (2, 3, 4)} for number, label in enumerate(labels)],
    }
    return render(request, "interop/runs.html", context)


def _state(run: ImportRun, waiting: int) -> dict[str, str]:
    if run.status == ImportRun.Status.FAILED:
        return {"badge": "stop", "state": _("Failed")}
    if run.status == ImportRun.Status.RUNNING:
        return {"badge": "info", "state": _("Running")}
    return {"badge": "due", "state": _("Something waits")} if waiting else {"badge": "good", "state": _("Done")}


@require_safe
@requires("interop.view_runs", obj=run_of)
def run(request: AuthenticatedHttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: totals that reconcile, and what was set aside, by reason and one by one."""
    found = request.record
    audit.record_read(request.user, verb="interop.run", obj=found, request=request)
    shown = request.GET.get("status", SetAside.Status.OPEN)
    shown = shown if shown in SetAside.Status.values else SetAside.Status.OPEN
    counts = dict(found.set_aside.values_list("status").annotate(many=Count("id")).order_by())
    rows = found.set_aside.filter(status=shown)
    if code := request.GET.get("code", ""):
        rows = rows.filter(code=code)
    waiting = counts.get(SetAside.Status.OPEN, 0)
    context = {
        "run": found,
        **_state(found, waiting),
        "figures": _figures(found, counts),
        "left": max((found.total or 0) - sum(found.counts.get(n, 0) for n in ("accepted", "unchanged", "set_aside")), 0)
        if found.status == ImportRun.Status.RUNNING
        else 0,
        "tabs": [
            {"label": label, "url": f"?status={status}", "count": counts.get(status, 0), "current": status == shown}
            for status, label in (("open", _("Waiting")), ("replayed", _("Taken later")), ("dismissed", _("Dismissed")))
        ],
        "reasons": _reasons(found, shown),
        "code": code,
        "status": shown,
        "badge_of_rows": BADGES[shown],
        "page": Paginator(rows.order_by("created_at", "id"), PER_PAGE).get_page(request.GET.get("page")),
        "columns": [{"label": label} for label in (_("Where"), _("What is wrong, and how to mend it"), "")],
        "waiting": waiting,
        "may_replay": bool(may(request.user, "interop.replay", found)),
        "can_replay": actions.can_replay(found),
        "absent": Paginator(open_proposals(found), PER_PAGE).get_page(request.GET.get("absent")),
        "can_decide": bool(may(request.user, "interop.decide_terminations", found)),
        "crumbs": [{"label": _("Imports"), "url": reverse("interop:runs")}],
        "matches_url": url_or_none("members:matches") if may(request.user, "members.decide_match") else "",
    }
    return render(request, "interop/run.html", context)


def _figures(run: ImportRun, counts: dict[str, int]) -> list[dict[str, object]]:
    """What became of the records: the parts add up to the whole."""
    parts = [
        (_("Records in the file"), run.total if run.total is not None else "–"),
        (_("Accepted"), run.counts.get("accepted", 0)),
        (_("Unchanged"), run.counts.get("unchanged", 0)),
        (_("Waiting"), counts.get(SetAside.Status.OPEN, 0)),
    ]
    if not_taken := run.counts.get("not_taken", 0):
        parts.insert(3, (_("Not taken"), not_taken))
    if dismissed := counts.get(SetAside.Status.DISMISSED, 0):
        parts.append((_("Dismissed"), dismissed))
    return [{"label": label, "value": value} for label, value in parts]


def _reasons(run: ImportRun, status: str) -> list[Mapping[str, Any]]:
    """Kinds of fault among the rows shown, the most frequent first, each with one of its sentences."""
    found = (
        run.set_aside.filter(status=status)
        .values("code")
        .annotate(many=Count("id"), reason=Min("reason"))
        .order_by("-many", "code")
    )
    return list(found[:20])


@require_safe
@requires("interop.replay", obj=run_of)
def sent(request: AuthenticatedHttpRequest, run_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """One record as it was sent, with what is wrong: for whoever mends it. Opening it is logged."""
    row = get_object_or_404(request.record.set_aside, pk=row_id)
    audit.record_read(request.user, verb="interop.set_aside", obj=row, request=request)
    context = {
        "run": request.record,
        "row": row,
        "badge": BADGES[row.status],
        "lines": actions.sent_lines(row),
        "crumbs": [
            {"label": _("Imports"), "url": reverse("interop:runs")},
            {"label": request.record.file_name, "url": reverse("interop:run", args=[run_id])},
        ],
        "matches_url": url_or_none("members:matches") if may(request.user, "members.decide_match") else "",
    }
    return render(request, "interop/set_aside.html", context)


@require_POST
@requires("interop.replay", obj=run_of)
def replay(request: AuthenticatedHttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Hand what is set aside to a worker for another try."""
    audit.record(by=request.user, action="execute", verb="interop.ask_replay", obj=request.record)
    transaction.on_commit(partial(replay_run.delay, str(request.record.pk), str(request.user.pk)))
    notify(request, _("Another try is under way. This page shows what it took."))
    return redirect("interop:run", run_id=run_id)


@require_POST
@requires("interop.replay", obj=run_of)
def dismiss(request: AuthenticatedHttpRequest, run_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """Somebody looked and decided that this record is not taken."""
    row = get_object_or_404(request.record.set_aside.filter(status=SetAside.Status.OPEN), pk=row_id)
    actions.dismiss(row, by=request.user)
    notify(request, _("Dismissed. It stays in the list."))
    return redirect("interop:run", run_id=run_id)


@require_POST
@requires("interop.decide_terminations", obj=run_of)
def accept(request: AuthenticatedHttpRequest, run_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """Who is not on the full list is no longer covered from the proposed day."""
    return _decide(request, run_id, row_id, actions.accept_termination, _("The coverage ends as proposed."))


@require_POST
@requires("interop.decide_terminations", obj=run_of)
def decline(request: AuthenticatedHttpRequest, run_id: uuid.UUID, row_id: uuid.UUID) -> HttpResponse:
    """The person stays covered."""
    return _decide(request, run_id, row_id, actions.decline_termination, _("The coverage stays."))


def _decide(
    request: AuthenticatedHttpRequest, run_id: uuid.UUID, row_id: uuid.UUID, action: Any, said: str
) -> HttpResponse:
    get_object_or_404(request.record.termination_proposals, pk=row_id)
    try:
        action(row_id, by=request.user)
    except TerminationProposal.DoesNotExist:
        said = _("Somebody else has decided this already.")
    notify(request, said)
    return redirect("interop:run", run_id=run_id)
