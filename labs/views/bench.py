"""The bench: what waits, the one next step of each order, and the order itself."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from labs import forms, workflow
from labs.actions import ordering, results, review, specimens
from labs.models import LabOrder, LabResult, LabTest, ResultMismatch
from labs.querysets import PRIORITY_RANK, STAGES

PAGE = 50
NEXT_STEP = {
    "ordered": gettext_lazy("Collect"),
    "mailed": gettext_lazy("Kit came back"),
    "collected": gettext_lazy("Receive"),
    "received": gettext_lazy("Enter result"),
    "resulted": gettext_lazy("Release"),
}
PRIORITY_STATUS = {"stat": "due", "asap": "due", "urgent": "info"}
# What a person at the bench can mend and try again.
MENDABLE = (workflow.WrongStage, specimens.IdentityMismatch, results.SpecimenMismatch, ValueError)


def order_of(request: AuthenticatedHttpRequest, order_id: uuid.UUID, **kwargs) -> LabOrder:
    """The order of the address, with what its page shows; 404 for one out of reach."""
    found = LabOrder.objects.select_related(
        "member", "test__loinc", "request__requester", "request__ordered_by", "department__facility"
    )
    return get_object_or_404(found, pk=order_id)


@require_safe
@requires("labs.view_bench")
def bench(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Orders that wait, the most urgent and oldest first."""
    orders = LabOrder.objects.waiting()
    counts = orders.stage_counts()
    stage, test, priority = (request.GET.get(name, "") for name in ("stage", "test", "priority"))
    if stage in STAGES:
        orders = orders.at_stage(stage)
    if _is_uuid(test):
        orders = orders.filter(test=test)
    if priority in PRIORITY_RANK:
        orders = orders.filter(request__priority=priority)
    page = Paginator(orders.for_bench(), PAGE).get_page(request.GET.get("page"))
    audit.record_read(request.user, verb="labs.view_bench", detail={"rows": len(page.object_list)}, request=request)
    now = timezone.now()
    return render(
        request,
        "labs/bench.html",
        {
            "rows": [_row(order) for order in page.object_list],
            "page": page,
            "query": _query_without_page(request),
            "counts": [_count(stage, counts[stage], now) for stage in STAGES if stage in counts],
            "stages": [(value, label) for value, label in LabOrder.Status.choices if value in STAGES],
            "tests": LabTest.objects.filter(is_active=True).order_by("name", "id").values_list("pk", "name"),
            "priorities": list(PRIORITY_RANK),
            "chosen": {"stage": stage, "test": test, "priority": priority},
            "mismatches": ResultMismatch.objects.filter(status="open").count(),
        },
    )


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _query_without_page(request: AuthenticatedHttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _row(order: LabOrder) -> dict[str, Any]:
    who = order.request.requester
    return {
        "order": order,
        "title": f"{order.member.family}, {order.member.name_used or order.member.given}",
        "test": order.test.name,
        "requester": str(who) if who else _("protocol"),
        "stage": order.get_status_display(),
        "priority": order.request.get_priority_display() if order.request.priority != "routine" else "",
        "priority_status": PRIORITY_STATUS.get(order.request.priority, "plain"),
        "step": _("Mail kit") if order.test.is_home_kit and order.status == "ordered" else NEXT_STEP[order.status],
    }


def _count(stage: str, counted, now) -> dict[str, Any]:
    many, oldest = counted
    return {"label": LabOrder.Status(stage).label, "many": many, "age": age_words(now - oldest)}


def age_words(age) -> str:
    """`12 min`, `5 h`, `3 d`."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 60:
        return _("%(n)s min") % {"n": max(minutes, 0)}
    if minutes < 48 * 60:
        return _("%(n)s h") % {"n": minutes // 60}
    return _("%(n)s d") % {"n": minutes // 1440}


# --- One order --------------------------------------------------------------------------------------------


@require_safe
@requires("labs.view_order", obj=order_of)
def order(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """One order: where it is, its tubes and values, and the next step. For htmx the detail alone."""
    return show(request, request.record)


def show(request: AuthenticatedHttpRequest, found: LabOrder, *, status: int = 200, **bound) -> HttpResponse:
    """The order's page; `bound` forms carry what must be mended."""
    audit.record_read(request.user, verb="labs.view_order", obj=found, request=request)
    template = "labs/_order.html" if request.headers.get("HX-Request") and status == 200 else "labs/order.html"
    return render(request, template, order_context(request, found, **bound), status=status)


def order_context(request: AuthenticatedHttpRequest, found: LabOrder, **bound) -> dict[str, Any]:
    user = request.user
    may_process = bool(may(user, "labs.process_specimen", found))
    rows = list(
        found.results.exclude(status="cancelled")
        .select_related("specimen", "entered_by", "released_by", "performing_laboratory", "test")
        .order_by("entered_at")
    )
    corrected = {row.corrects_id for row in rows}
    latest = next((row for row in reversed(rows) if row.pk not in corrected), None)
    is_kit = found.test.is_home_kit
    context: dict[str, Any] = {
        "order": found,
        "member": found.member,
        "specimens": list(found.specimens.select_related("collected_by").order_by("collected_at")),
        "results": [{"row": row, "replaced": row.pk in corrected} for row in rows],
        "latest": latest,
        "mismatches": list(found.mismatches.filter(status="open").order_by("at")),
        "resolve_form": forms.ReasonForm(),
        "can_process": may_process,
    }
    if found.status == "ordered" and is_kit and may_process:
        context["step"] = "mail"
    elif found.status == "ordered" and may(user, "labs.collect_specimen", found):
        context.update(step="collect", form=forms.IdentifyForm())
    elif found.status == "mailed" and may_process:
        context.update(step="return", form=forms.ReturnKitForm())
    elif found.status == "collected" and may_process:
        context["step"] = "receive"
    elif found.status in ("received", "resulted") and may_process:
        context.update(step="enter" if found.status == "received" else "release")
        context["form"] = forms.ResultForm(test=found.test)
    elif found.status == "released" and may(user, "labs.release_result", found):
        context["correct_form"] = forms.CorrectForm()
    if may_process and workflow.allows(found, "reject"):
        context["reject_form"] = forms.RejectForm()
    if workflow.allows(found, "cancel") and may(user, "labs.cancel_order", found):
        context["cancel_form"] = forms.ReasonForm()
    if latest and latest.status != "preliminary" and review.open_task(latest, user):
        context["acknowledge_form"] = forms.AcknowledgeForm()
    return {**context, **bound}


def _step(
    request: AuthenticatedHttpRequest,
    form,
    act: Callable[[], Any],
    done: str,
    *,
    name: str = "form",
    to: str = "labs:order",
) -> HttpResponse:
    """Take one step with a checked form, or show the order again with what must be mended."""
    found = request.record
    if form is not None and not form.is_valid():
        return show(request, found, status=422, **{name: form})
    try:
        act()
    except MENDABLE as problem:
        found.refresh_from_db(fields=["status", "status_at"])
        if form is None:
            notify(request, str(problem), level=messages.ERROR)
            return redirect(to, found.pk)
        form.add_error(None, str(problem))
        return show(request, found, status=422, **{name: form})
    notify(request, done)
    return redirect(to, found.pk)


@require_POST
@requires("labs.collect_specimen", obj=order_of)
def collect(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    form = forms.IdentifyForm(request.POST)
    return _step(
        request,
        form,
        lambda: specimens.collect_specimen(by=request.user, order=request.record, **form.cleaned_data),
        _("Specimen taken. Put the label on the tube."),
    )


@require_POST
@requires("labs.process_specimen", obj=order_of)
def mail(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    return _step(
        request, None, lambda: specimens.mail_kit(by=request.user, order=request.record), _("The kit is on its way.")
    )


@require_POST
@requires("labs.process_specimen", obj=order_of)
def return_kit(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    form = forms.ReturnKitForm(request.POST)

    def act():
        given = dict(form.cleaned_data)
        given["collected_at"] = given.pop("collected_on")
        specimens.receive_kit(by=request.user, order=request.record, **given)

    return _step(request, form, act, _("Kit received. Put the label on the tube."))


@require_POST
@requires("labs.process_specimen", obj=order_of)
def receive(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    return _step(
        request, None, lambda: specimens.receive_specimen(by=request.user, order=request.record), _("At the bench.")
    )


@require_POST
@requires("labs.process_specimen", obj=order_of)
def reject(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    form = forms.RejectForm(request.POST)
    return _step(
        request,
        form,
        lambda: specimens.reject_specimen(by=request.user, order=request.record, **form.cleaned_data),
        _("Rejected. The order waits to be collected again."),
        name="reject_form",
    )


@require_POST
@requires("labs.process_specimen", obj=order_of)
def enter(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    form = forms.ResultForm(request.POST, test=request.record.test)
    return _step(
        request,
        form,
        lambda: results.enter_result(by=request.user, order=request.record, **form.cleaned_data),
        _("Entered. Look at it once more, then release it."),
    )


@require_POST
@requires("labs.release_result", obj=order_of)
def release(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    return _step(request, None, lambda: results.release_result(by=request.user, order=request.record), _("Released."))


@require_POST
@requires("labs.cancel_order", obj=order_of)
def cancel(request: AuthenticatedHttpRequest, order_id: uuid.UUID) -> HttpResponse:
    form = forms.ReasonForm(request.POST)
    return _step(
        request,
        form,
        lambda: ordering.cancel_order(by=request.user, order=request.record, **form.cleaned_data),
        _("Order cancelled."),
        name="cancel_form",
    )


# --- One result -------------------------------------------------------------------------------------------


def order_of_result(request: AuthenticatedHttpRequest, result_id: uuid.UUID, **kwargs) -> LabOrder:
    return order_of(request, get_object_or_404(LabResult, pk=result_id).order_id)


@require_POST
@requires("labs.release_result", obj=order_of_result)
def correct(request: AuthenticatedHttpRequest, result_id: uuid.UUID) -> HttpResponse:
    form, result = forms.CorrectForm(request.POST), request.record.results.get(pk=result_id)
    return _step(
        request,
        form,
        lambda: results.correct_result(by=request.user, result=result, **form.cleaned_data),
        _("Corrected. The chart shows the new value."),
        name="correct_form",
    )


@require_POST
@requires("labs.acknowledge_result", obj=order_of_result)
def acknowledge(request: AuthenticatedHttpRequest, result_id: uuid.UUID) -> HttpResponse:
    form, result = forms.AcknowledgeForm(request.POST), request.record.results.get(pk=result_id)
    return _step(
        request,
        form,
        lambda: review.acknowledge_result(by=request.user, result=result, **form.cleaned_data),
        _("Noted. The task is closed."),
        name="acknowledge_form",
    )


def order_of_mismatch(request: AuthenticatedHttpRequest, mismatch_id: uuid.UUID, **kwargs) -> LabOrder:
    return order_of(request, get_object_or_404(ResultMismatch, pk=mismatch_id).order_id)


@require_POST
@requires("labs.process_specimen", obj=order_of_mismatch)
def resolve(request: AuthenticatedHttpRequest, mismatch_id: uuid.UUID) -> HttpResponse:
    form, mismatch = forms.ReasonForm(request.POST), request.record.mismatches.get(pk=mismatch_id)
    return _step(
        request,
        form,
        lambda: results.resolve_mismatch(by=request.user, review=mismatch, resolution=form.cleaned_data["reason"]),
        _("Settled."),
        name="resolve_form",
    )


@require_safe
@requires("labs.process_specimen")
def mismatches(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Results that were refused because tube and order did not belong together."""
    rows = ResultMismatch.objects.filter(status="open").select_related("order__member", "order__test", "entered_by")
    audit.record_read(request.user, verb="labs.view_mismatches", request=request)
    return render(request, "labs/mismatches.html", {"rows": rows.order_by("at")[:100]})
