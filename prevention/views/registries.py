"""Registries: how each stands, the list of one, one person in it, and one action over many."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.asked import read_number
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, require, requires
from prevention.models import RegistryBatch, RegistryBatchItem, RegistryEntry, RegistryFollowUp
from prevention.reach import in_reach, sees_the_system
from prevention.registries import BY_ID, REGISTRIES, actions, pages
from prevention.registries.definition import Registry
from prevention.registries.forms import FORMS, FollowUpForm, RegistryFilter
from prevention.views.staff import language_name

PAGE = 50
COUNTED = 10_000
Action = RegistryBatch.Action


def _registry(name: str) -> Registry:
    if name not in BY_ID:
        raise Http404
    return BY_ID[name]


@require_safe
@requires("prevention.view_registries")
def registries(request: AuthenticatedHttpRequest) -> HttpResponse:
    """All of them with the counts of the last run: where to look first."""
    day = pages.latest_day()
    plan = pages.counts_by_registry(day) if day else {}
    is_plan = sees_the_system(request.user)
    counts = plan if is_plan else pages.own_counts(_of_mine(request))
    rows = [
        {"registry": one, "counts": pages.with_share(counts.get(one.id)), "plan": plan.get(one.id, {}).get("people", 0)}
        for one in REGISTRIES
    ]
    columns = [
        {"label": _("Registry")},
        {"label": _("People") if is_plan else _("Yours"), "numeric": True},
        *([] if is_plan else [{"label": _("In the plan"), "numeric": True}]),
        {"label": _("At goal"), "numeric": True},
        {"label": _("Far from goal"), "numeric": True},
        {"label": _("High risk"), "numeric": True},
        {"label": _("Contact missed"), "numeric": True},
    ]
    context = {"rows": rows, "day": day, "columns": columns, "is_plan": is_plan}
    return render(request, "prevention/registries/index.html", context)


def _of_mine(request: AuthenticatedHttpRequest) -> Any:
    """The entries of every registry that this person's lists show."""
    return in_reach(RegistryEntry.objects.standing().listable(timezone.localdate()), request.user)


def _filter(request: AuthenticatedHttpRequest, registry: Registry, data: Any) -> RegistryFilter:
    day = pages.latest_day()
    form = RegistryFilter(
        data,
        missed=pages.parts(registry.missed),
        steps=pages.parts(registry.steps),
        clinicians=pages.clinicians(pages.strata(registry, day, "clinician")),
        facilities=pages.facilities(pages.strata(registry, day, "facility")),
        languages=sorted((code, language_name(code)) for code in pages.strata(registry, day, "language")),
    )
    form.is_valid()
    return form


def _entries(request: AuthenticatedHttpRequest, registry: Registry, chosen: dict[str, str]) -> Any:
    today = timezone.localdate()
    return pages.narrowed(_of_mine(request).in_registry(registry.id), chosen, today).select_related("member")


@require_safe
@requires("prevention.view_registries")
def registry(request: AuthenticatedHttpRequest, registry: str) -> HttpResponse:
    """One registry: counts and trend on top, people with the one next step each."""
    return _list(request, _registry(registry))


def _list(request: AuthenticatedHttpRequest, found: Registry, *, error: str = "") -> HttpResponse:
    form = _filter(request, found, request.GET)
    chosen = form.chosen
    entries = _entries(request, found, chosen)
    number = read_number(request.GET.get("page"), most=100_000) or 1
    start = (max(number, 1) - 1) * PAGE
    rows = list(pages.with_next_contact(entries)[start : start + PAGE + 1])
    # Counting stops where nobody reads on: the run has counted everybody.
    total = entries.order_by()[:COUNTED].count()
    audit.record_read(
        request.user,
        verb="prevention.registry",
        members=(entry.member_id for entry in rows[:PAGE]),
        detail={"registry": found.id},
        request=request,
    )
    place = pages.place_of(chosen)
    day = pages.latest_day()
    is_plan = sees_the_system(request.user)
    own = None if is_plan else pages.own_counts(_of_mine(request).in_registry(found.id)).get(found.id)
    context = {
        "is_plan": is_plan,
        "own": pages.with_share(own),
        "registry": found,
        "form": form,
        "chosen": chosen,
        "rows": [pages.row(entry, found) for entry in rows[:PAGE]],
        "total": total,
        "is_more": total == COUNTED,
        "summary": pages.summary_of(found, day, place),
        "trend": pages.trend_of(found, place),
        "next": _page_url(request, number + 1) if len(rows) > PAGE else "",
        "previous": _page_url(request, number - 1) if number > 1 else "",
        "actions": _offered(request, found) if may(request.user, "prevention.work_registry") else [],
        "most": actions.MOST,
        "error": error,
        "columns": [
            {"label": _("Control")},
            {"label": _("High"), "numeric": True},
            {"label": _("Rising"), "numeric": True},
            {"label": _("Stable"), "numeric": True},
            {"label": _("People"), "numeric": True},
        ],
    }
    return render(request, "prevention/registries/list.html", context, status=422 if error else 200)


