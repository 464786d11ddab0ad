"""Results: those of our own orders by the bench's actions, others as facts that another laboratory reports."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from clinical.coding import LOINC
from core.models import Concept
from core.terminology import concept
from interop.hl7v2 import codes
from interop.hl7v2.faults import ErrorCode, Fault
from interop.hl7v2.local_codes import loinc_for
from interop.hl7v2.people import Incoming, agrees
from interop.hl7v2.read import groups
from interop.hl7v2.results import Report, Result, Value, identity, reports_of
from interop.hl7v2.work import ACCEPTED, CHANGED, UNCHANGED, Work, overall
from labs.actions import outside
from labs.actions.interface import file_result
from labs.actions.results import SpecimenMismatch
from labs.actions.specimens import IdentityMismatch, ImpossibleTime
from labs.bounds import refuse_impossible_outside
from labs.interpretation import ABNORMAL_WORDS
from labs.models import LabOrder
from labs.workflow import WrongStage
from members.models import Member, Sensitivity

ACCESSION = re.compile(r"\d{5}-\d{6}")
NO_DAY = (
    "Nothing says when it was: OBX-14, OBX-19, SPM-17, OBR-7, OBR-22 and MSH-7 are empty. The sender gives one, then "
    "replay."
)
TAKEN_LATER = "The laboratory names no time of collection: the time of its analysis, report or message stands for it."
# A sender's clock may be a little ahead.
AHEAD = timedelta(minutes=10)


class Mismatch(Fault):
    """Tube and order do not belong together; kept for the laboratory, too."""

    def __init__(self, result: Result, order: LabOrder, accession: str, value: str) -> None:
        reason = (
            "SPM-2 names a tube that is not the order's, or one that was rejected. See the laboratory's mismatches."
        )
        super().__init__("mismatch", reason, result.place, error=ErrorCode.UNKNOWN_KEY)
        self.order, self.accession, self.value = order, accession, value


def take(work: Work) -> str:
    """All results of one ORU^R01, person by person. Raises `Fault`."""
    work.message.one("PID")
    outcomes: list[str] = []
    for group in groups(work.message.segments, "PID"):
        incoming = work.person(group[0])
        for report in reports_of(work.message, group, work.zone):
            outcomes += _take_report(work, incoming, report)
    return overall(outcomes)


def _take_report(work: Work, incoming: Incoming, report: Report) -> list[str]:
    for result in report.results:
        _require_past(result)
    orders = _orders(work, report)
    ours = {id(result): order for result in report.results if (order := _order_of(orders, result))}
    if orders and report.results and not ours:
        reason = "OBX-3 names none of the tests that the order in OBR-2 asks for."
        raise Fault("other_test", reason, report.results[0].place.at(3), error=ErrorCode.UNKNOWN_KEY)
    if orders:
        _require_same_person(incoming, orders[0].member, report)
        work.about(orders[0].member)
    outcomes = [
        _take_ours(work, incoming, report, result, ours[id(result)]) for result in report.results if id(result) in ours
    ]
    if orders and not report.results and report.status.upper() == "X":
        outcomes = [_take_none(work, incoming, report, order) for order in orders]
    others = [result for result in report.results if id(result) not in ours]
    if others:
        member = orders[0].member if orders else work.known(incoming)
        outcomes += _take_outside(work, member, report, others)
    return outcomes


def _require_past(result: Result) -> None:
    if result.at is not None and result.at.lower > timezone.now() + AHEAD:
        raise Fault("date", "OBX-14 or OBR-7 lies in time to come.", result.place.at(14), error=ErrorCode.DATA_TYPE)
    if result.latest is not None and result.latest.lower > timezone.now() + AHEAD:
        reason = "OBX-19, OBR-22 or MSH-7 lies in time to come, and nothing says when the specimen was taken."
        raise Fault("date", reason, result.place.at(19), error=ErrorCode.DATA_TYPE)


# --- Our own orders -------------------------------------------------------------------------------------------------


def _orders(work: Work, report: Report) -> list[LabOrder]:
    """Our orders that the placer's number (an order, its request, or a tube of it) or the specimen's number names."""
    held = LabOrder.objects.select_related("member", "test__loinc", "request").filter(
        member__managing_organization=work.system
    )
    ids = [each for number in report.placer if (each := _uuid(number))]
    if ids and (found := list(held.filter(pk__in=ids)) or list(held.filter(request__in=ids))):
        return found
    tubes = [number for number in (*report.placer, *report.specimens) if ACCESSION.fullmatch(number)]
    return list(held.filter(specimens__accession__in=tubes).distinct()) if tubes else []


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) in (32, 36) else None
    except ValueError:
        return None


def _order_of(orders: Sequence[LabOrder], result: Result) -> LabOrder | None:
    """The order whose test the result is of: by LOINC, else by our catalogue's own code."""
    named = {each.code.upper() for each in result.codes}
    by_code = (order for order in orders if order.test.code.upper() in named and not result.loinc)
    return next((order for order in orders if order.test.loinc.code == result.loinc), None) or next(by_code, None)


