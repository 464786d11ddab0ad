"""The answer to a message: MSH, MSA, and an ERR that names segment, field and code (HL7 2.5.1, 2.9.2 and 2.15.5).

AA: taken, or known already. AE: what it says cannot be taken. AR: not ours to read (type, version, envelope).
"""

import hashlib
import re

from django.utils import timezone

from interop.hl7v2.faults import WORDS, ErrorCode, Fault, Place
from interop.hl7v2.read import STANDARD, Delimiters
from interop.hl7v2.taking import Taken

# From 2.5 on ERR says place, code and severity in fields of their own.
NEW_ERR = ("2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2", "2.9")


def answer(taken: Taken) -> str:
    """The acknowledgement of one message, its segments ended by carriage returns; ready for a listener to frame."""
    fault = taken.fault if taken.outcome in ("refused", "not_taken") else None
    code = "AA" if fault is None else "AR" if fault.is_rejected else "AE"
    header = _Header(taken)
    segments = [header.msh(), f"MSA|{code}|{header.control_id}"]
    if fault is not None:
        if not header.is_new:
            segments[-1] += f"|{escape(fault.reason[:80])}"
        segments.append(err(fault, is_new=header.is_new))
    return "\r".join(segments) + "\r"


class _Header:
    """What the answer takes from the message's own header, as far as that can be read."""

    def __init__(self, taken: Taken) -> None:
        self.raw = taken.raw
        message = taken.message
        if message is not None:
            msh = message.msh
            # MSH-3 to 6: sender and receiver change places.
            self.names = [_hd(msh.repetitions(number)) for number in (5, 6, 3, 4)]
            self.event, self.control_id = escape(message.event[:10]), escape(message.control_id[:199])
            self.processing, self.version = escape(msh.text(11)[:1] or "P"), escape(message.version[:12])
        else:
            fields = self._fields()
            self.names = [fields[4], fields[5], fields[2], fields[3]]
            self.event = fields[8].partition("^")[2].partition("^")[0][:10]
            self.control_id, self.processing = fields[9], fields[10][:1] or "P"
            self.version = fields[11][:12]
        if not re.fullmatch(r"2\.\d(\.\d)?", self.version):
            self.version = "2.5.1"

    def _fields(self) -> list[str]:
        """MSH as it can be made out: without anything that the answer's own signs would cut otherwise."""
        line = self.raw.lines[0].decode("ascii", "replace") if self.raw.lines else ""
        separator = line[3:4]
        found = line.split(separator) if separator and not separator.isalnum() else []
        clean = [re.sub(r"[^ -~]|[|\\~&\r\n]", "", each)[:199] for each in found]
        return clean + [""] * 12

    @property
    def is_new(self) -> bool:
        return self.version in NEW_ERR

    def msh(self) -> str:
        now = timezone.now().strftime("%Y%m%d%H%M%S+0000")
        # The same message has the same answer's number: whoever asks again can tell.
        number = hashlib.sha256(self.raw.data).hexdigest()[:20].upper()
        kind = "^".join(filter(None, ("ACK", self.event, "ACK" if self.event and self.is_new else "")))
        return "|".join(
            [
                "MSH",
                "^~\\&",
                *self.names,
                now,
                "",
                kind,
                number,
                self.processing,
                self.version,
                *[""] * 5,
                "UNICODE UTF-8",
            ]
        )


def _hd(repetitions: list) -> str:
    if not repetitions:
        return ""
    return "^".join(escape(repetitions[0](part)[:80]) for part in range(1, 4)).rstrip("^")


def err(fault: Fault, *, is_new: bool) -> str:
    """The ERR segment: in 2.5 and later by location, code and severity; before, all in ERR-1."""
    code = f"{int(fault.error)}^{WORDS[ErrorCode(fault.error)]}^HL70357"
    if not is_new:
        return f"ERR|{_old_place(fault.place)}^{code.replace('^', '&')}"
    return f"ERR||{_place(fault.place)}|{code}|E|{escape(fault.code)}|||{escape(fault.reason)}"


def _place(place: Place) -> str:
    """ERL: segment, its occurrence, field, repetition, component."""
    if not place.segment:
        return ""
    parts = [place.segment, str(place.occurrence)]
    if place.field:
        parts += [str(place.field), "1"]
        if place.component:
            parts.append(str(place.component))
    return "^".join(parts)


def _old_place(place: Place) -> str:
    return f"{place.segment}^{place.occurrence if place.segment else ''}^{place.field or ''}"


def escape(text: str, delimiters: Delimiters = STANDARD) -> str:
    """Text as it stands in a field of the answer."""
    marks = {
        delimiters.escape: "E", delimiters.field: "F", delimiters.component: "S", delimiters.repetition: "R",
        delimiters.subcomponent: "T",
    }  # fmt: skip
    sign = delimiters.escape
    written = "".join(f"{sign}{marks[each]}{sign}" if each in marks else each for each in text)
    return re.sub(r"[\r\n]+", lambda _: f"{sign}.br{sign}", written)
