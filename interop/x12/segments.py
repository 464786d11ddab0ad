"""X12 interchanges as a stream of segments, whatever their delimiters, without holding the file in memory.

x12sdk and pyx12 read whole transaction sets into models and refuse a set for one code they do not list: of fourteen
sample 834 files x12sdk refused two, and it read 900 members a second (docs/decisions/0006). Here a fault belongs to
the loop that it stands in.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

CHUNK = 1 << 16
ISA_LENGTH = 106
LONGEST = 1 << 20


class NotX12(Exception):
    """The file is not an X12 interchange; the message says what was met instead."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"


@dataclass(slots=True)  # not frozen: that makes one three times as dear, and there are millions
class Segment:
    """One segment. `position` counts from the ISA as 1; `elements[0]` is the identifier."""

    position: int
    elements: list[str]
    delimiters: Delimiters
    raw: str

    @property
    def name(self) -> str:
        return self.elements[0]

    def get(self, number: int) -> str:
        """Element `number` as the standard counts (NM103 is 3), stripped; empty where it is absent."""
        return self.elements[number].strip() if number < len(self.elements) else ""

    def components(self, number: int) -> list[list[str]]:
        """Element `number` as repetitions of components."""
        value = self.get(number)
        return (
            [part.split(self.delimiters.component) for part in value.split(self.delimiters.repetition)] if value else []
        )


def digest_and_encoding(path: Path) -> tuple[str, str]:
    """SHA-256 of the content, and `utf-8`, or `latin-1` where it is not that (X12's extended character set)."""
    import codecs

    digest, decoder, encoding = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), "utf-8"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            if encoding == "utf-8":
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    encoding = "latin-1"
    return digest.hexdigest(), encoding


def delimiters_of(isa: str) -> Delimiters:
    """The delimiters that a 106-character ISA states. Raises `NotX12` where it is none."""
    if len(isa) < ISA_LENGTH or not isa.startswith("ISA"):
        raise NotX12("The file does not begin with an ISA segment, so it is not an X12 interchange.")
    element, component, segment = isa[3], isa[104], isa[105]
    if isa[:ISA_LENGTH].count(element) != 16 or element.isalnum() or segment.isalnum():
        raise NotX12("The ISA segment is not 106 characters with 16 elements. Send it at its fixed length.")
    repetition = isa[82]
    # ISA11 held a standards identifier (U) before version 00402.
    return Delimiters(element, component, "^" if repetition.isalnum() else repetition, segment)


def read(file: TextIO) -> Iterator[Segment]:
    """Every segment of every interchange in the file, in order.

    Line breaks after a terminator do not count; an interchange may bring other delimiters than the one before.
    Raises `NotX12`.
    """
    buffer, at, position, ended = "", 0, 0, False
    delimiters: Delimiters | None = None

    def fill() -> bool:
        nonlocal buffer, at, ended
        chunk = file.read(CHUNK)
        if not chunk:
            ended = True
            return False
        buffer, at = buffer[at:] + chunk, 0
        return True

    while True:
        while True:
            while at < len(buffer) and buffer[at] in "\r\n\t \ufeff\x00\x1a":
                at += 1
            if at < len(buffer) or not fill():
                break
        if at >= len(buffer):
            break
        while len(buffer) - at < ISA_LENGTH and not ended and fill():
            pass
        if delimiters is None or buffer.startswith("ISA", at):
            delimiters = delimiters_of(buffer[at : at + ISA_LENGTH])
        while (end := buffer.find(delimiters.segment, at)) < 0 and len(buffer) - at < LONGEST and fill():
            pass
        if end < 0:
            # The last segment lacks its terminator: taken as it stands; its envelope will be found wanting.
            end = len(buffer)
        raw = buffer[at:end].rstrip("\r\n")
        at = min(end + 1, len(buffer))
        position += 1
        yield Segment(position, raw.split(delimiters.element), delimiters, raw)
    if delimiters is None:
        raise NotX12("The file is empty.")
