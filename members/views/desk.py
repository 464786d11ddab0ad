"""What staff keep about one person beside the name: contact, primary care."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import requires
from members import actions
from members.forms import DoctorForm, MovedForm, TelecomForm
from members.models import Member, MemberAddress, MemberTelecom, PrimaryCareAssignment
from members.panels import Near, PanelFull, Panels, assign_primary_care, member_postal_code
from members.portal import age_on
from members.querysets import kept_record, primary_care_of
from members.tabs import person_tabs
from network.models import Clinician, Department

OFFERED = 20


def member_of(request: AuthenticatedHttpRequest, member_id: uuid.UUID, **kwargs: Any) -> Member:
    """The member; the number of a merged record leads to the record that stayed."""
    return kept_record(get_object_or_404(Member, pk=member_id))


def frame(request: AuthenticatedHttpRequest, member: Member, current: str) -> dict[str, Any]:
    """What every page about one person shows around its own."""
    return {"member": member, "tabs": person_tabs(request, member, current)}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.update", obj=member_of)
def contact(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Addresses and numbers, each from a day on; what stood before stays in the list."""
    member, today = request.record, timezone.localdate()
    kind = request.POST.get("form")
    if kind == "address":
        Member.objects.select_for_update().get(pk=member.pk)
    standing = MemberAddress.objects.filter(member=member, period__overlap=(today, None)).order_by("pk")
    address = MovedForm(
        request.POST if kind == "address" else None,
        initial={"on": today, "use": "home"},
        standing={"addresses": list(standing.values_list("pk", flat=True))},
    )
    telecom = TelecomForm(request.POST if kind == "telecom" else None, prefix=None)
    if kind == "address" and address.is_valid():
        actions.change_address(member, by=request.user, **address.cleaned_data)
        notify(request, _("Address kept. The one before ends that day."))
        return redirect("members:contact", member_id=member.pk)
    if kind == "telecom" and telecom.is_valid():
        actions.add_telecom(member, by=request.user, on=today, **telecom.cleaned_data)
        notify(request, _("Kept. We try this one first."))
        return redirect("members:contact", member_id=member.pk)
    audit.record_read(request.user, verb="members.contact", obj=member, request=request)
    context = {
        **frame(request, member, "contact"),
        "addresses": [
            {"address": row, "is_past": row.period.upper is not None and row.period.upper <= today}
            for row in MemberAddress.objects.filter(member=member).order_by("use", "-period")[:50]
        ],
        "telecoms": MemberTelecom.objects.filter(member=member, period__contains=today).order_by("rank"),
        "address_form": address,
        "telecom_form": telecom,
    }
    return render(request, "members/contact.html", context)


@require_POST
@requires("members.update", obj=member_of)
def end_telecom(request: AuthenticatedHttpRequest, member_id: uuid.UUID, telecom_id: uuid.UUID) -> HttpResponse:
    """The number or address no longer reaches them."""
    telecom = get_object_or_404(MemberTelecom, pk=telecom_id, member=request.record)
    actions.end_telecom(telecom, by=request.user, on=timezone.localdate())
    notify(request, _("Ended. Nothing is sent there any more."))
    return redirect("members:contact", member_id=request.record.pk)


# --- Primary care -------------------------------------------------------------------------------------------


def _options(member: Member, current: PrimaryCareAssignment | None) -> list[dict[str, Any]]:
    """Primary care clinicians near the member, with distance, language and room; the present one among them."""
    today = timezone.localdate()
    panels = Panels(member.managing_organization_id, today, counted=False)
    also = [current.clinician_id] if current else []
    near = panels.near(member_postal_code(member), member.language, age_on(member, today), many=OFFERED, also=also)
    clinicians = Clinician.objects.in_bulk([one.place.clinician_id for one in near])
    departments = Department.objects.select_related("facility").in_bulk([one.place.department_id for one in near])
    return [
        {
            "near": one,
            "distance": _distance(one),
            "clinician": clinicians[one.place.clinician_id],
            "department": departments[one.place.department_id],
            "languages": ", ".join(sorted(one.place.languages)),
            "is_current": current is not None and current.clinician_id == one.place.clinician_id,
        }
        for one in near
    ]


def _distance(near: Near) -> str:
    miles = near.km / 1.609344
    if near.measured:
        return _("%(miles).0f mi") % {"miles": miles} if miles >= 1 else _("under a mile")
    return _("same area") if near.km < 100 else _("far")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.change_primary_care", obj=member_of)
def doctor(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Who looks after the member, and who could: somebody near with room who speaks their language stands first."""
    member, today = request.record, timezone.localdate()
    if request.method == "POST":
        Member.objects.select_for_update().get(pk=member.pk)
    held_now = PrimaryCareAssignment.objects.filter(member=member, period__overlap=(today, None)).order_by("pk")
    form = DoctorForm(
        request.POST or None,
        initial={"on": today},
        standing={"doctors": list(held_now.values_list("pk", flat=True))},
    )
    if request.method == "POST":
        refused = _change_doctor(request, member, form) if form.is_valid() else _why_not(form)
        if refused is not None:
            notify(request, refused, level=messages.WARNING)
        return redirect("members:doctor", member_id=member.pk)
    audit.record_read(request.user, verb="members.doctor", obj=member, request=request)
    current = primary_care_of(member, today)
    held = PrimaryCareAssignment.objects.filter(member=member).select_related("clinician", "department__facility")
    context = {
        **frame(request, member, "doctor"),
        "form": form,
        "current": current,
        "options": _options(member, current),
        "postal_code": member_postal_code(member),
        "held": held.order_by("-period")[:20],
        "today": today,
    }
    return render(request, "members/doctor.html", context)


def _why_not(form: DoctorForm) -> str:
    said = form.non_field_errors()
    return str(said[0]) if said else _("Choose a day.")


def _change_doctor(request: AuthenticatedHttpRequest, member: Member, form: DoctorForm) -> str | None:
    """Change the primary care clinician; gives back why not."""
    clinician = get_object_or_404(Clinician, pk=form.cleaned_data["clinician"])
    try:
        assign_primary_care(member, by=request.user, on=form.cleaned_data["on"], clinician=clinician)
    except PanelFull as full:
        return str(full)
    notify(request, _("%(doctor)s is their doctor from that day.") % {"doctor": clinician})
    return None
