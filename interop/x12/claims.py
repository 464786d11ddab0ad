"""837 claims, professional (005010X222A2) and institutional (005010X223A3): claims, each with what it says.

Loops follow the HL segments: billing provider (20), subscriber (22), patient (23, where it is not the subscriber).
Within a claim an SBR opens another payer's subscriber (2320), whose names are not the patient's.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TextIO

from billing.claims import ICD9, ICD10, INSTITUTIONAL, PROFESSIONAL, REPLACES, VOIDS, IncomingClaim, IncomingLine
from interop.x12 import segments
from interop.x12.segments import Segment

# As much as a claim's columns hold.
MOST = Decimal(10) ** 7
DIAGNOSES = {"ABK": ICD10, "ABF": ICD10, "BK": ICD9, "BF": ICD9}


@dataclass(frozen=True)
class Fault:
    """Why a claim cannot be read. `reason` names elements, never values."""

    code: str
    reason: str


@dataclass
class Person:
    """Who an NM1 and its DMG name."""

    family: str = ""
    given: str = ""
    number: str = ""
    birth_date: datetime.date | None = None


@dataclass
class ClaimLoop:
    """One CLM with the segments it stands under; `text` is an interchange of its own that can be read again."""

    position: int
    text: str
    claim: IncomingClaim | None = None
    faults: list[Fault] = field(default_factory=list)
    payer: tuple[str, str] = ("", "")


@dataclass
class _Context:
    """The segments above a claim: envelope, billing provider, subscriber, patient."""

    envelope: list[Segment] = field(default_factory=list)
    provider: list[Segment] = field(default_factory=list)
    subscriber: list[Segment] = field(default_factory=list)
    patient: list[Segment] = field(default_factory=list)

    def enter(self, level: str, segment: Segment) -> list[Segment]:
        """Begin the loop of an HL level; what stood below it is over."""
        self.patient = []
        if level == "20":
            self.provider, self.subscriber = [segment], []
            return self.provider
        if level == "22":
            self.subscriber = [segment]
            return self.subscriber
        self.patient = [segment]
        return self.patient

    @property
    def above(self) -> list[Segment]:
        return [*self.envelope, *self.provider, *self.subscriber, *self.patient]


def read_claims(file: TextIO) -> Iterator[ClaimLoop]:
    """Every claim of every 837 in the file, in order. Other transaction sets are passed by. Raises `NotX12`."""
    context, into = _Context(), []
    claim: list[Segment] = []
    interchange: list[Segment] = []
    for segment in segments.read(file):
        name = segment.name
        if claim and (name in ("CLM", "SE", "GE", "IEA", "ISA") or name == "HL"):
            yield _loop(context, claim)
            claim = []
        if name == "ISA":
            interchange = [segment]
        elif name == "GS":
            interchange = [*interchange[:1], segment]
        elif name == "ST":
            context = _Context(envelope=[*interchange, segment])
            into = context.envelope
        elif name == "HL":
            into = context.enter(segment.get(3), segment)
        elif name == "CLM":
            claim = [segment]
        elif claim:
            claim.append(segment)
        elif name not in ("SE", "GE", "IEA"):
            into.append(segment)
    if claim:
        yield _loop(context, claim)


def _loop(context: _Context, claim: list[Segment]) -> ClaimLoop:
    everything = [*context.above, *claim]
    terminator = claim[0].delimiters.segment
    loop = ClaimLoop(
        claim[0].position, terminator.join([*(segment.raw for segment in everything), "SE*0*0"]) + terminator
    )
    payer = _find(context.subscriber, "NM1", "PR")
    loop.payer = (payer.get(9), payer.get(3)) if payer else ("", "")
    try:
        loop.claim = _claim(context, claim)
    except _Unreadable as wrong:
        loop.faults.append(Fault(wrong.code, str(wrong)))
    return loop


class _Unreadable(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _claim(context: _Context, claim: list[Segment]) -> IncomingClaim:
    head = claim[0]
    own = _own(claim)
    separator = _separator(head)
    place, qualifier, frequency = (*head.get(5).split(separator), "", "", "")[:3]
    kind = INSTITUTIONAL if qualifier == "A" else PROFESSIONAL
    lines = tuple(_lines(claim, separator))
    if not lines:
        raise _Unreadable("no_lines", "CLM has no LX loop with SV1 or SV2. Ask the sender for the whole claim.")
    subscriber = _person(context.subscriber, "IL")
    patient = _person(context.patient, "QC") if context.patient else subscriber
    provider = _find(context.provider, "NM1", "85")
    npi = provider.get(9) if provider and provider.get(8) == "XX" else ""
    start, end = _span(own, lines)
    admission = next((segment.get(1) for segment in own if segment.name == "CL1"), "")
    payer = _find(context.subscriber, "NM1", "PR")
    sender = npi or (provider.get(3) if provider else "")
    original = _find(own, "REF", "F8")
    # Of one claim there may be several replacements, each of the one before it.
    number = f"{head.get(1)}:{original.get(2)}" if original and frequency in (REPLACES, VOIDS) else head.get(1)
    return IncomingClaim(
        source=f"{sender[:60]}:{payer.get(9) if payer else ''}:{number}"[:198] + f":{frequency[:1] or '1'}",
        claim_type=kind,
        patient_control_number=head.get(1),
        provider_npi=npi,
        provider_name=" ".join(part for part in (provider.get(4), provider.get(3)) if part) if provider else "",
        subscriber_number=subscriber.number,
        subscriber_family=subscriber.family,
        subscriber_given=subscriber.given,
        patient_family=patient.family,
        patient_given=patient.given,
        patient_is_subscriber=not context.patient,
        patient_number=patient.number,
        birth_date=patient.birth_date,
        place_of_service=place,
        frequency=frequency,
        charged=_amount(head, 2),
        incurred_from=start,
        incurred_to=end,
        admission_type=admission,
        diagnoses=tuple(_diagnoses(own, separator)),
        lines=lines,
        original_number=original.get(2) if original else "",
    )


def _separator(head: Segment) -> str:
    """The component separator that the claim uses: some senders write another one than their ISA16 says."""
    stated, place = head.delimiters.component, head.get(5)
    if stated in place or len(place) < 3:
        return stated
    return next((sign for sign in place if not sign.isalnum()), stated)


def _own(claim: list[Segment]) -> list[Segment]:
    """The claim's own segments: before other payers (SBR) and before its lines (LX)."""
    end = next((at for at, segment in enumerate(claim) if segment.name in ("SBR", "LX")), len(claim))
    return claim[:end]


