"""9 Identify and evaluate vaccine group: the best patient series of its antigens as one forecast."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from prevention.immunisation.dates import BEGINNING, plus_or
from prevention.immunisation.patient import (
    NO_FORECAST,
    Evaluation,
    EvaluationStatus,
    History,
    PatientSeries,
    Reason,
    SeriesForecast,
    SeriesStatus,
)
from prevention.immunisation.schedule import SeriesType, VaccineGroup


class DoseResult(NamedTuple):
    """A dose's evaluation in a vaccine group: over the antigens, what counts against it first."""

    position: int
    status: EvaluationStatus
    reasons: tuple[Reason, ...]


class VaccineGroupForecast(NamedTuple):
    """One forecast of a vaccine group, standard or risk, of one series group."""

    group: str
    risk: bool
    series_group: str
    # The minimum age to start has come: a series for those of 75 and over is no matter for a child yet.
    may_start: bool
    status: SeriesStatus
    forecast: SeriesForecast
    reasons: tuple[str, ...] = ()
    antigens: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    doses: tuple[DoseResult, ...] = ()


def identify_and_evaluate_vaccine_group(
    group: VaccineGroup, best: Sequence[PatientSeries], history: History
) -> list[VaccineGroupForecast]:
    """9.1: forecasts of a vaccine group. Series of the same type are merged, risk with risk and standard with
    standard; within a type, groups of one antigen that are not equivalent stay forecasts of their own."""
    buckets: dict[tuple[bool, str], list[PatientSeries]] = {}
    for one in best:
        key = (one.series.type is SeriesType.RISK, one.series.group)
        buckets.setdefault(key, []).append(one)
    return [_vaccine_group_forecast(group, key, members, history) for key, members in buckets.items()]


def _vaccine_group_forecast(
    group: VaccineGroup, key: tuple[bool, str], members: Sequence[PatientSeries], history: History
) -> VaccineGroupForecast:
    risk, series_group = key
    status = vaccine_group_status(group, members)
    return VaccineGroupForecast(
        group=group.name,
        risk=risk,
        series_group=series_group,
        may_start=any(minimum_age_to_start_has_come(one, history) for one in members),
        status=status,
        forecast=_dates(group, members, history) if status is SeriesStatus.NOT_COMPLETE else NO_FORECAST,
        reasons=tuple(dict.fromkeys(one.reason for one in members if one.reason)),
        # FORECASTVG-8
        antigens=tuple(one.series.antigen for one in members if one.status is SeriesStatus.NOT_COMPLETE),
        series=tuple(one.series.name for one in members),
        doses=tuple(dose_results(members)),
    )


def minimum_age_to_start_has_come(one: PatientSeries, history: History) -> bool:
    """Glossary: minimum age to start, the earliest age an antigen series may be started."""
    return plus_or(history.patient.born_on, one.series.minimum_age_to_start, BEGINNING) <= history.assessed_on


def vaccine_group_status(group: VaccineGroup, members: Sequence[PatientSeries]) -> SeriesStatus:
    """SINGLEANTVG-1, and table 9-4 for groups of several antigens."""
    if not group.is_multiple_antigen:
        return members[0].status
    found = {one.status for one in members}
    for status in (
        SeriesStatus.CONTRAINDICATED,
        SeriesStatus.AGED_OUT,
        SeriesStatus.NOT_RECOMMENDED,
        SeriesStatus.NOT_COMPLETE,
    ):
        if status in found:
            return status
    return SeriesStatus.IMMUNE if found == {SeriesStatus.IMMUNE} else SeriesStatus.COMPLETE


def _earliest(dates: Iterable[date | None]) -> date | None:
    return min((day for day in dates if day is not None), default=None)


def _dates(group: VaccineGroup, members: Sequence[PatientSeries], history: History) -> SeriesForecast:
    forecasts = [one.forecast for one in members if one.status is SeriesStatus.NOT_COMPLETE]
    if len(forecasts) == 1 and not group.is_multiple_antigen:
        return forecasts[0]
    earliest = earliest_date(group, members, forecasts, history)
    recommended = _earliest(one.recommended for one in forecasts)
    past_due = _earliest(one.past_due for one in forecasts)
    numbers = [one.dose_number for one in forecasts if one.dose_number is not None]
    return SeriesForecast(
        earliest=earliest,
        # FORECASTVG-5 and FORECASTVG-6
        unadjusted_recommended=_earliest(one.unadjusted_recommended for one in forecasts),
        unadjusted_past_due=_earliest(one.unadjusted_past_due for one in forecasts),
        # FORECASTVG-2, FORECASTVG-3 and FORECASTVG-4
        recommended=max(recommended, earliest) if recommended and earliest else recommended,
        past_due=max(past_due, earliest) if past_due and earliest else past_due,
        latest=_earliest(one.latest for one in forecasts),
        # FORECASTDN-2
        dose_number=(min if group.administer_full else max)(numbers, default=None),
        # FORECASTVG-9
        vaccines=tuple(dict.fromkeys(cvx for one in forecasts for cvx in one.vaccines)),
        priority=any(one.priority for one in forecasts),
    )


def earliest_date(
    group: VaccineGroup, members: Sequence[PatientSeries], forecasts: Sequence[SeriesForecast], history: History
) -> date | None:
    """SINGLEANTVG-2 and MULTIANTVG-1."""
    dates = [one.earliest for one in forecasts if one.earliest is not None]
    if not group.is_multiple_antigen:
        return min(dates, default=None)
    if not any(one.priority for one in forecasts):
        return max(dates, default=None)
    given = {position for antigen in group.antigens for position in history.by_antigen.get(antigen, ())}
    last = max((history.doses[position].given_on for position in given), default=None)
    first = min(dates, default=None)
    return max(first, last) if first and last else first


# What a dose is called where its antigens differ: what must be repeated comes first.
WORST_FIRST = (
    EvaluationStatus.SUB_STANDARD,
    EvaluationStatus.NOT_VALID,
    EvaluationStatus.VALID,
    EvaluationStatus.EXTRANEOUS,
)


def dose_results(members: Sequence[PatientSeries]) -> list[DoseResult]:
    """Each dose of the group once, over its antigens' best patient series."""
    if len(members) == 1:
        return [DoseResult(one.position, one.status, one.reasons) for one in members[0].evaluations]
    by_position: dict[int, list[Evaluation]] = {}
    for one in members:
        for evaluation in one.evaluations:
            by_position.setdefault(evaluation.position, []).append(evaluation)
    found = []
    for position, evaluations in sorted(by_position.items()):
        first = min(evaluations, key=lambda evaluation: WORST_FIRST.index(evaluation.status))
        found.append(DoseResult(position, first.status, first.reasons))
    return found
