"""8 Select best patient series, for one antigen."""

from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import date

from prevention.immunisation.dates import END, Duration, plus, plus_or
from prevention.immunisation.forecast import maximum_age_date
from prevention.immunisation.intervals import in_force
from prevention.immunisation.patient import EvaluationStatus, History, PatientSeries, SeriesStatus, TargetDoseStatus
from prevention.immunisation.schedule import SeriesType


def select_best_patient_series(relevant: Sequence[PatientSeries], history: History) -> list[PatientSeries]:
    """8.1 to 8.8: at most one for each series group."""
    groups: dict[str, list[PatientSeries]] = defaultdict(list)
    for one in relevant:
        groups[one.series.group].append(one)
    prioritized: dict[str, PatientSeries] = {}
    for group, members in groups.items():
        chosen = select_prioritized_patient_series(members, history)
        if chosen is not None:
            prioritized[group] = chosen
    return [one for one in prioritized.values() if is_best_patient_series(one, prioritized)]


def select_prioritized_patient_series(group: Sequence[PatientSeries], history: History) -> PatientSeries | None:
    """Figure 8-2, for one series group."""
    if len(group) == 1 and (group[0].series.default or group[0].series.type is SeriesType.RISK):
        # The only scorable one (SELECTSCORE-2), or the default where none is: table 8-3 has one answer.
        return group[0]
    scorable = pre_filter_patient_series(group, history)
    single = identify_one_prioritized_patient_series(group, scorable)
    if single is not None or not scorable:
        return single
    scores = score(scorable, history)
    # SELECTBEST-2: the highest score, then the best ranked preference.
    return min(scores, key=lambda one: (-one[1], one[0].series.preference))[0]


# --- 8.1 ------------------------------------------------------------------------------------------------


def pre_filter_patient_series(group: Sequence[PatientSeries], history: History) -> list[PatientSeries]:
    """SELECTB-24 (candidates) and SELECTSCORE-2."""
    candidates = [one for one in group if one.status is not SeriesStatus.CONTRAINDICATED] or list(group)
    priority = min(one.series.priority for one in group)
    no_valid_doses = not any(one.valid_doses for one in group)
    no_default = not any(one.series.default for one in group)

    def is_scorable(one: PatientSeries) -> bool:
        if one.series.type is SeriesType.RISK:
            return one.series.priority == priority
        if one.series.type is SeriesType.EVALUATION_ONLY:
            return one.status is SeriesStatus.COMPLETE
        first = one.first_valid
        if first is not None:
            limit = plus_or(history.patient.born_on, one.series.maximum_age_to_start, END)
            return history.doses[first].given_on < limit
        return no_valid_doses and no_default

    return [one for one in candidates if is_scorable(one)]


def cannot_be_chosen(one: PatientSeries, with_default: Set[str]) -> bool:
    """SELECTSCORE-2 and table 8-3 of a series, should no dose be valid for it, where nothing contraindicates any.

    A standard one is not scorable where its group (`with_default`) has a default series, which is then chosen or was
    begun; one for evaluation only is not complete.
    """
    if one.series.type is SeriesType.STANDARD:
        return not one.series.default and one.series.group in with_default
    return one.series.type is SeriesType.EVALUATION_ONLY


# --- 8.2 ------------------------------------------------------------------------------------------------


def is_complete(one: PatientSeries) -> bool:
    """SELECTB-6."""
    return one.status is SeriesStatus.COMPLETE


def is_in_process(one: PatientSeries) -> bool:
    """SELECTB-16."""
    return one.status is SeriesStatus.NOT_COMPLETE and one.valid_doses > 0


def identify_one_prioritized_patient_series(
    group: Sequence[PatientSeries], scorable: Sequence[PatientSeries]
) -> PatientSeries | None:
    """Table 8-3."""
    default = [one for one in group if one.series.default]
    if len(scorable) == 1:
        return scorable[0]
    if not scorable:
        return default[0] if len(default) == 1 else None
    complete = [one for one in scorable if is_complete(one)]
    in_process = [one for one in scorable if is_in_process(one)]
    if len(complete) == 1:
        return complete[0]
    if not complete and len(in_process) == 1:
        return in_process[0]
    if not complete and not in_process and len(default) == 1:
        return default[0]
    return None


# --- 8.3 to 8.6 -----------------------------------------------------------------------------------------


