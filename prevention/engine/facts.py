"""The chart as measures see it: retrieves of facts by value set, and what can be said of one fact.

Names follow CQL (cql.hl7.org) and the QI-Core measure libraries. A fact's start and end may be uncertain (a date
without a time, an inactive condition without an end), so each boundary is a pair, earliest and latest; a
comparison holds when it holds for every possible value, and fails when it fails for every one. Nothing else is
true or false: the third value of CQL's logic never needs a column of its own (`true` and `false` below).
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from prevention.engine.moments import DAY, Interval, Moment

VALUE_SET_BASE = "http://cts.nlm.nih.gov/fhir/ValueSet/"


@dataclass(frozen=True)
class ValueSet:
    """A value set by its canonical address; an OID stands for VSAC's."""

    name: str
    oid: str

    @property
    def url(self) -> str:
        return self.oid if "://" in self.oid or self.oid.startswith("urn:") else VALUE_SET_BASE + self.oid


@dataclass(frozen=True)
class Code:
    """One code of one system."""

    code: str
    system: str
    display: str = ""


Codes = ValueSet | Code

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


@dataclass(frozen=True)
class Role:
    """Numbers of clinical.CodingRole, named where a measure reads them."""

    CODE = 1
    CATEGORY = 2
    VALUE = 3
    BODY_SITE = 6
    TYPE = 7
    CLASS = 8
    DISCHARGE_DISPOSITION = 9


@dataclass(frozen=True)
class Resource:
    """A kind of fact: its table, and the columns that measures read besides the common ones."""

    name: str
    table: str
    code_role: int = Role.CODE
    columns: tuple[str, ...] = ()

    @property
    def coding_table(self) -> str:
        return f"{self.table}coding"

    @property
    def rows(self) -> str:
        """The temporary table into which a partition's facts of this kind are fetched."""
        return f"pf_{self.name}"


ENCOUNTER = Resource("encounter", "clinical_encounter", Role.TYPE)
CONDITION = Resource("condition", "clinical_condition", columns=("verification",))
OBSERVATION = Resource(
    "observation",
    "clinical_observation",
    columns=(
        "encounter_id",
        "part_of_id",
        "value_quantity",
        "value_unit",
        "value_integer",
        "value_boolean",
        "value_time",
        "value_text",
    ),
)
PROCEDURE = Resource("procedure", "clinical_procedure", columns=("encounter_id",))
SERVICE_REQUEST = Resource("servicerequest", "clinical_servicerequest", columns=("intent", "encounter_id"))
DEVICE_REQUEST = Resource("devicerequest", "clinical_devicerequest", columns=("intent",))
MEDICATION_REQUEST = Resource("medicationrequest", "clinical_medicationrequest", columns=("intent", "dosage"))
IMMUNIZATION = Resource("immunization", "clinical_immunization")
RESOURCES = (
    ENCOUNTER,
    CONDITION,
    OBSERVATION,
    PROCEDURE,
    SERVICE_REQUEST,
    DEVICE_REQUEST,
    MEDICATION_REQUEST,
    IMMUNIZATION,
)


class Compiling(Protocol):
    """What a predicate asks of the compiler."""

    def instant(self, moment: Moment) -> str: ...
    def day_start(self, moment: Moment) -> str: ...
    def day_after(self, moment: Moment) -> str: ...
    def day_of(self, sql: str) -> str: ...
    def coded(self, resource: Resource, role: int, codes: tuple[Codes, ...], fact: str) -> str: ...


# --- What can be said of one fact -----------------------------------------------------------------------


@dataclass(frozen=True)
class Predicate:
    """A condition on one fact. `true` is SQL that holds when it is certainly so, `false` when certainly not."""

    def true(self, to: Compiling, row: str) -> str:
        raise NotImplementedError

    def false(self, to: Compiling, row: str) -> str:
        raise NotImplementedError

    def __and__(self, other: "Predicate") -> "Predicate":
        return Both(self, other)

    def __or__(self, other: "Predicate") -> "Predicate":
        return Either(self, other)

    def __invert__(self) -> "Predicate":
        return Not(self)


@dataclass(frozen=True)
class Both(Predicate):
    left: Predicate
    right: Predicate

    def true(self, to: Compiling, row: str) -> str:
        return f"({self.left.true(to, row)} AND {self.right.true(to, row)})"

    def false(self, to: Compiling, row: str) -> str:
        return f"({self.left.false(to, row)} OR {self.right.false(to, row)})"


