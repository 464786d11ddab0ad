"""Whether an interchange is whole: control numbers and counts of ISA/IEA, GS/GE, ST/SE (X12.5, X12.6) agree."""

from interop.x12.loop import Fault
from interop.x12.segments import Segment

VERSION = "005010X220"


def same(one: str, two: str) -> bool:
    """Whether two control numbers are one; zeros before it do not count."""
    return one.lstrip("0") == two.lstrip("0")


class Envelopes:
    """Give it every segment; it answers with what does not agree."""

    def __init__(self) -> None:
        self.interchange: Segment | None = None
        self.group: Segment | None = None
        self.set_control = ""
        self.groups = self.sets = 0

    def take(self, segment: Segment) -> list[Fault]:
        name = segment.elements[0]
        if name == "ST":
            self.sets += 1
            self.set_control = segment.get(2)
        elif name == "SE":
            return self._agree(segment, 2, self.set_control, "ST02")
        elif name == "ISA":
            found = [self._open(self.interchange, "IEA")] if self.interchange else []
            self.interchange, self.group, self.groups = segment, None, 0
            return found
        elif name == "GS":
            self.group, self.sets = segment, 0
            self.groups += 1
            return self._version(segment)
        elif name == "GE":
            control = self.group.get(6) if self.group else ""
            self.group = None
            return self._agree(segment, 2, control, "GS06") + self._counts(segment, self.sets, "transaction sets")
        elif name == "IEA":
            control = self.interchange.get(13) if self.interchange else ""
            self.interchange = None
            return self._agree(segment, 2, control, "ISA13") + self._counts(segment, self.groups, "functional groups")
        return []

    def end(self) -> list[Fault]:
        """What is still open at the end of the file."""
        return [self._open(self.interchange, "IEA")] if self.interchange else []

    def _agree(self, segment: Segment, number: int, control: str, opened: str) -> list[Fault]:
        if same(segment.get(number), control):
            return []
        reason = f"{segment.name}{number:02} is not the control number of {opened}: ask the sender if parts are lost."
        return [Fault(f"segment {segment.position}, {segment.name}", "control_number", reason)]

    def _counts(self, segment: Segment, count: int, what: str) -> list[Fault]:
        if same(segment.get(1), str(count)):
            return []
        reason = f"{segment.name}01 does not count the {what} ({count}). Ask the sender if some are lost."
        return [Fault(f"segment {segment.position}, {segment.name}", "envelope_count", reason)]

    def _version(self, segment: Segment) -> list[Fault]:
        if segment.get(1) != "BE" or segment.get(8).startswith(VERSION):
            return []
        reason = (
            "GS08 states another version than 005010X220A1, as which the file is read. Ask the sender for that one."
        )
        return [Fault(f"segment {segment.position}, GS", "version", reason)]

    def _open(self, segment: Segment, end: str) -> Fault:
        reason = f"The interchange ends without {end}: its end may be cut off. Ask the sender for the file again."
        return Fault(f"segment {segment.position}, {segment.name}", "not_closed", reason)
