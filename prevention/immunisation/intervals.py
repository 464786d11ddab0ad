"""6.5 Evaluate preferable interval, 6.6 Evaluate allowable interval, and their reference dates (3.4)."""

from collections.abc import Sequence
from datetime import date

from prevention.immunisation.dates import plus
from prevention.immunisation.patient import History, PatientSeries, Reason, TargetDoseStatus
from prevention.immunisation.schedule import Interval, SeriesDose


def reference_date(interval: Interval, series: PatientSeries, history: History, before: int) -> date | None:
    """CALCDTINT-1, -2, -8 and -9: the date that the interval counts from; None where there is none.

    `before`: only doses at lower positions of the history are looked at.
    """
    if interval.from_previous:
        for evaluation in reversed(series.evaluations):
            if evaluation.position < before and evaluation.counts_for_intervals:
                return history.doses[evaluation.position].given_on
        return None
    if interval.from_target_dose is not None:
        for target in series.targets:
            if target.dose.number == interval.from_target_dose and target.status is TargetDoseStatus.SATISFIED:
                return history.doses[target.satisfied_by].given_on if target.satisfied_by is not None else None
        return None
    if interval.from_most_recent:
        inadvertent = {one.position for one in series.evaluations if Reason.INADVERTENT in one.reasons}
        for position in range(min(before, len(history.doses)) - 1, -1, -1):
            if history.doses[position].cvx in interval.from_most_recent and position not in inadvertent:
                return history.doses[position].given_on
        return None
    return history.observed.get(interval.from_observation)


def in_force(intervals: tuple[Interval, ...], day: date) -> Sequence[Interval]:
    """3.3: RELEVANT-1 and RELEVANT-2."""
    if not intervals:
        return intervals
    return [interval for interval in intervals if interval.in_force is None or interval.in_force.on(day)]


def _satisfied(interval: Interval, series: PatientSeries, history: History, position: int) -> bool:
    """Tables 6-18 and 6-21: not before the absolute minimum interval date (CALCDTINT-3)."""
    if interval.absolute_minimum is None:
        return True
    reference = reference_date(interval, series, history, position)
    return reference is None or history.doses[position].given_on >= plus(reference, interval.absolute_minimum)


def satisfies_all_preferable_intervals(
    dose: SeriesDose, series: PatientSeries, history: History, position: int
) -> bool:
    """6.5. A target dose without preferable intervals is satisfied by any."""
    for one in dose.intervals:
        if (one.in_force is None or one.in_force.on(history.doses[position].given_on)) and not _satisfied(
            one, series, history, position
        ):
            return False
    return True


def satisfies_all_allowable_intervals(dose: SeriesDose, series: PatientSeries, history: History, position: int) -> bool:
    """6.6. A target dose without allowable intervals is satisfied by none."""
    allowable = in_force(dose.allowable_intervals, history.doses[position].given_on)
    return bool(allowable) and all(_satisfied(one, series, history, position) for one in allowable)
