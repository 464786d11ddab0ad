"""Is this incoming person somebody we know? Deterministic by identifier first, then by what agrees.

Weights follow Fellegi and Sunter (A Theory for Record Linkage, JASA 1969): log2 of how much likelier an agreement
is between two records of one person than between two people. A disagreeing given name or birth date weighs heavily
against, since twins and fathers with sons agree on all the rest.
"""

import datetime
import difflib
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from core import locks

SSN_SYSTEM = "urn:kpcare:ssn-digest"
# Above it is the same person, below the other is somebody new, between a person decides.
SAME, NEW = 27.0, 16.0
_FOLDED = str.maketrans("øØłŁđĐßæÆœŒ", "oOlLdDsaAoO", "'’")


class Verdict(Enum):
    SAME = "same"
    REVIEW = "review"
    NEW = "new"


@dataclass(frozen=True)
class Person:
    """What is compared. `phones` in E.164; `ssn` is the keyed digest."""

    family: str
    given: str = ""
    middle: str = ""
    birth_date: datetime.date | None = None
    sex: str = "unknown"
    line1: str = ""
    postal_code: str = ""
    phones: frozenset[str] = frozenset()
    ssn: str = ""


@dataclass(frozen=True)
class Known(Person):
    """A member, as far as matching looks."""

    member_id: UUID | None = None
    name_used: str = ""


@dataclass(frozen=True)
class Match:
    member_id: UUID
    score: float
    agreements: dict[str, float] = field(default_factory=dict)


def fold(text: str) -> str:
    """As the database's `members_fold`: unaccented, lower case."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f").translate(_FOLDED).lower()


def name_key(family: str, given: str) -> str:
    """As the column `name_key` of somebody without a name used."""
    return fold(f"{family} {given}".rstrip(" "))


def ssn_digest(number: str) -> str:
    """A keyed digest: the same number gives the same digest, and nobody without the key finds the number."""
    digits = "".join(c for c in number if c.isdigit())
    return hmac.new(settings.IDENTIFIER_KEY.encode(), b"ssn:" + digits.encode(), hashlib.sha256).hexdigest()


def is_ssn(number: str) -> bool:
    """Nine digits that the administration may have given (no group of zeros; SSA POMS RM 10201.035)."""
    digits = number.replace("-", "")
    return len(digits) == 9 and digits.isdigit() and digits[3:5] != "00" and digits[5:] != "0000"


def score(incoming: Person, known: Known) -> Match:
    """How much speaks for one person, as a sum of weights, with what each attribute contributed."""
    weights = {
        "family": _text(incoming.family, known.family, same=6.6, close=3.0, other=-4.3),
        "given": _given(incoming, known),
        "birth_date": _birth(incoming.birth_date, known.birth_date),
        "sex": _exact(incoming.sex, known.sex, "unknown", same=1.0, other=-5.0),
        "middle": _exact(fold(incoming.middle)[:1], fold(known.middle)[:1], "", same=1.0, other=-2.0),
        "address": _address(incoming, known),
        "phone": 6.0 if incoming.phones & known.phones else (-0.5 if incoming.phones and known.phones else 0.0),
        "ssn": _exact(incoming.ssn, known.ssn, "", same=14.0, other=-8.0),
    }
    assert known.member_id is not None
    return Match(known.member_id, round(sum(weights.values()), 1), {k: v for k, v in weights.items() if v})


def _exact(one: str, two: str, missing: str, *, same: float, other: float) -> float:
    if missing in (one, two):
        return 0.0
    return same if one == two else other


def _text(one: str, two: str, *, same: float, close: float, other: float) -> float:
    one, two = fold(one), fold(two)
    if not one or not two:
        return 0.0
    if one == two:
        return same
    return close if difflib.SequenceMatcher(None, one, two).ratio() >= 0.8 else other


def _given(incoming: Person, known: Known) -> float:
    return max(
        _text(incoming.given, name, same=6.6, close=3.0, other=-10.0)
        for name in {known.given, known.name_used or known.given}
    )


def _birth(one: datetime.date | None, two: datetime.date | None) -> float:
    if one is None or two is None:
        return 0.0
    if one == two:
        return 12.0
    turned = (one.year, one.day, one.month) == (two.year, two.month, two.day)
    apart = sum(a != b for a, b in zip(one.isoformat(), two.isoformat(), strict=True))
    return 4.0 if turned or apart == 1 else -10.0


def _address(incoming: Person, known: Known) -> float:
    if not incoming.postal_code or not known.postal_code:
        return 0.0
    if incoming.postal_code[:5] != known.postal_code[:5]:
        return -1.0
    same_line = incoming.line1 and fold(incoming.line1) == fold(known.line1)
    return 5.0 if same_line else 1.5


def decide(incoming: Person, candidates: Iterable[Known]) -> tuple[Verdict, list[Match]]:
    """The verdict, and the matches that led to it, best first.

    Two candidates that both could be the person are never chosen between by a program.
    """
    matches = sorted((score(incoming, known) for known in candidates), key=lambda match: -match.score)
    worth = [match for match in matches if match.score >= NEW]
    if not worth:
        return Verdict.NEW, []
    if worth[0].score >= SAME and (len(worth) == 1 or worth[1].score < SAME) and _one_name(worth[0]):
        return Verdict.SAME, worth[:1]
    return Verdict.REVIEW, worth[:5]


def _one_name(match: Match) -> bool:
    """Whether the given names are one, or a number stands for them: Jayden and Kayden agree in all the rest."""
    return match.agreements.get("given", 0.0) in (0.0, 6.6) or match.agreements.get("ssn", 0.0) > 0


# One call: the function (members/migrations/0004) keeps its plan, which takes longer to make than to follow.
CANDIDATES = """
SELECT * FROM members_candidates(%(places)s, %(keys)s, %(births)s::date[], %(ssns)s, %(organization)s, %(ssn_system)s)
"""


def candidates_for(people: Sequence[Person], organization_id: UUID, *, is_alone: bool = False) -> list[list[Known]]:
    """Members of a system who might be each of these people, in one query, in the same order.

    `is_alone`: nobody else decides who is who (`members.actions.lock_identities`) from then until the transaction ends.
    """
    found: list[list[Known]] = [[] for _ in people]
    if not people:
        return found
    with connection.cursor() as cursor:
        # The question is a statement of its own: it sees what was committed while the lock was waited for.
        cursor.execute(
            f"{locks.taking(locks.IDENTITY)}; {CANDIDATES}" if is_alone else CANDIDATES,
            {
                "places": list(range(len(people))),
                "keys": [name_key(person.family, person.given) for person in people],
                "births": [person.birth_date for person in people],
                "ssns": [person.ssn for person in people],
                "organization": organization_id,
                "ssn_system": SSN_SYSTEM,
            },
        )
        for place, member_id, family, given, middle, used, born, sex, line1, postal, phones, ssn in cursor.fetchall():
            found[place].append(
                Known(family, given, middle, born, sex, line1, postal, frozenset(phones), ssn, member_id, used)
            )
    return found


def duplicates_of(member: Any) -> list[Match]:
    """Other records of the member's system that may be the same person, likeliest first; at most ten."""
    person = Person(member.family, member.given, member.middle, member.birth_date, member.sex)
    (candidates,) = candidates_for([person], member.managing_organization_id)
    # The member's own row brings address, phones and identifiers to compare with.
    own = next((known for known in candidates if known.member_id == member.pk), person)
    others = (score(own, known) for known in candidates if known.member_id != member.pk)
    return sorted((match for match in others if match.score >= NEW), key=lambda match: -match.score)[:10]
