"""A value becomes a result: entered, released into the chart, and, where it was wrong, corrected by a new row."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.orders import INSTANT
from clinical.coding import OBSERVATION_CATEGORY
from clinical.models import (
    CodingRole,
    DiagnosticReport,
    DiagnosticReportCoding,
    Observation,
    ObservationCoding,
    ServiceRequest,
)
from core import audit
from core.models import SourceSystem, User
from core.permissions import require
from core.terminology import concept, source_system
from labs import workflow
from labs.actions.ordering import close_request
from labs.actions.review import open_review, open_withdrawal, tell_member
from labs.interpretation import BEYOND, Interpretation, interpret, more_urgent, parse_value
from labs.models import LabOrder, LabResult, ResultMismatch, Specimen
from network.models import Organization

SOURCE = "urn:kpcare:labs"


class SpecimenMismatch(Exception):
    """Tube and order do not belong together. The value was refused and is kept for review in `review`."""

    def __init__(self, review: ResultMismatch) -> None:
        super().__init__(review.reason)
        self.review = review


def enter_result(*, by: User, order: LabOrder, accession: str, value: str, reported_flag: str = "") -> LabResult:
    """Enter the value of the tube `accession` for an order; one entered before and not released gives way.

    `reported_flag` (HL7 0078) is how an instrument or its laboratory flags it: it counts where it asks for more than
    our own ranges do.

    Raises `ValueError` for a value that the test cannot have, `WrongStage`, and `SpecimenMismatch`: then nothing is
    entered, and what was typed is kept for review. Catch it inside the request, or its rollback takes that along.
    """
    require(by, "labs.process_specimen", order)
    quantity, text = parse_value(order.test, value)
    with transaction.atomic():
        order = workflow.locked(order.pk)
        specimen = Specimen.objects.filter(accession=accession.strip()).first()
        if specimen is not None and specimen.order_id == order.pk and not specimen.rejected_reason:
            return _enter(by, order, specimen, quantity, text, reported_flag)
    raise SpecimenMismatch(_keep_mismatch(by, order, accession.strip(), specimen, value))


def _enter(
    by: User, order: LabOrder, specimen: Specimen, quantity: Decimal | None, text: str, reported_flag: str
) -> LabResult:
    workflow.move(order, "enter")
    specimen.results.filter(status="preliminary").update(status="cancelled")
    meaning = more_urgent(_meaning(order, specimen, quantity, text), reported_flag)
    result = _new_result(by, order, specimen, quantity, text, meaning)
    result.save(force_insert=True)
    audit.record(by=by, action="create", verb="labs.enter_result", obj=result)
    return result


def _new_result(
    by: User, order: LabOrder, specimen: Specimen, quantity: Decimal | None, text: str, meaning: Interpretation
) -> LabResult:
    return LabResult(
        member=order.member,
        specimen=specimen,
        order=order,
        test=order.test,
        value_quantity=quantity,
        value_text=text,
        unit=order.test.unit,
        flag=meaning.flag,
        is_critical=meaning.is_critical,
        performing_laboratory=performing_laboratory(order),
        entered_by=by,
        sensitivity=order.sensitivity,
    )


def _meaning(order: LabOrder, specimen: Specimen, quantity: Decimal | None, text: str) -> Interpretation:
    on = timezone.localtime(specimen.collected_at).date()
    return interpret(order.test, order.member, on, quantity=quantity, text=text)


@transaction.atomic
def _keep_mismatch(by: User, order: LabOrder, accession: str, specimen: Specimen | None, value: str) -> ResultMismatch:
    if specimen is None:
        reason = _("There is no specimen with this accession number.")
    elif specimen.rejected_reason:
        reason = _("This specimen was rejected: %(why)s.") % {"why": specimen.rejected_reason}
    else:
        reason = _("This specimen belongs to another order.")
    review = ResultMismatch.objects.create(
        member=order.member, order=order, accession=accession[:20], reason=reason, value=value[:500], entered_by=by
    )
    audit.record(by=by, action="create", verb="labs.keep_mismatch", obj=review, reason=reason)
    return review


@transaction.atomic
def resolve_mismatch(*, by: User, review: ResultMismatch, resolution: str) -> ResultMismatch:
    """Say what came of a refused result. Raises `ValueError` without words."""
    require(by, "labs.process_specimen", review)
    resolution = resolution.strip()
    if not resolution:
        raise ValueError("Say what was found and done.")
    review = ResultMismatch.objects.select_for_update().get(pk=review.pk)
    review.status, review.resolution = "resolved", resolution[:300]
    review.resolved_by, review.resolved_at = by, timezone.now()
    review.save()
    audit.record(by=by, action="update", verb="labs.resolve_mismatch", obj=review, reason=resolution)
    return review


@transaction.atomic
def release_result(*, by: User, order: LabOrder, note: str = "") -> LabResult:
    """Release the entered value: it becomes an Observation and a report in the chart, the member is told that
    something is new, and the ordering side gets a task; a critical value at once. `note` is what the laboratory says
    of it. Raises `WrongStage`."""
    require(by, "labs.release_result", order)
    order = workflow.locked(order.pk)
    workflow.move(order, "release")
    result = order.results.select_related("specimen").get(status="preliminary")
    meaning = _meaning(order, result.specimen, result.value_quantity, result.value_text)
    result.observation = _write_observation(order, result, "final", meaning)
    result.status = LabResult.Status.FINAL
    result.released_by, result.released_at = by, timezone.now()
    result.save()
    _write_report(order, result, "final", note)
    close_request(order, "completed")
    open_review(by=by, order=order, result=result)
    tell_member(order.member, result)
    audit.record(
        by=by, action="update", verb="labs.release_result", obj=result, detail={"critical": result.is_critical}
    )
    return result


@transaction.atomic
def correct_result(
    *, by: User, result: LabResult, value: str, reason: str, reported_flag: str = "", note: str = ""
) -> LabResult:
    """Replace a released value by a new row that points at it; the old one stays as it was.

    In the chart the old Observation is withdrawn (FHIR status entered-in-error: "withdrawn following previous final
    release"), so that no trend or measure reads both. Raises `ValueError` without a reason or with an impossible
    value, and where the result is not final or was corrected before.
    """
    require(by, "labs.release_result", result)
    reason = reason.strip()
    if not reason:
        raise ValueError("Say why the result is corrected.")
    order = workflow.locked(result.order_id)
    result = LabResult.objects.select_related("specimen", "observation").get(pk=result.pk)
    if result.status not in ("final", "corrected") or result.corrections.exists():
        raise ValueError("Only a released result that was not corrected before can be corrected.")
    workflow.move(order, "correct")
    quantity, text = parse_value(order.test, value)
    meaning = more_urgent(_meaning(order, result.specimen, quantity, text), reported_flag)
    corrected = _new_result(by, order, result.specimen, quantity, text, meaning)
    corrected.corrects = result
    corrected.observation = _write_observation(order, corrected, "corrected", meaning, corrects=result.observation)
    corrected.status = LabResult.Status.CORRECTED
    corrected.released_by, corrected.released_at = by, timezone.now()
    corrected.save(force_insert=True)
    if result.observation_id is not None:
        Observation.objects.filter(pk=result.observation_id).update(status="entered-in-error")
    _write_report(order, corrected, "corrected", note, corrects=_withdrawn_report(result))
    open_review(by=by, order=order, result=corrected)
    tell_member(order.member, corrected)
    audit.record(by=by, action="create", verb="labs.correct_result", obj=corrected, reason=reason)
    return corrected


@transaction.atomic
def withdraw_result(*, by: User, result: LabResult, reason: str) -> LabResult:
    """A released result was none (another person's tube, an instrument at fault) and there is no other value.

    A row without a value points at it, its Observation and report are withdrawn, and the order waits for a specimen
    again. Whoever had it to act on is told. Raises `ValueError` without a reason, or where it was corrected before.
    """
    require(by, "labs.release_result", result)
    reason = reason.strip()
    if not reason:
        raise ValueError("Say why the result is withdrawn.")
    order = workflow.locked(result.order_id)
    result = LabResult.objects.select_related("specimen", "observation").get(pk=result.pk)
    if result.status not in ("final", "corrected") or result.corrections.exists():
        raise ValueError("Only a released result that was not corrected before can be withdrawn.")
    workflow.move(order, "withdraw")
    ServiceRequest.objects.filter(pk=order.request_id).update(status="active")
    withdrawn = _new_result(by, order, result.specimen, None, "", Interpretation("", False))
    withdrawn.corrects, withdrawn.status = result, LabResult.Status.CANCELLED
    withdrawn.save(force_insert=True)
    # Nothing more is found out from that tube.
    Specimen.objects.filter(pk=result.specimen_id).update(rejected_reason=f"Result withdrawn: {reason}"[:200])
    if result.observation_id is not None:
        Observation.objects.filter(pk=result.observation_id).update(status="entered-in-error")
    DiagnosticReport.objects.filter(member=order.member, observations=[str(result.observation_id)]).update(
        status="entered-in-error"
    )
    open_withdrawal(by=by, order=order, result=result, withdrawn=withdrawn)
    audit.record(by=by, action="update", verb="labs.withdraw_result", obj=result, reason=reason)
    return withdrawn


def performing_laboratory(order: LabOrder) -> Organization:
    """The laboratory that answers for the result: the system's own, else the organisation of the catalogue."""
    own = Organization.objects.filter(system=order.test.organization_id, kind=Organization.Kind.LABORATORY)
    return own.order_by("name").first() or order.test.organization


def _fact(order: LabOrder, result: LabResult, kind: str, source: SourceSystem) -> dict:
    """What Observation and report have in common. A result's identity is source, tube, code and which version."""
    taken = result.specimen.collected_at
    return {
        "member": order.member,
        "effective": (taken, taken + INSTANT),
        "recorded_at": timezone.now(),
        "encounter_id": order.request.encounter_id,
        "organization": result.performing_laboratory,
        "source_system": source,
        "source_id": f"{kind}|{result.specimen.accession}|{order.test.loinc.code}|{result.pk}",
        "sensitivity": order.sensitivity,
    }


def _write_observation(
    order: LabOrder, result: LabResult, status: str, meaning: Interpretation, corrects: Observation | None = None
) -> Observation:
    beyond = BEYOND.fullmatch(result.value_text) if result.unit else None
    observation = Observation.objects.create(
        **_fact(order, result, "observation", source_system(SOURCE, "Laboratory")),
        status=status,
        value_quantity=Decimal(beyond[2]) if beyond else result.value_quantity,
        value_comparator=beyond[1] if beyond else "",
        value_unit=result.unit,
        value_text="" if beyond else result.value_text,
        low=meaning.low,
        high=meaning.high,
        interpretation=result.flag,
        performing_laboratory=result.performing_laboratory.name,
        corrects=corrects,
    )
    laboratory = concept(OBSERVATION_CATEGORY, "laboratory", "Laboratory")
    ObservationCoding.objects.bulk_create(
        ObservationCoding(member=order.member, fact=observation, role=role, concept=each)
        for role, each in ((CodingRole.CODE, order.test.loinc), (CodingRole.CATEGORY, laboratory))
    )
    return observation


def _withdrawn_report(result: LabResult) -> DiagnosticReport | None:
    """The report that brought a result, withdrawn with it; None where the result has none."""
    if result.observation_id is None:
        return None
    found = DiagnosticReport.objects.filter(
        member_id=result.member_id, observations=[str(result.observation_id)], status__in=("final", "corrected")
    ).first()
    if found is not None:
        DiagnosticReport.objects.filter(pk=found.pk).update(status="entered-in-error")
    return found


def _write_report(
    order: LabOrder, result: LabResult, status: str, note: str, corrects: DiagnosticReport | None = None
) -> DiagnosticReport:
    report = DiagnosticReport.objects.create(
        **_fact(order, result, "report", result.observation.source_system),
        status=status,
        conclusion=note.strip(),
        corrects=corrects,
        observations=[str(result.observation_id)],
    )
    DiagnosticReportCoding.objects.create(
        member=order.member, fact=report, role=CodingRole.CODE, concept=order.test.loinc
    )
    return report
