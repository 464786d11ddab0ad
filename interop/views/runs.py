"""Import runs: what came in, what was set aside with its reason, and another try."""

import uuid
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from interop import actions
from interop.models import ImportRun, SetAside, TerminationProposal
from interop.tasks import replay_run
from interop.x12.full_list import open_proposals

PER_PAGE = 50


def run_of(request: AuthenticatedHttpRequest, run_id: uuid.UUID, **kwargs: object) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("started_by"), pk=run_id)


@require_safe
@requires("interop.view_runs")
def runs(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The last runs, newest first."""
    found = ImportRun.objects.select_related("started_by").order_by("-started_at")[:100]
    return render(request, "interop/runs.html", {"runs": found})


@require_safe
@requires("interop.view_runs", obj=run_of)
def run(request: AuthenticatedHttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: totals that reconcile, and what was set aside."""
    found = request.record
    audit.record_read(request.user, verb="interop.run", obj=found, request=request)
    rows = found.set_aside.order_by("status", "created_at", "id")
    context = {
        "run": found,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "waiting": actions.open_set_aside(found).count(),
        "can_replay": actions.can_replay(found) and bool(may(request.user, "interop.replay", found)),
        "absent": Paginator(open_proposals(found), PER_PAGE).get_page(request.GET.get("absent")),
        "can_decide": bool(may(request.user, "interop.decide_terminations", found)),
    }
    return render(request, "interop/run.html", context)


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
