"""Orders under protocol: protocols, lists signed at one stroke, kits on their way, abnormal results being followed."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical.actions.facts import clinician_of
from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.notices import notify
from core.permissions import may, requires
from network.models import Organization, RoleAssignment
from network.permissions import systems_held
from prevention.models import BatchOrder, BatchOrderItem, FollowUp, HomeKit, StandingOrder
from prevention.outreach import batches, follow_up, orders, owners, unread
from prevention.outreach import kits as tracking
from prevention.outreach.forms import ProtocolForm, ReasonForm
from prevention.outreach.kinds import is_known, kind_of
from prevention.outreach.signing import sign_protocol
from prevention.reach import in_reach


def systems_of(request: AuthenticatedHttpRequest) -> set[uuid.UUID]:
    """The systems where the signed-in person holds a role."""
    return systems_held(request.user)


def a_protocol(request: AuthenticatedHttpRequest, protocol_id: uuid.UUID) -> StandingOrder:
    return get_object_or_404(StandingOrder, pk=protocol_id, organization__in=systems_of(request))


def batches_of(request: AuthenticatedHttpRequest) -> QuerySet[BatchOrder]:
    """The lists with somebody on them whom the reader may meet."""
    seen = in_reach(BatchOrderItem.objects.all(), request.user)
    return BatchOrder.objects.filter(pk__in=seen.values("batch")).select_related("standing_order", "signed_by")


def a_batch(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> BatchOrder:
    return get_object_or_404(batches_of(request), pk=batch_id)


@require_safe
@requires("prevention.view_protocols")
def protocols(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Signed protocols in force, and the lists prepared under them."""
    today = timezone.localdate()
    found = StandingOrder.objects.filter(organization__in=systems_of(request), period__contains=today)
    labels = dict(RoleAssignment.Role.choices)
    lists = batches_of(request).annotate(people=Count("items"))
    context = {
        "protocols": [
            {
                "row": one,
                "rules": [(rule, kind_of(rule).title) for rule in one.rules if is_known(rule)],
                "late": one.review_by < today,
                "roles": [str(labels.get(role, role)) for role in one.roles],
            }
            for one in found.select_related("signed_by").order_by("name")
        ],
        "batches": lists.order_by("-prepared_at")[:20],
        "can_prepare": bool(may(request.user, "prevention.prepare_batch")),
        "can_sign": bool(may(request.user, "prevention.sign_protocol")),
    }
    return render(request, "prevention/outreach/protocols.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.sign_protocol")
