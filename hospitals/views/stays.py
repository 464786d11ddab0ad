"""One stay: where the person lies, as what, who answers for them, and the way home."""

import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinical.models import Note
from clinical.ports import BannerAlert, Panel
from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from hospitals import follow_up, forms
from hospitals.actions import handoffs, stays
from hospitals.models import BedAssignment, Handoff, Stay
from hospitals.views.board import REFUSALS
from members.models import Member


def stay_of(request: AuthenticatedHttpRequest, stay_id: uuid.UUID, **kwargs) -> Stay:
    return get_object_or_404(Stay.objects.with_people(), pk=stay_id)


@require_safe
@requires("hospitals.view_stay", obj=stay_of)
def stay(request: AuthenticatedHttpRequest, stay_id: uuid.UUID) -> HttpResponse:
    return show(request, request.record)


def show(request: AuthenticatedHttpRequest, found: Stay, *, status: int = 200, **bound) -> HttpResponse:
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
        shown["discharge_form"] = forms.DischargeForm()
    return shown


def _chart_url(member: Member) -> str:
    try:
        return reverse("clinical:chart", args=[member.pk])
    except NoReverseMatch:
        return ""


def _step(request: AuthenticatedHttpRequest, form, name: str, act: Callable[[], Any], done: str) -> HttpResponse:
    """Take one step with a checked form, or show the stay again with what must be mended."""
    found: Stay = request.record
    if form.is_valid():
        try:
            act()
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            notify(request, done)
            return redirect("hospitals:stay", found.pk)
    return show(request, found, status=422, **{name: form})


@require_POST
@requires("hospitals.transfer", obj=stay_of)
def transfer(request: AuthenticatedHttpRequest, stay_id: uuid.UUID) -> HttpResponse:
    form = forms.TransferForm(request.POST, stay=request.record)
    return _step(
        request,
        form,
        "transfer_form",
        lambda: stays.transfer(by=request.user, stay=request.record, **form.cleaned_data),
        _("Moved."),
    )


@require_POST
@requires("hospitals.transfer", obj=stay_of)
def swap(request: AuthenticatedHttpRequest, stay_id: uuid.UUID) -> HttpResponse:
    form = forms.SwapForm(request.POST, stay=request.record)
    return _step(
        request,
        form,
        "swap_form",
        lambda: stays.swap_beds(by=request.user, one=request.record, **form.cleaned_data),
        _("They have changed beds."),
    )


@require_POST
@requires("hospitals.change_status", obj=stay_of)
def change_status(request: AuthenticatedHttpRequest, stay_id: uuid.UUID) -> HttpResponse:
    now = request.record.statuses.in_force().first()
    form = forms.StatusForm(request.POST, now=now.status if now else "")
    return _step(
        request,
        form,
        "status_form",
        lambda: stays.change_status(by=request.user, stay=request.record, **form.cleaned_data),
        _("Status changed."),
    )


@require_POST
@requires("hospitals.write_summary", obj=stay_of)
def summary(request: AuthenticatedHttpRequest, stay_id: uuid.UUID) -> HttpResponse:
    form = forms.SummaryForm(request.POST)
    return _step(
        request,
        form,
        "summary_form",
        lambda: stays.sign_summary(by=request.user, stay=request.record, **form.cleaned_data),
        _("Summary signed."),
    )


@require_POST
@requires("hospitals.discharge", obj=stay_of)
def discharge(request: AuthenticatedHttpRequest, stay_id: uuid.UUID) -> HttpResponse:
    form = forms.DischargeForm(request.POST)
    return _step(
        request,
        form,
        "discharge_form",
        lambda: stays.discharge(by=request.user, stay=request.record, **form.cleaned_data),
        _("Discharged. Primary care has a task to see them within 7 days."),
    )


@require_POST
@requires("hospitals.hand_off", obj=stay_of)
def hand_off(request: AuthenticatedHttpRequest, stay_id: uuid.UUID) -> HttpResponse:
    form = forms.HandoffForm(request.POST, stay=request.record)

    def act():
        parts = {part: form.cleaned_data[part] for part in handoffs.PARTS}
        to = form.cleaned_data["to_department"]
        handoffs.hand_off(by=request.user, stay=request.record, parts=parts, to_department=to)

    return _step(request, form, "handoff_form", act, _("Offered. It is yours until they accept."))


def handoff_of(request: AuthenticatedHttpRequest, handoff_id: uuid.UUID, **kwargs) -> Handoff:
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
