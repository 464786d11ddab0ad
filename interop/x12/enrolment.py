"""834 benefit enrolment (005010X220A1): member loops, each with what it says or what is wrong with it.

Where the implementation guide is unclear or senders differ, the reading is: an end date (DTP 357, 349) is the last
covered day; REF*1L of the member stands over REF*38 of the file; a dependant without REF*1L has its subscriber's.
"""

import io
from collections.abc import Iterator
from typing import TextIO

from interop.x12 import segments
from interop.x12.envelopes import Envelopes
from interop.x12.loop import CoverageLine, Fault, Header, MemberLoop, Name, parse_date
from interop.x12.parse_loop import parse_loop, read_identity
from interop.x12.segments import Segment


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
ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA"})
NOTHING: Found = []


class Reader:
    """Groups segments into headers and member loops, and compares the envelope's counts.

    `subscribers`: only theirs with the envelope's faults (True), only dependants' (False), or all (None). Either way
    `dependants` counts the dependants' loops that went by.
    """

    def __init__(self, subscribers: bool | None = None) -> None:
        self.subscribers = subscribers
        self.envelopes = Envelopes()
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
        tells_envelope = self.subscribers is not False
        for segment in segments.read(file):
            found = self.take(segment)
            if found:
                yield from found
            if tells_envelope and segment.elements[0] in ENVELOPE:
                yield from self.envelopes.take(segment)
        if self.inside and self.last is not None:
            yield from self._truncated(self.last)
        elif tells_envelope:
            yield from self.envelopes.end()

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
            before = read_identity(self.header, self.subscriber)
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
    elif name == "DTP" and (found := parse_date(segment.get(3))) is not None:
        header.dates[segment.get(1)] = found
    elif name == "REF" and segment.get(1) == "38":
        header.group_number = segment.get(2)
    elif name == "N1" and segment.get(1) == "P5":
        header.sponsor_name, header.sponsor_id = segment.get(2), segment.get(4)
    elif name == "N1" and segment.get(1) == "IN":
        header.insurer_name, header.insurer_id = segment.get(2), segment.get(4)


__all__ = ["CoverageLine", "Fault", "Header", "MemberLoop", "Name", "Reader", "parse_loop", "read", "read_one"]
