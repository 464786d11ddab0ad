"""A visit from the appointment to its end."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical import ports
from clinical.encounter_types import classify, kind_of
from clinical.models import Encounter
from core import audit
from core.models import AuditEvent, SourceSystem, User
from core.permissions import require
from members.models import Member
from scheduling import actions as scheduling
from scheduling.models import Appointment, VisitType

Action = AuditEvent.Action


@transaction.atomic
def start_visit(appointment: Appointment, *, by: User, at: datetime.datetime | None = None) -> Encounter:
    """The encounter of an appointment whose member is here; the one already there if it was started before.

    `at` is when it began, by default now.

    Raises `ValidationError` where the member has not arrived, `PermissionDenied` for whoever may not write in the
    chart; a visit with a page of its own (`ports.register_narrow_visit`) asks its own room who may.
    """
    appointment = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("department__facility", "visit_type")
        .get(pk=appointment.pk)
    )
    found = Encounter.objects.filter(appointment=appointment).first()
    if found is not None:
        return found
    if appointment.status not in (Appointment.Status.ARRIVED, Appointment.Status.ROOMED):
        raise ValidationError(_("Check the member in first."), code="not_here")
    if appointment.visit_type.code not in ports.narrow_visits():
        # Beginning a visit opens no chart: whoever does has a ground to write in it, or has given a reason.
        require(by, "clinical.write_chart", appointment)
    encounter = Encounter.objects.create(
        member_id=appointment.member_id,
        status="in-progress",
        effective=DateTimeTZRange(at or timezone.now(), None),
        department=appointment.department,
        facility=appointment.department.facility,
        organization_id=appointment.department.facility.organization_id,
        clinician=appointment.clinician,
        appointment=appointment,
        reason_text=appointment.reason,
    )
    virtual = appointment.visit_type.modality != VisitType.Modality.IN_PERSON
    # HL7 v3 ActCode: AMB an ambulatory visit, VR one by video or phone.
    classify(encounter, "VR" if virtual else "AMB", kind_of(appointment.visit_type))
    audit.record(by=by, action=Action.CREATE, verb="clinical.start_visit", obj=encounter)
    return encounter


@transaction.atomic
def finish_visit(encounter: Encounter, *, by: User, at: datetime.datetime | None = None) -> Encounter:
    """End the visit: its period closes (by default now), its appointment counts as seen, its room is free."""
    encounter = Encounter.objects.select_for_update(of=("self",)).get(pk=encounter.pk)
    if encounter.status != "in-progress":
        raise ValidationError(_("This visit has ended already."), code="ended")
    now = at or timezone.now()
    encounter.status = "finished"
    encounter.effective = DateTimeTZRange(encounter.effective.lower, now)
    encounter.save(update_fields=["status", "effective"])
    if encounter.appointment_id and encounter.appointment.status in ("arrived", "roomed"):
        scheduling.fulfil(encounter.appointment, by=by, at=now)
    audit.record(by=by, action=Action.UPDATE, verb="clinical.finish_visit", obj=encounter)
    return encounter


@transaction.atomic
def record_outside_visit(
    *,
    by: User,
    member: Member,
    source: SourceSystem,
    source_id: str,
    kind: str,
    status: str,
    start: datetime.datetime | None,
    end: datetime.datetime | None = None,
    reason: str = "",
) -> tuple[Encounter, bool]:
    """A visit or stay elsewhere as its place tells of it, known by `source` and `source_id`; whether anything changed.

    `kind` is its class (ActCode), empty where that was not told; a stay or an emergency gets its type by it. A start,
    an end or a reason that is not told again stays. Raises `ValidationError` where it ends before it starts.
    """
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    found = Encounter.objects.filter(member=member, source_system=source, source_id=source_id).first()
    before = found.effective if found is not None and found.effective else DateTimeTZRange(None, None)
    # Whoever took the discharge back does not say when: an open stay has no end.
    last = None if status == "in-progress" else end or before.upper
    first = start or before.lower
    if first is not None and last is not None and last <= first:
        raise ValidationError(_("It cannot end before it began."), code="order")
    values = {"status": status, "effective": DateTimeTZRange(first, last) if first or last else None}
    if reason:
        values["reason_text"] = reason[:500]
    if found is None:
        found = Encounter.objects.create(member=member, source_system=source, source_id=source_id, **values)
        action = Action.CREATE
    elif all(getattr(found, name) == value for name, value in values.items()):
        if not kind or not classify(found, kind):
            return found, False
        action = Action.UPDATE
    else:
        for name, value in values.items():
            setattr(found, name, value)
        found.save(update_fields=list(values))
        action = Action.UPDATE
    if kind:
        classify(found, kind)
    audit.record(by=by, action=action, verb="clinical.record_outside_visit", obj=found)
    return found, True
