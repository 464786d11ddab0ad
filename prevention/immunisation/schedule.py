"""The supporting data as dataclasses (domain model, appendix A): what the logic reads and never changes.

A schedule is built once from the compact table (`prevention/immunisation/cdsi_4_64.json`, or a later one that
`./kp load_cdsi` read) and shared by every evaluation.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from prevention.immunisation.dates import BEGINNING, END, Duration, duration

PACKAGED = Path(__file__).with_name("cdsi_4_64.json")


class SeriesType(Enum):
    STANDARD = "Standard"
    RISK = "Risk"
    EVALUATION_ONLY = "Evaluation Only"


class Logic(Enum):
    AND = "AND"
    OR = "OR"


class Context(Enum):
    """3.3, figure 3-3: when a conditional skip is looked at."""

    EVALUATION = "Evaluation"
    FORECAST = "Forecast"
    BOTH = "Both"


class ConditionType(Enum):
    """6.2: kinds of condition. Every count may be bounded by age, by date or by both."""

    AGE = "Age"
    COMPLETED_SERIES = "Completed Series"
    INTERVAL = "Interval"
    VACCINE_COUNT = "Vaccine Count"


class CountLogic(Enum):
    GREATER_THAN = "greater than"
    EQUAL_TO = "equal to"
    LESS_THAN = "less than"


@dataclass(frozen=True, slots=True)
class InForce:
    """Effective and cessation date, both included (3.3)."""

    effective: date
    cessation: date

    def on(self, day: date) -> bool:
        """RELEVANT-1 for a date administered, RELEVANT-2 for an assessment date."""
        return self.effective <= day <= self.cessation


@dataclass(frozen=True, slots=True)
class Age:
    absolute_minimum: Duration | None
    minimum: Duration | None
    earliest_recommended: Duration | None
    latest_recommended: Duration | None
    maximum: Duration | None
    in_force: InForce


@dataclass(frozen=True, slots=True)
class Interval:
    """A preferable interval, or an allowable one (which has an absolute minimum only).

    Exactly one reference: the immediate previous dose, a target dose's number, vaccine types, an observation.
    """

    from_previous: bool
    from_target_dose: int | None
    from_most_recent: frozenset[str]
    from_observation: str
    absolute_minimum: Duration | None
    minimum: Duration | None
    earliest_recommended: Duration | None
    latest_recommended: Duration | None
    priority: bool
    in_force: InForce


@dataclass(frozen=True, slots=True)
class SeriesDoseVaccine:
    cvx: str
    begin_age: Duration | None
    end_age: Duration | None
    trade_name: str = ""
    mvx: str = ""
    volume: float | None = None
    forecast: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    type: ConditionType
    start: date | None
    end: date | None
    begin_age: Duration | None
    end_age: Duration | None
    interval: Duration | None
    count: int
    valid_only: bool
    count_logic: CountLogic
    vaccine_types: frozenset[str]
    series_groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class SkipSet:
    logic: Logic
    conditions: tuple[Condition, ...]
    in_force: InForce


@dataclass(frozen=True, slots=True)
class ConditionalSkip:
    context: Context
    logic: Logic
    sets: tuple[SkipSet, ...]


@dataclass(frozen=True, slots=True)
class SeriesDose:
    number: int
    ages: tuple[Age, ...]
    intervals: tuple[Interval, ...]
    allowable_intervals: tuple[Interval, ...]
    preferable: tuple[SeriesDoseVaccine, ...]
    allowable: dict[str, tuple[SeriesDoseVaccine, ...]]
    inadvertent: frozenset[str]
    skips_in_evaluation: tuple[ConditionalSkip, ...]
    skips_in_forecast: tuple[ConditionalSkip, ...]
    recurring: bool
    season_start: date | None
    season_end: date | None


@dataclass(frozen=True, slots=True)
class Indication:
    observation: str
    begin_age: Duration | None
    end_age: Duration | None


@dataclass(frozen=True, slots=True)
class AntigenSeries:
    name: str
    antigen: str
    vaccine_group: str
    type: SeriesType
    equivalent_groups: frozenset[str]
    genders: frozenset[str]
    default: bool
    product_path: bool
    group: str
    group_name: str
    priority: str
    preference: int
    minimum_age_to_start: Duration | None
    maximum_age_to_start: Duration | None
    indications: tuple[Indication, ...]
    doses: tuple[SeriesDose, ...]
    guidance: tuple[str, ...] = ()

    @property
    def waits_for(self) -> frozenset[str]:
        """Series groups that must be settled first, since a skip asks whether they are complete."""
        return frozenset(
            group
            for dose in self.doses
            for skip in (*dose.skips_in_evaluation, *dose.skips_in_forecast)
            for one in skip.sets
            for condition in one.conditions
            for group in condition.series_groups
        )


@dataclass(frozen=True, slots=True)
class BirthDateImmunity:
    born_before: date
    country: str
    exclusions: frozenset[str]


@dataclass(frozen=True, slots=True)
class VaccineContraindication:
    observation: str
    vaccines: tuple[SeriesDoseVaccine, ...]


@dataclass(frozen=True, slots=True)
class Antigen:
    name: str
    vaccine_group: str
    immunity_history: frozenset[str]
    immunity_by_birth: tuple[BirthDateImmunity, ...]
    contraindications: tuple[Indication, ...]
    vaccine_contraindications: tuple[VaccineContraindication, ...]
    series: tuple[AntigenSeries, ...]


@dataclass(frozen=True, slots=True)
class Association:
    """A vaccine type's antigen, within an age range (4.2)."""

    antigen: str
    begin_age: Duration | None
    end_age: Duration | None