def new_protocol(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A physician writes a protocol and signs it with the same stroke."""
    form = ProtocolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        system = Organization.objects.get(pk=sorted(systems_of(request))[0])
        try:
            sign_protocol(system, by=request.user, **form.cleaned_data)
        except ValueError as refused:
            form.add_error(None, str(refused))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            notify(request, _("Signed. It holds from today."))
            return redirect("prevention:protocols")
    context = {"form": form, "signer": clinician_of(request.user)}
    return render(request, "prevention/outreach/protocol_new.html", context, status=422 if form.errors else 200)


@require_POST
@requires("prevention.prepare_batch", obj=a_protocol)
def prepare(request: AuthenticatedHttpRequest, protocol_id: uuid.UUID) -> HttpResponse:
    try:
        made = batches.prepare_batch(request.record, request.POST.get("rule", ""), by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
        return redirect("prevention:protocols")
    return redirect("prevention:batch", made.pk)


@require_POST
@requires("prevention.sign_protocol", obj=a_protocol)
def end_protocol(request: AuthenticatedHttpRequest, protocol_id: uuid.UUID) -> HttpResponse:
    try:
        orders.end_protocol(request.record, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("Nothing is ordered under it from today on."))
    return redirect("prevention:protocols")


@require_safe
@requires("prevention.prepare_batch", obj=a_batch)
def batch(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The list as it is signed: everybody on it is shown whom the reader may meet, and how many others there are."""
    found = request.record
    shown = in_reach(found.items.all(), request.user)
    items = list(shown.select_related("gap", "member").order_by("gap__due_on", "id"))
    audit.record_read(
        request.user, verb="prevention.batch", members=(one.member_id for one in items), obj=found, request=request
    )
    may_sign = bool(may(request.user, "prevention.sign_batch", found))
    context = {
        "batch": found,
        "title": kind_of(found.rule).title,
        "items": items,
        "others": found.items.count() - len(items),
        "can_sign": found.status == "prepared" and may_sign,
        "may_sign": may_sign,
        **_placing(found),
    }
    return render(request, "prevention/outreach/batch.html", context)


def _placing(found: BatchOrder) -> dict[str, Any]:
    """How far the workers are with a signed list."""
    run = batches.run_of(found) if found.status == BatchOrder.Status.SIGNED else None
    left = batches.to_place(found).count() if run else 0
    people = found.items.count()
    return {
        "batch": found,
        "run": run,
        "left": left,
        "placed": people - left,
        "people": people,
        "failed": run is not None and run.status in ("failed", "cancelled"),
    }


@require_safe
@requires("prevention.prepare_batch", obj=a_batch)
def batch_progress(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The progress alone, asked for while the orders are placed; when all are, the page is read anew."""
    context = {**_placing(request.record), "may_sign": bool(may(request.user, "prevention.sign_batch", request.record))}
    answer = render(request, "prevention/outreach/_batch_progress.html", context)
    if not context["left"] or context["failed"]:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@requires("prevention.sign_batch", obj=a_batch)
def place(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Have the workers take up what a failed run left."""
    try:
        batches.send(request.record, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    return redirect("prevention:batch", batch_id)


@require_POST
@requires("prevention.sign_batch", obj=a_batch)
def sign(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """One signature for the list; whoever was unticked is left out. The workers place the orders."""
    kept = set(request.POST.getlist("item"))
    shown = in_reach(request.record.items.all(), request.user).values_list("pk", flat=True)
    without = frozenset(pk for pk in shown if str(pk) not in kept)
    try:
        batches.sign_batch(request.record, by=request.user, without=without)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("Signed. The orders are being placed."))
    return redirect("prevention:batch", batch_id)


@require_POST
@requires("prevention.prepare_batch", obj=a_batch)
def withdraw(request: AuthenticatedHttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    try:
        batches.withdraw_batch(request.record, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    return redirect("prevention:protocols")


# --- Kits and follow-up -----------------------------------------------------------------------------------


def a_kit(request: AuthenticatedHttpRequest, kit_id: uuid.UUID) -> HomeKit:
    return get_object_or_404(HomeKit.objects.select_related("member"), pk=kit_id)


def a_follow_up(request: AuthenticatedHttpRequest, follow_up_id: uuid.UUID) -> FollowUp:
    return get_object_or_404(FollowUp.objects.select_related("member"), pk=follow_up_id)


@require_safe
@requires("prevention.view_worklist")
def kits(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Where every kit is, those that need somebody first."""
    kits = HomeKit.objects.select_related("member", "gap", "standing_order").order_by("-ordered_at")
    recent = list(in_reach(kits, request.user)[:200])
    audit.record_read(request.user, verb="prevention.kits", members=(one.member_id for one in recent), request=request)
    place = {"lost": 0, "expired": 1, "ordered": 2, "sent": 3, "returned": 4, "resulted": 5, "cancelled": 6}
    rows = sorted(tracking.shown(recent), key=lambda row: (place[row["stage"].name], row["stage"].since))
    return render(request, "prevention/outreach/kits.html", {"rows": rows})


@require_POST
@requires("prevention.order_for_gap", obj=a_kit)
def kit_lost(request: AuthenticatedHttpRequest, kit_id: uuid.UUID) -> HttpResponse:
    try:
        tracking.report_lost(request.record, by=request.user)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("Counts as lost. A new one can be ordered."))
    return redirect("prevention:kits")


@require_safe
@requires("prevention.view_worklist")
def follow_ups(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Abnormal results that wait for their answer, and how often it came in time."""
    today = timezone.localdate()
    waiting = FollowUp.objects.filter(status="open").select_related("member", "task__owner").order_by("due_on", "id")
    found = [one for one in in_reach(waiting, request.user)[:200] if one.rule in follow_up.BY_ID]
    not_read = unread.unread(request.user)
    audit.record_read(
        request.user, verb="prevention.follow_ups", members=(one.member_id for one in found), request=request
    )
    measured = {*follow_up.ALWAYS_MEASURED, *FollowUp.objects.values_list("rule", flat=True).distinct()}
    context = {
        "owners": _by_owner(found, request.user, today),
        "unread": [{"group": one, "title": kind_of(one.rule).title} for one in not_read],
        "rates": [follow_up.rate(rule, today) for rule in follow_up.RULES if rule.id in measured],
        "today": today,
        "can_close": bool(may(request.user, "prevention.close_follow_up")),
        "form": ReasonForm(),
    }
    return render(request, "prevention/outreach/follow_ups.html", context)


def _by_owner(found: list[FollowUp], reader: User, today: datetime.date) -> list[dict[str, Any]]:
    """The watches of each who answers for them, the reader's own first, then whose are due soonest.

    Who answers is the member's own clinician, with or without an account here; `acts` is who has the task besides.
    """
    clinicians = owners.clinicians_of({one.member_id for one in found}, today)
    groups: dict[str, dict[str, Any]] = {}
    for one in found:
        acts = one.task.owner if one.task else None
        name = clinicians.get(one.member_id) or (str(acts) if acts else "")
        group = groups.setdefault(name, {"name": name or _("Nobody yet"), "rows": [], "is_mine": False})
        group["is_mine"] = group["is_mine"] or (acts is not None and acts.pk == reader.pk)
        group["rows"].append(
            {
                "row": one,
                "title": follow_up.title_of(one),
                "days": (today - one.resulted_on).days,
                "acts": str(acts) if acts and str(acts) not in name else "",
            }
        )
    return sorted(groups.values(), key=lambda group: (not group["is_mine"], group["rows"][0]["row"].due_on))


@require_POST
@requires("prevention.close_follow_up")
def settle_unread(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What one sender's numbers mean is said once for all of them."""
    said = {name: request.POST.get(name, "") for name in ("rule", "sender", "reason")}
    try:
        people = unread.settle_unread(by=request.user, **said)
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        words = ngettext(
            "Settled for %(n)d person, with your reason.", "Settled for %(n)d people, with your reason.", people
        )
        notify(request, words % {"n": people})
    return redirect("prevention:follow_ups")


@require_POST
@requires("prevention.close_follow_up", obj=a_follow_up)
def close_follow_up(request: AuthenticatedHttpRequest, follow_up_id: uuid.UUID) -> HttpResponse:
    try:
        follow_up.close_follow_up(request.record, by=request.user, reason=request.POST.get("reason", ""))
    except ValueError as refused:
        notify(request, str(refused), level=messages.ERROR)
    else:
        notify(request, _("Closed, with your reason."))
    return redirect("prevention:follow_ups")
