"""From names and texts to ingredients and classes. Pure: no database."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from pharmacy.safety import facts, names


@cache
def _classes_by_ingredient() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, members in names.CLASSES.items():
        for ingredient in members:
            found.setdefault(ingredient, set()).add(name)
    return {name: frozenset(classes) for name, classes in found.items()}


def normal(name: str) -> str:
    """The name the rules know a substance by."""
    plain = " ".join(name.lower().split())
    return names.SYNONYMS.get(plain, plain)


@dataclass(frozen=True)
class Substance:
    """An ingredient with its classes; a class alone (an allergy to "penicillin") is a substance of that class."""

    name: str
    classes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, name: str, classes: Iterable[str] = ()) -> "Substance":
        known = normal(name)
        own = {normal(each) for each in classes} | _classes_by_ingredient().get(known, frozenset())
        return cls(known, frozenset(own | ({known} if known in names.CLASSES else set())))

    def answers_to(self, name: str) -> bool:
        """Whether a rule about `name`, an ingredient or a class, is about this substance."""
        return self.name == name or name in self.classes


@cache
def _vocabulary() -> tuple[str, ...]:
    words = set(names.CLASSES) | set(_classes_by_ingredient()) | set(names.SYNONYMS)
    words |= {name for pair in facts.PAIRS for name in (pair.first, pair.second)}
    words |= {rule.drug for rule in facts.RENAL} | {rule.drug for rule in facts.PREGNANCY}
    return tuple(sorted(words, key=len, reverse=True))


def substances_in(text: str, more: Iterable[str] = ()) -> list[Substance]:
    """Substances named in a text, like "Allergy to penicillin": for codes of systems that the catalogue lacks.

    A longer name hides the shorter one in it ("penicillin v" is not also "penicillin").
    """
    rest = f" {' '.join(text.lower().split())} "
    found: dict[str, Substance] = {}
    for word in sorted({*_vocabulary(), *(each.lower() for each in more)}, key=len, reverse=True):
        pattern = rf"(?<![a-z]){re.escape(word)}(?![a-z])"
        if word and re.search(pattern, rest):
            rest = re.sub(pattern, " ", rest)
            known = Substance.of(word)
            found[known.name] = known
    return list(found.values())
