"""7 Forecast dates and reasons, for one patient series."""

from collections.abc import Sequence
from datetime import date, timedelta

from prevention.immunisation.conditional_skip import Standpoint, can_be_skipped
from prevention.immunisation.conflict import forecast_conflict_end_dates
from prevention.immunisation.contraindications import (
    contraindicated_vaccines,
    has_evidence_of_immunity,
    is_contraindicated_series,
)
from prevention.immunisation.dates import BEGINNING, END, plus, plus_or
from prevention.immunisation.intervals import in_force, reference_date
from prevention.immunisation.patient import (
    NO_FORECAST,
    History,
    PatientSeries,
    SeriesForecast,
    SeriesStatus,
    TargetDoseStatus,
)
from prevention.immunisation.schedule import Age, Interval, SeriesDose

DAY = timedelta(days=1)
TOO_OLD = "Patient has exceeded the maximum age"


def forecast_dates_and_reasons(series: PatientSeries, siblings: Sequence[PatientSeries], history: History) -> None:
    """Figure 7-1: skip what can be skipped, then immunity, contraindications, need, dates; and once more where the
    forecast would be skipped by the time of its earliest date (7.6)."""
    skip_target_doses(series, siblings, history, history.assessed_on)
    while True:
        earliest = determine_forecast_need(series, history)
        if series.status is not SeriesStatus.NOT_COMPLETE:
            series.forecast = NO_FORECAST
            return
        series.forecast = generate_forecast_dates(series, history, earliest or history.patient.born_on)
        if is_valid_recommendation(series, siblings, history):
            return
        series.sent_back = True


def skip_target_doses(
    series: PatientSeries, siblings: Sequence[PatientSeries], history: History, reference: date
) -> bool:
    """7.1: whether the target dose that the series stands at was skipped, and those after it that can be."""
    at = None
    skipped = False
    while series.current < len(series.targets):
        target = series.targets[series.current]
        if not target.dose.skips_in_forecast:
            break
        at = at or Standpoint(
            history,
            series,
            siblings,
            reference=reference,
            relevant=history.assessed_on,
            before=len(history.doses),
        )
        if not can_be_skipped(target.dose.skips_in_forecast, at):
            break
        target.status = TargetDoseStatus.SKIPPED
        series.current += 1
        skipped = True
    return skipped


def is_valid_recommendation(series: PatientSeries, siblings: Sequence[PatientSeries], history: History) -> bool:
    """7.6: at the earliest date the target dose is still wanted."""
    earliest = series.forecast.earliest
    if earliest is None or earliest <= history.assessed_on:
        return True
    return not skip_target_doses(series, siblings, history, earliest)


def determine_forecast_need(series: PatientSeries, history: History) -> date | None:
    """7.4, table 7-10, its columns from left to right: sets the status and its reason; the candidate earliest date."""
    candidate: date | None = None
    if series.current >= len(series.targets):
        if any(target.status is TargetDoseStatus.SATISFIED for target in series.targets):
            series.status, series.reason = SeriesStatus.COMPLETE, "Patient series is complete"
        else:
            series.status = SeriesStatus.NOT_RECOMMENDED
            series.reason = "Not recommended at this time due to past immunization history"
        return None
    if has_evidence_of_immunity(series.antigen, history):
        series.status, series.reason = SeriesStatus.IMMUNE, "Patient has evidence of immunity"
        return None
    if is_contraindicated_series(series.series, series.antigen, history):
        series.status, series.reason = SeriesStatus.CONTRAINDICATED, "Patient has a contraindication"
        return None
    dose = series.targets[series.current].dose
    if dose.season_end is not None and history.assessed_on > dose.season_end:
        series.status, series.reason = SeriesStatus.NOT_RECOMMENDED, "Past seasonal recommendation end date"
        return None
    maximum = maximum_age_date(dose, history)
    if history.assessed_on >= maximum:
        series.status, series.reason = SeriesStatus.AGED_OUT, TOO_OLD
    elif (candidate := candidate_earliest_date(series, history)) is not None and candidate >= maximum:
        series.status = SeriesStatus.AGED_OUT
        series.reason = "Patient is unable to finish the series prior to the maximum age"
    else:
        series.status, series.reason = SeriesStatus.NOT_COMPLETE, ""
    return candidate


def relevant_age(dose: SeriesDose, history: History) -> Age | None:
    """The age in force on the assessment date (RELEVANT-2)."""
    for age in dose.ages:
        if age.in_force is None or age.in_force.on(history.assessed_on):
            return age
    return None