def score(scorable: Sequence[PatientSeries], history: History) -> list[tuple[PatientSeries, int]]:
    """8.3, table 8-5: which series are scored, and by which table."""
    complete = [one for one in scorable if is_complete(one)]
    if len(complete) > 1:
        return _sum(complete, [_most_valid_doses(complete)])
    in_process = [one for one in scorable if is_in_process(one)]
    if len(in_process) > 1:
        return score_in_process(in_process, history)
    if any(one.valid_doses for one in scorable):
        # Table 8-5 is silent on series that were begun and can no longer be finished: the one begun furthest.
        return _sum(scorable, [_most_valid_doses(scorable)])
    return score_no_valid_doses(scorable, history)


def _points(conditions: Sequence[bool], alone: int, shared: int) -> list[int]:
    """Points where the condition is true for one series, or for several; the negative where it is not."""
    several = sum(conditions) > 1
    return [(shared if several else alone) if condition else -alone for condition in conditions]


def _sum(series: Sequence[PatientSeries], columns: Sequence[Sequence[int]]) -> list[tuple[PatientSeries, int]]:
    """SELECTBEST-1."""
    return [(one, sum(points)) for one, points in zip(series, zip(*columns, strict=True), strict=True)]


def _most_valid_doses(series: Sequence[PatientSeries]) -> list[int]:
    """SELECTB-19; table 8-7, and with other points table 8-9."""
    most = max(one.valid_doses for one in series)
    return _points([one.valid_doses == most for one in series], 1, 0)


def score_in_process(series: Sequence[PatientSeries], history: History) -> list[tuple[PatientSeries, int]]:
    """8.5, table 8-9."""
    unsatisfied = [sum(t.status is TargetDoseStatus.NOT_SATISFIED for t in one.targets) for one in series]
    finish = [forecast_finish_date(one, history) if is_completable(one, history) else END for one in series]
    product = [one.series.product_path and has_all_valid_doses(one) for one in series]
    completable = [is_completable(one, history) for one in series]
    columns = [
        _points(product, 2, 2),
        _points(completable, 3, 3),
        [2 * points for points in _most_valid_doses(series)],
        _points([count == min(unsatisfied) for count in unsatisfied], 2, 0),
        _points([ok and day == min(finish) for ok, day in zip(completable, finish, strict=True)], 1, 0),
    ]
    return _sum(series, columns)


def score_no_valid_doses(series: Sequence[PatientSeries], history: History) -> list[tuple[PatientSeries, int]]:
    """8.6, table 8-11."""
    starts = [one.forecast.earliest or END for one in series]
    first = min(starts)
    columns = [
        _points([start == first and start != END for start in starts], 1, 0),
        _points([is_completable(one, history) for one in series], 1, 1),
        [-points for points in _points([one.series.product_path for one in series], 1, 1)],
    ]
    return _sum(series, columns)


def has_all_valid_doses(one: PatientSeries) -> bool:
    """SELECTB-2."""
    return all(evaluation.status is EvaluationStatus.VALID for evaluation in one.evaluations)


def is_completable(one: PatientSeries, history: History) -> bool:
    """SELECTB-3. A series without a forecast cannot be finished."""
    if one.forecast.earliest is None:
        return False
    return forecast_finish_date(one, history) < maximum_age_date(one.targets[-1].dose, history)


def forecast_finish_date(one: PatientSeries, history: History) -> date:
    """SELECTB-12: the earliest date plus the longest minimum interval of the target doses after the next."""
    earliest = one.forecast.earliest
    if earliest is None:
        return END
    remaining: list[Duration] = [
        interval.minimum
        for target in one.targets[one.current + 1 :]
        for interval in in_force(target.dose.intervals, history.assessed_on)
        if interval.minimum
    ]
    return max((plus(earliest, length) for length in remaining), default=earliest)


# --- 8.8 ------------------------------------------------------------------------------------------------


def is_best_patient_series(one: PatientSeries, prioritized: dict[str, PatientSeries]) -> bool:
    """Table 8-14."""
    if is_complete(one):
        return True
    equivalent = [prioritized[group] for group in one.series.equivalent_groups if group in prioritized]
    if any(is_complete(other) for other in equivalent) or one.series.type is SeriesType.EVALUATION_ONLY:
        return False
    if one.series.type is SeriesType.RISK:
        return True
    return not any(other.series.type is SeriesType.RISK for other in equivalent)
