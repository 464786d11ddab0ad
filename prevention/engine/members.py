"""What can be said of a member: age, sex, whether a fact exists, when one was last, how low a value is.

These are the leaves of a population's condition; `&`, `|` and `~` join them. As with facts, `true` and `false`
are two SQL conditions, and a member for whom neither holds is CQL's null.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Protocol

from prevention.engine.facts import Facts, Predicate, Timepoint, effective
from prevention.engine.moments import Duration, Moment


class CompilingMembers(Protocol):
    def aggregate(self, facts: Facts, function: str) -> str: ...
    def last_fact(self, facts: Facts, by: Timepoint, where: Predicate) -> str: ...
    def extreme_on_last_day(self, facts: Facts, day: Timepoint, component: Facts, function: str, unit: str) -> str: ...
    def count(self, facts: Facts, day: Timepoint | None) -> str: ...
    def total(self, facts: Facts, column: str) -> str: ...
    def day(self, moment: Moment) -> str: ...
    def instant(self, moment: Moment) -> str: ...
    def birth_bound(self, moment: Moment, age: int, months: int = 0) -> str: ...


@dataclass(frozen=True)
class Condition(ABC):
    """A condition on a member."""

    @abstractmethod
    def true(self, to: CompilingMembers) -> str: ...

    def false(self, to: CompilingMembers) -> str:
        return f"NOT coalesce({self.true(to)}, false)"

    def __and__(self, other: "Condition") -> "Condition":
        return AllOf((self, other))

    def __or__(self, other: "Condition") -> "Condition":
        return AnyOf((self, other))

    def __invert__(self) -> "Condition":
        return NoneOf(self)


@dataclass(frozen=True)
class AllOf(Condition):
    parts: tuple[Condition, ...]

    def true(self, to: CompilingMembers) -> str:
        return "(" + " AND ".join(part.true(to) for part in self.parts) + ")"

    def false(self, to: CompilingMembers) -> str:
        return "(" + " OR ".join(part.false(to) for part in self.parts) + ")"


@dataclass(frozen=True)
class AnyOf(Condition):
    parts: tuple[Condition, ...]

    def true(self, to: CompilingMembers) -> str:
        return "(" + " OR ".join(part.true(to) for part in self.parts) + ")"

    def false(self, to: CompilingMembers) -> str:
        return "(" + " AND ".join(part.false(to) for part in self.parts) + ")"


@dataclass(frozen=True)
class NoneOf(Condition):
    operand: Condition

    def true(self, to: CompilingMembers) -> str:
        return self.operand.false(to)

    def false(self, to: CompilingMembers) -> str:
        return self.operand.true(to)


@dataclass(frozen=True)
class Never(Condition):
    def true(self, to: CompilingMembers) -> str:
        return "FALSE"


@dataclass(frozen=True)
class Everyone(Condition):
    def true(self, to: CompilingMembers) -> str:
        return "TRUE"


@dataclass(frozen=True)
class AgeIn(Condition):
    """AgeInYearsAt(moment) between two ages, both included; `high` None: no upper end."""

    moment: Moment
    low: int
    high: int | None

    def true(self, to: CompilingMembers) -> str:
        parts = [f"s.birth_date <= {to.birth_bound(self.moment, self.low)}"]
        if self.high is not None:
            parts.append(f"s.birth_date > {to.birth_bound(self.moment, self.high + 1)}")
        return "(" + " AND ".join(parts) + ")"

    def false(self, to: CompilingMembers) -> str:
        return f"NOT {self.true(to)}"


@dataclass(frozen=True)
class AgeAt:
    moment: Moment

    def between(self, low: int, high: int) -> Condition:
        return AgeIn(self.moment, low, high)

    def at_least(self, low: int) -> Condition:
        return AgeIn(self.moment, low, None)


def age_at(moment: Moment) -> AgeAt:
    """AgeInYearsAt(date from moment)."""
    return AgeAt(moment)


@dataclass(frozen=True)
class AgeInMonths(Condition):
    """AgeInMonthsAt(moment) of at least so many."""

    moment: Moment
    low: int

    def true(self, to: CompilingMembers) -> str:
        return f"s.birth_date <= {to.birth_bound(self.moment, 0, self.low)}"


def age_in_months_at_least(moment: Moment, low: int) -> Condition:
    return AgeInMonths(moment, low)


@dataclass(frozen=True)
class ColumnIs(Condition):
    column: str
    values: tuple[str, ...]

    def true(self, to: CompilingMembers) -> str:
        return f"s.{self.column} IN (" + ", ".join(f"'{value}'" for value in self.values) + ")"


def administrative_sex(*values: str) -> Condition:
    """FHIR Patient.gender, which official measures read."""
    return ColumnIs("sex", values)


@dataclass(frozen=True)
class Anatomy(Condition):
    """Has the organ: by the anatomy inventory where it says so, otherwise by sex for clinical use."""

    organ: str
    usual_in: tuple[str, ...]

    def true(self, to: CompilingMembers) -> str:
        sexes = ", ".join(f"'{value}'" for value in self.usual_in)
        clinical = "coalesce(nullif(s.sex_for_clinical_use, 'unknown'), s.sex)"
        usual = f"{clinical} IN ({sexes})" if self.usual_in else "TRUE"
        said = f"s.anatomy -> '{self.organ}'"
        # Written as {"cervix": false} or {"cervix": {"present": false, "source": …}}.
        return (
            f"CASE WHEN jsonb_typeof({said}) = 'boolean' THEN ({said})::boolean "
            f"WHEN jsonb_typeof({said} -> 'present') = 'boolean' THEN ({said} -> 'present')::boolean ELSE {usual} END"
        )


def has_organ(organ: str, *, usual_in: tuple[str, ...] = ()) -> Condition:
    return Anatomy(organ, usual_in)


@dataclass(frozen=True)
class Exists(Condition):
    facts: Facts

    def true(self, to: CompilingMembers) -> str:
        return to.aggregate(self.facts, "exists")


def exists(facts: Facts) -> Condition:
    return Exists(facts)


@dataclass(frozen=True)
class CountAtLeast(Condition):
    facts: Facts
    low: int
    day: Timepoint | None = None

    def true(self, to: CompilingMembers) -> str:
        return f"{to.count(self.facts, self.day)} >= {self.low}"


@dataclass(frozen=True)
class Count:
    """CQL `Count(list)`; with `day`, of the distinct days on which the facts lie."""

    facts: Facts
    day: Timepoint | None = None

    def __ge__(self, low: int) -> Condition:
        return CountAtLeast(self.facts, low, self.day)


def count(facts: Facts) -> Count:
    return Count(facts)


def count_days(facts: Facts, day: Timepoint = effective.start) -> Count:
    return Count(facts, day)


@dataclass(frozen=True)
class TotalAbove(Condition):
    facts: Facts
    column: str
    low: float

    def true(self, to: CompilingMembers) -> str:
        return f"{to.total(self.facts, self.column)} > {self.low}"


@dataclass(frozen=True)
class Total:
    """CQL `Sum(list)` of a column of the facts."""

    facts: Facts
    column: str

    def __gt__(self, low: float) -> Condition:
        return TotalAbove(self.facts, self.column, low)


def total(facts: Facts, column: str) -> Total:
    return Total(facts, column)


@dataclass(frozen=True)
class LastFact(Condition):
    """The last fact of a list by a point in time satisfies `where`."""

    facts: Facts
    by: Timepoint
    where: Predicate

    def true(self, to: CompilingMembers) -> str:
        return to.last_fact(self.facts, self.by, self.where)


def last(facts: Facts, where: Predicate, by: Timepoint = effective.end) -> Condition:
    return LastFact(facts, by, where)


@dataclass(frozen=True)
class Extreme:
    """The lowest (or highest) component value on the most recent day of a list of facts."""

    facts: Facts
    day: Timepoint
    component: Facts
    unit: str
    function: str = "min"

    def __lt__(self, value: float) -> Condition:
        return ValueBelow(self, value)


@dataclass(frozen=True)
class ValueBelow(Condition):
    extreme: Extreme
    value: float

    def _value(self, to: CompilingMembers) -> str:
        it = self.extreme
        return to.extreme_on_last_day(it.facts, it.day, it.component, it.function, it.unit)

    def true(self, to: CompilingMembers) -> str:
        return f"{self._value(to)} < {self.value}"

    def false(self, to: CompilingMembers) -> str:
        return f"{self._value(to)} >= {self.value}"


def lowest_on_most_recent_day(facts: Facts, *, day: Timepoint, component: Facts, unit: str) -> Extreme:
    """The lowest value of `component` over the facts of the most recent day; unknown where one lacks it."""
    return Extreme(facts, day, component, unit)


@dataclass(frozen=True)
class Choice:
    """A duration that depends on the member: the first condition that holds decides."""

    otherwise: Duration
    when: tuple[tuple[Condition, Duration], ...] = field(default_factory=tuple)

    def sql(self, to: CompilingMembers) -> str:
        if not self.when:
            return self.otherwise.sql
        cases = " ".join(f"WHEN {condition.true(to)} THEN {duration.sql}" for condition, duration in self.when)
        return f"CASE {cases} ELSE {self.otherwise.sql} END"
