"""One message at a time: its envelope, who it is about, and its kind's own reading, in one transaction.

A message is written whole or not at all. What it could not be taken for is a `Fault` with its segment and field.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg2
import structlog
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from core.db import as_job
from core.models import SourceSystem, User
from core.terminology import source_system
from interop.fhir.load import reason_of
from interop.hl7v2 import immunisations, oru, visits
from interop.hl7v2.faults import ErrorCode, Fault, NotTaken, Place
from interop.hl7v2.local_codes import sender_uri
from interop.hl7v2.oru import Mismatch
from interop.hl7v2.people import Finder, Unsure
from interop.hl7v2.read import Message, Raw, parse
from interop.hl7v2.work import ACCEPTED, Work
from interop.models import ImportedResource
from labs.actions.results import SpecimenMismatch, enter_result
from labs.models import ResultMismatch
from labs.permissions import INTERFACE
from network.models import Organization

log = structlog.get_logger(__name__)
UNCHANGED = "unchanged"
Handler = Callable[[Work], str]
# What is taken: message type → event → how. A type's other events, and other types, are counted as not taken.
HANDLERS: dict[str, dict[str, Handler]] = {
    "ORU": {"R01": oru.take},
    "VXU": {"V04": immunisations.take},
    "ADT": {event: partial(visits.take, event=event) for event in visits.EVENTS},
}
VERSIONS = tuple(f"2.{minor}" for minor in range(1, 10))


@dataclass
class Taken:
    """What became of one message: accepted, changed, unchanged, not_taken or refused (then with its fault)."""

    raw: Raw
    outcome: str
    fault: Fault | None = None
    message: Message | None = None

    @property
    def kind(self) -> str:
        """Type and event, as counts name them; of known letters alone."""
        if self.message is None:
            return "?"
        named = f"{self.message.type}^{self.message.event}"
        return named if len(named) == 7 and named.replace("^", "").isalnum() else "?"


@dataclass
class Options:
    """How messages are read: the same for a run and its replays."""

    zone: str = "UTC"
    charset: str = ""

    def kept(self) -> dict[str, str]:
        return {"zone": self.zone, "charset": self.charset}


@dataclass
class Taker:
    """Takes messages for one integrated system. `reason` is told to history and audit."""

    system: Organization
    reason: str
    options: Options = field(default_factory=Options)

    def __post_init__(self) -> None:
        self.account = User.objects.system(INTERFACE)
        with as_job(self.account, reason=self.reason):
            systems = Organization.objects.filter(kind=Organization.Kind.SYSTEM).values_list("name", "pk")
            self.others = {name.strip().lower() for name, pk in systems if pk != self.system.pk}
            self.others.discard(self.system.name.strip().lower())

    def take(self, raw: Raw) -> Taken:
        """Take one message. Never raises for what a message says."""
        message = None
        try:
            message = parse(raw, self.options.charset)
            handler = self.accept(message)
            return Taken(raw, self._write(message, handler), message=message)
        except NotTaken as fault:
            return Taken(raw, "not_taken", fault, message)
        except Unsure as unsure:
            with as_job(self.account, reason=self.reason):
                Finder(self.system).ask(unsure)
            return Taken(raw, "refused", unsure, message)
        except Mismatch as mismatch:
            self._keep(mismatch)
            return Taken(raw, "refused", mismatch, message)
        except Fault as fault:
            return Taken(raw, "refused", fault, message)
        except Exception as error:
            # A fault of ours: it is told by its kind and place, never with what the message says, and stops no other.
            log.error("hl7_failed", error=type(error).__name__, where=_where(error))
            reason = f"Reading this message failed here ({type(error).__name__}): report it, then replay."
            return Taken(raw, "refused", Fault("internal", reason, error=ErrorCode.INTERNAL), message)

    def accept(self, message: Message) -> Handler:
        """The reading of the message's kind, if its envelope is sound and for us. Raises `Fault`."""
        msh = message.msh
        kind = msh.required(9)
        msh.required(10)
        if message.version not in VERSIONS and message.version.rpartition(".")[0] not in VERSIONS:
            raise Fault("version", "MSH-12 names no version 2 of HL7.", msh.at(12), error=ErrorCode.VERSION)
        if msh.text(6).lower() in self.others:
            reason = "MSH-6 names another of the systems kept here: import it for that one."
            raise Fault("other_system", reason, msh.at(6), is_rejected=True)
        if msh.text(11).upper() in ("T", "D"):
            reason = "MSH-11 says that this is a test: it does not go into anybody's chart."
            raise NotTaken("processing_id", reason, msh.at(11), error=ErrorCode.PROCESSING_ID)
        events = HANDLERS.get(kind)
        if events is None:
            taken = ", ".join(f"{name}^{'/'.join(found)}" for name, found in HANDLERS.items())
            reason = f"MSH-9.1 names a type of message that is not taken; taken are {taken}."
            raise NotTaken("message_type", reason, msh.at(9, 1), error=ErrorCode.MESSAGE_TYPE)
        if message.event not in events:
            reason = f"MSH-9.2 names an event that is not taken; of {kind}, {', '.join(events)} are."
            raise NotTaken("event", reason, msh.at(9, 2), error=ErrorCode.EVENT)
        return events[message.event]

    def _write(self, message: Message, handler: Handler) -> str:
        """All of the message, or nothing. Raises `Fault`."""
        try:
            with as_job(self.account, reason=self.reason):
                source = self._source(message)
                key = f"{message.control_id[:80]}|{message.raw.digest.hex()}"
                kind = f"{message.type}^{message.event}"
                if ImportedResource.objects.filter(source_system=source, source_id=key, type=kind).exists():
                    return UNCHANGED
                work = Work(message, self.system, source, self.account, self.options.zone)
                outcome = handler(work)
                ImportedResource.objects.create(
                    source_system=source,
                    source_id=key,
                    type=kind,
                    member=work.members[0] if len(work.members) == 1 else None,
                    digest=message.raw.digest,
                    is_owner=outcome == ACCEPTED,
                )
                return outcome
        except ValidationError as error:
            raise Fault("refused", " ".join(error.messages), message.msh.place) from error
        except (DatabaseError, psycopg2.Error) as error:
            raise Fault("refused", reason_of(error), message.msh.place, error=ErrorCode.INTERNAL) from error

    def _source(self, message: Message) -> SourceSystem:
        return source_system(sender_uri(*message.sender), f"{' '.join(filter(None, message.sender))}"[:100])

    def _keep(self, mismatch: Mismatch) -> None:
        """Tube and order do not belong together: that stays for the laboratory to look at, once."""
        with as_job(self.account, reason=self.reason):
            kept = {"order": mismatch.order, "accession": mismatch.accession[:20], "value": mismatch.value[:500]}
            if ResultMismatch.objects.filter(**kept, status=ResultMismatch.Status.OPEN).exists():
                return
            try:
                enter_result(by=self.account, order=mismatch.order, accession=mismatch.accession, value=mismatch.value)
            except SpecimenMismatch:
                return


def _where(error: Exception) -> str:
    """File and line at which it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def nothing(number: int) -> Fault:
    """An empty file."""
    return Fault("empty", "There is no message in this file.", Place(number), error=ErrorCode.SEGMENT_SEQUENCE)
