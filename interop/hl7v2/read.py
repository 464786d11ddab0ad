"""Bytes → messages. The library (`hl7`) cuts a message into fields; what it would guess or log is decided here.

Its own unescaping writes what it does not know into the log, field and all, and its readers of files refuse a whole
file for one segment. So files are cut, texts decoded and escapes read here, and it is given sound messages alone.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import hl7

from interop.hl7v2.faults import ErrorCode, Fault, Place
from interop.hl7v2.times import Moment, offset_of, parse_moment

VERSION = 1
LINE_END = re.compile(rb"\r\n|\r|\n")
ENVELOPE = (b"FHS", b"BHS", b"BTS", b"FTS")
SEGMENT_ID = re.compile(r"[A-Z][A-Z0-9]{2}")
# HL7 table 0211 → Python's name. Unicode is written with byte order marks or as UTF-8.
CHARSETS = {
    "": "utf-8",
    "ASCII": "ascii",
    "8859/1": "iso-8859-1",
    "8859/2": "iso-8859-2",
    "8859/3": "iso-8859-3",
    "8859/4": "iso-8859-4",
    "8859/5": "iso-8859-5",
    "8859/6": "iso-8859-6",
    "8859/7": "iso-8859-7",
    "8859/8": "iso-8859-8",
    "8859/9": "iso-8859-9",
    "8859/15": "iso-8859-15",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
}
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
MOST_FIELDS = 400


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The signs that MSH-1 and MSH-2 state."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str

    @property
    def encoding(self) -> str:
        return self.component + self.repetition + self.escape + self.subcomponent


STANDARD = Delimiters("|", "^", "~", "\\", "&")


@dataclass(frozen=True, slots=True)
class Field:
    """One repetition of a field, its components as unescaped text."""

    parts: tuple[tuple[str, ...], ...]

    def __call__(self, component: int = 1, subcomponent: int = 1) -> str:
        """A component's text, empty where there is none; HL7's null (two quotation marks) is empty too."""
        if not 0 < component <= len(self.parts) or not 0 < subcomponent <= len(self.parts[component - 1]):
            return ""
        text = self.parts[component - 1][subcomponent - 1]
        return "" if text == '""' else text

    @property
    def is_empty(self) -> bool:
        return not any(part for parts in self.parts for part in parts)


@dataclass(slots=True)
class Segment:
    """One segment of a message, with where it stands."""

    id: str
    place: Place
    fields: list[list[Field]]

    def repetitions(self, number: int) -> list[Field]:
        """The repetitions of a field that say something."""
        if not 0 < number < len(self.fields):
            return []
        return [one for one in self.fields[number] if not one.is_empty]

    def field(self, number: int) -> Field:
        found = self.repetitions(number)
        return found[0] if found else Field(())

    def text(self, number: int, component: int = 1, subcomponent: int = 1) -> str:
        return self.field(number)(component, subcomponent).strip()

    def at(self, number: int, component: int = 0) -> Place:
        return self.place.at(number, component)

    def required(self, number: int, component: int = 1) -> str:
        """The text of a field that must be there. Raises `Fault`."""
        if text := self.text(number, component):
            return text
        raise Fault("missing", f"{self.id}-{number} is empty.", self.at(number), error=ErrorCode.REQUIRED_FIELD)


@dataclass
class Raw:
    """One message as it stood in a file: its number there, its lines, and whose batch it stands in."""

    number: int
    lines: list[bytes]

    @property
    def data(self) -> bytes:
        return b"\r".join(self.lines)

    def shown(self) -> str:
        """The message for the people who mend it, whatever its bytes are."""
        return b"\n".join(self.lines).decode("utf-8", "backslashreplace")

    @property
    def digest(self) -> bytes:
        return hashlib.blake2b(self.data, digest_size=16, salt=VERSION.to_bytes(2)).digest()


@dataclass
class Message:
    """A message whose envelope is sound. `sender` is MSH-3 and MSH-4."""

    raw: Raw
    segments: list[Segment]
    delimiters: Delimiters = field(default=STANDARD)

    @property
    def msh(self) -> Segment:
        return self.segments[0]

    @property
    def type(self) -> str:
        return self.msh.text(9, 1)

    @property
    def event(self) -> str:
        """MSH-9.2; where only EVN-1 says it (before 2.3.1), that."""
        if event := self.msh.text(9, 2):
            return event
        return next((segment.text(1) for segment in self.segments if segment.id == "EVN"), "")

    @property
    def control_id(self) -> str:
        return self.msh.text(10)

    @property
    def version(self) -> str:
        return self.msh.text(12)

    @property
    def sender(self) -> tuple[str, str]:
        return self.msh.text(3), self.msh.text(4)

    @cached_property
    def offset(self) -> int | None:
        """Minutes east of UTC, where MSH-7 says so: the zone of every time in the message that names none."""
        return offset_of(self.msh.text(7))

    def all(self, segment_id: str) -> list[Segment]:
        return [segment for segment in self.segments if segment.id == segment_id]

    def first(self, segment_id: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.id == segment_id), None)

    def one(self, segment_id: str) -> Segment:
        """The first of its kind. Raises `Fault`."""
        found = self.first(segment_id)
        if found is None:
            reason = f"The message has no {segment_id} segment."
            raise Fault("no_segment", reason, self.msh.place, error=ErrorCode.SEGMENT_SEQUENCE)
        return found

    def moment(self, segment: Segment, number: int, zone: str) -> Moment | None:
        """The date or time in a field, or None where it is empty. Raises `Fault`."""
        text = segment.text(number)
        if not text:
            return None
        try:
            return parse_moment(text, zone, self.offset)
        except ValueError:
            reason = f"{segment.id}-{number} is no date or time (YYYYMMDDHHMM)."
            raise Fault("date", reason, segment.at(number), error=ErrorCode.DATA_TYPE) from None


# --- Files ----------------------------------------------------------------------------------------------------------


def messages_of(data: bytes) -> tuple[list[Raw], list[tuple[Raw, Fault]]]:
    """The messages of a file, and what stands there that is none or does not agree with the batch around it."""
    data = _without_mark(data)
    found: list[Raw] = []
    faults: list[tuple[Raw, Fault]] = []
    loose: list[bytes] = []
    counts = _Counts()
    for line in LINE_END.split(data):
        # MLLP frames a message in these; a file that was cut from a line's log has them.
        line = line.strip(b"\x0b\x1c")
        if not line.strip():
            continue
        head = line[:3]
        if head == b"MSH":
            found.append(Raw(len(found) + 1, [line]))
            counts.message()
        elif head in ENVELOPE:
            counts.envelope(head, line)
        elif found and not counts.is_between:
            found[-1].lines.append(line)
        else:
            loose.append(line)
    if loose:
        reason = "These lines stand before any MSH segment: this is no HL7 v2 message, or its beginning is missing."
        faults.append((Raw(0, loose), Fault("not_hl7", reason, Place(1, ""), error=ErrorCode.SEGMENT_SEQUENCE)))
    faults += [(Raw(0, [line]), fault) for line, fault in counts.faults()]
    return found, faults


def _without_mark(data: bytes) -> bytes:
    """UTF-16 as UTF-8, and no byte order mark."""
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf")


class _Counts:
    """What the batch and file trailers (BTS-1, FTS-1) say, against what was there."""

    def __init__(self) -> None:
        self.messages = self.batches = 0
        self.open: list[bytes] = []
        self.is_between = False
        self.wrong: list[tuple[bytes, Fault]] = []

    def message(self) -> None:
        self.messages += 1
        self.is_between = False

    def envelope(self, head: bytes, line: bytes) -> None:
        self.is_between = True
        if head in (b"FHS", b"BHS"):
            self.open.append(line)
            if head == b"BHS":
                self.messages = 0
            return
        begins = b"BHS" if head == b"BTS" else b"FHS"
        opened = next((one for one in reversed(self.open) if one.startswith(begins)), None)
        if opened is not None:
            self.open.remove(opened)
        separator = (opened or b"BHS|")[3:4]
        said = line.split(separator)[1].strip() if separator and separator in line else b""
        here, what = (self.messages, "messages") if head == b"BTS" else (self.batches, "batches")
        if head == b"BTS":
            self.batches += 1
        if said.isdigit() and int(said) != here and (head == b"BTS" or here):
            name = head.decode()
            reason = f"{name}-1 counts other {what} than are there; those that are there were taken all the same."
            self.wrong.append((line, Fault("batch_count", reason, Place(1, name, 1, 1), error=ErrorCode.DATA_TYPE)))

    def faults(self) -> list[tuple[bytes, Fault]]:
        for line in self.open:
            name, end = (line[:3].decode(), {b"BHS": "BTS", b"FHS": "FTS"}[line[:3]])
            reason = f"The {name} has no {end}: the file may be cut off. What is there was taken all the same."
            self.wrong.append((line, Fault("not_closed", reason, Place(1, name), error=ErrorCode.SEGMENT_SEQUENCE)))
        return self.wrong


# --- One message ----------------------------------------------------------------------------------------------------


def parse(raw: Raw, charset: str = "") -> Message:
    """A message with its fields. `charset` is how bytes are read where MSH-18 is silent. Raises `Fault`."""
    lines = _decoded(raw, charset)
    delimiters = delimiters_of(lines[0])
    occurrences: dict[str, int] = {}
    segments = []
    for number, line in enumerate(lines, 1):
        head = line[:3]
        place = Place(number, head if SEGMENT_ID.fullmatch(head) else "")
        if not place.segment or line[3:4] not in ("", delimiters.field):
            reason = "This is no segment: a line break stands within a field, or another sign than MSH-1 divides it."
            raise Fault("segment", reason, place, error=ErrorCode.SEGMENT_SEQUENCE, is_rejected=True)
        occurrences[head] = occurrences.get(head, 0) + 1
        place = Place(number, head, occurrences[head])
        if line.count(delimiters.field) > MOST_FIELDS:
            raise Fault("segment", f"{head} has more fields than any segment has.", place, error=ErrorCode.DATA_TYPE)
        segments.append(_segment(line, place, delimiters))
    return Message(raw, segments, delimiters)


def delimiters_of(line: str) -> Delimiters:
    """MSH-1 and MSH-2 of a message's first line. Raises `Fault`."""
    separator = line[3:4]
    encoding = line[4:].split(separator, 1)[0] if separator else ""
    # 2.7 added a fifth sign, for truncated values.
    signs = separator + encoding
    sound = (
        4 <= len(encoding) <= 5 and len(set(signs)) == len(signs) and not any(s.isalnum() or s.isspace() for s in signs)
    )
    if not sound or '"' in signs:
        reason = "MSH-1 and MSH-2 must be five different signs, like |^~\\&."
        raise Fault("delimiters", reason, Place(1, "MSH", 1, 2), error=ErrorCode.DATA_TYPE, is_rejected=True)
    return Delimiters(separator, *encoding[:4])


