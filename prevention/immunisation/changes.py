"""On which day a forecast can change although nothing happened: an age is reached, a season begins, a rule ends.

Everything that the logic compares with the assessment date is listed here once, so that a run may pass by whoever has
none of these days behind the last evaluation.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from prevention.immunisation.dates import END, Duration, latest_birthday, plus
from prevention.immunisation.patient import History
from prevention.immunisation.schedule import ConditionType, InForce, Schedule, SeriesDose

DAY = timedelta(days=1)
# By how much months of different length can set two ages against their order.
A_FEW_DAYS = timedelta(days=10)


class Steps:
    """A schedule's ages, days and skip intervals that matter to a forecast."""

    def __init__(self, schedule: Schedule) -> None:
        self.ages: frozenset[Duration] = frozenset(_ages(schedule))
        self.days: tuple[date, ...] = tuple(sorted({day for day in _days(schedule) if day < END}))
        # antigen → intervals after a dose
        self.intervals: dict[str, frozenset[Duration]] = {
            name: frozenset(
                condition.interval
                for one in antigen.series
                for condition in one.skip_conditions
                if condition.type is ConditionType.INTERVAL and condition.interval
            )
            for name, antigen in schedule.antigens.items()
        }

    def next_after(self, history: History) -> date | None:
        """The first such day after the assessment; None where none is left."""
        today, born = history.assessed_on, history.patient.born_on
        latest, ages = self._by_latest_birthday(today)
        ahead = list(self.days[bisect_right(self.days, today) :][:1])
        # The ages not reached yet, the nearest first: those after it by more than some days come later for certain.
        first = bisect_left(latest, born) - 1
        for index in range(first, -1, -1):
            if latest[first] - latest[index] > A_FEW_DAYS:
                break
            ahead.append(plus(born, ages[index]))
        for antigen, positions in history.by_antigen.items():
            for length in self.intervals[antigen]:
                ahead += [day for p in positions if (day := plus(history.doses[p].given_on, length)) > today]
        return min(ahead, default=None)

    @lru_cache(maxsize=8)  # noqa: B019  (lives as long as the schedule)
    def _by_latest_birthday(self, today: date) -> tuple[list[date], list[Duration]]:
        """For each age, in the order of it, the latest birthday with which it is reached today."""
        found = sorted((latest_birthday(age, today), age) for age in self.ages)
        return [day for day, _ in found], [age for _, age in found]


def _ages(schedule: Schedule) -> Iterator[Duration]:
    for antigen in schedule.antigens.values():
        limits = list(antigen.contraindications)
        for one in antigen.series:
            limits += one.indications
            yield from (age for age in (one.minimum_age_to_start, one.maximum_age_to_start) if age)
            for dose in one.doses:
                yield from (age.maximum for age in dose.ages if age.maximum)
            for condition in one.skip_conditions:
                yield from (age for age in (condition.begin_age, condition.end_age) if age)
        for limit in limits:
            yield from (age for age in (limit.begin_age, limit.end_age) if age)
        for contraindication in antigen.vaccine_contraindications:
            for vaccine in contraindication.vaccines:
                yield from (age for age in (vaccine.begin_age, vaccine.end_age) if age)


def _days(schedule: Schedule) -> Iterator[date]:
    for antigen in schedule.antigens.values():
        for one in antigen.series:
            for dose in one.doses:
                yield from _of_dose(dose)
            for condition in one.skip_conditions:
                yield from (day for day in (condition.start, condition.end) if day)


def _of_dose(dose: SeriesDose) -> Iterator[date]:
    if dose.season_start:
        yield dose.season_start
    if dose.season_end:
        yield dose.season_end + DAY
    skips = (one for skip in dose.skips_in_forecast for one in skip.sets)
    yield from (day for age in dose.ages for day in _bounds(age.in_force))
    yield from (day for one in (*dose.intervals, *dose.allowable_intervals) for day in _bounds(one.in_force))
    yield from (day for one in skips for day in _bounds(one.in_force))


def _bounds(in_force: InForce | None) -> Iterator[date]:
    if in_force is not None:
        yield in_force.effective
        if in_force.cessation < END:
            yield in_force.cessation + DAY
