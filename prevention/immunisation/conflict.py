"""6.7 Evaluate vaccine conflict, and the forecast's conflict end dates (CALCDTCONFLICT-1 … -3)."""

from collections.abc import Iterator
from datetime import date

from prevention.immunisation.dates import plus
from prevention.immunisation.patient import EvaluationStatus, History, PatientSeries
from prevention.immunisation.schedule import SeriesDose


def is_impacted(series: PatientSeries, history: History, position: int) -> bool:
    """CONFLICT-3: a previous dose of a conflicting type stands too near.

    A previous dose that this series did not evaluate has no evaluation status (CALCDTCONFLICT-2).
    """
    current = history.doses[position]
    conflicts = history.schedule.conflicts.get(current.cvx)
    if not conflicts:
        return False
    for earlier in range(position):
        previous = history.doses[earlier]
        conflict = conflicts.get(previous.cvx)
        if conflict is None:
            continue
        not_valid = any(
            one.position == earlier and one.status is not EvaluationStatus.VALID for one in series.evaluations
        )
        end = conflict.end if not_valid else conflict.minimum_end
        if plus(previous.given_on, conflict.begin) <= current.given_on < plus(previous.given_on, end):
            return True
    return False


def forecast_conflict_end_dates(dose: SeriesDose, history: History) -> Iterator[date]:
    """CALCDTCONFLICT-3: for each dose given whose type conflicts with a preferable vaccine of the target dose."""
    if dose.conflicting:
        for previous in history.doses:
            for length in dose.conflicting.get(previous.cvx, ()):
                yield plus(previous.given_on, length)
