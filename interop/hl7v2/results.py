"""ORU^R01 → reports with their results: pure functions, which neither read nor write a database."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from clinical.coding import LOINC
from interop.hl7v2 import codes
from interop.hl7v2.faults import ErrorCode, Fault, Place
from interop.hl7v2.read import Field, Message, Segment, groups
from interop.hl7v2.times import Moment

NUMBER = re.compile(r"(<=|>=|<|>)?\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))")
RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(-?\d+(?:\.\d+)?)")
BOUND = re.compile(r"(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)")
LOCAL = "urn:hl7:local"
# What stands in a result's column of 18 digits, six of them after the point.
LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Code:
    """A code as sent. `system` is the address where the sender's name for it is known, else that name."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Value:
    """What was found out. `plain` is how the laboratory's own screens would have it typed."""

    quantity: Decimal | None = None
    comparator: str = ""
    unit: str = ""
    text: str = ""
    codes: tuple[Code, ...] = ()

    @property
    def plain(self) -> str:
        if self.quantity is not None:
            return f"{self.comparator}{self.quantity:f}"
        for each in self.codes:
            if word := codes.ANSWERS.get(each.code):
                return word
        return self.text or next((each.display or each.code for each in self.codes), "")

    @property
    def is_empty(self) -> bool:
        return self.quantity is None and not self.text and not self.codes


@dataclass(slots=True)
class Result:
    """One OBX (or several lines of one text), with its place, codes, value and status."""

    place: Place
    codes: tuple[Code, ...]
    sub_id: str
    status: str
    value: Value
    flag: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    at: Moment | None = None
    # Where nobody says when it was taken: the latest moment at which that can have been.
    latest: Moment | None = None
    laboratory: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def loinc(self) -> str:
        return next((each.code for each in self.codes if each.system == LOINC), "")

    @property
    def name(self) -> str:
        return next((each.display for each in self.codes if each.display), "")

    @property
    def when(self) -> Moment | None:
        return self.at or self.latest


@dataclass(slots=True)
class Report:
    """One OBR with its results. Times and numbers are as the sender has them."""

    place: Place
    placer: tuple[str, ...]
    filler: str
    codes: tuple[Code, ...]
    specimens: tuple[str, ...]
    collected_at: Moment | None
    issued: datetime | None
    status: str
    sensitivity: str
    notes: list[str]
    results: list[Result]

    @property
    def title(self) -> str:
        return next((each.display for each in self.codes if each.display), "")


@dataclass(frozen=True, slots=True)
class When:
    """What an order says of time: when the specimen was taken (SPM-17, OBR-7) and when it was reported (OBR-22)."""

    zone: str
    collected: Moment | None
    issued: Moment | None

    def latest(self, message: Message, obx: Segment) -> Moment | None:
        """It was taken before it was analysed (OBX-19), that before it was reported, and that before it was sent."""
        return message.moment(obx, 19, self.zone) or self.issued or message.moment(message.msh, 7, self.zone)


def reports_of(message: Message, segments: list[Segment], zone: str) -> list[Report]:
    """The reports about one person: `segments` are those behind one PID. Raises `Fault`."""
    found = []
    common: Segment | None = None
    for group in _order_groups(segments):
        orc = next((one for one in group if one.id == "ORC"), None)
        common = orc or common
        found.append(_report(message, group, orc or common, zone))
    if not found:
        reason = "The message has no OBR segment: nothing says what was tested."
        raise Fault("no_segment", reason, segments[0].place, error=ErrorCode.SEGMENT_SEQUENCE)
    return found


def _order_groups(segments: list[Segment]) -> Iterator[list[Segment]]:
    """[ORC] OBR … : an ORC belongs to the OBR that follows it."""
    waiting: Segment | None = None
    group: list[Segment] = []
    for one in segments:
        if one.id == "ORC":
            if group:
                yield group
            group, waiting = [], one
        elif one.id == "OBR":
            if group:
                yield group
            group = [waiting, one] if waiting else [one]
            waiting = None
        elif group:
            group.append(one)
        elif one.id == "OBX":
            reason = "This OBX stands before any OBR: nothing says what it belongs to."
            raise Fault("sequence", reason, one.place, error=ErrorCode.SEGMENT_SEQUENCE)
    if group:
        yield group


