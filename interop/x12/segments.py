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
BLANK = "\r\n\t \ufeff\x00\x1a"


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
    buffer, position, ended = "", 0, False
    delimiters: Delimiters | None = None
    while not ended:
        chunk = file.read(CHUNK)
        buffer, ended = buffer + chunk, not chunk
        begins = buffer.lstrip(BLANK)
        if delimiters is None or begins.startswith("ISA"):
            while len(begins) < ISA_LENGTH and not ended:
                chunk = file.read(CHUNK)
                begins, ended = (begins + chunk).lstrip(BLANK), not chunk
            if not begins:
                break
            buffer, delimiters = begins, delimiters_of(begins[:ISA_LENGTH])
        pieces = buffer.split(delimiters.segment)
        # The last one goes on in the next chunk, or lacks its terminator: then its envelope will be found wanting.
        buffer = "" if ended or len(pieces[-1]) > LONGEST else pieces.pop()
        for number, piece in enumerate(pieces):
            raw = piece.lstrip(BLANK).rstrip("\r\n")
            if not raw and (delimiters.segment in BLANK or number == len(pieces) - 1):
                continue
            if number and raw.startswith("ISA"):
                # Another interchange, perhaps with other delimiters: it is cut anew.
                left = delimiters.segment.join(pieces[number:])
                buffer, ended = (left if ended else left + delimiters.segment + buffer), False
                break
            position += 1
            yield Segment(position, raw.split(delimiters.element), delimiters, raw)
    if delimiters is None:
        raise NotX12("The file is empty.")
