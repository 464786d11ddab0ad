"""The chart as measures see it: retrieves of facts by value set, lists of facts, and how they relate.

Names follow CQL and the QI-Core measure libraries. A list may be defined once and read again (`define`), narrowed to
its first or last fact (`first`, `most_recent`), and joined to another by a condition over both (`with_`, `without`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from prevention.engine.codes import (
    ACT_CODE,
    ADVERSE_EVENT,
    ALLERGY_INTOLERANCE,
    COMMUNICATION,
    CONDITION,
    CONDITION_CATEGORY,
    CPT,
    CVX,
    DEVICE_REQUEST,
    ENCOUNTER,
    ICD10CM,
    IMMUNIZATION,
    LOINC,
    MEDICATION_DISPENSE,
    MEDICATION_REQUEST,
    OBSERVATION,
    OBSERVATION_CATEGORY,
    PROCEDURE,
    RESOURCES,
    RXNORM,
    SERVICE_REQUEST,
    SNOMED,
    TASK,
    US_CORE_CONDITION_CATEGORY,
    VALUE_SET_BASE,
    Code,
    Codes,
    Resource,
    Role,
    ValueSet,
)
from prevention.engine.elements import (
    body_site_is,
    category_is,
    discharged_to,
    has_value,
    in_encounter_of_class,
    negated,
    quantity_at_least,
    value_in,
)
from prevention.engine.predicates import (
    Always,
    Both,
    ColumnIn,
    Compiling,
    FactInterval,
    Point,
    Predicate,
    Raw,
    Timepoint,
    birth_date,
    deceased,
)
from prevention.engine.written import instant

__all__ = [
    "ACT_CODE",
    "ADVERSE_EVENT",
    "ALLERGY_INTOLERANCE",
    "COMMUNICATION",
    "CONDITION",
    "CONDITION_CATEGORY",
    "CPT",
    "CVX",
    "DEVICE_REQUEST",
    "ENCOUNTER",
    "ICD10CM",
    "IMMUNIZATION",
    "LOINC",
    "MEDICATION_DISPENSE",
    "MEDICATION_REQUEST",
    "OBSERVATION",
    "OBSERVATION_CATEGORY",
    "PROCEDURE",
    "RESOURCES",
    "RXNORM",
    "SERVICE_REQUEST",
    "SNOMED",
    "TASK",
    "US_CORE_CONDITION_CATEGORY",
    "VALUE_SET_BASE",
    "Code",
    "Codes",
    "ColumnIn",
    "FactInterval",
    "Point",
    "Predicate",
    "Raw",
    "Resource",
    "Role",
    "Timepoint",
    "ValueSet",
    "birth_date",
    "body_site_is",
    "category_is",
    "deceased",
    "discharged_to",
    "has_value",
    "in_encounter_of_class",
    "negated",
    "quantity_at_least",
    "value_in",
]

# --- Times of a fact ------------------------------------------------------------------------------------

effective = FactInterval(Point("{row}.s0", "{row}.s1", is_own=True), Point("{row}.e0", "{row}.e1", is_own=True))
# What happened over a period has none.
_AT_ONE_TIME = "CASE WHEN {{row}}.s0 = {{row}}.e0 AND {{row}}.s1 = {{row}}.e1 THEN {{row}}.{side} END"
at_one_time = Point(_AT_ONE_TIME.format(side="s0"), _AT_ONE_TIME.format(side="s1"))
"""The fact's time where it is one dateTime (or a Period of one moment), for CQL that compares `performed` as it stands:
without `toInterval()` a Period compares to nothing."""
_ONSET = Point(
    "CASE WHEN {row}.is_dated THEN {row}.s0 END",
    "CASE WHEN {row}.is_dated THEN CASE WHEN {row}.s0 = '-infinity' THEN {row}.s0 ELSE {row}.s1 END END",
    is_own=True,
)
_ONSET_OR_EVER = Point(
    f"coalesce({_ONSET.earliest}, CASE WHEN {{row}}.is_dated THEN '-infinity'::timestamptz END)",
    f"coalesce({_ONSET.latest}, CASE WHEN {{row}}.is_dated THEN '-infinity'::timestamptz END)",
    is_own=True,
)
prevalence_interval = FactInterval(
    replace(_ONSET, unbounded=_ONSET_OR_EVER),
    Point(
        "CASE WHEN {row}.is_dated THEN coalesce({row}.e0, 'infinity') END",
        "CASE WHEN {row}.is_dated THEN coalesce({row}.e1, 'infinity') END",
        is_own=True,
    ),
)
"""QICoreCommon.prevalenceInterval: onset to abatement. A condition that is not active and has no abatement has none;
one without onset has always been there, but has no start where it has no abatement either. (`effective` of a
condition says what is known all the same.)
"""
authored_on = FactInterval(
    Point("{row}.recorded_at", "{row}.recorded_at"), Point("{row}.recorded_at", "{row}.recorded_at")
)
medication_request_period = FactInterval(Point("{row}.m0", "{row}.m0"), Point("{row}.m1", "{row}.m1"))
medication_dispense_period = medication_request_period
# The bounds of a request's dosages put together, and the first stretch of them: `First(collapse …)`.
_BOUND = {side: instant(f"i ->> '{side}'") for side in ("start", "end")}
_STRETCHES = (
    f"FROM unnest((SELECT range_agg(tstzrange({_BOUND['start']}, coalesce({_BOUND['end']}, 'infinity'), '[]')) "
    "FROM jsonb_path_query({row}.dosage, '$[*].timing.repeat.boundsPeriod') i "
    f"WHERE {_BOUND['start']} <= coalesce({_BOUND['end']}, 'infinity') "
    f"AND (i ->> 'end' IS NULL OR {_BOUND['end']} IS NOT NULL))) r ORDER BY lower(r) LIMIT 1"
)
dosage_bounds = FactInterval(
    Point(f"(SELECT lower(r) {_STRETCHES})", f"(SELECT lower(r) {_STRETCHES})"),
    Point(f"(SELECT upper(r) {_STRETCHES})", f"(SELECT upper(r) {_STRETCHES})"),
)

_SINCE = (
    "CASE WHEN {{row}}.s0 IS NULL OR {{row}}.s0 = '-infinity' THEN '-infinity'::timestamptz ELSE {{row}}.{side} END"
)
_OCCURRED = instant("i ->> 'last_occurrence'")
_LAST_OCCURRENCE = (
    f"coalesce((SELECT max({_OCCURRED}) FROM jsonb_path_query({{row}}.reactions, '$[*]') i), 'infinity'::timestamptz)"
)
known_allergy = FactInterval(
    Point(_SINCE.format(side="s0"), _SINCE.format(side="s1")), Point(_LAST_OCCURRENCE, _LAST_OCCURRENCE)
)
"""Of an allergy, `Interval[start of onset, lastOccurrence]`: ever since, or until now, where nobody says."""


# --- Retrieves ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Retrieve:
    """`[Resource: codes]`. Components of an observation are asked for by `components`, what was not done or not
    asked for by `negated`. A `definition` is a list that was put together before.
    """

    resource: Resource
    codes: tuple[Codes, ...]
    components: bool = False
    negated: bool = False
    definition: "Definition | None" = None


@dataclass(frozen=True)
class Branch:
    retrieve: Retrieve
    where: Predicate


@dataclass(frozen=True)
class Facts:
    """A list of facts: a union of retrieves, each with its conditions."""

    branches: tuple[Branch, ...]

    def where(self, predicate: Predicate) -> "Facts":
        return Facts(tuple(replace(branch, where=_and(branch.where, predicate)) for branch in self.branches))

    def union(self, *others: "Facts") -> "Facts":
        return Facts(sum((other.branches for other in others), self.branches))

    def with_status(self, *statuses: str) -> "Facts":
        return self.where(ColumnIn("status", statuses))

    def with_(self, other: "Facts", such_that: "SuchThat") -> "Facts":
        """CQL `with other such that`: facts for which some fact of `other` fits."""
        return self.where(related(other, such_that))

    def without(self, other: "Facts", such_that: "SuchThat") -> "Facts":
        return self.where(~related(other, such_that))

    @property
    def by_resource(self) -> dict[Resource, list[Branch]]:
        kinds: dict[Resource, list[Branch]] = {}
        for branch in self.branches:
            kinds.setdefault(branch.retrieve.resource, []).append(branch)
        return kinds

    @property
    def resource(self) -> Resource:
        """The one kind of fact in the list. Raises `ValueError` where there are several."""
        kinds = {branch.retrieve.resource for branch in self.branches}
        if len(kinds) != 1:
            raise ValueError("This needs facts of one kind.")
        return kinds.pop()


def _and(left: Predicate, right: Predicate) -> Predicate:
    return right if isinstance(left, Always) else Both(left, right)


# --- Lists defined once -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Definition:
    """CQL `define`: a list computed once for a partition. `pick`: of each member's facts the first or last by it."""

    facts: Facts
    pick: str = ""
    by: Timepoint | None = None