def _require_same_person(incoming: Incoming, member: Member, report: Report) -> None:
    if incoming.person.birth_date != member.birth_date or not agrees(incoming.person, member):
        reason = "OBR-2 names the order of another person than the one that PID-5 and PID-7 tell of."
        raise Fault("order_mismatch", reason, report.place.at(2), error=ErrorCode.UNKNOWN_KEY)


def _take_ours(work: Work, incoming: Incoming, report: Report, result: Result, order: LabOrder) -> str:
    member, value = order.member, result.value.plain
    if result.status != codes.WITHDRAWN:
        _require_unit(result, order)
    named = next((number for number in report.specimens if ACCESSION.fullmatch(number)), "")
    reason = (result.notes or [_why(result)])[0]
    try:
        filed = file_result(
            by=work.by,
            order=order,
            status=result.status,
            value=value,
            mrn=member.mrn if member.mrn in incoming.numbers else "",
            birth_date=incoming.person.birth_date,
            accession=named,
            collected_at=_collected(report, result),
            flag=result.flag if len(result.flag) <= 4 else "",
            reason=reason[:300],
            note="\n".join([*report.notes, *result.notes]),
        )
    except SpecimenMismatch as error:
        raise Mismatch(result, order, named, value) from error
    except IdentityMismatch:
        reason = "PID-3 does not hold our record number, and the order's specimen was not identified here yet."
        raise Fault("identity", reason, incoming.segment.at(3), error=ErrorCode.UNKNOWN_KEY) from None
    except WrongStage:
        reason = "The order in OBR-2 was cancelled here, or is at a stage that takes no result."
        raise Fault("stage", reason, report.place.at(2), error=ErrorCode.UNKNOWN_KEY) from None
    except ImpossibleTime as error:
        reason = f"SPM-17, OBR-7 or OBX-14: {error}"
        raise Fault("date", reason, report.place.at(7), error=ErrorCode.DATA_TYPE) from None
    except ValueError as error:
        raise Fault("value", f"OBX-5: {error}", result.place.at(5), error=ErrorCode.DATA_TYPE) from None
    if filed is None:
        return UNCHANGED
    return CHANGED if filed.corrects_id else ACCEPTED


def _take_none(work: Work, incoming: Incoming, report: Report, order: LabOrder) -> str:
    """OBR-25 says that no result can be obtained, and no OBX says more."""
    none = Result(report.place, report.codes, "", codes.WITHDRAWN, Value(), notes=list(report.notes))
    return _take_ours(work, incoming, report, none, order)


def _why(result: Result) -> str:
    return "The laboratory has no result" if result.status == codes.WITHDRAWN else "Corrected by the laboratory"


def _require_unit(result: Result, order: LabOrder) -> None:
    """A number is in the catalogue's unit, or it is none that can be compared with anything."""
    if order.test.unit and codes.unit(order.test.unit, "UCUM") != result.value.unit:
        reason = f"OBX-6 is not the unit in which our catalogue has this test ({order.test.unit})."
        raise Fault("unit", reason, result.place.at(6))


def _collected(report: Report, result: Result) -> datetime | None:
    at = report.collected_at or result.at
    return min(at.lower, timezone.now()) if at else None


# --- Other laboratories ---------------------------------------------------------------------------------------------


def _take_outside(work: Work, member: Member, report: Report, results: Sequence[Result]) -> list[str]:
    filed = []
    for result in results:
        _require_possible(work, member, result)
        reported = _reported(work, member, report, result)
        filed.append(outside.file_outside_result(by=work.by, member=member, source=work.source, reported=reported))
    outcomes = [one.outcome for one in filed]
    if any(outcome != outside.UNCHANGED for outcome in outcomes):
        observations = [one.observation for one in filed if one.observation is not None]
        outside.file_outside_report(
            by=work.by, member=member, source=work.source,
            report=_whole(work, member, report, [one for one in observations if one.status != codes.WITHDRAWN]),
        )  # fmt: skip
    return outcomes


