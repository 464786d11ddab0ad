"""The pharmacist's queue, one fill beside it, and what becomes of it."""

import datetime
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Count, Min, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clinical.chart import plain
from clinical.models import AllergyIntolerance, MedicationDispense
from clinical.reading import named
from clinical.sensitivity import visible
from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.notices import notify
from core.permissions import requires
from network.models import Facility
from network.permissions import roles_in_force
from pharmacy import actions
from pharmacy.actions.dispensing import choose_lot
from pharmacy.costs import price_fill
from pharmacy.forms import FillForm
from pharmacy.models import Fill
from pharmacy.ordering import today_at
from pharmacy.querysets import pharmacies_of, queue
from pharmacy.safety import facts, record
from pharmacy.safety.renal import estimate, is_unstable

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

STATES = {
    "requested": gettext_lazy("To fill"),
    "filled": gettext_lazy("Ready"),
    "collected": gettext_lazy("Handed over today"),
}
PAGE = 50


def facilities_of(user: User) -> list[Facility]:
    """The pharmacies of the systems where the user is a pharmacist."""
    held = [role for role in roles_in_force(user) if role.role == "pharmacist"]
    systems = {role.organization.system_id or role.organization_id for role in held}
    return [place for system in systems for place in pharmacies_of(system)]


def own_facility(request: AuthenticatedHttpRequest) -> Facility | None:
    """The pharmacy asked for, else the one where the pharmacist works, else the first."""
    places = facilities_of(request.user)
    asked = request.GET.get("facility", "") or request.session.get("pharmacy_facility", "")
    chosen = next((place for place in places if str(place.pk) == asked), None)
    if chosen is None:
        worked_at = {role.department.facility_id for role in roles_in_force(request.user) if role.department}
        chosen = next((place for place in places if place.pk in worked_at), places[0] if places else None)
    if chosen is not None:
        request.session["pharmacy_facility"] = str(chosen.pk)
    return chosen


@require_safe
@requires("pharmacy.view_queue")
def work_queue(request: AuthenticatedHttpRequest) -> HttpResponse:
    facility = own_facility(request)
    status = request.GET.get("status", "requested")
    if status not in STATES:
        raise Http404
    rows = list(_rows(facility, status)) if facility else []
    chosen = next((row for row in rows if str(row.pk) == request.GET.get("fill")), None)
    audit.record_read(request.user, verb="pharmacy.queue", members=(row.member_id for row in rows), request=request)
    context = {
        "facility": facility,
        "facilities": facilities_of(request.user),
        "status": status,
        "states": STATES,
        "rows": rows,
        "counts": _counts(facility) if facility else [],
        "chosen": chosen,
        **(_detail(request, chosen) if chosen else {}),
    }
    return render(request, "pharmacy/staff/queue.html", context)


