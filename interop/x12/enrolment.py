"""834 benefit enrolment (005010X220A1): member loops, each with what it says or what is wrong with it.

Where the implementation guide is unclear or senders differ, the reading is: an end date (DTP 357, 349) is the last
covered day; REF*1L of the member stands over REF*38 of the file; a dependant without REF*1L has its subscriber's.
"""

import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from interop.x12 import segments
from interop.x12.codes import LANGUAGES, MAINTENANCE, RACES, SEXES, TELECOMS
from interop.x12.segments import Segment


@dataclass(frozen=True)
class Fault:
    """Why a loop cannot be taken. `reason` says how to mend it and names fields, never values."""

    position: str
    code: str
    reason: str


@dataclass
class Header:
    """What the transaction set says once for all its members."""

    segments: list[Segment] = field(default_factory=list)
    control: str = ""
    action: str = ""
    on: datetime.date | None = None
    group_number: str = ""
    sponsor_name: str = ""
    sponsor_id: str = ""
    insurer_name: str = ""
    insurer_id: str = ""


@dataclass
class Name:
    """A person as one NM1/DMG says."""

    family: str = ""
    given: str = ""
    middle: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    id_number: str = ""
    birth_date: datetime.date | None = None
    sex: str = "unknown"


@dataclass
class CoverageLine:
    """One HD loop. Dates by qualifier."""

    position: int
    maintenance: str
    line: str
    plan: str = ""
    tier: str = ""
    class_code: str = ""
    dates: dict[str, datetime.date] = field(default_factory=dict)
    payer_order: int = 1
    clinician_npi: str = ""
    clinician_number: str = ""