def _of(definition: Definition, resource: Resource) -> Branch:
    return Branch(Retrieve(resource, (), definition=definition), Always())


def define(facts: Facts) -> Facts:
    """The same list, computed once however often it is read; each fact stands in it once."""
    return Facts(tuple(_of(Definition(Facts(tuple(parts))), kind) for kind, parts in facts.by_resource.items()))


def first(facts: Facts, by: Timepoint = effective.start) -> Facts:
    """CQL `First(… sort by …)`: at most one fact of each member. What has no such time sorts first, as in CQL."""
    return Facts((_of(Definition(facts, "first", by), facts.resource),))


def most_recent(facts: Facts, by: Timepoint = effective.start) -> Facts:
    """CQL `Last(… sort by …)`: at most one fact of each member."""
    return Facts((_of(Definition(facts, "last", by), facts.resource),))


# --- Relations between facts --------------------------------------------------------------------------


@dataclass(frozen=True)
class Of(Timepoint):
    """A point of one fact among several that are spoken of."""

    number: int
    point: Timepoint

    def sides(self, to: Compiling, row: str) -> tuple[str, str]:
        return self.point.sides(to, to.alias(self.number))

    def days(self, to: Compiling, row: str) -> tuple[str, str]:
        return self.point.days(to, to.alias(self.number))

    @property
    def floor(self) -> Timepoint:
        return Of(self.number, self.point.floor)