def _decoded(raw: Raw, charset: str) -> list[str]:
    """The lines as text, by MSH-18. Raises `Fault`."""
    first = raw.lines[0]
    named = _named_charset(first)
    place = Place(1, "MSH", 1, 18)
    if named not in CHARSETS:
        reason = "MSH-18 names a character set that is not read here: send UTF-8 (UNICODE UTF-8) or ISO 8859."
        raise Fault("charset", reason, place, is_rejected=True)
    encoding = CHARSETS[named] if named else (charset or "utf-8")
    lines = []
    for number, line in enumerate(raw.lines, 1):
        head = line[:3].decode("ascii", "replace")
        here = Place(number, head if SEGMENT_ID.fullmatch(head) else "")
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            said = "MSH-18 says" if named else "MSH-18 is silent, and so UTF-8 was read" if not charset else "was said"
            reason = f"The bytes of this segment are no text in the character set that {said}."
            if not named and not charset:
                reason = "The bytes of this segment are no UTF-8, and MSH-18 names no other character set."
            raise Fault("charset", reason, here, error=ErrorCode.DATA_TYPE, is_rejected=True) from None
        if UNWRITABLE.search(text):
            reason = "This segment holds signs that no text has (control characters)."
            raise Fault("not_text", reason, here, error=ErrorCode.DATA_TYPE, is_rejected=True)
        lines.append(text)
    return lines


