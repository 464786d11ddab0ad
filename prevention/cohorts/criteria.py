"""What a cohort asks, as data, and its translation to the engine's vocabulary.

Criteria are kept as JSON and read back here; whatever is not known is refused, so that a saved cohort means the same
tomorrow. Values become SQL only where they are checked: numbers, dates, ids, or names of our own.
"""

import re
import uuid
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from prevention.engine.codes import ValueSet
from prevention.engine.facts import (
    Facts,
    conditions,
    effective,
    immunizations,
    medication_dispenses,
    observations,
    procedures,
)
from prevention.engine.libraries import FINAL
from prevention.engine.members import Condition, administrative_sex, age_at, exists
from prevention.engine.moments import MILLISECOND, Interval, Moment, Setting, as_of, end_of_today, until_today
from prevention.measures import MEASURES, keys_of
from prevention.registries import BY_ID as REGISTRIES

# 45 CFR 164.514(b)(2)(i)(C): ages above it are one group.
OLDEST = 89
SEXES = ("female", "male", "other", "unknown")
LINES = ("commercial_group", "individual", "medicare", "medicaid")
CONTROLS = ("at_goal", "above", "far", "unknown")
MEASURE_STATUSES = ("met", "not_met", "excluded")
_RETRIEVES = {
    "condition": lambda codes: conditions(codes),
    "observation": lambda codes: observations(codes).with_status(*FINAL),
    "procedure": lambda codes: procedures(codes).with_status("completed"),
    "medicine": lambda codes: medication_dispenses(codes).with_status("completed", "in-progress", "on-hold"),
    "immunisation": lambda codes: immunizations(codes).with_status("completed"),
}
KINDS = tuple(_RETRIEVES)
# As addresses of value sets are written; nothing that SQL would read as more than a word.
_ADDRESS = re.compile(r"[A-Za-z0-9:/._|#-]{3,255}")


@dataclass(frozen=True)
class Fact:
    """A fact of a value set, on a day in `[since, until]` where they are said."""

    kind: str
    url: str
    name: str = ""
    since: str | None = None
    until: str | None = None

    def condition(self) -> Condition:
        facts: Facts = _RETRIEVES[self.kind](ValueSet(self.name, self.url))
        if self.since or self.until:
            low = _moment(self.since) if self.since else until_today.start
            high = _moment(self.until, end=True) if self.until else end_of_today
            return exists(facts.where(effective.overlaps(Interval(low, high))))
        return exists(facts.where(effective.start.on_or_before(end_of_today)))


def _moment(written: str, *, end: bool = False) -> Moment:
    """The first instant of a day, or its last."""
    day = date.fromisoformat(written)

    def resolve(setting: Setting) -> datetime:
        start = datetime(day.year, day.month, day.day, tzinfo=setting.zone)
        return setting.day_after(start) - MILLISECOND if end else start

    return Moment(resolve)