@dataclass(frozen=True, slots=True)
class VaccineConflict:
    """6.7, for one pair of conflicting (previous) and impacted (current) vaccine type."""

    begin: Duration
    minimum_end: Duration
    end: Duration


@dataclass(frozen=True, slots=True)
class VaccineGroup:
    name: str
    antigens: tuple[str, ...]
    administer_full: bool

    @property
    def is_multiple_antigen(self) -> bool:
        """VACCINEGROUP-1 and VACCINEGROUP-2."""
        return len(self.antigens) > 1


@dataclass(frozen=True)
class Schedule:
    version: str
    published: date
    antigens: dict[str, Antigen]
    groups: dict[str, VaccineGroup]
    associations: dict[str, tuple[Association, ...]]
    # impacted vaccine type → conflicting vaccine type → the conflict
    conflicts: dict[str, dict[str, VaccineConflict]]
    vaccine_names: dict[str, str]
    observations: dict[str, str]
    # (code system, code) → observation codes
    coded: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)


# --- From the compact table -----------------------------------------------------------------------------


def _day(text: str) -> date | None:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None


def _in_force(effective: str, cessation: str) -> InForce:
    return InForce(_day(effective) or BEGINNING, _day(cessation) or END)


def _age(row: list[str]) -> Age:
    absolute, minimum, earliest, latest, maximum = map(duration, row[:5])
    return Age(absolute, minimum, earliest, latest, maximum, _in_force(*row[5:]))


def _interval(row: dict[str, Any]) -> Interval:
    return Interval(
        from_previous=row.get("from") == "previous",
        from_target_dose=row.get("dose"),
        from_most_recent=frozenset(row.get("vaccines", "").split()),
        from_observation=row.get("observation", ""),
        absolute_minimum=duration(row.get("abs", "")),
        minimum=duration(row.get("min", "")),
        earliest_recommended=duration(row.get("rec", "")),
        latest_recommended=duration(row.get("late", "")),
        priority=row.get("priority", False),
        in_force=_in_force(row.get("effective", ""), row.get("cessation", "")),
    )


def _condition(row: dict[str, Any]) -> Condition:
    return Condition(
        type=ConditionType(row["type"]),
        start=_day(row.get("start", "")),
        end=_day(row.get("end", "")),
        begin_age=duration(row.get("begin_age", "")),
        end_age=duration(row.get("end_age", "")),
        interval=duration(row.get("interval", "")),
        count=row.get("count", 0),
        valid_only=row.get("doses", "valid") == "valid",
        count_logic=CountLogic(row.get("logic", "greater than")),
        vaccine_types=frozenset(row.get("vaccines", "").split()),
        series_groups=frozenset(row.get("groups", "").split()),
    )


def _skip(row: dict[str, Any]) -> ConditionalSkip:
    sets = tuple(
        SkipSet(
            logic=Logic(one.get("logic", "AND")),
            conditions=tuple(map(_condition, one["conditions"])),
            in_force=_in_force(one.get("effective", ""), one.get("cessation", "")),
        )
        for one in row["sets"]
    )
    return ConditionalSkip(context=Context(row["context"]), logic=Logic(row.get("logic", "AND")), sets=sets)


def _vaccines(groups: list[list[str]]) -> dict[str, tuple[SeriesDoseVaccine, ...]]:
    """`[[begin age, end age, "cvx cvx"]]` → by vaccine type."""
    found: dict[str, tuple[SeriesDoseVaccine, ...]] = {}
    for begin, end, types in groups:
        for cvx in types.split():
            one = SeriesDoseVaccine(cvx, duration(begin), duration(end))
            found[cvx] = (*found.get(cvx, ()), one)
    return found


