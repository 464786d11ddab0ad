"""The patient's side of the domain model (appendix A): what happened, and the state of evaluation and forecast."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from prevention.immunisation.schedule import Antigen, AntigenSeries, Schedule, SeriesDose


class EvaluationStatus(Enum):
    """Table 3-1."""

    EXTRANEOUS = "Extraneous"
    NOT_VALID = "Not Valid"
    SUB_STANDARD = "Sub-standard"
    VALID = "Valid"


class Reason(Enum):
    """Why a dose has its evaluation status (chapter 6)."""

    TOO_YOUNG = "Age: Too Young"
    TOO_OLD = "Age: Too Old"
    TOO_SOON = "Interval: Too Soon"
    CONFLICT = "Vaccine Conflict"
    NOT_FOR_THIS_DOSE = "Not a preferable or allowable vaccine"
    INADVERTENT = "Inadvertent Vaccine"
    SERIES_COMPLETE = "Series Already Complete"
    CONDITION = "Dose Condition"


class TargetDoseStatus(Enum):
    """Table 3-2."""

    NOT_SATISFIED = "Not Satisfied"
    SATISFIED = "Satisfied"
    SKIPPED = "Skipped"


class SeriesStatus(Enum):
    """Table 3-3."""

    AGED_OUT = "Aged Out"
    COMPLETE = "Complete"
    CONTRAINDICATED = "Contraindicated"
    IMMUNE = "Immune"
    NOT_COMPLETE = "Not Complete"
    NOT_RECOMMENDED = "Not Recommended"


@dataclass(frozen=True, slots=True)
class VaccineDoseAdministered:
    """One vaccine given. `key` is the caller's own (a row id, a column of a case)."""

    given_on: date
    cvx: str
    mvx: str = ""
    trade_name: str = ""
    volume: float | None = None
    lot_expires_on: date | None = None
    has_condition: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """An active patient observation or adverse reaction, by the supporting data's observation code."""

    code: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """`gender` is Female, Male or Unknown; doses may come in any order; `country` is a birth country or empty."""

    born_on: date
    gender: str
    doses: tuple[VaccineDoseAdministered, ...] = ()
    observations: tuple[Observation, ...] = ()
    country: str = ""


@dataclass(slots=True)
class History:
    """4.2: the doses in order, and by antigen. Positions order doses of one day as they were reported."""

    patient: Patient
    schedule: Schedule
    assessed_on: date
    doses: list[VaccineDoseAdministered]
    by_antigen: dict[str, list[int]]
    observed: dict[str, date | None]
    # What 7.2 and 7.3 found for an antigen, the same for all its series.
    immune: dict[str, bool] = field(default_factory=dict)
    contraindicated: dict[str, bool] = field(default_factory=dict)
    ruled_out: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class TargetDose:
    """A series dose to be satisfied by this patient; a recurring one is repeated."""

    dose: SeriesDose
    status: TargetDoseStatus = TargetDoseStatus.NOT_SATISFIED
    # Position in the history of the dose that satisfied it.
    satisfied_by: int | None = None


@dataclass(slots=True)
class Evaluation:
    """One dose administered against one patient series."""

    position: int
    status: EvaluationStatus
    # Every condition that failed, in the order of table 6-31.
    reasons: tuple[Reason, ...] = ()
    target: int | None = None

    @property
    def counts_for_intervals(self) -> bool:
        """CALCDTINT-1: valid or not valid, and not an inadvertent administration."""
        return (
            self.status is EvaluationStatus.VALID or self.status is EvaluationStatus.NOT_VALID
        ) and Reason.INADVERTENT not in self.reasons


@dataclass(slots=True)
class SeriesForecast:
    """7.5: dates of the next target dose. All empty unless the series is not complete."""

    earliest: date | None = None
    unadjusted_recommended: date | None = None
    unadjusted_past_due: date | None = None
    recommended: date | None = None
    past_due: date | None = None
    latest: date | None = None
    dose_number: int | None = None
    vaccines: tuple[str, ...] = ()
    priority: bool = False

    def not_before(self, day: date) -> "SeriesForecast":
        """The same, with no date before `day`."""
        dates = ("earliest", "unadjusted_recommended", "unadjusted_past_due", "recommended", "past_due")
        return replace(self, **{name: max(on, day) for name in dates if (on := getattr(self, name)) is not None})


NO_FORECAST = SeriesForecast()


def _no_forecast() -> SeriesForecast:
    return NO_FORECAST


@dataclass(slots=True)
class PatientSeries:
    """An antigen series and this patient's progress in it."""

    series: AntigenSeries
    antigen: Antigen
    targets: list[TargetDose]
    evaluations: list[Evaluation] = field(default_factory=list)
    # Index of the target dose that evaluation or forecasting stands at.
    current: int = 0
    status: SeriesStatus = SeriesStatus.NOT_COMPLETE
    forecast: SeriesForecast = field(default_factory=_no_forecast)
    reason: str = ""
    # SELECTB-21: target doses that are satisfied.
    valid_doses: int = 0
    # 7.6 sent the forecast back: by its earliest date the target dose will be skipped.
    sent_back: bool = False
    # Neither forecast nor, where no dose could be valid, evaluated (it has no target doses then): chapter 8 cannot
    # choose it.
    passed_over: bool = False
    # Of a series that an indication on record will call for: from when on.
    begins_on: date | None = None

    @property
    def completed_by(self) -> int | None:
        """Position of the last dose that a complete series needed; None where it is not complete."""
        if self.status is not SeriesStatus.COMPLETE:
            return None
        return max((t.satisfied_by for t in self.targets if t.satisfied_by is not None), default=None)

    @property
    def first_valid(self) -> int | None:
        """Position of the earliest valid dose."""
        for one in self.evaluations:
            if one.status is EvaluationStatus.VALID:
                return one.position
        return None