@dataclass(frozen=True)
class Criteria:
    """Everything that is said must hold; what is not said does not matter."""

    min_age: int | None = None
    max_age: int | None = None
    sex: tuple[str, ...] = ()
    lines_of_business: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    measure: str = ""
    measure_status: str = ""
    languages: tuple[str, ...] = field(default_factory=tuple)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Criteria":
        """Read what `to_json` wrote. Raises `ValueError` for whatever is not a criterion."""
        values: dict[str, Any] = {}
        for name, value in kept.items():
            if name not in cls.__dataclass_fields__:
                raise ValueError(f"{name} is no criterion.")
            if name == "facts":
                values[name] = tuple(Fact(**fact) for fact in value)
            else:
                values[name] = tuple(value) if isinstance(value, list | tuple) else value
        return cls(**values).checked()

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, "", ())}

    def closer_than_safe_harbor(self) -> list[str]:
        """What these criteria say of everybody in the cohort that a de-identified data set may not: a place smaller
        than a state, an age over 89, a day nearer than its year (45 CFR 164.514(b)(2)(i)(B) and (C))."""
        found = []
        if self.regions:
            found.append(_("a market is smaller than a state: choose everybody"))
        if (self.min_age or 0) > OLDEST + 1 or (self.max_age is not None and self.max_age > OLDEST):
            found.append(
                _("ages over 89 must stay together: choose no age above 90 to begin with, and none to end with")
            )
        days = [(fact.since, "-01-01") for fact in self.facts] + [(fact.until, "-12-31") for fact in self.facts]
        if any(day and not day.endswith(edge) for day, edge in days):
            found.append(_("dates must be whole years: from 1 January, until 31 December"))
        return found

    def checked(self) -> "Criteria":
        """Itself. Raises `ValueError` where a value is not one of those that there are."""
        _among("sex", self.sex, SEXES)
        _among("line of business", self.lines_of_business, LINES)
        _among("registry", self.registries, tuple(REGISTRIES))
        _among("control", self.control, CONTROLS)
        for region in self.regions:
            uuid.UUID(region)
        for language in self.languages:
            if not re.fullmatch(r"[A-Za-z-]{2,10}", language):
                raise ValueError(f"{language!r} is no language.")
        for age in (self.min_age, self.max_age):
            if age is not None and not (isinstance(age, int) and 0 <= age <= 130):
                raise ValueError("An age lies between 0 and 130.")
        if bool(self.measure) != bool(self.measure_status):
            raise ValueError("A measure and its status are said together.")
        if self.measure:
            _among("measure", (self.measure,), tuple(one.key for one in MEASURES))
            _among("status", (self.measure_status,), MEASURE_STATUSES)
        for fact in self.facts:
            _among("kind of fact", (fact.kind,), KINDS)
            if not _ADDRESS.fullmatch(fact.url):
                raise ValueError("That is no address of a value set.")
            for day in (fact.since, fact.until):
                if day is not None:
                    date.fromisoformat(day)
        return self

    def condition(self, system: uuid.UUID) -> Condition:
        """The members of one system for whom all of it holds. A cohort never leaves its system."""
        found: Condition = OfMember("managing_organization_id", (str(uuid.UUID(str(system))),), "uuid")
        if self.min_age is not None or self.max_age is not None:
            at = age_at(as_of)
            low = self.min_age or 0
            found &= at.at_least(low) if self.max_age is None else at.between(low, self.max_age)
        if self.sex:
            found &= administrative_sex(*self.sex)
        if self.regions:
            found &= OfMember("region_id", self.regions, "uuid")
        if self.languages:
            found &= OfMember("language", self.languages, "text")
        if self.lines_of_business:
            found &= CoveredBy(self.lines_of_business)
        if self.registries:
            found &= InRegistry(self.registries, self.control)
        if self.measure:
            found &= MeasureSays(self.measure, self.measure_status)
        for fact in self.facts:
            found &= fact.condition()
        return found


def _among(what: str, values: tuple[str, ...], known: tuple[str, ...]) -> None:
    for value in values:
        if value not in known:
            raise ValueError(f"{value!r} is no {what}.")


def _array(values: tuple[str, ...], kind: str) -> str:
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"ARRAY[{quoted}]::{kind}[]"


@dataclass(frozen=True)
class OfMember(Condition):
    """A column of the member's own row."""

    column: str
    values: tuple[str, ...]
    kind: str

    def true(self, to: Any) -> str:
        return (
            "EXISTS (SELECT FROM members_member m WHERE m.id = s.member_id "
            f"AND m.{self.column} = ANY ({_array(self.values, self.kind)}))"
        )


@dataclass(frozen=True)
class CoveredBy(Condition):
    """Medical coverage today under a product of one of these lines of business."""

    lines: tuple[str, ...]

    def true(self, to: Any) -> str:
        return (
            "EXISTS (SELECT FROM plans_coverageperiod c JOIN plans_product p ON p.id = c.product_id "
            f"WHERE c.member_id = s.member_id AND c.benefit = 'medical' AND c.valid @> {to.day(as_of)} "
            f"AND upper_inf(c.known) AND p.line_of_business = ANY ({_array(self.lines, 'text')}))"
        )


@dataclass(frozen=True)
class InRegistry(Condition):
    """In one of the registries today, at one of the control statuses where they are said; by unlabelled entries."""

    registries: tuple[str, ...]
    control: tuple[str, ...]

    def true(self, to: Any) -> str:
        control = f" AND e.control = ANY ({_array(self.control, 'text')})" if self.control else ""
        return (
            "EXISTS (SELECT FROM prevention_registryentry e WHERE e.member_id = s.member_id AND e.left_on IS NULL "
            f"AND e.sensitivity = 0 AND e.registry = ANY ({_array(self.registries, 'text')}){control})"
        )


@dataclass(frozen=True)
class MeasureSays(Condition):
    """The member's last result of an official measure, by whichever of its files holds for the year."""

    measure: str
    status: str

    def true(self, to: Any) -> str:
        says = {
            "met": "r.numerator > r.numerator_exclusion",
            "excluded": "r.denominator > 0 AND r.denominator_exclusion + r.denominator_exception >= r.denominator",
            "not_met": "r.numerator <= r.numerator_exclusion "
            "AND r.denominator > r.denominator_exclusion + r.denominator_exception",
        }[self.status]
        keys = ", ".join(f"'{key}'" for key in keys_of(self.measure.partition("/")[0]))
        return (
            "EXISTS (SELECT FROM prevention_measureresult r WHERE r.member_id = s.member_id "
            f'AND r.measure IN ({keys}) AND r.period @> {to.day(as_of)} AND r."group" = 1 AND {says})'
        )