@dataclass(frozen=True)
class Either(Predicate):
    left: Predicate
    right: Predicate

    def true(self, to: Compiling, row: str) -> str:
        return f"({self.left.true(to, row)} OR {self.right.true(to, row)})"

    def false(self, to: Compiling, row: str) -> str:
        return f"({self.left.false(to, row)} AND {self.right.false(to, row)})"


@dataclass(frozen=True)
class Not(Predicate):
    operand: Predicate

    def true(self, to: Compiling, row: str) -> str:
        return self.operand.false(to, row)

    def false(self, to: Compiling, row: str) -> str:
        return self.operand.true(to, row)


@dataclass(frozen=True)
class Always(Predicate):
    def true(self, to: Compiling, row: str) -> str:
        return "TRUE"

    def false(self, to: Compiling, row: str) -> str:
        return "FALSE"


@dataclass(frozen=True)
class ColumnIn(Predicate):
    """A plain column holds one of some values (`status in {'final', 'amended'}`)."""

    column: str
    values: tuple[str, ...]

    def _list(self) -> str:
        return ", ".join("'" + value.replace("'", "''") + "'" for value in self.values)

    def true(self, to: Compiling, row: str) -> str:
        return f"{row}.{self.column} IN ({self._list()})"

    def false(self, to: Compiling, row: str) -> str:
        return f"{row}.{self.column} NOT IN ({self._list()})"


@dataclass(frozen=True)
class Raw(Predicate):
    """A two-valued condition in SQL with `{row}` for the fact's alias."""

    sql: str

    def true(self, to: Compiling, row: str) -> str:
        return "(" + self.sql.format(row=row) + ")"

    def false(self, to: Compiling, row: str) -> str:
        return "NOT (" + self.sql.format(row=row) + ")"


@dataclass(frozen=True)
class Coded(Predicate):
    """The element `role` of the fact has a code among `codes` (CQL `~` and `in`)."""

    resource: Resource
    role: int
    codes: tuple[Codes, ...]
    via: str = "fact_id"

    def true(self, to: Compiling, row: str) -> str:
        return to.coded(self.resource, self.role, self.codes, f"{row}.{self.via}")

    def false(self, to: Compiling, row: str) -> str:
        return f"NOT {self.true(to, row)}"


# --- Points and intervals of a fact ---------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """A boundary of a fact: the earliest and the latest that it may be, as SQL with `{row}`."""

    earliest: str
    latest: str

    def on_or_before(self, moment: Moment, of: str | None = None) -> Predicate:
        return Compare(self, moment, of, before=True)

    def on_or_after(self, moment: Moment, of: str | None = None) -> Predicate:
        return Compare(self, moment, of, before=False)

    def during(self, interval: Interval, of: str | None = None) -> Predicate:
        return self.on_or_after(interval.start, of) & self.on_or_before(interval.end, of)


@dataclass(frozen=True)
class Compare(Predicate):
    """A point on or before (or on or after) a moment, to the millisecond or to the day."""

    point: Point
    moment: Moment
    of: str | None
    before: bool

    def _sides(self, to: Compiling, row: str) -> tuple[str, str, str, str]:
        earliest, latest = self.point.earliest.format(row=row), self.point.latest.format(row=row)
        if self.before:
            bound = f"< {to.day_after(self.moment)}" if self.of == DAY else f"<= {to.instant(self.moment)}"
            return latest, bound, earliest, _opposite(bound)
        bound = f">= {to.day_start(self.moment) if self.of == DAY else to.instant(self.moment)}"
        return earliest, bound, latest, _opposite(bound)

    def true(self, to: Compiling, row: str) -> str:
        point, bound, _, _ = self._sides(to, row)
        return f"{point} {bound}"

    def false(self, to: Compiling, row: str) -> str:
        _, _, point, bound = self._sides(to, row)
        return f"{point} {bound}"


def _opposite(bound: str) -> str:
    operator, value = bound.split(" ", 1)
    return {"<": ">=", "<=": ">", ">=": "<"}[operator] + " " + value


