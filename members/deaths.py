"""Somebody has died: the record says so, and nothing goes on as if they lived. A mistaken death is taken back.

Rooms above end what is theirs (visits to come, orders, prescriptions) by `register_death_effect`, and ask `refuse_dead`
before they begin anything; gaps, panels, reminders and capitation ask for the date themselves.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import outbox
from core.models import User
from members.actions import update_member
from members.models import Member


class MemberDied(ValidationError):
    """Something was to begin for somebody who is dead."""


def refuse_dead(member: Member, *, at: datetime | None = None, error: Callable[[str], Exception] = MemberDied) -> None:
    """Raise `error`, with words for whoever asks, where the member had died (by `at`, where it begins then)."""
    if member.deceased_at is not None and (at is None or at > member.deceased_at):
        raise error(
            _("This person died on %(day)s: nothing new begins for them. If they live, take the death back first.")
            % {"day": date_format(timezone.localtime(member.deceased_at), "DATE_FORMAT")}
        )


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
