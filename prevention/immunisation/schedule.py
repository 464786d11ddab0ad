"""The supporting data as dataclasses (domain model, appendix A): what the logic reads and never changes.

A schedule is built once by `table` and shared by every evaluation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cached_property

from prevention.immunisation.dates import Duration


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
    """Effective and cessation date, both included (3.3). None stands for "always", which most are."""

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
    in_force: InForce | None


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
    in_force: InForce | None


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
    in_force: InForce | None


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
    preferable_by_type: dict[str, tuple[SeriesDoseVaccine, ...]]
    allowable: dict[str, tuple[SeriesDoseVaccine, ...]]
    inadvertent: frozenset[str]
    skips_in_evaluation: tuple[ConditionalSkip, ...]
    skips_in_forecast: tuple[ConditionalSkip, ...]
    recurring: bool
    season_start: date | None
    season_end: date | None
    # CALCDTCONFLICT-3: conflicting vaccine type → conflict end intervals of the preferable vaccines it impacts.
    conflicting: dict[str, tuple[Duration, ...]]


@dataclass(frozen=True, slots=True)
class Indication:
    observation: str
    begin_age: Duration | None
    end_age: Duration | None


@dataclass(frozen=True)
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
    def skip_conditions(self) -> Iterator[Condition]:
        return (
            condition
            for dose in self.doses
            for skip in (*dose.skips_in_evaluation, *dose.skips_in_forecast)
            for one in skip.sets
            for condition in one.conditions
        )

    @cached_property
    def waits(self) -> bool:
        """A skip asks whether another series group is complete, which must be settled first."""
        return any(condition.series_groups for condition in self.skip_conditions)

    @cached_property
    def preferable_types(self) -> frozenset[str]:
        """Vaccine types that are preferable for any of its doses."""
        return frozenset(vaccine.cvx for dose in self.doses for vaccine in dose.preferable)

    @cached_property
    def accepted_types(self) -> frozenset[str]:
        """Vaccine types that can be valid for any of its doses."""
        return self.preferable_types.union(*(dose.allowable for dose in self.doses))

    @cached_property
    def indicated_by(self) -> frozenset[str]:
        """Observations that any of its indications is about."""
        return frozenset(one.observation for one in self.indications)


@dataclass(frozen=True, slots=True)
class BirthDateImmunity:
    born_before: date
    country: str
    exclusions: frozenset[str]


@dataclass(frozen=True, slots=True)
class VaccineContraindication:
    observation: str
    vaccines: tuple[SeriesDoseVaccine, ...]


@dataclass(frozen=True)
class Antigen:
    name: str
    vaccine_group: str
    immunity_history: frozenset[str]
    immunity_by_birth: tuple[BirthDateImmunity, ...]
    contraindications: tuple[Indication, ...]
    vaccine_contraindications: tuple[VaccineContraindication, ...]
    series: tuple[AntigenSeries, ...]
    # Vaccine types that can change anything for it, its own and those that conflicts, intervals and skips name.
    vaccine_types: frozenset[str] = frozenset()

    @cached_property
    def only_by_indication(self) -> bool:
        """Every series is a risk series: for whoever has no indication there is none."""
        return all(one.type is SeriesType.RISK for one in self.series)

    @cached_property
    def indicated_by(self) -> frozenset[str]:
        """Observations that any of its series is indicated by."""
        return frozenset(code for one in self.series for code in one.indicated_by)

    @cached_property
    def asks_gender(self) -> bool:
        return any(one.genders for one in self.series)

    @cached_property
    def asks_country(self) -> bool:
        return any(one.country for one in self.immunity_by_birth)

    @cached_property
    def _without_indication(self) -> dict[str, tuple[AntigenSeries, ...]]:
        return {}

    def without_indication(self, gender: str) -> tuple[AntigenSeries, ...]:
        """Table 5-5 for somebody without any indication: those that wait for another group come last."""
        found = self._without_indication.get(gender)
        if found is None:
            chosen = [
                one
                for one in self.series
                if one.type is not SeriesType.RISK and (not one.genders or gender in one.genders)
            ]
            found = self._without_indication[gender] = tuple(sorted(chosen, key=lambda one: one.waits))
        return found

    @cached_property
    def observations(self) -> frozenset[str]:
        """Observation codes that can change anything for it."""
        return frozenset(
            {one.observation for one in self.contraindications}
            | {one.observation for one in self.vaccine_contraindications}
            | {code for one in self.immunity_by_birth for code in one.exclusions}
            | {code for one in self.series for code in one.indicated_by}
            | {i.from_observation for one in self.series for dose in one.doses for i in dose.intervals}
            | self.immunity_history
        )


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
