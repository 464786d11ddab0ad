"""One stay: where the person lies, as what, who answers for them, and the way home."""

import datetime
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clinical.models import Note
from clinical.ports import BannerAlert, Panel
from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import User
from core.notices import notify
from core.permissions import may, requires
from core.steps import Steps
from hospitals import follow_up, forms
from hospitals.actions import handoffs, stays
from hospitals.models import BedAssignment, Handoff, Stay
from hospitals.views.board import REFUSALS
from members.models import Member
from network.models import Department


def stay_of(request: AuthenticatedHttpRequest, stay_id: uuid.UUID, **kwargs: Any) -> Stay:
    return get_object_or_404(Stay.objects.with_people(), pk=stay_id)


@require_safe
@requires("hospitals.view_stay", obj=stay_of)
def stay(request: AuthenticatedHttpRequest, stay_id: uuid.UUID) -> HttpResponse:
    return show(request, request.record)


def show(request: AuthenticatedHttpRequest, found: Stay, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The stay's page; `bound` forms carry what must be mended."""
    audit.record_read(request.user, verb="hospitals.view_stay", obj=found, request=request)
    return render(request, "hospitals/stay.html", {**context(request, found), **bound}, status=status)


def context(request: AuthenticatedHttpRequest, found: Stay) -> dict[str, Any]:
    user = request.user
    beds = list(found.beds.select_related("bed__room__department").order_by("-during"))
    statuses = list(found.statuses.order_by("-during"))
    now = next((row for row in statuses if row.during.upper is None), None)
    notes = found.encounter.notes.filter(kind=Note.Kind.DISCHARGE, signed_at__isnull=False)
    summary = notes.select_related("author").order_by("-signed_at").first()
    given = list(
        found.handoffs.select_related("from_user", "to_user", "to_department__facility")
        .prefetch_related("acceptances__accepted_by")
        .order_by("-given_at")[:20]
    )
    shown: dict[str, Any] = {
        "stay": found,
        "member": found.member,
        "chart_url": _chart_url(found.member),
        "beds": beds,
        "statuses": statuses,
        "now": now,
        "here": next((row for row in beds if row.during.upper is None), None),
        "summary": summary,
        "disposition": stays.DISPOSITIONS.get(found.disposition, ""),
        "handoffs": [
            {
                "row": row,
                "accepted": next(iter(row.acceptances.all()), None),
                "may_accept": handoffs.may_accept(user, row) and bool(may(user, "hospitals.hand_off", row)),
            }
            for row in given
        ],
    }
    if found.discharged_at is not None:
        shown["follow_up"] = follow_up.of(found)
        shown["may_book"] = may(user, "scheduling.book_for_member", found.member)
        return shown
    if may(user, "hospitals.transfer", found):
        shown.update(transfer_form=forms.TransferForm(stay=found), swap_form=forms.SwapForm(stay=found))
    if now and stays.TURNS[now.status] and may(user, "hospitals.change_status", found):
        shown["status_form"] = forms.StatusForm(now=now.status)
    if may(user, "hospitals.hand_off", found):
        shown["handoff_form"] = forms.HandoffForm(stay=found)
    if may(user, "hospitals.write_summary", found) and summary is None:
        shown["summary_form"] = forms.SummaryForm()
    if may(user, "hospitals.discharge", found):
        shown["discharge_form"] = forms.DischargeForm(stay=found)
    return shown


def _chart_url(member: Member) -> str:
    try:
        return reverse("clinical:chart", args=[member.pk])
    except NoReverseMatch:
        return ""


# --- Steps ------------------------------------------------------------------------------------------------


def _swap(*, by: User, stay: Stay, other: Stay) -> None:
    stays.swap_beds(by=by, one=stay, other=other)


def _hand_off(*, by: User, stay: Stay, to_department: Department, **parts: str) -> None:
    handoffs.hand_off(by=by, stay=stay, parts=parts, to_department=to_department)


def _discharge(*, by: User, stay: Stay, disposition: str, died_at: datetime.datetime | None = None) -> str:
    """Discharge; gives back in words what follows."""
    task = stays.discharge(by=by, stay=stay, disposition=disposition, died_at=died_at)
    if disposition == stays.DIED:
        return _(
            "Recorded as died here. Visits to come, orders and prescriptions have ended, and nobody is written to."
        )
    if task is None:
        return _("Discharged to another hospital. Primary care has no task before they come home from there.")
    if task.role:
        return _("Discharged. Nobody is their primary care: the care coordinators have a task to see to it in 7 days.")
    return _("Discharged. Primary care has a task to see them within 7 days.")


def _status_now(stay: Stay) -> dict[str, str]:
    now = stay.statuses.in_force().first()
    return {"now": now.status if now else ""}


def _stay(stay: Stay) -> dict[str, Stay]:
    return {"stay": stay}


step = Steps(find=stay_of, show=show, refusals=REFUSALS, page="hospitals:stay", word="stay").view

transfer = step(
    "hospitals.transfer",
    stays.transfer,
    gettext_lazy("Moved."),
    form=forms.TransferForm,
    needs=_stay,
    name="transfer_form",
)
swap = step(
    "hospitals.transfer",
    _swap,
    gettext_lazy("They have changed beds."),
    form=forms.SwapForm,
    needs=_stay,
    name="swap_form",
)
change_status = step(
    "hospitals.change_status",
    stays.change_status,
    gettext_lazy("Status changed."),
    form=forms.StatusForm,
    needs=_status_now,
    name="status_form",
)
summary = step(
    "hospitals.write_summary",
    stays.sign_summary,
    gettext_lazy("Summary signed."),
    form=forms.SummaryForm,
    name="summary_form",
)
discharge = step(
    "hospitals.discharge",
    _discharge,
    str,
    form=forms.DischargeForm,
    needs=_stay,
    name="discharge_form",
)
hand_off = step(
    "hospitals.hand_off",
    _hand_off,
    gettext_lazy("Offered. It is yours until they accept."),
    form=forms.HandoffForm,
    needs=_stay,
    name="handoff_form",
)


def handoff_of(request: AuthenticatedHttpRequest, handoff_id: uuid.UUID, **kwargs: Any) -> Handoff:
    return get_object_or_404(
        Handoff.objects.select_related("member", "stay__facility__organization", "to_department__facility"),
        pk=handoff_id,
    )


@require_POST
@requires("hospitals.hand_off", obj=handoff_of)
def accept(request: AuthenticatedHttpRequest, handoff_id: uuid.UUID) -> HttpResponse:
    handoff: Handoff = request.record
    try:
        handoffs.accept_handoff(by=request.user, handoff=handoff)
        notify(request, _("You have taken over."))
    except handoffs.NotPossible as refused:
        notify(request, str(refused))
    except PermissionDenied:
        audit.record_refusal(request.user, verb="hospitals.accept_handoff", obj=handoff, request=request)
        raise
    return redirect("hospitals:stay", handoff.stay_id)


# --- In the chart -----------------------------------------------------------------------------------------


def panel(request: AuthenticatedHttpRequest, member: Member) -> Panel | None:
    """The member's stays, the open one first."""
    found = Stay.objects.filter(member=member).with_people().order_by("-admitted_at")[:20]
    here = _place(member)
    return Panel("hospitals/panels/stay.html", {"stays": list(found), "here": here})


def _place(member: Member) -> BedAssignment | None:
    return (
        BedAssignment.objects.in_force().filter(member=member).select_related("bed__room__department__facility").first()
    )


def alerts(request: AuthenticatedHttpRequest, member: Member) -> list[BannerAlert]:
    """In the banner: that the person is in hospital, and where."""
    here = _place(member)
    if here is None:
        return []
    ward = here.bed.room.department
    return [BannerAlert(_("In hospital: %(ward)s %(bed)s") % {"ward": ward.name, "bed": here.bed}, "info")]
