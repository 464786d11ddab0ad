"""The bench: what waits, the one next step of each order, and the order itself."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.permissions import may, requires
from core.steps import Steps
from core.templatetags.kp import mrn, short_date
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


def order_of(request: AuthenticatedHttpRequest, order_id: uuid.UUID, **kwargs: Any) -> LabOrder:
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
    audit.record_read(
        request.user, verb="labs.view_bench", members=(order.member_id for order in page.object_list), request=request
    )
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
        "who": _which(order),
        "test": order.test.name,
        "requester": str(who) if who else _("protocol"),
        "stage": order.get_status_display(),
        "priority": order.request.get_priority_display() if order.request.priority != "routine" else "",
        "priority_status": PRIORITY_STATUS.get(order.request.priority, "plain"),
        "step": _("Mail kit") if order.test.is_home_kit and order.status == "ordered" else NEXT_STEP[order.status],
    }


def _which(order: LabOrder) -> str:
    """Which of two people of one name it is. Whoever takes the specimen asks the person for their number, and does not
    read it here."""
    born = _("born %(day)s") % {"day": short_date(order.member.birth_date, "year")} if order.member.birth_date else ""
    number = "" if order.status == LabOrder.Status.ORDERED and not order.test.is_home_kit else mrn(order.member.mrn)
    return " · ".join(part for part in (born, f"{_('MRN')} {number}" if number else "") if part)


def _count(stage: str, counted: tuple[int, datetime], now: datetime) -> dict[str, Any]:
    many, oldest = counted
    return {"label": LabOrder.Status(stage).label, "many": many, "age": age_words(now - oldest)}


def age_words(age: timedelta) -> str:
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


def show(request: AuthenticatedHttpRequest, found: LabOrder, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The order's page; `bound` forms carry what must be mended."""
    audit.record_read(request.user, verb="labs.view_order", obj=found, request=request)
    template = "labs/_order.html" if request.headers.get("HX-Request") and status == 200 else "labs/order.html"
    return render(request, template, order_context(request, found, **bound), status=status)


def order_context(request: AuthenticatedHttpRequest, found: LabOrder, **bound: Any) -> dict[str, Any]:
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


# --- Steps ------------------------------------------------------------------------------------------------


def _receive_kit(*, by: User, order: LabOrder, collected_on: datetime, **given: Any) -> None:
    specimens.receive_kit(by=by, order=order, collected_at=collected_on, **given)


def _settle(*, by: User, review: ResultMismatch, reason: str) -> None:
    results.resolve_mismatch(by=by, review=review, resolution=reason)


def order_of_result(request: AuthenticatedHttpRequest, result_id: uuid.UUID, **kwargs: Any) -> LabOrder:
    return order_of(request, get_object_or_404(LabResult, pk=result_id).order_id)


def order_of_mismatch(request: AuthenticatedHttpRequest, mismatch_id: uuid.UUID, **kwargs: Any) -> LabOrder:
    return order_of(request, get_object_or_404(ResultMismatch, pk=mismatch_id).order_id)


def _result(order: LabOrder, result_id: uuid.UUID) -> dict[str, LabResult]:
    return {"result": order.results.get(pk=result_id)}


def _mismatch(order: LabOrder, mismatch_id: uuid.UUID) -> dict[str, ResultMismatch]:
    return {"review": order.mismatches.get(pk=mismatch_id)}


step = Steps(find=order_of, show=show, refusals=MENDABLE, page="labs:order", word="order").view

collect = step(
    "labs.collect_specimen",
    specimens.collect_specimen,
    gettext_lazy("Specimen taken. Put the label on the tube."),
    form=forms.IdentifyForm,
)
mail = step("labs.process_specimen", specimens.mail_kit, gettext_lazy("The kit is on its way."))
return_kit = step(
    "labs.process_specimen",
    _receive_kit,
    gettext_lazy("Kit received. Put the label on the tube."),
    form=forms.ReturnKitForm,
)
receive = step("labs.process_specimen", specimens.receive_specimen, gettext_lazy("At the bench."))
reject = step(
    "labs.process_specimen",
    specimens.reject_specimen,
    gettext_lazy("Rejected. The order waits to be collected again."),
    form=forms.RejectForm,
    name="reject_form",
)
enter = step(
    "labs.process_specimen",
    results.enter_result,
    gettext_lazy("Entered. Look at it once more, then release it."),
    form=forms.ResultForm,
    needs=lambda order: {"test": order.test},
)
release = step("labs.release_result", results.release_result, gettext_lazy("Released."))
cancel = step(
    "labs.cancel_order",
    ordering.cancel_order,
    gettext_lazy("Order cancelled."),
    form=forms.ReasonForm,
    name="cancel_form",
)
correct = step(
    "labs.release_result",
    results.correct_result,
    gettext_lazy("Corrected. The chart shows the new value."),
    form=forms.CorrectForm,
    name="correct_form",
    find=order_of_result,
    about=_result,
)
acknowledge = step(
    "labs.acknowledge_result",
    review.acknowledge_result,
    gettext_lazy("Noted. The task is closed."),
    form=forms.AcknowledgeForm,
    name="acknowledge_form",
    find=order_of_result,
    about=_result,
    leads_to="clinical:inbasket",
)
resolve = step(
    "labs.process_specimen",
    _settle,
    gettext_lazy("Settled."),
    form=forms.ReasonForm,
    name="resolve_form",
    find=order_of_mismatch,
    about=_mismatch,
)


@require_safe
@requires("labs.process_specimen")
def mismatches(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Results that were refused because tube and order did not belong together."""
    rows = ResultMismatch.objects.filter(status="open").select_related("order__member", "order__test", "entered_by")
    audit.record_read(request.user, verb="labs.view_mismatches", request=request)
    return render(request, "labs/mismatches.html", {"rows": rows.order_by("at")[:100]})
