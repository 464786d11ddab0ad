"""Somebody has died: the record says so, and nothing goes on as if they lived. A mistaken death is taken back.

Rooms above end what is theirs (visits to come, orders, prescriptions) by `register_death_effect`, and ask `refuse_dead`
before they begin anything; gaps, panels, reminders and capitation ask for the date themselves.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import outbox
from core.models import User
from core.permissions import may
from members.actions import update_member
from members.models import EndedByDeath, Member

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# So long the page shows what has to be begun anew.
SHOWN = timedelta(days=30)


class MemberDied(ValidationError):
    """Something was to begin for somebody who is dead."""


def refuse_dead(member: Member, *, at: datetime | None = None, error: Callable[[str], Exception] = MemberDied) -> None:
    """Raise `error`, with words for whoever asks, where the member had died (by `at`, where it begins then)."""
    if member.deceased_at is not None and (at is None or at > member.deceased_at):
        raise error(
            _("This person died on %(day)s: nothing new begins for them. If they live, take the death back first.")
            % {"day": date_format(timezone.localtime(member.deceased_at), "DATE_FORMAT")}
        )


@dataclass(frozen=True)
class Ended:
    """One thing that a recorded death ends. `what` names it for whoever may see it; `kind` is registered."""

    member_id: UUID
    kind: str
    what: str
    sensitivity: int = 0


@dataclass(frozen=True)
class EndedKind:
    """In words how many there are (`%(n)s`), and who may read their names."""

    words: "Callable[[int], str]"
    permission: str


# Takes the dead, each with the moment of death, and by whom it was recorded; says what it ended.
DeathEffect = Callable[[Mapping[UUID, datetime], User], Iterable[Ended]]
# Takes who lives, what had ended, and who took the death back; says in words what it did, or nothing.
ReturnEffect = Callable[[Member, "list[EndedByDeath]", User], "str | StrPromise"]
_effects: dict[str, DeathEffect] = {}
_return_effects: dict[str, ReturnEffect] = {}
_kinds: dict[str, EndedKind] = {}


def register_death_effect(name: str, effect: DeathEffect) -> None:
    """Add or replace what `name` does in the transaction in which a death is recorded."""
    _effects[name] = effect


def register_return_effect(name: str, effect: ReturnEffect) -> None:
    """Add or replace what `name` does in the transaction in which a death is taken back."""
    _return_effects[name] = effect


def register_ended_kind(kind: str, words: Callable[[int], str], *, permission: str) -> None:
    """Add or replace a kind of thing that a death ends: `words(n)` counts them, their names need `permission`."""
    _kinds[kind] = EndedKind(words, permission)


@transaction.atomic
def record_death(member: Member, *, by: User, at: datetime, reason: str) -> None:
    """Note when the member died and on what ground, and end what waits for them. Telling again changes nothing."""
    update_member(member, by=by, reason=reason, deceased_at=at)
    settle_deaths({member.pk: at}, by=by)


@transaction.atomic
def settle_deaths(died: Mapping[UUID, datetime], *, by: User) -> None:
    """End what waits for people whose records say already that they died, as imports write them by the thousand.

    Visits to come are cancelled without a word to anybody, and messages that wait are withdrawn.
    """
    if not died:
        return
    ended = [one for effect in _effects.values() for one in effect(died, by)]
    EndedByDeath.objects.bulk_create(
        EndedByDeath(member_id=one.member_id, kind=one.kind, what=one.what[:300], sensitivity=one.sensitivity)
        for one in ended
    )
    outbox.withdraw(*died)


@transaction.atomic
def take_back_death(member: Member, *, by: User, reason: str) -> list[str]:
    """They live: the date is taken out of the record. What ended with it stays ended and is begun anew by people.

    Gives back in words who has been asked to.
    """
    update_member(member, by=by, reason=reason, deceased_at=None)
    ended = list(EndedByDeath.objects.filter(member=member, taken_back_at__isnull=True).order_by("kind", "id"))
    EndedByDeath.objects.filter(pk__in=[one.pk for one in ended]).update(taken_back_at=timezone.now())
    said = [str(effect(member, ended, by)) for effect in _return_effects.values()]
    return [words for words in said if words]


@dataclass(frozen=True)
class EndedLine:
    """`3 prescriptions were stopped`, and the names of those whom the reader may see."""

    words: str
    names: list[str]


def ended_lines(member: Member, *, reader: User) -> list[EndedLine]:
    """What ended with the death that stands, or with one that was taken back of late, counted by kind."""
    rows = EndedByDeath.objects.filter(member=member)
    if member.deceased_at is not None:
        rows = rows.filter(taken_back_at__isnull=True)
    else:
        rows = rows.filter(taken_back_at__gt=timezone.now() - SHOWN)
    found: dict[str, list[EndedByDeath]] = {}
    for row in rows.order_by("kind", "id"):
        found.setdefault(row.kind, []).append(row)
    return [line_of(kind, of_kind, named=may_name(reader, kind, member)) for kind, of_kind in found.items()]


def may_name(reader: User, kind: str, member: Member) -> bool:
    return kind in _kinds and bool(may(reader, _kinds[kind].permission, member))


def line_of(kind: str, rows: "list[EndedByDeath]", *, named: bool) -> EndedLine:
    """Rows of one kind; what is labelled as sensitive is counted and never named."""
    words = _kinds[kind].words(len(rows)) if kind in _kinds else f"{kind}: {len(rows)}"
    return EndedLine(words, [row.what for row in rows if not row.sensitivity] if named else [])
