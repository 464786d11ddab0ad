"""Care rules: who is due for what, by dated guidelines, for every enrolled person."""

from dataclasses import replace
from datetime import date

from prevention.engine.measure import CareRule
from prevention.rules import (
    around_birth,
    blood_pressure,
    bones_and_falls,
    breast_screening,
    cervical_screening,
    children,
    chronic_care,
    colorectal_screening,
    family_risk,
    hba1c,
    heart_and_metabolism,
    infections,
    lung_screening,
    mind_and_habits,
    pregnancy,
)
from prevention.rules.not_computable import NOT_COMPUTABLE

__all__ = ["BY_ID", "FOR_MEMBERS", "NOT_COMPUTABLE", "RULES", "in_force", "rule"]

RULES: tuple[CareRule, ...] = (
    breast_screening.RULE,
    colorectal_screening.RULE,
    cervical_screening.RULE,
    blood_pressure.RULE,
    hba1c.RULE,
    lung_screening.RULE,
    *bones_and_falls.RULES,
    *heart_and_metabolism.RULES,
    *infections.RULES,
    *mind_and_habits.RULES,
    *pregnancy.RULES,
    *around_birth.RULES,
    *children.RULES,
    family_risk.RULE,
    *chronic_care.RULES,
)
BY_ID = {rule.id: rule for rule in RULES}
# What a member can do something about by themselves; the rest is spoken of at a visit.
FOR_MEMBERS = tuple(rule.id for rule in RULES if not rule.at_visit)


def rule(name: str) -> CareRule:
    """The rule of this id. Raises `KeyError` with the ids there are."""
    if name not in BY_ID:
        raise KeyError(f"No care rule {name!r}. There are: {', '.join(BY_ID)}.")
    return BY_ID[name]


def in_force(day: date, rules: tuple[CareRule, ...] = RULES) -> tuple[CareRule, ...]:
    """The rules that hold on a day: published by then, and not yet replaced."""
    return tuple(_of(rule, day) for rule in rules if rule.holds_on(day))


def _of(rule: CareRule, day: date) -> CareRule:
    """Without the shorter intervals that nobody had published by then."""
    known = tuple(one for one in rule.surveillance if one.since <= day)
    return rule if known == rule.surveillance else replace(rule, surveillance=known)