def _named_charset(line: bytes) -> str:
    """MSH-18, its first repetition, as the header's own bytes say it."""
    separator = line[3:4]
    fields = line.split(separator) if separator else []
    found = fields[17] if len(fields) > 17 else b""
    repetition = line[5:6]
    if repetition:
        found = found.split(repetition)[0]
    return found.decode("ascii", "replace").strip().upper()


def _segment(line: str, place: Place, delimiters: Delimiters) -> Segment:
    """One segment by the library, its leaves unescaped. The header's own two fields are left as they are."""
    is_header = place.segment == "MSH" and place.number == 1
    rest = line[4:]
    if is_header:
        rest = line[4:].partition(delimiters.field)[2]
    # Behind a header of its own, so that the library knows the signs that divide it, and by another name: what is
    # called MSH it would cut otherwise.
    signs = f"MSH{delimiters.field}{delimiters.encoding}{delimiters.field}"
    found = hl7.parse(f"{signs}\rZZZ{delimiters.field}{rest}")[1] if rest.strip() else [[place.segment]]
    fields = [
        [Field(tuple(_leaves(part, place, delimiters) for part in _parts(one))) for one in repeated]
        for repeated in found
    ]
    if is_header:
        fields[1:1] = [[Field(((delimiters.field,),))], [Field(((delimiters.encoding,),))]]
    return Segment(place.segment, place, fields)


