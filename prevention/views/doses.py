"""A dose given or told: recorded from the chart, so that the forecast and its gap follow within seconds."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical.actions.immunizations import record_immunization
from clinical.coding import CVX
from clinical.models import Encounter
from clinical.views.charting import frame, opens_chart
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.terminology import concept
from members.models import Member
from prevention.forms import DoseForm
from prevention.immunisation.birth_country import note_birth_country
from prevention.immunisation.catch_up import catch_up_of
from prevention.immunisation.outlook import given, outlook
from prevention.immunisation.table import packaged
from prevention.vaccine_clinic.stock import take_from_shelf


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("prevention.record_dose", "clinical.write_chart")
def record_dose(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    """What is due first among the vaccines; with a visit under way the dose was given there, otherwise it was told."""
    today = timezone.localdate()
    visit = Encounter.objects.filter(member=member, status="in-progress").order_by("-effective").first()
    form = DoseForm(
        request.POST or None,
        vaccines=_vaccines(request, member, today),
        can_give=visit is not None,
        initial={"on": today, "vaccine": request.GET.get("vaccine", "")},
    )
    if request.method == "POST" and form.is_valid() and _record(request, member, form, visit):
        return redirect("clinical:chart_panel", member_id=member.pk, name="vaccines")
    context = {**frame(request, member, "vaccines"), "form": form, "visit": visit, "given": given(member, request.user)}
    return render(request, "prevention/dose.html", context, status=422 if form.errors else 200)


@require_safe
@opens_chart("prevention.catch_up")
def catch_up(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    """At which visits somebody who is behind gets every dose that they lack, to print and take along."""
    today = timezone.localdate()
    visits = catch_up_of(member, request.user, today)
    context = {
        **frame(request, member, "vaccines"),
        "visits": visits,
        "columns": [_("Not before"), _("Vaccines")],
        "authorities": outlook(member, request.user, today).authorities,
    }
    return render(request, "prevention/catch_up.html", context)


@require_POST
@opens_chart("prevention.note_birth_country", "clinical.write_chart")
def born(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    """Where the member was born, asked before a vaccine that it may make needless."""
    try:
        note_birth_country(member, by=request.user, country=request.POST.get("birth_country", ""))
    except ValueError:
        raise Http404 from None
    notify(request, _("Noted. What is due next is worked out within seconds."))
    return redirect("clinical:chart_panel", member_id=member.pk, name="vaccines")


def _record(request: AuthenticatedHttpRequest, member: Member, form: DoseForm, visit: Encounter | None) -> bool:
    """Whether it was recorded; what stands against it is said beside its field."""
    asked = form.cleaned_data
    was_here = asked.pop("where", "") == "here"
    code = asked.pop("vaccine")
    try:
        with transaction.atomic():
            made = record_immunization(
                by=request.user,
                member=member,
                vaccine=concept(CVX, code, packaged().vaccine_names[code]),
                encounter=visit if was_here else None,
                **asked,
            )
            if was_here and visit is not None and visit.department is not None:
                take_from_shelf(made, visit.department.facility, cvx=code, by=request.user)
    except ValidationError as refused:
        fields = {"expired": "expires_on", "stock": "lot_number"}
        form.add_error(fields.get(getattr(refused, "code", "") or "", "on"), refused)
        return False
    notify(request, _("Recorded. What is due next is worked out within seconds."))
    return True


def _vaccines(request: AuthenticatedHttpRequest, member: Member, today: date) -> list[tuple[str, Any]]:
    """What may be given now, then everything that the schedule knows, by name."""
    names = packaged().vaccine_names
    found = outlook(member, request.user, today)
    due = [cvx for each in (*found.now, *found.may) for cvx in each.row.vaccines if cvx in names]
    groups = [(_("Every vaccine"), sorted(names.items(), key=lambda one: one[1]))]
    if due:
        groups.insert(0, (_("May be given now"), [(cvx, names[cvx]) for cvx in dict.fromkeys(due)]))
    return groups