@dataclass(frozen=True)
class FactInterval:
    """The time a fact covers. CQL's interval relations, each against an interval of moments."""

    start: Point
    end: Point

    @property
    def latest(self) -> Point:
        """QICoreCommon.latest: the end where there is one, otherwise the start."""

        def pick(end: str, start: str) -> str:
            return f"CASE WHEN {self.end.latest} = 'infinity' THEN {start} ELSE {end} END"

        return Point(pick(self.end.earliest, self.start.earliest), pick(self.end.latest, self.start.latest))

    def starts_during(self, interval: Interval, of: str | None = None) -> Predicate:
        return self.start.during(interval, of)

    def starts_on_or_before(self, moment: Moment, of: str | None = None) -> Predicate:
        return self.start.on_or_before(moment, of)

    def starts_on_or_after(self, moment: Moment, of: str | None = None) -> Predicate:
        return self.start.on_or_after(moment, of)

    def ends_during(self, interval: Interval, of: str | None = None) -> Predicate:
        return self.end.during(interval, of)

    def ends_on_or_before(self, moment: Moment, of: str | None = None) -> Predicate:
        return self.end.on_or_before(moment, of)

    def during(self, interval: Interval, of: str | None = None) -> Predicate:
        return self.start.on_or_after(interval.start, of) & self.end.on_or_before(interval.end, of)

    def overlaps(self, interval: Interval, of: str | None = None) -> Predicate:
        return self.start.on_or_before(interval.end, of) & self.end.on_or_after(interval.start, of)


effective = FactInterval(Point("{row}.s0", "{row}.s1"), Point("{row}.e0", "{row}.e1"))
prevalence_interval = effective
"""Of a condition, onset to abatement; the fetch states an unknown end of an inactive one as uncertain."""
authored_on = FactInterval(
    Point("{row}.recorded_at", "{row}.recorded_at"), Point("{row}.recorded_at", "{row}.recorded_at")
)
medication_request_period = FactInterval(Point("{row}.m0", "{row}.m0"), Point("{row}.m1", "{row}.m1"))


# --- Retrieves ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Retrieve:
    """`[Resource: codes]`. Components of an observation are asked for by `components`."""

    resource: Resource
    codes: tuple[Codes, ...]
    components: bool = False


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

    @property
    def resource(self) -> Resource:
        """The one kind of fact in the list. Raises `ValueError` where there are several."""
        kinds = {branch.retrieve.resource for branch in self.branches}
        if len(kinds) != 1:
            raise ValueError("This needs facts of one kind.")
        return kinds.pop()


def _and(left: Predicate, right: Predicate) -> Predicate:
    return right if isinstance(left, Always) else Both(left, right)


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


def device_requests(*codes: Codes) -> Facts:
    return _retrieve(DEVICE_REQUEST, codes)


def medication_requests(*codes: Codes) -> Facts:
    return _retrieve(MEDICATION_REQUEST, codes)


def immunizations(*codes: Codes) -> Facts:
    return _retrieve(IMMUNIZATION, codes)


# --- Frequent conditions --------------------------------------------------------------------------------

negated = Raw("{row}.is_negated")
has_value: Predicate = Raw(
    "{row}.value_quantity IS NOT NULL OR {row}.value_integer IS NOT NULL OR {row}.value_boolean IS NOT NULL "
    "OR {row}.value_time IS NOT NULL OR {row}.value_text <> ''"
) | Coded(OBSERVATION, Role.VALUE, ())


def value_in(*codes: Codes) -> Predicate:
    """An observation's coded value is, or is in, one of these."""
    return Coded(OBSERVATION, Role.VALUE, codes)


def category_is(code: str) -> Predicate:
    """An observation's category has this HL7 observation category."""
    return Coded(OBSERVATION, Role.CATEGORY, (Code(code, OBSERVATION_CATEGORY),))


def body_site_is(*codes: Codes) -> Predicate:
    return Coded(CONDITION, Role.BODY_SITE, codes)


def discharged_to(*codes: Codes) -> Predicate:
    return Coded(ENCOUNTER, Role.DISCHARGE_DISPOSITION, codes)


@dataclass(frozen=True)
class EncounterClass(Predicate):
    """`encounter.class.code in {…}`: null, not false, where the fact has no encounter or that has no class."""

    codes: tuple[Codes, ...]

    def true(self, to: Compiling, row: str) -> str:
        return to.coded(ENCOUNTER, Role.CLASS, self.codes, f"{row}.encounter_id")

    def false(self, to: Compiling, row: str) -> str:
        return f"({to.coded(ENCOUNTER, Role.CLASS, (), f'{row}.encounter_id')} AND NOT {self.true(to, row)})"


def in_encounter_of_class(*codes: str) -> Predicate:
    """The fact belongs to an encounter whose class is one of these v3 ActCodes."""
    return EncounterClass(tuple(Code(code, ACT_CODE) for code in codes))


def quantity_at_least(value: float, unit: str) -> Predicate:
    return Raw(f"{{row}}.value_quantity >= {value} AND {{row}}.value_unit = '{unit}'")