def _require_possible(work: Work, member: Member, result: Result) -> None:
    """Of a day, in the person's life, and a value that somebody can have."""
    at, born, value = result.when, member.birth_date, result.value
    if at is None and result.status != codes.WITHDRAWN:
        # No rule could read it: a result without a day is neither due nor done.
        raise Fault("date", NO_DAY, result.place.at(14), error=ErrorCode.REQUIRED_FIELD)
    if at is not None and born is not None and at.upper.date() + timedelta(days=1) < born:
        reason = "OBX-14 or OBR-7, or what stands for them, lies before the person's birth."
        raise Fault("date", reason, result.place.at(14), error=ErrorCode.DATA_TYPE)
    if value.quantity is None or result.status == codes.WITHDRAWN:
        return
    loinc, sign = _codes(work, result)[0].code, value.comparator[:1]
    try:
        refuse_impossible_outside(member.managing_organization_id, loinc, value.unit, value.quantity, sign)
    except ValueError as error:
        raise Fault("value", f"OBX-5: {error}", result.place.at(5), error=ErrorCode.DATA_TYPE) from None


def _reported(work: Work, member: Member, report: Report, result: Result) -> outside.Reported:
    value, at = result.value, result.when
    return outside.Reported(
        source_id=f"observation|{identity(report, result, str(member.pk))}"[:80],
        codes=_codes(work, result),
        status=result.status,
        effective=at.span if at else None,
        precision=at.precision if at else "t",
        utc_offset=at.utc_offset if at else None,
        is_latest=result.at is None,
        value_quantity=value.quantity,
        value_unit=value.unit,
        value_comparator=value.comparator,
        value_text="" if value.quantity is not None else value.text or value.plain,
        values=[work.concept(code) for code in value.codes],
        low=result.low,
        high=result.high,
        interpretation=result.flag or _meaning(result),
        laboratory=result.laboratory or work.source.name,
        issued=report.issued,
        sensitivity=_sensitivity(report),
    )


def _codes(work: Work, result: Result) -> list[Concept]:
    """LOINC first, then whatever else the sender calls it. Raises `Fault` where no LOINC is known."""
    loinc = result.loinc
    found = [work.concept(code) for code in result.codes]
    if not loinc:
        mapped = next((one for code in result.codes if (one := loinc_for(work.system, work.source, code))), None)
        if mapped is None:
            reason = (
                "OBX-3 has no code of LOINC (LN), and nobody has said what the sender's own means (load_local_codes)."
            )
            raise Fault("local_code", reason, result.place.at(3))
        return [mapped, *found]
    return sorted(found, key=lambda each: each.pk != concept(LOINC, loinc).pk)


def _meaning(result: Result) -> str:
    """Where the sender flags nothing: by its own range, or by its word."""
    value = result.value
    if value.quantity is not None and not value.comparator:
        if result.low is not None and value.quantity < result.low:
            return "L"
        if result.high is not None and value.quantity > result.high:
            return "H"
        return "N" if result.low is not None or result.high is not None else ""
    return "A" if value.plain.lower() in ABNORMAL_WORDS else ""


def _sensitivity(report: Report) -> int:
    name = codes.CONFIDENTIALITY.get(report.sensitivity.upper(), "")
    return int(Sensitivity[name]) if name else 0


def _whole(work: Work, member: Member, report: Report, observations: list) -> outside.Report:
    at = report.collected_at
    number = report.filler or f"{member.pk}|{at.lower.isoformat() if at else ''}"
    at = at or next((result.when for result in report.results if result.when), None)
    named = next((code.code for code in report.codes), "")
    said = {result.status for result in report.results}
    notes = [*report.notes]
    notes += [f"{result.name or result.loinc}: {note}" for result in report.results for note in result.notes]
    notes += [TAKEN_LATER] if any(result.at is None and result.latest for result in report.results) else []
    order = ("preliminary", "corrected", "final")
    return outside.Report(
        source_id=f"report|{number}|{named}"[:120],
        codes=[work.concept(code) for code in report.codes],
        status=next((status for status in order if status in said), codes.WITHDRAWN),
        effective=at.span if at else None,
        precision=at.precision if at else "t",
        title=(report.title or next((each.name for each in report.results if each.name), ""))[:120],
        conclusion="\n".join(notes),
        sensitivity=_sensitivity(report),
        observations=observations,
    )


__all__ = ["Mismatch", "take"]