def _find(within: list[Segment], name: str, qualifier: str) -> Segment | None:
    return next((segment for segment in within if segment.name == name and segment.get(1) == qualifier), None)


def _person(within: list[Segment], qualifier: str) -> Person:
    person = Person()
    here = False
    for segment in within:
        if segment.name == "NM1":
            here = segment.get(1) == qualifier
            if here:
                person.family, person.given = segment.get(3), segment.get(4)
                person.number = segment.get(9)
        elif segment.name == "DMG" and here:
            person.birth_date = _day(segment.get(2))
    return person


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _dates(segment: Segment) -> tuple[datetime.date, datetime.date] | None:
    first, _, last = segment.get(3).partition("-")
    start, end = _day(first), _day(last or first)
    return (start, end) if start and end else None


def _span(own: list[Segment], lines: tuple[IncomingLine, ...]) -> tuple[datetime.date, datetime.date]:
    """Statement dates (DTP*434) where there are some, otherwise from the first line's day to the last's."""
    stated = _find(own, "DTP", "434")
    if stated and (span := _dates(stated)):
        return span
    days = [line.service_date for line in lines]
    return min(days), max(days)


def _diagnoses(own: list[Segment], separator: str) -> Iterator[tuple[str, str]]:
    for segment in own:
        if segment.name == "HI":
            for element in segment.elements[1:]:
                qualifier, code, *_rest = (*element.strip().split(separator), "", "")
                if qualifier in DIAGNOSES and code:
                    yield DIAGNOSES[qualifier], _dotted(code)


def _dotted(code: str) -> str:
    """ICD codes are kept as published, with their point; X12 sends them without."""
    code = code.replace(".", "").upper()
    at = 4 if code.startswith("E") and code[1:].isdigit() and len(code) > 4 and _is_icd9_cause(code) else 3
    return f"{code[:at]}.{code[at:]}" if len(code) > at else code


def _is_icd9_cause(code: str) -> bool:
    """ICD-9 external causes (E800–E999) have four characters before the point."""
    return code[1] in "89"


def _lines(claim: list[Segment], separator: str) -> Iterator[IncomingLine]:
    statement = _find(_own(claim), "DTP", "434")
    fallback = _dates(statement) if statement else None
    starts = [at for at, segment in enumerate(claim) if segment.name == "LX"]
    for number, (at, end) in enumerate(zip(starts, [*starts[1:], len(claim)], strict=True), 1):
        loop = claim[at:end]
        service = next((segment for segment in loop if segment.name in ("SV1", "SV2")), None)
        if service is None:
            raise _Unreadable("no_service", f"LX loop {number} has neither SV1 nor SV2.")
        dated = _find(loop, "DTP", "472")
        span = _dates(dated) if dated else fallback
        if span is None:
            raise _Unreadable("no_date", f"LX loop {number} has no date of service (DTP*472).")
        shift = 1 if service.name == "SV2" else 0
        _qualifier, procedure, *modifiers = (*service.get(1 + shift).split(separator), "", "")
        yield IncomingLine(
            number=number,
            service_date=span[0],
            charged=_amount(service, 2 + shift),
            units=_units(service, 4 + shift),
            unit=service.get(3 + shift) or "UN",
            procedure=procedure.upper(),
            modifiers=":".join(part for part in modifiers[:4] if len(part) == 2),
            revenue_code=service.get(1) if shift else "",
            is_emergency=not shift and service.get(9) == "Y",
        )


def _units(service: Segment, number: int) -> Decimal:
    """One, where nothing is said; priced are more than none."""
    units = _amount(service, number) if service.get(number) else Decimal(1)
    if not units:
        raise _Unreadable("no_amount", f"{service.name}{number:02} counts nothing.")
    return units


def _amount(segment: Segment, number: int) -> Decimal:
    """Not below nothing: what was paid back is a void or a replacement (CLM05-3)."""
    try:
        amount = Decimal(segment.get(number))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise _Unreadable("no_amount", f"{segment.name}{number:02} is not a number.")
    if not 0 <= amount < MOST:
        raise _Unreadable("no_amount", f"{segment.name}{number:02} is below nothing, or beyond what is ever charged.")
    return amount