def _page_url(request: AuthenticatedHttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _offered(request: AuthenticatedHttpRequest, found: Registry) -> list[tuple[str, str]]:
    """What this person may do over many people of this registry."""
    words = {
        Action.TASK: _("Give to coordinators"),
        Action.MESSAGE: _("Write to them"),
        Action.ORDER: _("Order the test"),
        Action.NOTE: _("Note, next contact"),
    }
    return [
        (action.value, label)
        for action, label in words.items()
        if may(request.user, actions.permission_for(action))
        and (action != Action.ORDER or actions.order_rule(found.id))
    ]


# --- One person -----------------------------------------------------------------------------------------


def an_entry(request: AuthenticatedHttpRequest, registration_id: uuid.UUID) -> RegistryEntry:
    """An entry that stands in lists; 404 for a labelled one, which is read in the person's chart."""
    found = RegistryEntry.objects.listable(timezone.localdate()).filter(registry__in=BY_ID)
    return get_object_or_404(found.select_related("member"), pk=registration_id)


def _detail(request: AuthenticatedHttpRequest, entry: RegistryEntry, form: FollowUpForm) -> dict[str, Any]:
    found = BY_ID[entry.registry]
    return {
        "entry": entry,
        "registry": found,
        "control": pages.control_badge(entry.control),
        "says": found.level_words(entry.control),
        "tier": pages.tier_badge(entry.tier),
        "grounds": [found.words("grounds", name) for name in entry.grounds],
        "missed": [found.words("missed", name) for name in entry.missed],
        "step": found.words("steps", entry.next_step) if entry.next_step else "",
        "readings": pages.readings_in_words(entry, found),
        "follow_ups": RegistryFollowUp.objects.filter(entry=entry).select_related("by").order_by("-at")[:5],
        "speaks": language_name(entry.member.language),
        "form": form if may(request.user, "prevention.work_registry", entry) else None,
    }


@require_safe
@requires("prevention.view_registries", obj=an_entry)
def entry(request: AuthenticatedHttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """One person beside the list; as a page of its own where there is no script."""
    audit.record_read(request.user, verb="prevention.registry_entry", obj=request.record, request=request)
    template = "prevention/registries/_entry.html" if request.htmx else "prevention/registries/entry.html"
    return render(request, template, _detail(request, request.record, FollowUpForm()))


@require_POST
@requires("prevention.work_registry", obj=an_entry)
def follow_up(request: AuthenticatedHttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        context = _detail(request, request.record, form)
        return render(request, "prevention/registries/entry.html", context, status=422)
    actions.note_follow_up(request.record, by=request.user, **form.cleaned_data)
    notify(request, _("Kept."))
    return redirect("prevention:registry", request.record.registry)


# --- Many -----------------------------------------------------------------------------------------------


@require_POST
@requires("prevention.work_registry")
def prepare(request: AuthenticatedHttpRequest, registry: str) -> HttpResponse:
    """The chosen people, or everybody that the filter leaves, made ready to be looked at."""
    found = _registry(registry)
    action = request.POST.get("action", "")
    if action not in dict(_offered(request, found)):
        raise Http404
    require(request.user, actions.permission_for(action), request=request)
    form = _filter(request, found, request.POST)
    everybody = _entries(request, found, form.chosen)
    if request.POST.get("everyone"):
        entries, filters = everybody, form.chosen
    else:
        chosen = [value for value in request.POST.getlist("selected") if _is_uuid(value)]
        entries, filters = _entries(request, found, {}).filter(pk__in=chosen), {}
    try:
        batch = actions.prepare_batch(
            found.id,
            action,
            entries[: actions.MOST + 1],
            by=request.user,
            filters={"everyone": bool(filters), **filters},
        )
    except ValidationError as refused:
        return _list(request, found, error=" ".join(refused.messages))
    return redirect("prevention:registry_batch", batch.pk)


def _is_uuid(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


def own_batch(request: AuthenticatedHttpRequest, bulk_id: uuid.UUID) -> RegistryBatch:
    """Whoever prepared it looks at it and does it; 404 for others."""
    return get_object_or_404(RegistryBatch, pk=bulk_id, by=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.work_registry", obj=own_batch)
def batch(request: AuthenticatedHttpRequest, bulk_id: uuid.UUID) -> HttpResponse:
    """Who is in and who is left out, what is asked; a POST does it, once."""
    found: RegistryBatch = request.record
    # An order asks nothing: its form is empty, and bound all the same.
    form = FORMS[found.action](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.do_batch(found, by=request.user, **form.cleaned_data)
        notify(request, _("Done."))
        return redirect("prevention:registry_batch", found.pk)
    words = actions.reason_words()
    items = list(
        RegistryBatchItem.objects.filter(batch=found).select_related("member").order_by("member__name_key", "member_id")
    )
    audit.record_read(
        request.user,
        verb="prevention.registry_batch",
        members=(item.member_id for item in items),
        obj=found,
        request=request,
    )
    context = {
        "batch": found,
        "registry": BY_ID[found.registry],
        "form": form,
        "what": dict(_all_actions())[found.action],
        "included": [item for item in items if item.status != RegistryBatchItem.Status.LEFT_OUT],
        "left_out": [
            {"item": item, "why": words.get(item.reason, item.reason)}
            for item in items
            if item.status == RegistryBatchItem.Status.LEFT_OUT
        ],
        "back": reverse("prevention:registry", args=[found.registry]),
        "columns": [{"label": _("Person")}, {"label": _("Why")}],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "prevention/registries/batch.html", context, status=status)


def _all_actions() -> list[tuple[str, str]]:
    return [
        (Action.TASK, _("Give to care coordinators as tasks")),
        (Action.MESSAGE, _("Write to them in the portal")),
        (Action.ORDER, _("Order the test under protocol")),
        (Action.NOTE, _("Note, and next contact")),
    ]