def _preferable(row: dict[str, Any]) -> SeriesDoseVaccine:
    return SeriesDoseVaccine(
        cvx=row["cvx"],
        begin_age=duration(row.get("begin", "")),
        end_age=duration(row.get("end", "")),
        trade_name=row.get("trade", ""),
        mvx=row.get("mvx", ""),
        volume=row.get("volume"),
        forecast=row.get("forecast", False),
    )


def _dose(row: dict[str, Any]) -> SeriesDose:
    skips = tuple(map(_skip, row.get("skips", [])))
    ages = tuple(_age(one) for one in row.get("ages", []))
    return SeriesDose(
        number=row["number"],
        ages=ages,
        intervals=tuple(map(_interval, row.get("intervals", []))),
        allowable_intervals=tuple(map(_interval, row.get("allowable_intervals", []))),
        preferable=tuple(map(_preferable, row.get("preferable", []))),
        allowable=_vaccines(row.get("allowable", [])),
        inadvertent=frozenset(row.get("inadvertent", "").split()),
        skips_in_evaluation=tuple(skip for skip in skips if skip.context is not Context.FORECAST),
        skips_in_forecast=tuple(skip for skip in skips if skip.context is not Context.EVALUATION),
        recurring=row.get("recurring", False),
        season_start=_day(row.get("season", ["", ""])[0]),
        season_end=_day(row.get("season", ["", ""])[1]),
    )


def _indications(groups: list[list[str]]) -> tuple[Indication, ...]:
    return tuple(
        Indication(code, duration(begin), duration(end)) for begin, end, codes in groups for code in codes.split()
    )


def _series(row: dict[str, Any], antigen: str) -> AntigenSeries:
    return AntigenSeries(
        name=row["name"],
        antigen=antigen,
        vaccine_group=row["vaccine_group"],
        type=SeriesType(row["type"]),
        equivalent_groups=frozenset(row.get("equivalent", "").split()),
        genders=frozenset(row.get("genders", "").split()),
        default=row.get("default", False),
        product_path=row.get("product", False),
        group=row["group"],
        group_name=row["group_name"],
        priority=row["priority"],
        preference=row.get("preference", 99),
        minimum_age_to_start=duration(row.get("minimum_age_to_start", "")),
        maximum_age_to_start=duration(row.get("maximum_age_to_start", "")),
        indications=_indications(row.get("indications", [])),
        doses=tuple(map(_dose, row["doses"])),
        guidance=tuple(row.get("guidance", ())),
    )


def _antigen(name: str, row: dict[str, Any]) -> Antigen:
    series = tuple(_series(one, name) for one in row["series"])
    births = tuple(
        BirthDateImmunity(date.fromisoformat(born), country, frozenset(codes.split()))
        for born, country, codes in row.get("immunity_by_birth", [])
    )
    by_vaccine = tuple(
        VaccineContraindication(code, tuple(one for many in _vaccines(groups).values() for one in many))
        for code, groups in row.get("vaccine_contraindications", [])
    )
    return Antigen(
        name=name,
        vaccine_group=row["vaccine_group"],
        immunity_history=frozenset(row.get("immunity_history", "").split()),
        immunity_by_birth=births,
        contraindications=_indications(row.get("contraindications", [])),
        vaccine_contraindications=by_vaccine,
        series=series,
    )


def build(table: dict[str, Any]) -> Schedule:
    """The schedule of a compact table. Raises `ValueError` or `KeyError` for one that is not understood."""
    conflicts: dict[str, dict[str, VaccineConflict]] = {}
    for begin, minimum_end, end, pairs in table["conflicts"]:
        conflict = VaccineConflict(*(length for length in map(duration, (begin, minimum_end, end)) if length))
        for impacted, previous in pairs.items():
            for cvx in previous.split():
                conflicts.setdefault(impacted, {})[cvx] = conflict
    coded: dict[tuple[str, str], frozenset[str]] = {}
    for observation, codes in table["coded_observations"].items():
        for code in codes:
            system, _, value = code.partition(":")
            coded[system, value] = coded.get((system, value), frozenset()) | {observation}
    return Schedule(
        version=table["version"],
        published=date.fromisoformat(table["published"]),
        antigens={name: _antigen(name, row) for name, row in table["antigens"].items()},
        groups={
            name: VaccineGroup(name, tuple(row["antigens"]), row.get("administer_full", False))
            for name, row in table["groups"].items()
        },
        associations={
            cvx: tuple(Association(a, duration(begin), duration(end)) for a, begin, end in rows)
            for cvx, rows in table["associations"].items()
        },
        conflicts=conflicts,
        vaccine_names=table["vaccines"],
        observations=table["observations"],
        coded=coded,
    )


@lru_cache(maxsize=1)
def packaged() -> Schedule:
    """The schedule that kpcare carries."""
    return build(json.loads(PACKAGED.read_text()))
