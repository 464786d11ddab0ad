"""Admission, transfer, change of status, discharge."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.access import begin_to_look_after
from clinical.actions.notes import sign_note, write_note
from clinical.actions.tasks import create_task
from clinical.coding import SNOMED, add_codings
from clinical.encounter_types import classify
from clinical.models import CodingRole, Encounter, Note, Task
from core import audit
from core.models import User
from core.permissions import require
from core.terminology import concept
from hospitals.actions.beds import AlreadyAdmitted, NotPossible, begin_status, end_open, occupy, overlaps_told
from hospitals.models import BedAssignment, Stay, StayStatus
from members.deaths import record_death, refuse_dead
from members.models import Member, PrimaryCareAssignment
from network.models import Bed, Clinician, RoleAssignment

Status = StayStatus.Status
# From what to what a stay may turn; observation is outpatient, and the day it ends is money and rights.
TURNS: dict[str, tuple[str, ...]] = {
    Status.EMERGENCY: (Status.OBSERVATION, Status.INPATIENT, Status.BOARDER),
    Status.BOARDER: (Status.OBSERVATION, Status.INPATIENT),
    Status.OBSERVATION: (Status.INPATIENT,),
    Status.DAY_SURGERY: (Status.OBSERVATION, Status.INPATIENT),
    Status.INPATIENT: (Status.LEAVE,),
    Status.LEAVE: (Status.INPATIENT,),
}
# HL7 v3 ActCode for Encounter.class.
CLASS = {
    Status.EMERGENCY: "EMER",
    Status.BOARDER: "EMER",
    Status.OBSERVATION: "OBSENC",
    Status.INPATIENT: "IMP",
    Status.LEAVE: "IMP",
    Status.DAY_SURGERY: "SS",
}
# FHIR discharge-disposition.
DISPOSITIONS = {
    "home": gettext_lazy("Home"),
    "snf": gettext_lazy("Skilled nursing"),
    "rehab": gettext_lazy("Rehabilitation"),
    "hosp": gettext_lazy("Hospice"),
    "other-hcf": gettext_lazy("Another hospital"),
    "aadvice": gettext_lazy("Left against advice"),
    "exp": gettext_lazy("Died"),
}
DISPOSITION_SYSTEM = "http://terminology.hl7.org/CodeSystem/discharge-disposition"
DIED, HOSPICE = "exp", "hosp"
# Measures know a discharge to hospice by this SNOMED CT identifier of the US edition (CMS, Hospice library).
TO_HOSPICE = (SNOMED, "428371000124100", "Discharged to hospice")
NO_FOLLOW_UP = (DIED, "other-hcf")
# CMS transitional care management: contact in 2 business days, visit in 7 to 14 days; we ask for the visit in 7.
FOLLOW_UP = timedelta(days=7)
FOLLOW_UP_KIND = "discharge_follow_up"


class SummaryMissing(NotPossible):
    """Nobody signed the discharge summary yet."""


def locked(stay_id: UUID) -> Stay:
    """The open stay, held until the end of the transaction. Raises `NotPossible` after discharge."""
    stay = (
        Stay.objects.select_for_update(of=("self",))
        .select_related("member", "facility__organization", "encounter")
        .get(pk=stay_id)
    )
    if stay.discharged_at is not None:
        raise NotPossible(_("This person has been discharged already."))
    return stay


@transaction.atomic
def admit(
    *,
    by: User,
    member: Member,
    bed: Bed,
    status: str = Status.INPATIENT,
    reason: str = "",
    attending: Clinician | None = None,
    expected_discharge_at: datetime | None = None,
    at: datetime | None = None,
) -> Stay:
    """Admit a person to a bed: encounter, stay, status and bed in one transaction.

    Raises `PermissionDenied`, `BedOccupied`, `AlreadyAdmitted`, and `NotPossible` for a closed bed.
    """
    require(by, "hospitals.admit", bed)
    require(by, "hospitals.admit_member", member)
    at = at or timezone.now()
    refuse_dead(member, at=at, error=NotPossible)
    ward = bed.room.department
    if Stay.objects.current().filter(member=member).exists():
        raise AlreadyAdmitted(_("This person is already admitted."))
    begin_to_look_after(by=by, member=member, reason=f"Admitted to {ward.name}. {reason}".strip())
    with overlaps_told():
        encounter = Encounter.objects.create(
            member=member,
            status="in-progress",
            effective=DateTimeTZRange(at, None),
            department=ward,
            facility=ward.facility,
            organization_id=ward.facility.organization_id,
            clinician=attending,
            reason_text=reason[:500],
        )
        stay = Stay.objects.create(
            member=member,
            encounter=encounter,
            facility=ward.facility,
            attending=attending,
            admitted_at=at,
            expected_discharge_at=expected_discharge_at,
        )
        begin_status(stay, status, at)
        occupy(stay, bed, at)
    _classify(encounter, status)
    audit.record(by=by, action="create", verb="hospitals.admit", obj=stay, detail={"status": str(status)})
    return stay


@transaction.atomic
def transfer(*, by: User, stay: Stay, bed: Bed, at: datetime | None = None) -> BedAssignment:
    """Move a person to another bed of the hospital. Raises `BedOccupied`, `NotPossible`."""
    require(by, "hospitals.transfer", stay)
    at = at or timezone.now()
    stay = locked(stay.pk)
    with overlaps_told():
        end_open(stay.beds, at)
        moved = occupy(stay, bed, at)
    _follow_ward(stay, bed)
    audit.record(by=by, action="update", verb="hospitals.transfer", obj=stay)
    return moved


@transaction.atomic
def swap_beds(*, by: User, one: Stay, other: Stay, at: datetime | None = None) -> None:
    """Two people change beds at the same instant; no third bed is needed. Raises `NotPossible`."""
    require(by, "hospitals.transfer", one)
    require(by, "hospitals.transfer", other)
    at = at or timezone.now()
    # Always in the same order, so that two such swaps cannot wait for each other.
    stays = {pk: locked(pk) for pk in sorted((one.pk, other.pk))}
    if len(stays) < 2:
        raise NotPossible(_("Choose two people."))
    beds = {
        row.stay_id: row.bed
        for row in BedAssignment.objects.in_force().filter(stay__in=stays).select_related("bed__room__department")
    }
    if len(beds) < 2:
        raise NotPossible(_("Both people must be in a bed."))
    with overlaps_told():
        for stay, bed in ((stays[one.pk], beds[other.pk]), (stays[other.pk], beds[one.pk])):
            end_open(stay.beds, at)
            occupy(stay, bed, at)
    for stay, bed in ((stays[one.pk], beds[other.pk]), (stays[other.pk], beds[one.pk])):
        _follow_ward(stay, bed)
        audit.record(by=by, action="update", verb="hospitals.swap_beds", obj=stay)


@transaction.atomic
def change_status(*, by: User, stay: Stay, status: str, at: datetime | None = None) -> StayStatus:
    """Turn a stay from one status into another, like observation into inpatient. Raises `NotPossible`."""
    require(by, "hospitals.change_status", stay)
    at = at or timezone.now()
    stay = locked(stay.pk)
    now = stay.statuses.in_force().first()
    if now is None or status not in TURNS[now.status]:
        raise NotPossible(_("A stay cannot turn from this status into that one."))
    with overlaps_told():
        end_open(stay.statuses, at)
        begun = begin_status(stay, status, at)
    _classify(stay.encounter, status)
    audit.record(
        by=by, action="update", verb="hospitals.change_status", obj=stay, detail={"from": now.status, "to": status}
    )
    return begun


@transaction.atomic
def sign_summary(*, by: User, stay: Stay, body: str) -> Note:
    """Write and sign the discharge summary. Raises `NotPossible` without words."""
    require(by, "hospitals.write_summary", stay)
    stay = locked(stay.pk)
    if not body.strip():
        raise NotPossible(_("Write what happened, what changed and what is to be done."))
    note = write_note(stay.encounter, by=by, body=body, title=_("Discharge summary"), kind=Note.Kind.DISCHARGE)
    return sign_note(note, by=by)


@transaction.atomic
def discharge(
    *, by: User, stay: Stay, disposition: str, at: datetime | None = None, died_at: datetime | None = None
) -> Task | None:
    """End the stay: bed free, status and encounter closed, and a follow-up task for primary care, due in seven days.

    Raises `SummaryMissing` without a signed discharge summary, `NotPossible` for an unknown disposition or a death
    outside the stay. Returns the follow-up task; None where nobody is to be followed up (death, another hospital). A
    death is noted in the record as of `died_at` (otherwise `at`); one that is known already stands as it is.
    """
    require(by, "hospitals.discharge", stay)
    at = at or timezone.now()
    stay = locked(stay.pk)
    if disposition not in DISPOSITIONS:
        raise NotPossible(_("Choose where the person goes."))
    # Typed to the minute.
    if died_at is not None and not stay.admitted_at.replace(second=0, microsecond=0) <= died_at <= at:
        raise NotPossible(_("The time of death lies before the stay, or is still to come."))
    summary = stay.encounter.notes.filter(kind=Note.Kind.DISCHARGE, signed_at__isnull=False)
    if not summary.exists():
        raise SummaryMissing(_("The discharge summary must be signed first."))
    with overlaps_told():
        end_open(stay.beds, at)
        end_open(stay.statuses, at)
    stay.discharged_at, stay.disposition = at, disposition
    stay.save(update_fields=["discharged_at", "disposition"])
    encounter = stay.encounter
    encounter.status = "finished"
    encounter.effective = DateTimeTZRange(encounter.effective.lower, at)
    encounter.save(update_fields=["status", "effective"])
    where = concept(DISPOSITION_SYSTEM, disposition, str(DISPOSITIONS[disposition]))
    hospice = [concept(*TO_HOSPICE)] if disposition == HOSPICE else []
    add_codings(encounter, [where, *hospice], CodingRole.DISCHARGE_DISPOSITION)
    audit.record(by=by, action="update", verb="hospitals.discharge", obj=stay, detail={"disposition": disposition})
    # A death that is on record already, by whoever knew the hour, is corrected on its own page alone.
    if disposition == DIED and Member.objects.get(pk=stay.member_id).deceased_at is None:
        record_death(stay.member, by=by, at=died_at or at, reason="died in hospital")
    return None if disposition in NO_FOLLOW_UP else _follow_up(by, stay, at)


def _follow_up(by: User, stay: Stay, at: datetime) -> Task:
    """Whose task it is: the primary care clinician and their department, else the ward's care coordinators."""
    care = (
        PrimaryCareAssignment.objects.filter(member=stay.member_id, period__contains=timezone.localdate(at))
        .select_related("clinician__user", "department")
        .first()
    )
    return create_task(
        by=by,
        member=stay.member,
        kind=FOLLOW_UP_KIND,
        title=_("See within 7 days of discharge"),
        detail=_("Discharged from %(place)s. Read the summary, check the medicines, book the visit.")
        % {"place": stay.facility.name},
        due_at=at + FOLLOW_UP,
        priority=Task.Priority.URGENT,
        owner=care.clinician.user if care else None,
        department=care.department if care else stay.encounter.department,
        role="" if care else RoleAssignment.Role.CARE_COORDINATOR,
        focus=stay,
        dedupe_key=f"hospitals.discharge:{stay.pk}",
    )


def _follow_ward(stay: Stay, bed: Bed) -> None:
    """The encounter's department is that of the bed."""
    Encounter.objects.filter(pk=stay.encounter_id).update(department=bed.room.department_id)


def _classify(encounter: Encounter, status: str) -> None:
    """Encounter.class and its type follow the status; history keeps what they were."""
    classify(encounter, CLASS[Status(status)])
