"""Somebody has died: the record says so, and nothing goes on as if they lived. A mistaken death is taken back.

Rooms above end what is theirs (visits to come) by `register_death_effect`; gaps, panels, reminders and capitation ask
for the date themselves.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import outbox
from core.models import User
from members.actions import update_member
from members.models import Member

# Takes the dead, each with the moment of death, and by whom it was recorded.
DeathEffect = Callable[[Mapping[UUID, datetime], User], None]
_effects: dict[str, DeathEffect] = {}


def register_death_effect(name: str, effect: DeathEffect) -> None:
    """Add or replace what `name` does in the transaction in which a death is recorded."""
    _effects[name] = effect


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
    for effect in _effects.values():
        effect(died, by)
    outbox.withdraw(*died)


@transaction.atomic
def take_back_death(member: Member, *, by: User, reason: str) -> None:
    """They live: the date is taken out of the record. What was cancelled stays cancelled, and is booked anew."""
    update_member(member, by=by, reason=reason, deceased_at=None)