def _rows(facility: Facility, status: str) -> QuerySet[Fill]:
    rows = queue(facility, status)
    if status == "collected":
        midnight = timezone.localtime(timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = rows.filter(collected_at__gte=midnight)
    return rows[:PAGE]


def _counts(facility: Facility) -> list[dict[str, Any]]:
    found = (
        Fill.objects.filter(prescription__pharmacy=facility, status__in=("requested", "filled"))
        .values("status")
        .annotate(count=Count("pk"), oldest=Min("requested_at"))
    )
    by_status = {row["status"]: row for row in found}
    now = timezone.now()
    return [
        {
            "label": STATES[status],
            "count": by_status[status]["count"] if status in by_status else 0,
            "oldest": age(now - by_status[status]["oldest"]) if status in by_status else "",
        }
        for status in ("requested", "filled")
    ]


def age(gone: datetime.timedelta) -> str:
    """How long something waits, in the largest unit."""
    minutes = int(gone.total_seconds() // 60)
    if minutes < 60:
        return _("%(count)s min") % {"count": max(minutes, 0)}
    if minutes < 48 * 60:
        return _("%(count)s h") % {"count": minutes // 60}
    return _("%(count)s days") % {"count": minutes // 1440}


def fill_by_id(request: AuthenticatedHttpRequest, fill_id: uuid.UUID, **kwargs: Any) -> Fill:
    rows = Fill.objects.select_related(
        "member", "prescription__drug", "prescription__pharmacy", "prescription__request__requester", "lot__product"
    )
    return get_object_or_404(rows, pk=fill_id)


@require_safe
@requires("pharmacy.dispense", obj=fill_by_id)
def fill_detail(request: AuthenticatedHttpRequest, fill_id: uuid.UUID) -> HttpResponse:
    """The detail beside the queue; without script, the queue with it."""
    held: Fill = request.record
    if not request.headers.get("HX-Request"):
        return redirect(_back(held))
    return render(request, "pharmacy/staff/_fill.html", {"chosen": held, **_detail(request, held)})


def _back(held: Fill, *, status: str = "") -> str:
    """The queue with this fill open; with `status`, the list that it was taken from, where the next one waits."""
    query = {"status": status or held.status, "facility": str(held.prescription.pharmacy_id)}
    if not status:
        query["fill"] = str(held.pk)
    return f"{reverse('pharmacy:queue')}?{urlencode(query)}"


def _detail(request: AuthenticatedHttpRequest, held: Fill) -> dict[str, Any]:
    """What a pharmacist looks at before filling: indication, allergies, kidney, weight, fills before, the lot."""
    member, rx = held.member, held.prescription
    audit.record_read(request.user, verb="pharmacy.fill_detail", obj=held, request=request)
    body = record.body_of(member)
    allergies = visible(
        AllergyIntolerance.objects.filter(member=member, is_negated=False), request.user, member
    ).exclude(status__in=("inactive", "resolved"))
    dispenses = MedicationDispense.objects.filter(member=member, request=rx.request_id).order_by("-effective")[:4]
    kidney, today = estimate(body, facts.EGFR), today_at(rx.pharmacy)
    lot = held.lot or (choose_lot(held, today) if held.status == "requested" else None)
    return {
        "rx": rx,
        "allergies": named(allergies.exclude(verification__in=("refuted", "entered-in-error"))),
        "kidney": round(kidney) if kidney is not None else None,
        "is_unstable": is_unstable(body.creatinines),
        "creatinines": [{"date": each.at, "value": plain_number(each.value)} for each in body.creatinines[-6:]],
        "weight": plain_number(body.weight) if body.weight else None,
        "last_fills": dispenses,
        "lot": lot,
        # What was paid stays; before that, what would be charged now.
        "pays": held.copay if held.status == "collected" else price_fill(held, today, lot),
        "form": FillForm(),
        "units": plain(held.quantity),
    }


def plain_number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


# Address word → action; what it takes from the form; what is said afterwards.
WORK: "dict[str, tuple[Callable[..., Fill], tuple[str, ...], StrPromise]]" = {
    "fill": (
        actions.fill,
        ("scanned_ndc", "pickup_place"),
        gettext_lazy("Filled. The member is told that it is ready."),
    ),
    "collect": (actions.collect, (), gettext_lazy("Handed over.")),
    "return": (actions.return_to_stock, ("reason",), gettext_lazy("Back in stock.")),
    "cancel": (actions.cancel_fill, ("reason",), gettext_lazy("Cancelled.")),
}


@require_POST
@requires("pharmacy.dispense", obj=fill_by_id)
def work_fill(request: AuthenticatedHttpRequest, fill_id: uuid.UUID, step: str) -> HttpResponse:
    """Take a fill one step on."""
    if step not in WORK:
        raise Http404
    action, names, words = WORK[step]
    given = {name: request.POST.get(name, "").strip() for name in names}
    if step in ("return", "cancel"):
        given["reason"] = given["reason"] or "Not collected"
    held: Fill = request.record
    came_from = held.status
    try:
        held = action(by=request.user, fill=held, **given)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    except IntegrityError:
        # Recalled, expired or taken between the look and the click: Postgres had the last word.
        messages.error(request, _("Not done: the lot or the prescription is no longer good. Look at it again."))
    else:
        notify(request, str(words))
    return redirect(_back(held) if step == "fill" else _back(held, status=came_from))
