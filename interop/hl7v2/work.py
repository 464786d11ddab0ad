"""What the reading of a message works with, and what it says of the outcome."""

from dataclasses import dataclass, field

from core.models import Concept, SourceSystem, User
from core.terminology import concept
from interop.hl7v2.faults import ErrorCode, Fault
from interop.hl7v2.people import Finder, Incoming, incoming_of
from interop.hl7v2.read import Message, Segment
from interop.hl7v2.results import Code
from members.models import Member
from network.models import Organization

ACCEPTED, CHANGED, UNCHANGED = "accepted", "changed", "unchanged"


@dataclass
class Work:
    """One message on its way, inside its transaction."""

    message: Message
    system: Organization
    source: SourceSystem
    by: User
    zone: str
    members: list[Member] = field(default_factory=list)

    def person(self, pid: Segment) -> Incoming:
        return incoming_of(pid, self.source.uri)

    def find(self, incoming: Incoming) -> Member | None:
        """The member that PID means, or None. Raises `Fault`."""
        member = Finder(self.system).find(incoming)
        if member is not None:
            self.about(member)
        return member

    def known(self, incoming: Incoming) -> Member:
        """The member that PID means. Raises `Fault` where there is none: a result makes nobody a member."""
        member = self.find(incoming)
        if member is None:
            reason = "PID tells of nobody we know. Enrol or register the person (ADT^A28), then replay."
            raise Fault("unknown_person", reason, incoming.segment.at(3), error=ErrorCode.UNKNOWN_KEY)
        return member

    def about(self, member: Member) -> None:
        if member not in self.members:
            self.members.append(member)

    def concept(self, code: Code) -> Concept:
        """The concept of a code as sent; one of no known system belongs to the sender."""
        system = code.system
        if "://" not in system:
            system = f"{self.source.uri}#{system or 'L'}"[:200]
        return concept(system, code.code, code.display)


def overall(outcomes: list[str]) -> str:
    """One word for all that a message brought."""
    for word in (ACCEPTED, CHANGED):
        if word in outcomes:
            return word
    return UNCHANGED