def maximum_age_date(dose: SeriesDose, history: History) -> date:
    """CALCDTAGE-1."""
    age = relevant_age(dose, history)
    return plus_or(history.patient.born_on, age.maximum if age else None, END)


def _references(series: PatientSeries, dose: SeriesDose, history: History) -> list[tuple[Interval, date]]:
    found = []
    for interval in dose.intervals:
        if interval.in_force is None or interval.in_force.on(history.assessed_on):
            reference = reference_date(interval, series, history, len(history.doses))
            if reference is not None:
                found.append((interval, reference))
    return found


def candidate_earliest_date(series: PatientSeries, history: History) -> date | None:
    """FORECASTDTCAN-1; None where the supporting data and the history say nothing."""
    dose = series.targets[series.current].dose
    age = relevant_age(dose, history)
    born = history.patient.born_on
    dates: list[date] = [plus(born, age.minimum)] if age and age.minimum else []
    if dose.season_start:
        dates.append(dose.season_start)
    dates += [plus(since, one.minimum) for one, since in _references(series, dose, history) if one.minimum]
    if dose.conflicting:
        dates += forecast_conflict_end_dates(dose, history)
    if series.evaluations:
        # The most recent dose evaluated, inadvertent ones included, is the last one.
        dates.append(history.doses[series.evaluations[-1].position].given_on)
    return max(dates, default=None)


def generate_forecast_dates(series: PatientSeries, history: History, earliest: date) -> SeriesForecast:
    """7.5 from the candidate earliest date on: FORECASTDT-1 … -6, FORECASTDN-1 and FORECASTRECVAC-1."""
    dose = series.targets[series.current].dose
    age = relevant_age(dose, history)
    born = history.patient.born_on
    references = _references(series, dose, history)

    recommended = plus(born, age.earliest_recommended) if age and age.earliest_recommended else None
    if recommended is None:
        recommended = max(
            [plus(since, one.earliest_recommended) for one, since in references if one.earliest_recommended],
            default=None,
        )
    past_due = plus(born, age.latest_recommended) if age and age.latest_recommended else None
    if past_due is None:
        past_due = max(
            [plus(since, one.latest_recommended) for one, since in references if one.latest_recommended], default=None
        )

    unadjusted_recommended = recommended or earliest
    unadjusted_past_due = past_due - DAY if past_due else None
    adjusted_recommended = max(earliest, unadjusted_recommended)
    return SeriesForecast(
        earliest=earliest,
        unadjusted_recommended=unadjusted_recommended,
        unadjusted_past_due=unadjusted_past_due,
        recommended=adjusted_recommended,
        past_due=max(earliest, unadjusted_past_due) if unadjusted_past_due else None,
        latest=plus(born, age.maximum) - DAY if age and age.maximum else None,
        dose_number=forecast_dose_number(series, history),
        vaccines=recommended_vaccines(series, history, earliest, adjusted_recommended),
        priority=is_priority(dose, history),
    )


def forecast_dose_number(series: PatientSeries, history: History) -> int:
    """FORECASTDN-1: satisfied target doses, those with a season within it alone, plus one."""
    count = 0
    for target in series.targets:
        if target.status is TargetDoseStatus.SATISFIED and target.satisfied_by is not None:
            start = target.dose.season_start
            count += start is None or history.doses[target.satisfied_by].given_on >= start
    return count + 1


def recommended_vaccines(series: PatientSeries, history: History, earliest: date, recommended: date) -> tuple[str, ...]:
    """FORECASTRECVAC-1: preferable vaccines to name, by vaccine type, on either day."""
    ruled_out = contraindicated_vaccines(series.antigen, history)
    born = history.patient.born_on
    found: list[str] = []
    for vaccine in series.targets[series.current].dose.preferable:
        if vaccine.forecast and vaccine.cvx not in ruled_out and vaccine.cvx not in found:
            begin, end = plus_or(born, vaccine.begin_age, BEGINNING), plus_or(born, vaccine.end_age, END)
            if begin <= earliest < end or begin <= recommended < end:
                found.append(vaccine.cvx)
    return tuple(found)


def is_priority(dose: SeriesDose, history: History) -> bool:
    """FORECASTPRIORITY-1."""
    intervals = in_force(dose.intervals, history.assessed_on)
    return bool(intervals) and all(interval.priority for interval in intervals)
