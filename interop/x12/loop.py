"""What an 834 says of one member, of its header, and what is wrong: the nouns that reading and taking share."""

import datetime
from dataclasses import dataclass, field

from interop.x12 import segments
from interop.x12.segments import Segment


@dataclass(frozen=True)
class Fault:
    """Why a loop cannot be taken. `reason` says how to mend it and names fields, never values."""

    position: str
    code: str
    reason: str


@dataclass
class Header:
    """What the transaction set says once for all its members. `action` is BGN08."""

    segments: list[Segment] = field(default_factory=list)
    control: str = ""
    action: str = ""
    on: datetime.date | None = None
    group_number: str = ""
    sponsor_name: str = ""
    sponsor_id: str = ""
    insurer_name: str = ""
    insurer_id: str = ""
    dates: dict[str, datetime.date] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether the set lists everybody: BGN08 4 (verify) or RX (replace)."""
        return self.action in ("4", "RX")

    @property
    def as_of(self) -> datetime.date | None:
        """The day that the list speaks of: DTP*007 or 303, else the day it was made (BGN03)."""
        return self.dates.get("007") or self.dates.get("303") or self.on


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

    @property
    def at(self) -> str:
        return f"segment {self.position}, HD"


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
    # What is left out while the rest of the loop is taken.
    warnings: list[Fault] = field(default_factory=list)
    # The subscriber before it in the set: number, group, family name.
    follows: tuple[str, str, str] | None = None
    # A dependant's own number where the sender put it in REF*0F.
    own_number: str = ""

    @property
    def position(self) -> str:
        return f"segment {self.segments[0].position}, loop 2000 (INS)"

    def at(self, name: str, qualifier: str = "") -> str:
        """Where the loop's segment of that name (and first element) stands, for a message; INS where it has none."""
        found = (s for s in self.segments if s.name == name and qualifier in ("", s.get(1)))
        segment = next(found, self.segments[0])
        return f"segment {segment.position}, {segment.name}" + (f"*{qualifier}" if segment.name == name else "")

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


def parse_date(text: str) -> datetime.date | None:
    """CCYYMMDD as a date; None where it is not one."""
    if len(text) != 8 or not text.isdigit():
        return None
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
