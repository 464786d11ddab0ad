"""6 Evaluate vaccine dose administered, and the walk over target doses and doses of figure 4-6."""

from collections.abc import Sequence

from prevention.immunisation.conditional_skip import Standpoint, can_be_skipped
from prevention.immunisation.conflict import is_impacted
from prevention.immunisation.dates import plus
from prevention.immunisation.intervals import satisfies_all_allowable_intervals, satisfies_all_preferable_intervals
from prevention.immunisation.patient import (
    Evaluation,
    EvaluationStatus,
    History,
    PatientSeries,
    Reason,
    TargetDose,
    TargetDoseStatus,
    VaccineDoseAdministered,
)
from prevention.immunisation.schedule import SeriesDose, SeriesDoseVaccine


def evaluate_immunization_history(series: PatientSeries, siblings: Sequence[PatientSeries], history: History) -> None:
    """4.4, figure 4-6: each dose of the antigen against the target dose at which the series stands."""
    series.targets = [TargetDose(dose) for dose in series.series.doses]
    for position in history.by_antigen.get(series.series.antigen, ()):
        evaluation = _evaluate_against_series(series, siblings, history, position)
        series.evaluations.append(evaluation)
        if evaluation.status is EvaluationStatus.VALID:
            target = series.targets[series.current]
            target.status = TargetDoseStatus.SATISFIED
            target.satisfied_by = position
            series.valid_doses += 1
            if target.dose.recurring:
                series.targets.insert(series.current + 1, TargetDose(target.dose))
            series.current += 1


def _evaluate_against_series(
    series: PatientSeries, siblings: Sequence[PatientSeries], history: History, position: int
) -> Evaluation:
    """6.1 first, then 6.2 until a target dose is not skipped. No target dose left: extraneous (figure 4-6, 6.a)."""
    dose = history.doses[position]
    if series.current < len(series.targets) and not can_be_evaluated(dose):
        return Evaluation(position, EvaluationStatus.SUB_STANDARD, (Reason.CONDITION,), series.current)
    at = None
    while series.current < len(series.targets):
        target = series.targets[series.current]
        skips = target.dose.skips_in_evaluation
        if skips and at is None:
            given_on = dose.given_on
            at = Standpoint(history, series, siblings, reference=given_on, relevant=given_on, before=position)
        if at is None or not can_be_skipped(skips, at):
            return evaluate_against_target_dose(target.dose, series, history, position)
        target.status = TargetDoseStatus.SKIPPED
        series.current += 1
    return Evaluation(position, EvaluationStatus.EXTRANEOUS, (Reason.SERIES_COMPLETE,))


def evaluate_against_target_dose(
    dose: SeriesDose, series: PatientSeries, history: History, position: int
) -> Evaluation:
    """6.3 to 6.10, table 6-31. Too old is extraneous whatever else holds; other failures are not valid."""
    given = history.doses[position]
    if given.cvx in dose.inadvertent:
        return Evaluation(position, EvaluationStatus.NOT_VALID, (Reason.INADVERTENT,), series.current)
    reasons = []
    age = evaluate_age(dose, history, position)
    if age is not None:
        reasons.append(age)
    if dose.intervals and not (
        satisfies_all_preferable_intervals(dose, series, history, position)
        or satisfies_all_allowable_intervals(dose, series, history, position)
    ):
        reasons.append(Reason.TOO_SOON)
    if given.cvx in history.schedule.conflicts and is_impacted(series, history, position):
        reasons.append(Reason.CONFLICT)
    if not (is_preferable_vaccine(dose, history, given) or is_allowable_vaccine(dose, history, given)):
        reasons.append(Reason.NOT_FOR_THIS_DOSE)
    if age is Reason.TOO_OLD:
        status = EvaluationStatus.EXTRANEOUS
    else:
        status = EvaluationStatus.NOT_VALID if reasons else EvaluationStatus.VALID
    return Evaluation(position, status, tuple(reasons), series.current)


def can_be_evaluated(dose: VaccineDoseAdministered) -> bool:
    """6.1, table 6-3: not after the lot's expiry, and without a condition such as a recall or a cold chain break."""
    return not dose.has_condition and (dose.lot_expires_on is None or dose.given_on <= dose.lot_expires_on)


def evaluate_age(dose: SeriesDose, history: History, position: int) -> Reason | None:
    """6.4, table 6-15; None for a valid age, the grace period included."""
    given_on, born = history.doses[position].given_on, history.patient.born_on
    for age in dose.ages:
        if age.in_force is None or age.in_force.on(given_on):
            if age.absolute_minimum is not None and given_on < plus(born, age.absolute_minimum):
                return Reason.TOO_YOUNG
            if age.maximum is not None and given_on >= plus(born, age.maximum):
                return Reason.TOO_OLD
    return None


def _within_ages(vaccine: SeriesDoseVaccine, history: History, dose: VaccineDoseAdministered) -> bool:
    """CALCDTPREF-1, -2 and CALCDTALLOW-1, -2."""
    born, begin, end = history.patient.born_on, vaccine.begin_age, vaccine.end_age
    return (begin is None or plus(born, begin) <= dose.given_on) and (end is None or dose.given_on < plus(born, end))


def is_preferable_vaccine(dose: SeriesDose, history: History, given: VaccineDoseAdministered) -> bool:
    """6.8, table 6-26. A volume too small is a remark, never a refusal. Trade names are written in many ways: the
    same vaccine type of the same manufacturer is the same product."""
    for vaccine in dose.preferable_by_type.get(given.cvx, ()):
        if _within_ages(vaccine, history, given) and (
            not vaccine.trade_name
            or vaccine.trade_name.casefold() == given.trade_name.casefold()
            or (vaccine.mvx != "" and vaccine.mvx == given.mvx)
        ):
            return True
    return False


def is_allowable_vaccine(dose: SeriesDose, history: History, given: VaccineDoseAdministered) -> bool:
    """6.9, table 6-29."""
    return any(_within_ages(vaccine, history, given) for vaccine in dose.allowable.get(given.cvx, ()))