@dataclass(frozen=True)
class Said(Predicate):
    """A condition on one fact among several that are spoken of."""

    number: int
    predicate: Predicate

    def true(self, to: Compiling, row: str) -> str:
        return self.predicate.true(to, to.alias(self.number))

    def false(self, to: Compiling, row: str) -> str:
        return self.predicate.false(to, to.alias(self.number))


@dataclass(frozen=True)
class Joined(Predicate):
    """A plain column of one fact equals (or, negated, differs from) a column of another; never null."""

    left: int
    left_column: str
    right: int
    right_column: str

    def true(self, to: Compiling, row: str) -> str:
        left, right = to.alias(self.left), to.alias(self.right)
        return f"({left}.{self.left_column} IS NOT DISTINCT FROM {right}.{self.right_column})"

    def false(self, to: Compiling, row: str) -> str:
        return f"NOT {self.true(to, row)}"


@dataclass(frozen=True)
class Row:
    """One fact of a relation, as CQL's alias: `visit.period`, `order.authored_on`, `it.is_(predicate)`."""

    number: int

    def __getitem__(self, interval: FactInterval) -> FactInterval:
        return FactInterval(Of(self.number, interval.start), Of(self.number, interval.end))

    @property
    def effective(self) -> FactInterval:
        return self[effective]

    period = performed = effective

    @property
    def instant(self) -> Timepoint:
        return Of(self.number, at_one_time)

    @property
    def prevalence_interval(self) -> FactInterval:
        return self[prevalence_interval]

    @property
    def authored_on(self) -> Timepoint:
        """authoredOn of a request, issued of an observation, recordedDate of a condition."""
        return Of(self.number, authored_on.start)

    @property
    def medication_request_period(self) -> FactInterval:
        return self[medication_request_period]

    medication_dispense_period = medication_request_period

    @property
    def birth_date(self) -> Timepoint:
        return Of(self.number, birth_date)

    def is_(self, predicate: Predicate) -> Predicate:
        return Said(self.number, predicate)

    def same_as(self, other: "Row") -> Predicate:
        return Joined(self.number, "fact_id", other.number, "fact_id")

    def part_of(self, other: "Row") -> Predicate:
        """A component of that observation."""
        return Joined(self.number, "part_of_id", other.number, "fact_id")

    def about(self, other: "Row") -> Predicate:
        """A task whose focus, or the order it answers, is that fact."""
        return Joined(self.number, "focus_id", other.number, "fact_id")


SuchThat = Callable[[Row, Row], Predicate]
_spoken_of: ContextVar[int] = ContextVar("rows spoken of", default=0)


@contextmanager
def _two_more() -> Iterator[tuple[Row, Row]]:
    """Numbers for two facts, which no relation around this one uses."""
    first_free = _spoken_of.get()
    token = _spoken_of.set(first_free + 2)
    try:
        yield Row(first_free), Row(first_free + 1)
    finally:
        _spoken_of.reset(token)


