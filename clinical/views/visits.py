"""A visit: started from the schedule, vitals, orders, note, signature, end."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinical import actions, ports
from clinical.coding import names
from clinical.forms import AmendForm, NoteForm, ProblemForm, VitalsForm
from clinical.models import Encounter, EncounterDiagnosis, Note
from clinical.panels import chart_of
from clinical.views.charting import frame, opens_chart
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from members.models import Member
from scheduling.models import Appointment


def their_appointment(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> Appointment:
    return get_object_or_404(
        Appointment.objects.select_related("member", "department__facility__organization"), pk=appointment_id
    )


@require_POST
@requires("clinical.write_chart", obj=their_appointment)
def start_visit(request: AuthenticatedHttpRequest, appointment_id: uuid.UUID) -> HttpResponse:
    """Open the encounter of an appointment whose member is here."""
    try:
        encounter = actions.start_visit(request.record, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("scheduling:day")
    return redirect("clinical:visit", request.record.member_id, encounter.pk)


def _encounter(member: Member, encounter_id: uuid.UUID) -> Encounter:
    return get_object_or_404(
        Encounter.objects.select_related("department__facility", "clinician", "appointment__visit_type"),
        pk=encounter_id,
        member=member,
    )


@require_GET
@opens_chart("clinical.visit")
def visit(request: AuthenticatedHttpRequest, member: Member, encounter_id: uuid.UUID) -> HttpResponse:
    """The visit's page: what it is about, vitals, diagnoses, note, orders; ends with the signature."""
    return _page(request, member, _encounter(member, encounter_id))


def _page(
    request: AuthenticatedHttpRequest, member: Member, encounter: Encounter, *, status: int = 200, **forms: Any
) -> HttpResponse:
    chart = chart_of(request, member)
    draft = Note.objects.filter(encounter=encounter, author=request.user, signed_at__isnull=True).first()
    diagnoses = list(
        EncounterDiagnosis.objects.filter(encounter=encounter).select_related("condition").order_by("rank")
    )
    words = names([row.condition for row in diagnoses])
    note_form = forms.get("note_form") or NoteForm(
        initial={"body": draft.body, "kind": draft.kind} if draft else {"kind": Note.Kind.PROGRESS}
    )
    context = {
        **frame(request, member, "visit"),
        "encounter": encounter,
        "vitals_form": forms.get("vitals_form") or VitalsForm(),
        "problem_form": forms.get("problem_form") or ProblemForm(),
        "note_form": note_form,
        "draft": draft,
        "vitals": chart.latest_values(is_vitals=True),
        "diagnoses": [words[row.condition_id] for row in diagnoses if row.condition_id in words],
        "signed": Note.objects.filter(encounter=encounter, signed_at__isnull=False)
        .select_related("author")
        .order_by("signed_at"),
        "kinds": ports.order_kinds(),
        "is_running": encounter.status == "in-progress",
        "may_write": may(request.user, "clinical.write_chart", member),
        "may_order": may(request.user, "clinical.place_order", member),
        "may_sign": may(request.user, "clinical.sign_note", member),
    }
    return render(request, "clinical/visit.html", context, status=status)


@require_POST
@opens_chart("clinical.record_vitals", "clinical.write_chart")
def record_vitals(request: AuthenticatedHttpRequest, member: Member, encounter_id: uuid.UUID) -> HttpResponse:
    encounter = _encounter(member, encounter_id)
    form = VitalsForm(request.POST)
    if form.is_valid():
        try:
            actions.record_vitals(encounter, by=request.user, values=form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            notify(request, _("Vital signs recorded."))
            return redirect("clinical:visit", member.pk, encounter.pk)
    return _page(request, member, encounter, status=422, vitals_form=form)


@require_POST
@opens_chart("clinical.add_problem", "clinical.write_chart")
def add_diagnosis(request: AuthenticatedHttpRequest, member: Member, encounter_id: uuid.UUID) -> HttpResponse:
    """A diagnosis of this visit; it stands on the problem list too."""
    encounter = _encounter(member, encounter_id)
    form = ProblemForm(request.POST)
    if not form.is_valid():
        return _page(request, member, encounter, status=422, problem_form=form)
    given = form.cleaned_data
    actions.add_problem(
        by=request.user,
        member=member,
        concepts=[given["concept"]],
        encounter=encounter,
        onset=given["onset"],
        note=given["note"],
    )
    return redirect("clinical:visit", member.pk, encounter.pk)


@require_POST
@opens_chart("clinical.write_note", "clinical.write_chart")
def write_note(request: AuthenticatedHttpRequest, member: Member, encounter_id: uuid.UUID) -> HttpResponse:
    """Keep the draft; with the button "Sign" sign it, with "Sign and end the visit" end the visit too."""
    encounter = _encounter(member, encounter_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, member, encounter, status=422, note_form=form)
    given = form.cleaned_data
    note = actions.write_note(encounter, by=request.user, body=given["body"], kind=given["kind"])
    wish = request.POST.get("wish", "keep")
    try:
        if wish in ("sign", "end") and may(request.user, "clinical.sign_note", member):
            actions.sign_note(note, by=request.user)
        if wish == "end":
            actions.finish_visit(encounter, by=request.user)
    except ValidationError as refused:
        form.add_error(None, refused)
        return _page(request, member, encounter, status=422, note_form=form)
    said = {"sign": _("Signed."), "end": _("Signed. The visit has ended.")}
    notify(request, said.get(wish, _("Draft kept.")))
    return (
        redirect("clinical:chart", member.pk) if wish == "end" else redirect("clinical:visit", member.pk, encounter.pk)
    )


@require_POST
@opens_chart("clinical.finish_visit", "clinical.write_chart")
def finish_visit(request: AuthenticatedHttpRequest, member: Member, encounter_id: uuid.UUID) -> HttpResponse:
    encounter = _encounter(member, encounter_id)
    try:
        actions.finish_visit(encounter, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        notify(request, _("The visit has ended."))
    return redirect("clinical:chart", member.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("clinical.amend_note", "clinical.sign_note")
def amend_note(request: AuthenticatedHttpRequest, member: Member, note_id: uuid.UUID) -> HttpResponse:
    """Add to a signed note; the note itself stays as it was signed."""
    note = get_object_or_404(Note.objects.select_related("author"), pk=note_id, member=member)
    form = AmendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.amend_note(note, by=request.user, body=form.cleaned_data["body"])
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            notify(request, _("Added and signed."))
            return redirect("clinical:chart_panel", member.pk, "notes")
    context = {**frame(request, member, "notes"), "note": note, "form": form}
    return render(request, "clinical/amend_note.html", context)