def _parts(repetition: object) -> list:
    return list(repetition) if isinstance(repetition, hl7.Repetition) else [repetition]


def _leaves(component: object, place: Place, delimiters: Delimiters) -> tuple[str, ...]:
    leaves = component if isinstance(component, hl7.Component) else [component]
    return tuple(unescape(str(leaf), delimiters, place) for leaf in leaves)


def unescape(text: str, delimiters: Delimiters, place: Place | None = None) -> str:
    """HL7 2.5.1, 2.7: escape sequences → what they stand for; one that is not known stays as it is written.

    Raises `Fault` where hexadecimal data is no text.
    """
    sign = delimiters.escape
    if sign not in text:
        return text
    known = {
        "F": delimiters.field, "S": delimiters.component, "T": delimiters.subcomponent, "R": delimiters.repetition,
        "E": sign, "H": "", "N": "", ".br": "\n", ".ce": "\n", ".fi": "", ".nf": "",
    }  # fmt: skip

    def meaning(found: re.Match[str]) -> str:
        name = found[1]
        if name in known:
            return known[name]
        if layout := re.fullmatch(r"\.(sp|sk|in|ti)([+-]?\d{0,2})", name):
            return ("\n" if layout[1] == "sp" else " ") * min(max(int(layout[2] or 1), 1), 80)
        if re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", name):
            return _hexadecimal(name[1:], place)
        return found[0]

    pattern = re.escape(sign)
    return re.sub(f"{pattern}([^{pattern}]*){pattern}", meaning, text)


def _hexadecimal(digits: str, place: Place | None) -> str:
    data = bytes.fromhex(digits)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("iso-8859-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if UNWRITABLE.search(text):
        raise Fault("not_text", "An escape sequence holds signs that no text has.", place, error=ErrorCode.DATA_TYPE)
    return text


def groups(segments: list[Segment], first: str) -> Iterator[list[Segment]]:
    """Runs of segments that each begin with `first`; what stands before the first one is left out."""
    group: list[Segment] = []
    for segment in segments:
        if segment.id == first:
            if group:
                yield group
            group = [segment]
        elif group:
            group.append(segment)
    if group:
        yield group