def _report(message: Message, group: list[Segment], orc: Segment | None, zone: str) -> Report:
    obr = next(one for one in group if one.id == "OBR")
    specimen = next((one for one in group if one.id == "SPM"), None)
    own = [one for one in group if one.id == "ORC"]
    numbers = [one.text(2) for one in (obr, *own)]
    filler = obr.text(3) or next((one.text(3) for one in own), "")
    collected = (message.moment(specimen, 17, zone) if specimen else None) or message.moment(obr, 7, zone)
    issued = message.moment(obr, 22, zone)
    when = When(zone, collected, issued)
    return Report(
        place=obr.place,
        placer=tuple(dict.fromkeys(number for number in numbers if number)),
        filler=filler,
        codes=codings(obr, 4),
        specimens=_specimen_ids(specimen) if specimen else (),
        collected_at=collected,
        issued=issued.lower if issued else None,
        status=obr.text(25),
        sensitivity=orc.text(28) if orc else "",
        notes=_notes_before_results(group),
        results=list(_results(message, group, when)),
    )


def _specimen_ids(specimen: Segment) -> tuple[str, ...]:
    """SPM-2: what the ordering side and the laboratory call the tube, each an entity identifier with subcomponents."""
    found = (specimen.text(2, component) for component in (1, 2))
    return tuple(dict.fromkeys(each for each in found if each))


def codings(segment: Segment, number: int) -> tuple[Code, ...]:
    """Both codings of a CE or CWE field: the code and its alternate."""
    return tuple(coding for one in segment.repetitions(number) for coding in _codings(one))


def _codings(one: Field) -> Iterator[Code]:
    for first in (1, 4):
        code, display, system = (one(first + step).strip() for step in range(3))
        if code:
            yield Code(codes.SYSTEMS.get(system.upper(), system), code[:80], display[:500])


def _notes_before_results(group: list[Segment]) -> list[str]:
    """NTE of the order: those before its first OBX."""
    found: list[str] = []
    for one in group:
        if one.id == "OBX":
            break
        if one.id == "NTE":
            found += _note(one)
    return found


def _note(segment: Segment) -> list[str]:
    text = "\n".join(one().rstrip() for one in segment.repetitions(3))
    return [text] if text.strip() else []


# --- Results --------------------------------------------------------------------------------------------------------


def _results(message: Message, group: list[Segment], when: When) -> Iterator[Result]:
    """Results in order; lines of one text (same code and sub-id, TX, FT or ST one after the other) are one."""
    last: Result | None = None
    last_kind = ""
    for one in group:
        if one.id == "NTE" and last is not None:
            last.notes += _note(one)
        if one.id != "OBX" or one.text(11).upper() in codes.NO_RESULT:
            continue
        result = _result(message, one, when)
        kind = one.text(2).upper()
        continues = (
            last is not None
            and kind == last_kind
            and kind in ("TX", "FT", "ST")
            and (last.codes, last.sub_id, last.status) == (result.codes, result.sub_id, result.status)
            and last.value.quantity is None
            and result.value.quantity is None
        )
        if continues and last is not None:
            last.value = Value(text=f"{last.value.text}\n{result.value.text}")
            continue
        if last is not None:
            yield last
        last, last_kind = result, kind
    if last is not None:
        yield last


def _result(message: Message, obx: Segment, when: When) -> Result:
    said = obx.text(11).upper()
    if not said:
        reason = "OBX-11 is empty: nothing says whether the result is preliminary or final."
        raise Fault("status", reason, obx.at(11), error=ErrorCode.REQUIRED_FIELD)
    if said not in codes.RESULT_STATUS:
        raise Fault("status", "OBX-11 is no result status of HL7 table 0085.", obx.at(11))
    named = codings(obx, 3)
    if not named:
        raise Fault(
            "no_code", "OBX-3 is empty: nothing says what was found out.", obx.at(3), error=ErrorCode.REQUIRED_FIELD
        )
    for each in named:
        if each.system == LOINC and not codes.is_loinc(each.code):
            raise Fault("loinc", "OBX-3 names a code of LOINC that is none: its check digit is wrong.", obx.at(3))
    status = codes.RESULT_STATUS[said]
    value = Value() if status == codes.WITHDRAWN else value_of(obx)
    if value.is_empty and status != codes.WITHDRAWN:
        reason = "OBX-5 is empty, and OBX-11 says that there is a result."
        raise Fault("no_value", reason, obx.at(5), error=ErrorCode.REQUIRED_FIELD)
    low, high = limits(obx.text(7)) if value.quantity is not None else (None, None)
    at = message.moment(obx, 14, when.zone) or when.collected
    return Result(
        place=obx.place,
        codes=named,
        sub_id=obx.text(4),
        status=status,
        value=value,
        flag=_flag(obx),
        low=low,
        high=high,
        at=at,
        latest=None if at else when.latest(message, obx),
        laboratory=obx.text(23) or obx.text(15, 2) or obx.text(15),
    )


def _flag(obx: Segment) -> str:
    """The most telling of OBX-8's flags, in the house's words for it."""
    said = {one().strip().upper() for one in obx.repetitions(8)}
    found = next((each for each in codes.FLAGS if each in said), "")
    return codes.ALIASES.get(found, found)


