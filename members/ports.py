"""Where higher rooms put something on the member's portal home without the portal knowing them."""

import datetime
import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from core.http import AuthenticatedHttpRequest
from core.models import User
from members.models import Member


class Place(enum.Enum):
    """Where on the home a card stands."""

    NEEDS_YOU = "needs_you"  # counted in the first sentence of the page
    NEXT = "next"  # the next visit
    SIDE = "side"  # coverage, medicines, care team
    CALM = "calm"  # the last line: "Nothing else to do until March"


@dataclass(frozen=True)
class PortalCard:
    """One card. `template` is rendered with `context` (and `member`, `request`).

    A CALM card needs no template: `text` and `until` (when the next thing is due) are enough; the home shows the
    earliest. `count` is how many things that need the member the card stands for.
    """

    place: Place
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    count: int = 1
    text: str = ""
    until: datetime.date | None = None


CardMaker = Callable[[AuthenticatedHttpRequest, Member], PortalCard | Iterable[PortalCard] | None]


@dataclass(frozen=True)
class _Registered:
    order: int
    name: str
    make: CardMaker
    scope: str


_cards: dict[str, _Registered] = {}


def register_portal_card(name: str, order: int, make: CardMaker, *, scope: str = "view") -> None:
    """Add or replace the card `name`; `make(request, member)` gives a card, several or none.

    A proxy sees it only with `scope` (view, schedule, message, refill, costs). Lower `order` stands higher.
    """
    _cards[name] = _Registered(order, name, make, scope)


def portal_cards(request: AuthenticatedHttpRequest, member: Member, scopes: frozenset[str]) -> list[PortalCard]:
    """All cards for one member, in order, of those that somebody with `scopes` may see."""
    found: list[PortalCard] = []
    for card in sorted(_cards.values(), key=lambda card: (card.order, card.name)):
        if card.scope not in scopes:
            continue
        made = card.make(request, member)
        if made is not None:
            found += [made] if isinstance(made, PortalCard) else list(made)
    return found


# --- What a person who compares two records should see ---------------------------------------------------------

CompareRow = Callable[[Member], str]
_compare: dict[str, tuple[int, Any, CompareRow]] = {}


def register_compare_row(name: str, order: int, label: Any, say: CompareRow) -> None:
    """A higher room's line in the comparison of two records: `say(member)` in a few words, empty for nothing."""
    _compare[name] = (order, label, say)


def compare_rows() -> list[tuple[Any, CompareRow]]:
    """The registered lines in order, each with its label."""
    return [(label, say) for _order, label, say in sorted(_compare.values(), key=lambda row: row[0])]


# --- What makes way before two records become one -------------------------------------------------------------

# Takes the record that stays, the one that goes, and who merges them; within the transaction of the merge.
MergeEffect = Callable[[Member, Member, User], None]
_merge_effects: dict[str, MergeEffect] = {}


def register_merge_effect(name: str, effect: MergeEffect) -> None:
    """Add or replace what `name` ends of the record that goes, where both hold what one person has only once.

    Only for what software works out anew from the chart: what people wrote is settled by a person before the merge.
    """
    _merge_effects[name] = effect


def make_way(kept: Member, gone: Member, *, by: User) -> None:
    """Let every room end what the record that goes cannot bring along."""
    for effect in _merge_effects.values():
        effect(kept, gone, by)
