"""What a gap is about, be it a care rule or a vaccine that is due: titles, reason, ways out, the same everywhere."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from prevention.engine.measure import CareRule, WayOut
from prevention.rules import BY_ID

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VACCINE = "immunisation:"


@dataclass(frozen=True)
class VaccineDue:
    """A vaccine group as a kind of gap, with the attributes of a care rule that pages use."""

    id: str
    title: "str | StrPromise"
    member_title: "str | StrPromise"
    why: "str | StrPromise"
    source: str
    ways: tuple[WayOut, ...]
    costs_nothing: bool = True


GapKind = CareRule | VaccineDue


def kind_of(rule_id: str) -> GapKind:
    """What the gap's rule says of itself. Raises `KeyError` for a rule that is neither care rule nor vaccine group."""
    if rule_id.startswith(VACCINE):
        return _vaccine(rule_id.removeprefix(VACCINE))
    return BY_ID[rule_id]


def is_known(rule_id: str) -> bool:
    return rule_id in BY_ID or rule_id.startswith(VACCINE)


def _vaccine(group: str) -> VaccineDue:
    # Late: the words stand beside models that import this package.
    from prevention.immunisation.outlook import IN_WORDS

    words = IN_WORDS.get(group, group)
    return VaccineDue(
        id=f"{VACCINE}{group}",
        title=pgettext_lazy("a vaccine that is due", "Vaccine: %(name)s") % {"name": words},
        member_title=pgettext_lazy("a vaccine that is due", "Vaccine: %(name)s") % {"name": words},
        why=_("The vaccine protects you, and those around you who cannot be vaccinated."),
        source="CDC, CDSi 4.6",
        ways=(WayOut("book", _("Book a vaccine visit"), visit_type="WELLNESS"),),
    )


def order_ways(kind: GapKind) -> list[WayOut]:
    return [way for way in kind.ways if way.kind == "order"]


def book_way(kind: GapKind) -> WayOut | None:
    return next((way for way in kind.ways if way.kind == "book"), None)


def closers_of(kind: GapKind) -> list[str]:
    """What settles it, as the rule calls it, each once: `colonoscopy`, `stool test` …"""
    return list(dict.fromkeys(closer.what for closer in kind.closers)) if isinstance(kind, CareRule) else []


# The rules' own words for what settles them, so that they can be said in the reader's language.
CLOSER_WORDS = {
    "colonoscopy": _("colonoscopy"),
    "CT colonography": _("CT colonography"),
    "flexible sigmoidoscopy": _("flexible sigmoidoscopy"),
    "stool DNA test": _("stool DNA test"),
    "stool test": _("stool test"),
    "mammogram": _("mammogram"),
    "HPV test": _("HPV test"),
    "Pap test": _("Pap test"),
    "HbA1c": _("HbA1c"),
    "blood pressure": _("blood pressure measurement"),
}


def closer_words(what: str) -> "str | StrPromise":
    return CLOSER_WORDS.get(what, what)