@dataclass
class MemberLoop:
    """One INS loop: who, what is to be done, and with which coverage."""

    header: Header
    segments: list[Segment]
    is_subscriber: bool = False
    relationship: str = ""
    maintenance: str = ""
    reason: str = ""
    death: datetime.date | None = None
    subscriber_number: str = ""
    group_number: str = ""
    class_code: str = ""
    client_number: str = ""
    name: Name = field(default_factory=Name)
    prior: Name | None = None
    races: list[str] = field(default_factory=list)
    telecoms: list[tuple[str, str]] = field(default_factory=list)
    address: dict[str, str] = field(default_factory=dict)
    mailing: dict[str, str] = field(default_factory=dict)
    language: str = ""
    dates: dict[str, datetime.date] = field(default_factory=dict)
    lines: list[CoverageLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    # The subscriber before it in the set: number, group, family name.
    follows: tuple[str, str, str] | None = None
    # A dependant's own number where the sender put it in REF*0F.
    own_number: str = ""

    @property
    def position(self) -> str:
        return f"segment {self.segments[0].position}, loop 2000 (INS)"

    @property
    def raw(self) -> str:
        """The loop with its header, as sent: an interchange of its own that can be read again."""
        isa = envelope(self.segments[0].delimiters)
        end = self.segments[0].delimiters.segment
        return isa + "".join(s.raw + end for s in (*self.header.segments, *self.segments))


def envelope(delimiters: segments.Delimiters) -> str:
    """An ISA that states these delimiters and nothing else."""
    e = delimiters.element
    widths = ("00", " " * 10, "00", " " * 10, "ZZ", " " * 15, "ZZ", " " * 15, "000101", "0000", delimiters.repetition)
    return "ISA" + e + e.join((*widths, "00501", "0" * 9, "0", "T", delimiters.component)) + delimiters.segment


def read(file: TextIO) -> Iterator[MemberLoop | Fault]:
    """Every member loop in order, and faults of the envelope between them. Raises `segments.NotX12`."""
    return Reader().read(file)


def read_one(text: str, follows: tuple[str, str, str] | None = None) -> MemberLoop | None:
    """The loop that `MemberLoop.raw` wrote down; None where the text holds none."""
    reader = Reader()
    for segment in segments.read(io.StringIO(text)):
        reader.take(segment)
    if not reader.loop:
        return None
    loop = parse_loop(reader.header, reader.loop)
    loop.follows = follows
    return loop


Found = list[MemberLoop | Fault]
NOTHING: Found = []


class Reader:
    """Groups segments into headers and member loops, and compares the envelope's counts.

    `subscribers`: only theirs with the envelope's faults (True), only dependants' (False), or all (None). Either way
    `dependants` counts the dependants' loops that went by.
    """

    def __init__(self, subscribers: bool | None = None) -> None:
        self.subscribers = subscribers
        self.dependants = 0
        self.header = Header()
        self.loop: list[Segment] = []
        # The last subscriber's segments: read only if a dependant asks.
        self.subscriber: list[Segment] = []
        self.inside = False
        self.skipping = False
        self.count = 0
        self.last: Segment | None = None

    def read(self, file: TextIO) -> Iterator[MemberLoop | Fault]:
        """Loops and faults of a file, in order. Raises `segments.NotX12`."""
        for segment in segments.read(file):
            found = self.take(segment)
            if found:
                yield from found
        if self.inside and self.last is not None:
            yield from self._truncated(self.last)

    def take(self, segment: Segment) -> Found:
        """One segment more; the loop or fault that it completes."""
        self.last = segment
        name = segment.elements[0]
        if name == "ST":
            return self._begin(segment)
        if not self.inside:
            return NOTHING
        self.count += 1
        if name == "SE":
            return self._end(segment)
        if self.skipping:
            return NOTHING
        if name == "INS":
            found = self._close()
            self.loop = [segment]
            return found
        if self.loop:
            self.loop.append(segment)
        else:
            _read_header(self.header, segment)
        return NOTHING

    def _begin(self, segment: Segment) -> Found:
        found = self._truncated(segment) if self.inside else []
        self.inside, self.count, self.loop, self.subscriber = True, 1, [], []
        self.header = Header(segments=[segment], control=segment.get(2))
        self.skipping = segment.get(1) != "834"
        if self.skipping and self.subscribers is not False:
            found.append(
                Fault(
                    f"segment {segment.position}, ST",
                    "not_834",
                    "ST01 is not 834: only enrolment is taken here. Send other transaction sets to their own command.",
                )
            )
        return found

    def _end(self, segment: Segment) -> Found:
        found = self._close()
        self.inside = False
        if not self.skipping and self.subscribers is not False and segment.get(1) != str(self.count):
            found.append(
                Fault(
                    f"segment {segment.position}, SE",
                    "segment_count",
                    f"SE01 does not count the segments of the set ({self.count}). Ask the sender if some are lost.",
                )
            )
        return found

    def _wants(self, found: list[Segment]) -> bool:
        """Whether this pass takes the loop; counts dependants and remembers subscribers either way."""
        dependant = found[0].get(1) == "N"
        if dependant:
            self.dependants += 1
        else:
            self.subscriber = found
        return self.subscribers is None or self.subscribers is not dependant

    def _close(self) -> Found:
        found, self.loop = self.loop, []
        return [self._parsed(found)] if found and self._wants(found) else []

    def _parsed(self, found: list[Segment]) -> MemberLoop:
        loop = parse_loop(self.header, found)
        # A dependant that names its group needs its subscriber only where its number is nobody's.
        if not loop.is_subscriber and self.subscriber:
            before = _Loop(MemberLoop(header=self.header, segments=self.subscriber)).read_identity()
            loop.follows = (before.subscriber_number, before.group_number, before.name.family)
        return loop

    def _truncated(self, at: Segment) -> Found:
        fault = Fault(
            f"segment {self.loop[0].position if self.loop else at.position}, loop 2000 (INS)",
            "truncated",
            "The set ends without SE, so this loop may be cut off. Ask the sender for the file again.",
        )
        found, self.loop = self.loop, []
        if not found:
            return [] if self.subscribers is False else [fault]
        if not self._wants(found):
            return []
        loop = self._parsed(found)
        loop.faults.append(fault)
        return [loop]


def _read_header(header: Header, segment: Segment) -> None:
    header.segments.append(segment)
    name = segment.name
    if name == "BGN":
        header.action = segment.get(8)
        header.on = parse_date(segment.get(3))
    elif name == "REF" and segment.get(1) == "38":
        header.group_number = segment.get(2)
    elif name == "N1" and segment.get(1) == "P5":
        header.sponsor_name, header.sponsor_id = segment.get(2), segment.get(4)
    elif name == "N1" and segment.get(1) == "IN":
        header.insurer_name, header.insurer_id = segment.get(2), segment.get(4)


def parse_date(text: str) -> datetime.date | None:
    """CCYYMMDD as a date; None where it is not one."""
    if len(text) != 8 or not text.isdigit():
        return None
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def parse_loop(header: Header, found: list[Segment]) -> MemberLoop:
    """What one INS loop says. Faults stand in the result: a loop with faults is set aside whole."""
    loop = MemberLoop(header=header, segments=found)
    _Loop(loop).read()
    _validate(loop)
    return loop


class _Loop:
    """Walks the segments of one member, knowing in which of the nested loops each stands."""

    def __init__(self, loop: MemberLoop):
        self.loop = loop
        self.entity = ""
        self.line: CoverageLine | None = None
        self.reporting = False

    def read(self) -> None:
        for segment in self.loop.segments:
            if segment.name in ("LS", "LE"):
                self.reporting = segment.name == "LS"
            elif not self.reporting:
                method = getattr(self, f"_{segment.name.lower()}", None)
                if method is not None:
                    method(segment)

    def read_identity(self) -> MemberLoop:
        """Only number, group and name."""
        for segment in self.loop.segments:
            if segment.elements[0] in ("REF", "NM1"):
                getattr(self, f"_{segment.elements[0].lower()}")(segment)
                if segment.elements[0] == "NM1":
                    break
        return self.loop

    def _date(self, segment: Segment, number: int, form: int) -> datetime.date | None:
        if segment.get(form) not in ("D8", ""):
            self._fault(segment, "date_format", f"{segment.name} dates must be D8 (CCYYMMDD).")
            return None
        value = segment.get(number)
        found = parse_date(value)
        if value and found is None:
            self._fault(segment, "date", f"{segment.name}{number:02} is no date. Send it as CCYYMMDD.")
        return found

    def _fault(self, segment: Segment, code: str, reason: str) -> None:
        self.loop.faults.append(Fault(f"segment {segment.position}, {segment.name}", code, reason))

    def _ins(self, segment: Segment) -> None:
        loop = self.loop
        loop.is_subscriber = segment.get(1) == "Y"
        loop.relationship, loop.maintenance, loop.reason = segment.get(2), segment.get(3), segment.get(4)
        if segment.get(12):
            loop.death = self._date(segment, 12, 11)

    def _ref(self, segment: Segment) -> None:
        loop, qualifier, value = self.loop, segment.get(1), segment.get(2)
        if self.line is not None:
            if qualifier == "17":
                self.line.class_code = value
        elif self.entity:
            return
        elif qualifier == "0F":
            loop.subscriber_number = value
        elif qualifier == "1L":
            loop.group_number = value
        elif qualifier == "17":
            loop.class_code = value
        elif qualifier == "23":
            loop.client_number = value

    def _dtp(self, segment: Segment) -> None:
        found = self._date(segment, 3, 2)
        if found is not None:
            (self.line.dates if self.line is not None else self.loop.dates)[segment.get(1)] = found

    def _nm1(self, segment: Segment) -> None:
        self.entity = segment.get(1)
        if self.line is not None:
            if self.entity == "P3":
                if segment.get(8) == "XX":
                    self.line.clinician_npi = segment.get(9)
                else:
                    self.line.clinician_number = segment.get(9)
            return
        person = Name(
            *(segment.get(number) for number in (3, 4, 5, 7, 8, 9)),
        )
        if self.entity in ("IL", "74"):
            self.loop.name = person
        elif self.entity == "70":
            self.loop.prior = person

    def _per(self, segment: Segment) -> None:
        if self.entity not in ("IL", "74") or self.line is not None:
            return
        for number in (3, 5, 7):
            system = TELECOMS.get(segment.get(number))
            if system and segment.get(number + 1):
                self.loop.telecoms.append((system, segment.get(number + 1)))

    def _n3(self, segment: Segment) -> None:
        self._address(line1=segment.get(1), line2=segment.get(2))

    def _n4(self, segment: Segment) -> None:
        self._address(
            city=segment.get(1),
            state=segment.get(2),
            postal_code=postal(segment.get(3)),
            country=segment.get(4)[:40] or "US",
        )

    def _address(self, **parts: str) -> None:
        if self.line is None and self.entity in ("IL", "74"):
            self.loop.address.update(parts)
        elif self.line is None and self.entity == "31":
            self.loop.mailing.update(parts)

    def _dmg(self, segment: Segment) -> None:
        person = self.loop.prior if self.entity == "70" else self.loop.name
        if self.entity not in ("IL", "74", "70") or person is None:
            return
        person.birth_date = self._date(segment, 2, 1)
        person.sex = SEXES.get(segment.get(3), "unknown")
        if self.entity != "70":
            for parts in segment.components(5):
                for part in (parts[0], parts[2] if len(parts) > 2 else ""):
                    self.loop.races += RACES.get(part, [part] if "-" in part else [])

    def _lui(self, segment: Segment) -> None:
        # Spoken (7) over any other use; one that is not ISO 639 (LE, LD) is a description and not taken.
        code = LANGUAGES.get(segment.get(2).upper(), "")
        if code and segment.get(1) in ("LE", "LD") and (not self.loop.language or segment.get(4) == "7"):
            self.loop.language = code

    def _hd(self, segment: Segment) -> None:
        self.line = CoverageLine(segment.position, segment.get(1), segment.get(3), segment.get(4), segment.get(5))
        self.entity = ""
        self.loop.lines.append(self.line)

    def _cob(self, segment: Segment) -> None:
        if self.line is not None and segment.get(1) == "S":
            self.line.payer_order = 2
        elif self.line is not None and segment.get(1) == "T":
            self.line.payer_order = 3


def postal(text: str) -> str:
    """A US postal code with its hyphen; four zeros at the end say only that nobody knew them."""
    if len(text) == 9 and text.isdigit():
        return text[:5] if text.endswith("0000") else f"{text[:5]}-{text[5:]}"
    return text


def _validate(loop: MemberLoop) -> None:
    ins = loop.segments[0]

    def fault(code: str, reason: str, position: int = ins.position, where: str = "INS") -> None:
        loop.faults.append(Fault(f"segment {position}, {where}", code, reason))

    if ins.get(1) not in ("Y", "N"):
        fault("ins01", "INS01 must be Y (subscriber) or N (dependant).")
    if loop.maintenance not in MAINTENANCE:
        fault("ins03", "INS03 is no maintenance type that is taken here: 001, 002, 021, 024, 025, 026 or 030.")
    if not loop.name.family:
        fault("no_name", "The loop names nobody: NM1*IL or NM1*74 with a family name is missing.")
    if not loop.subscriber_number:
        fault("no_subscriber_number", "REF*0F, the subscriber number, is missing.")
    if loop.name.birth_date and loop.header.on and loop.name.birth_date > loop.header.on:
        fault("birth_date", "DMG02, the birth date, is later than the file.", where="DMG")
    for line in loop.lines:
        if line.maintenance not in MAINTENANCE:
            fault("hd01", "HD01 is no maintenance type that is taken here.", line.position, "HD")
        if not line.line:
            fault("hd03", "HD03, the insurance line, is missing.", line.position, "HD")
    if any("\x00" in segment.raw for segment in loop.segments):
        fault("characters", "The loop holds a NUL character. Ask the sender for text.")
