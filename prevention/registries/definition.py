"""The declarative form of a registry: who is in, how well the condition is controlled, how great the risk is, which
contacts were missed, what to do next. A clinician reads it beside its source, as a measure or care rule.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prevention.engine.facts import Facts
from prevention.engine.members import Condition, Never
from prevention.registries.readings import Reading

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


AT_GOAL, ABOVE, FAR, UNKNOWN = "at_goal", "above", "far", "unknown"
HIGH, RISING, STABLE = 1, 2, 3


@dataclass(frozen=True)
class Level:
    """A control status and what it means here, in words with the numbers. The first level that holds decides."""

    control: str
    says: "str | StrPromise"
    when: Condition


@dataclass(frozen=True)
class Ground:
    """A reason for concern. `high`: it alone makes the risk high; two others together do so too, one is rising."""

    id: str
    says: "str | StrPromise"
    when: Condition
    high: bool = False


@dataclass(frozen=True)
class Missed:
    """A contact that should have been and was not: no visit, no test, appointments not kept."""

    id: str
    says: "str | StrPromise"
    when: Condition


@dataclass(frozen=True)
class Step:
    """What to do next, for the first whose condition holds. `kind`: visit, order, outreach or call.

    `rule`: the care rule under whose protocol the test is ordered.
    """

    id: str
    says: "str | StrPromise"
    when: Condition
    kind: str = "visit"
    rule: str = ""


@dataclass(frozen=True)
class Registry:
    """People with a condition, as they stand today. `entry`: the facts that put somebody in, which also say why.

    Levels are tried in order; whoever meets none is `UNKNOWN`, for want of a recent reading, as `unknown` says.
    """

    id: str
    title: "str | StrPromise"
    source: str
    applies: Condition
    entry: tuple[Facts, ...]
    readings: tuple[Reading, ...]
    control: tuple[Level, ...]
    unknown: "str | StrPromise"
    grounds: tuple[Ground, ...]
    missed: tuple[Missed, ...]
    steps: tuple[Step, ...]
    excluded: Condition = field(default_factory=Never)

    def words(self, kind: str, name: str) -> "str | StrPromise":
        """What a stored id of a ground, missed contact or step says; the id where the definition has it no more."""
        parts: tuple[Ground | Missed | Step, ...] = getattr(self, kind)
        return next((part.says for part in parts if part.id == name), name)

    def level_words(self, control: str) -> "list[str | StrPromise]":
        """What puts somebody at a control status here."""
        return [self.unknown] if control == UNKNOWN else [lv.says for lv in self.control if lv.control == control]
