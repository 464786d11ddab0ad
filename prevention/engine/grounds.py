"""By which facts a care rule applies to somebody: whoever reads that something is due can tell them from it.

What must not be there (`~`) tells nothing. Where an age or a sex alone would do as well (`AnyOf`), a fact beside it is
no ground for those of that age.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from prevention.engine.facts import Facts
from prevention.engine.measure import CareRule
from prevention.engine.members import (
    AgeIn,
    AgeInMonths,
    AllOf,
    Anatomy,
    AnyOf,
    ColumnIs,
    Condition,
    Everyone,
    Extreme,
    NoneOf,
)

if TYPE_CHECKING:
    from prevention.engine.compiler import Compiler


@dataclass(frozen=True)
class Ground:
    """Facts by which a rule applies, unless one of these conditions on the person alone holds."""

    facts: Facts
    unless: tuple[Condition, ...] = ()


def grounds(rule: CareRule) -> list[Ground]:
    """Of what makes the rule apply or due sooner, and of what it counts from: a disease, a pregnancy."""
    counted_from = [Ground(facts) for facts in (rule.begins, rule.onset) if facts is not None]
    counted_from += [Ground(one.findings) for one in rule.surveillance]
    return list(dict.fromkeys([*_of(rule.applies, ()), *counted_from]))


def rule_facts(rule: CareRule) -> list[Facts]:
    """All facts whose labels the rule takes over: its grounds, and what settles it."""
    return [*(ground.facts for ground in grounds(rule)), *(closer.facts for closer in rule.closers)]


def grounds_sql(to: "Compiler", rules: tuple[CareRule, ...]) -> str:
    """(member_id, rule, labels) of the labelled facts by which the rules apply; empty where no rule has any.

    The labelled facts are few: they are read once for each kind, not once for each rule.
    """
    parts: list[str] = []
    kinds: dict[str, str] = {}
    for rule in rules:
        for ground in grounds(rule):
            unless = "".join(f" AND ({one.true(to)}) IS NOT TRUE" for one in ground.unless)
            for resource, branches in ground.facts.by_resource.items():
                few = f"labelled_{resource.name}"
                kinds[few] = f"{few} AS MATERIALIZED (SELECT * FROM {resource.rows} WHERE sensitivity <> 0)"
                parts.append(
                    f"SELECT f.member_id, '{rule.id}' AS rule, f.sensitivity AS labels FROM {few} f "
                    f"JOIN pf_subject s ON s.member_id = f.member_id WHERE ({to.selection(branches)}){unless}"
                )
    return f"WITH {', '.join(kinds.values())} {' UNION ALL '.join(parts)}" if parts else ""


def _of(condition: Condition, unless: tuple[Condition, ...]) -> Iterator[Ground]:
    if isinstance(condition, NoneOf):
        return
    if isinstance(condition, AllOf | AnyOf):
        if isinstance(condition, AnyOf):
            unless = (*unless, *(part for part in condition.parts if _is_personal(part)))
        for part in condition.parts:
            yield from _of(part, unless)
        return
    for one in fields(condition):
        value = getattr(condition, one.name)
        if isinstance(value, Facts):
            yield Ground(value, unless)
        elif isinstance(value, Extreme):
            yield from (Ground(facts, unless) for facts in (value.facts, value.component))


def _is_personal(condition: Condition) -> bool:
    """Whether it is over the member's own row alone."""
    if isinstance(condition, AllOf | AnyOf):
        return all(_is_personal(part) for part in condition.parts)
    if isinstance(condition, NoneOf):
        return _is_personal(condition.operand)
    return isinstance(condition, AgeIn | AgeInMonths | ColumnIs | Anatomy | Everyone)
