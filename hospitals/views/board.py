"""The bed board: who lies where, as what, until when; and a bed to put somebody into."""

import uuid
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from core.templatetags.kp import mrn, short_date
from hospitals.actions.beds import AlreadyAdmitted, BedOccupied, NotPossible
from hospitals.actions.stays import admit
from hospitals.forms import AdmitForm
from hospitals.models import BedAssignment, StayStatus
from hospitals.permissions import hospitals_for
from members.models import Member
from network.models import Bed, Department, Facility

REFUSALS = (BedOccupied, AlreadyAdmitted, NotPossible)


@require_safe
@requires("hospitals.view_board")
def board(request: AuthenticatedHttpRequest) -> HttpResponse:
    """All beds of one hospital, ward by ward."""
    hospitals = list(hospitals_for(request.user))
    asked = request.GET.get("hospital", "")
    hospital = next((one for one in hospitals if str(one.pk) == asked), hospitals[0] if hospitals else None)
    wards = list(Department.objects.filter(facility=hospital, rooms__beds__isnull=False).distinct().order_by("name"))
    ward = next((one for one in wards if str(one.pk) == request.GET.get("ward", "")), None)
    rows = beds(hospital, ward) if hospital else []
    audit.record_read(
        request.user,
        verb="hospitals.view_board",
        obj=hospital,
        members=(row["stay"].member_id for row in rows if row["stay"]),
        request=request,
    )
    grouped = [_ward(name, list(group)) for name, group in groupby(rows, key=lambda row: row["ward"])]
    return render(
        request,
        "hospitals/board.html",
        {
            "hospitals": hospitals,
            "hospital": hospital,
            "wards": wards,
            "chosen": ward,
            "board": grouped,
            "counts": _counts(rows),
            "may_admit": bool(hospital and may(request.user, "hospitals.admit", hospital)),
        },
    )


def _ward(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A ward as the board shows it: people as rows, those who should have left first; free beds in one line."""
    people = sorted((row for row in rows if row["stay"]), key=lambda row: not row["is_late"])
    return {
        "name": name,
        "people": people,
        "free": [row for row in rows if not row["stay"] and row["bed"].is_open],
        "closed": [row for row in rows if not row["stay"] and not row["bed"].is_open],
        "of": len(rows),
    }


def beds(hospital: Facility, ward: Department | None) -> list[dict[str, Any]]:
    """Every bed with who is in it and as what; three queries however many beds there are."""
    found = Bed.objects.filter(room__department__facility=hospital).select_related("room__department")
    if ward is not None:
        found = found.filter(room__department=ward)
    occupied = {
        row.bed_id: row.stay
        for row in BedAssignment.objects.in_force()
        .filter(bed__room__department__facility=hospital)
        .select_related("stay__member", "stay__attending")
    }
    statuses = {
        row.stay_id: row for row in StayStatus.objects.in_force().filter(stay__in=[s.pk for s in occupied.values()])
    }
    now = timezone.now()
    rows = []
    for bed in found.order_by("room__department__name", "room__name", "label"):
        stay = occupied.get(bed.pk)
        status = statuses.get(stay.pk) if stay else None
        rows.append(
            {
                "bed": bed,
                "ward": bed.room.department.name,
                "label": f"{bed.room.name}-{bed.label}",
                "stay": stay,
                "who": f"{stay.member.family}, {stay.member.name_used or stay.member.given}" if stay else "",
                "which": _which(stay.member) if stay else "",
                "status": status.get_status_display() if status else "",
                "is_outpatient": bool(status and status.status == "observation"),
                "days": (now - stay.admitted_at).days if stay else 0,
                "is_late": bool(stay and stay.expected_discharge_at and stay.expected_discharge_at < now),
            }
        )
    return rows


def _which(member: Member) -> str:
    """Which of two people of one name it is."""
    born = _("born %(day)s") % {"day": short_date(member.birth_date, "year")} if member.birth_date else ""
    return " · ".join(part for part in (born, f"{_('MRN')} {mrn(member.mrn)}") if part)


def _counts(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    today = timezone.localdate()
    stays = [row["stay"] for row in rows if row["stay"]]
    leaving = [
        s for s in stays if s.expected_discharge_at and timezone.localtime(s.expected_discharge_at).date() <= today
    ]
    free = sum(1 for row in rows if not row["stay"] and row["bed"].is_open)
    return [
        (len(stays), _("occupied")),
        (free, _("free")),
        (sum(1 for row in rows if not row["bed"].is_open), _("closed")),
        (len(leaving), _("expected to leave today")),
    ]


def bed_of(request: AuthenticatedHttpRequest, bed_id: uuid.UUID, **kwargs: Any) -> Bed:
    return get_object_or_404(Bed.objects.select_related("room__department__facility__organization"), pk=bed_id)


@require_http_methods(["GET", "POST"])
@requires("hospitals.admit", obj=bed_of)
def admit_to(request: AuthenticatedHttpRequest, bed_id: uuid.UUID) -> HttpResponse:
    """Admit a person, by record number, to this bed."""
    bed: Bed = request.record
    form = AdmitForm(request.POST or None, facility=bed.room.department.facility)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            stay = admit(by=request.user, member=given.pop("mrn"), bed=bed, **given)
        except REFUSALS as refused:
            form.add_error(None, str(refused))
        else:
            notify(request, _("Admitted to %(bed)s.") % {"bed": bed})
            return redirect("hospitals:stay", stay.pk)
    status = 422 if form.errors else 200
    return render(request, "hospitals/admit.html", {"bed": bed, "form": form}, status=status)