def limits(text: str) -> tuple[Decimal | None, Decimal | None]:
    """A reference range in numbers: 3.5-5.1, <5.0, >=60. What is written otherwise gives none."""
    text = text.strip()
    if found := RANGE.fullmatch(text):
        low, high = Decimal(found[1]), Decimal(found[2])
        return (low, high) if low <= high else (None, None)
    if found := BOUND.fullmatch(text):
        bound = Decimal(found[2])
        return (None, bound) if found[1].startswith("<") else (bound, None)
    return None, None


def value_of(obx: Segment) -> Value:
    """OBX-5 by the type that OBX-2 states. Raises `Fault`."""
    kind = obx.text(2).upper()
    reader = READERS.get(kind)
    if reader is None and not obx.repetitions(5):
        return Value()
    if reader is None:
        reason = "OBX-2 states a type of value that is not taken: send NM, SN, ST, TX, FT, CE or CWE."
        raise Fault("value_type", reason, obx.at(2), error=ErrorCode.DATA_TYPE)
    return reader(obx)


def _unit(obx: Segment) -> str:
    found = codes.unit(obx.text(6), obx.text(6, 3))
    if found is None:
        alternate = codes.unit(obx.text(6, 4), obx.text(6, 6)) if obx.text(6, 4) else None
        if alternate is None:
            reason = "OBX-6 is no unit that is known here: send the unit of UCUM."
            raise Fault("unit", reason, obx.at(6))
        return alternate
    return found


def _quantity(text: str, obx: Segment, comparator: str = "") -> Value:
    found = NUMBER.fullmatch(text.strip())
    number = Decimal(found[2]) if found else Decimal("NaN")
    if found is None or abs(number) >= LARGEST:
        raise Fault(
            "number", "OBX-5 is no number, and OBX-2 says that it is one.", obx.at(5), error=ErrorCode.DATA_TYPE
        )
    return Value(quantity=number, comparator=found[1] or comparator, unit=_unit(obx))


def _number(obx: Segment) -> Value:
    text = obx.text(5)
    return _quantity(text, obx) if text else Value()


def _structured(obx: Segment) -> Value:
    """SN: comparator, number, separator or suffix, number."""
    one = obx.field(5)
    sign, first, between, second = (one(part).strip() for part in range(1, 5))
    sign = "" if sign == "=" else sign
    if not first and not second:
        return Value()
    if sign not in ("", "<", ">", "<=", ">=") or (between and sign):
        raise Fault("number", "OBX-5.1 is no comparator.", obx.at(5, 1), error=ErrorCode.DATA_TYPE)
    if between or second:
        if not all(NUMBER.fullmatch(part) for part in (first, second) if part):
            raise Fault("number", "OBX-5 is no structured number.", obx.at(5), error=ErrorCode.DATA_TYPE)
        return Value(text=f"{first}{between}{second}", unit=_unit(obx))
    return _quantity(first, obx, sign)


def _words(obx: Segment) -> Value:
    """ST, TX, FT. A number with a unit is a number, whatever it is called."""
    text = "\n".join(one().rstrip() for one in obx.repetitions(5)).strip()
    if obx.text(2).upper() == "ST" and obx.text(6) and (NUMBER.fullmatch(text)):
        return _quantity(text, obx)
    return Value(text=text)


def _coded(obx: Segment) -> Value:
    found = codings(obx, 5)
    text = "; ".join(one(9).strip() or one(2).strip() for one in obx.repetitions(5)).strip("; ")
    return Value(text=text, codes=found)


def _moment(obx: Segment) -> Value:
    return Value(text=obx.text(5))


READERS = {
    "NM": _number,
    "SN": _structured,
    "ST": _words,
    "TX": _words,
    "FT": _words,
    "CE": _coded,
    "CWE": _coded,
    "CNE": _coded,
    "IS": _words,
    "ID": _words,
    "DT": _moment,
    "TM": _moment,
    "TS": _moment,
    "DTM": _moment,
}


def identity(report: Report, result: Result, member_key: str) -> str:
    """What makes a result this one of its sender (domain ruling 9): filler number, specimen, code, sub-id.

    Without a filler number the person and the time stand in for it.
    """
    code = result.loinc or result.codes[0].code
    at = result.at.lower.isoformat() if result.at else ""
    order = report.filler or f"{member_key}|{at}"
    parts = (order, report.specimens[-1] if report.specimens else "", code, result.sub_id)
    text = "|".join(parts).rstrip("|")
    return text if len(text) <= 66 else hashlib.sha256(text.encode()).hexdigest()


__all__ = ["Report", "Result", "Value", "groups", "identity", "reports_of"]