@dataclass(frozen=True)
class With(Predicate):
    """Some fact of `facts` fits with this one. With `pick`, the first or last of those that fit is `satisfying`."""

    this: int
    other: int
    facts: Facts
    such_that: Predicate
    pick: str = ""
    by: Timepoint | None = None
    satisfying: Predicate | None = None

    def true(self, to: Any, row: str) -> str:
        return to.related(self, row)

    def false(self, to: Any, row: str) -> str:
        return f"NOT {self.true(to, row)}"


def related(facts: Facts, such_that: SuchThat) -> Predicate:
    """Some fact of the list fits with this one: `such_that(this, other)`."""
    with _two_more() as (this, other):
        return With(this.number, other.number, facts, such_that(this, other))


def last_related(facts: Facts, such_that: SuchThat, satisfies: SuchThat, by: Timepoint = effective.start) -> Predicate:
    """CQL `let X: Last(facts where … sort by …)`: the last of those that fit with this one satisfies a condition."""
    with _two_more() as (this, other):
        return With(this.number, other.number, facts, such_that(this, other), "last", by, satisfies(this, other))


@dataclass(frozen=True)
class ComponentSays(Predicate):
    """A component of this observation says so, or certainly does not; null where it has no such component."""

    yes: Predicate
    no: Predicate

    def true(self, to: Compiling, row: str) -> str:
        return self.yes.true(to, row)

    def false(self, to: Compiling, row: str) -> str:
        return self.no.true(to, row)


def component(code: Codes, says: Predicate) -> Predicate:
    """`Observation.component.value`, by the component's code, satisfies a condition."""
    parts = components(code)
    return ComponentSays(
        related(parts.where(says), lambda whole, part: part.part_of(whole)),
        related(parts.where(~says), lambda whole, part: part.part_of(whole)),
    )


# --- Retrieves by kind --------------------------------------------------------------------------------


def _retrieve(resource: Resource, codes: tuple[Codes, ...], **options: Any) -> Facts:
    return Facts((Branch(Retrieve(resource, codes, **options), Always()),))


def encounters(*codes: Codes) -> Facts:
    return _retrieve(ENCOUNTER, codes)


def conditions(*codes: Codes) -> Facts:
    return _retrieve(CONDITION, codes)


def observations(*codes: Codes) -> Facts:
    return _retrieve(OBSERVATION, codes)


def components(*codes: Codes) -> Facts:
    return _retrieve(OBSERVATION, codes, components=True)


def procedures(*codes: Codes) -> Facts:
    return _retrieve(PROCEDURE, codes)


def service_requests(*codes: Codes) -> Facts:
    return _retrieve(SERVICE_REQUEST, codes)


def services_not_requested(*codes: Codes) -> Facts:
    return _retrieve(SERVICE_REQUEST, codes, negated=True)


def device_requests(*codes: Codes) -> Facts:
    return _retrieve(DEVICE_REQUEST, codes)


def medication_requests(*codes: Codes) -> Facts:
    return _retrieve(MEDICATION_REQUEST, codes)


def medications_not_requested(*codes: Codes) -> Facts:
    return _retrieve(MEDICATION_REQUEST, codes, negated=True)


def medication_dispenses(*codes: Codes) -> Facts:
    return _retrieve(MEDICATION_DISPENSE, codes)


def immunizations(*codes: Codes) -> Facts:
    return _retrieve(IMMUNIZATION, codes)


def allergy_intolerances(*codes: Codes) -> Facts:
    return _retrieve(ALLERGY_INTOLERANCE, codes)


def adverse_events(*codes: Codes) -> Facts:
    return _retrieve(ADVERSE_EVENT, codes)


def communications(*codes: Codes) -> Facts:
    return _retrieve(COMMUNICATION, codes)


def tasks(*codes: Codes) -> Facts:
    return _retrieve(TASK, codes)


# --- What was not done ----------------------------------------------------------------------------------


def not_done(facts: Facts) -> Facts:
    """The profiles of what was not done: status cancelled or not-done, or said so."""
    return facts.where(Raw("{row}.is_negated OR {row}.status IN ('cancelled', 'not-done')"))


def observations_not_done(*codes: Codes) -> Facts:
    """A retrieve by code alone: every measure says by status or reason that it was not done."""
    return observations(*codes)
