"""Where higher rooms lead to a booking and learn of it: a care gap, a referral, a result to talk about."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.http import AuthenticatedHttpRequest
from core.models import User
from members.models import Member
from scheduling.models import Appointment


@dataclass(frozen=True)
class BookingOrigin:
    """What a booking is for. `title` stands on top of the page; `visit_type` is a VisitType code of the system."""

    title: str
    visit_type: str
    reason: str = ""
    text: str = ""


@dataclass(frozen=True)
class _Origin:
    find: Callable[[AuthenticatedHttpRequest, Member, str], BookingOrigin | None]
    booked: Callable[[Appointment, str, User], None] | None


_origins: dict[str, _Origin] = {}


def register_booking_origin(
    name: str,
    find: Callable[[AuthenticatedHttpRequest, Member, str], BookingOrigin | None],
    booked: Callable[[Appointment, str, User], None] | None = None,
) -> None:
    """Links to `scheduling:book` with `?from=<name>:<value>` show what `find(request, member, value)` says;
    `booked(appointment, value, by)` runs in the booking's transaction."""
    _origins[name] = _Origin(find, booked)


def booking_origin(request: AuthenticatedHttpRequest, member: Member, source: str) -> BookingOrigin | None:
    """The origin that `?from=` names, or None where no room knows it or it is not this member's."""
    name, _, value = source.partition(":")
    found = _origins.get(name)
    return found.find(request, member, value) if found and value else None


def tell_booked(appointment: Appointment, source: str, by: User) -> None:
    """Tell the room that led here that the visit is booked."""
    name, _, value = source.partition(":")
    found = _origins.get(name)
    if found and found.booked and value:
        found.booked(appointment, value, by)


# --- What whoever brings a member in should know -----------------------------------------------------------

NoteSource = Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Sequence[str]]]
_notes: dict[str, NoteSource] = {}


def register_visit_notes(name: str, find: NoteSource) -> None:
    """Words for the day's list: `find(member_ids)` gives a few for each member, in a query or two for all of them."""
    _notes[name] = find


def visit_notes(member_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """All registered notes by member."""
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for find in _notes.values():
        for member, words in find(member_ids).items():
            found[member] += words
    return found
