"""6.2 Evaluate conditional skip, used in evaluation (6.2), forecast (7.1) and validation of a forecast (7.6)."""

from collections.abc import Iterable, Sequence
from datetime import date

from prevention.immunisation.dates import BEGINNING, END, plus, plus_or
from prevention.immunisation.patient import EvaluationStatus, History, PatientSeries
from prevention.immunisation.schedule import (
    Condition,
    ConditionalSkip,
    ConditionType,
    CountLogic,
    Logic,
    SkipSet,
)


class Standpoint:
    """From where a condition is looked at: CONDSKIP-2's reference date, and how much of the history came before."""

    __slots__ = ("before", "history", "patient_series", "reference", "relevant", "siblings")

    def __init__(
        self,
        history: History,
        patient_series: PatientSeries,
        siblings: Sequence[PatientSeries],
        *,
        reference: date,
        relevant: date,
        before: int,
    ) -> None:
        """`before`: doses at lower positions are behind us. `relevant`: the date that 3.3 asks of a set."""
        self.history = history
        self.patient_series = patient_series
        self.siblings = siblings
        self.reference = reference
        self.relevant = relevant
        self.before = before


def can_be_skipped(skips: Sequence[ConditionalSkip], at: Standpoint) -> bool:
    """Table 6-11, for each conditional skip of the target dose in the context."""
    for skip in skips:  # noqa: SIM110  (a generator costs more here than the question)
        if _skip_is_met(skip, at):
            return True
    return False


# Loops, not all() or any() over generators: these are asked of every dose in every series.
def _skip_is_met(skip: ConditionalSkip, at: Standpoint) -> bool:
    """Of the sets in force (3.3) all must be met, or one."""
    every = skip.logic is Logic.AND
    met = False
    for one in skip.sets:
        if one.in_force is None or one.in_force.on(at.relevant):
            met = _set_is_met(one, at)
            if met is not every:
                return met
    return met


def _set_is_met(one: SkipSet, at: Standpoint) -> bool:
    """Table 6-10."""
    every = one.logic is Logic.AND
    for condition in one.conditions:
        if _condition_is_met(condition, at) is not every:
            return not every
    return every


def _condition_is_met(condition: Condition, at: Standpoint) -> bool:
    if condition.type is ConditionType.AGE:
        return _age(condition, at)
    if condition.type is ConditionType.VACCINE_COUNT:
        return _vaccine_count(condition, at)
    if condition.type is ConditionType.INTERVAL:
        return _interval(condition, at)
    return _completed_series(condition, at)


def _age(condition: Condition, at: Standpoint) -> bool:
    """Table 6-6, with CALCDTSKIP-3 and CALCDTSKIP-4."""
    born = at.history.patient.born_on
    return plus_or(born, condition.begin_age, BEGINNING) <= at.reference < plus_or(born, condition.end_age, END)


def _completed_series(condition: Condition, at: Standpoint) -> bool:
    """Table 6-7. The groups named were settled before (see `create_relevant_patient_series`).

    A dose is evaluated as of its day: a series that a later dose completed was not complete yet.
    """
    return any(
        one.series.group in condition.series_groups and one.completed_by is not None and one.completed_by < at.before
        for one in at.siblings
        if one is not at.patient_series
    )


def _interval(condition: Condition, at: Standpoint) -> bool:
    """Table 6-8, with CALCDTSKIP-5: from the immediate previous dose of the antigen."""
    if condition.interval is None:
        return False
    positions = at.history.by_antigen.get(at.patient_series.series.antigen, ())
    previous = [position for position in positions if position < at.before]
    if not previous:
        return False
    return at.reference >= plus(at.history.doses[previous[-1]].given_on, condition.interval)


def _vaccine_count(condition: Condition, at: Standpoint) -> bool:
    """Table 6-9."""
    count = number_of_conditional_doses_administered(condition, at)
    if condition.count_logic is CountLogic.GREATER_THAN:
        return count > condition.count
    if condition.count_logic is CountLogic.EQUAL_TO:
        return count == condition.count
    return count < condition.count


def number_of_conditional_doses_administered(condition: Condition, at: Standpoint) -> int:
    """CONDSKIP-1. `Valid` counts this series' valid doses; `Total` counts any, other antigens' vaccines included
    where the condition names vaccine types (Pertussis asks for Td, which holds no pertussis)."""
    history, types, before = at.history, condition.vaccine_types, at.before
    positions: Iterable[int]
    if condition.valid_only:
        positions = [
            one.position
            for one in at.patient_series.evaluations
            if one.status is EvaluationStatus.VALID and one.position < before
        ]
    elif types:
        positions = range(min(before, len(history.doses)))
    else:
        positions = [p for p in history.by_antigen.get(at.patient_series.series.antigen, ()) if p < before]
    doses = history.doses
    days = [doses[position].given_on for position in positions if not types or doses[position].cvx in types]
    if not days:
        return 0
    born = history.patient.born_on
    start = max(plus_or(born, condition.begin_age, BEGINNING), condition.start or BEGINNING)
    end = min(plus_or(born, condition.end_age, END), condition.end or END)
    return len([day for day in days if start <= day < end])
