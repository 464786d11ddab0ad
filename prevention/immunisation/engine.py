"""4 Processing model: a patient, a schedule and a day in; forecasts by vaccine group out."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from prevention.immunisation.best_series import cannot_be_chosen, select_best_patient_series
from prevention.immunisation.dates import Duration, latest_birthday
from prevention.immunisation.evaluate import evaluate_immunization_history
from prevention.immunisation.forecast import TOO_OLD, forecast_dates_and_reasons
from prevention.immunisation.organize import create_relevant_patient_series, organize_immunization_history
from prevention.immunisation.patient import History, Patient, PatientSeries, SeriesStatus
from prevention.immunisation.schedule import Antigen, Schedule, VaccineGroup
from prevention.immunisation.vaccine_group import VaccineGroupForecast, identify_and_evaluate_vaccine_group

# Enough for the antigens of a hundred birthdays; people come in order of birth, so older ones are done with.
REMEMBERED = 2_000


@dataclass(slots=True)
class Result:
    """All of one assessment: the history in order, every relevant series, the best ones, the group forecasts.

    Series of an antigen without any dose or observation are shared between results: nobody may change them.
    """

    history: History
    relevant: dict[str, list[PatientSeries]]
    best: dict[str, list[PatientSeries]]
    forecasts: list[VaccineGroupForecast]

    def of_group(self, name: str) -> list[VaccineGroupForecast]:
        return [one for one in self.forecasts if one.group == name]


@dataclass(slots=True)
class Assessment:
    """An antigen's relevant patient series, the best of them, and its vaccine group's forecasts where it is alone."""

    relevant: list[PatientSeries]
    best: list[PatientSeries]
    forecasts: list[VaccineGroupForecast] | None = None

    @property
    def is_settled(self) -> bool:
        """Too old or immune by birth, found at first sight: no date in it depends on the very birthday."""
        return all(
            (one.status is SeriesStatus.IMMUNE or (one.status is SeriesStatus.AGED_OUT and one.reason == TOO_OLD))
            and not one.sent_back
            for one in self.relevant
            if not one.passed_over
        )


NOTHING = Assessment([], [], [])


def evaluate_antigen(antigen: Antigen, history: History) -> Assessment:
    """4.3 to 4.5 for one antigen: its relevant patient series, evaluated and forecast, and the best of them."""
    relevant = create_relevant_patient_series(antigen, history)
    with_default = {one.series.group for one in relevant if one.series.default}
    nothing_observed = antigen.observations.isdisjoint(history.observed)
    given = {history.doses[position].cvx for position in history.by_antigen.get(antigen.name, ())}
    considered = []
    for one in relevant:
        dispensable = nothing_observed and cannot_be_chosen(one, with_default)
        if not dispensable or not given.isdisjoint(one.series.accepted_types):
            evaluate_immunization_history(one, relevant, history)
        if dispensable and not one.valid_doses:
            one.passed_over = True
        else:
            forecast_dates_and_reasons(one, relevant, history)
            if one.begins_on is not None:
                # What is not relevant yet can only be announced: nobody is past the age for it, or must not have it.
                one.passed_over = one.status is not SeriesStatus.NOT_COMPLETE
                one.forecast = one.forecast.not_before(one.begins_on)
            if not one.passed_over:
                considered.append(one)
    return Assessment(relevant, select_best_patient_series(considered, history))


class Assessor:
    """A schedule on an assessment date, for many patients.

    What an antigen asks of a person of whom nothing that matters to it is on record depends on birth date, and on
    gender and country where it asks for them, and is worked out once for all such people: evaluate patients in order
    of birth. Who is too old for all of it, or immune by birth, is so with everybody born between the same two of the
    days that the antigen's ages make of the assessment date.
    """

    def __init__(self, schedule: Schedule, assessed_on: date) -> None:
        self.schedule = schedule
        self.assessed_on = assessed_on
        self._untouched: dict[tuple[str, date, str, str], Assessment] = {}
        self._settled: dict[tuple[str, int, str, str], Assessment] = {}
        self._eras = {name: self._days_of_birth(one) for name, one in schedule.antigens.items()}

    def assess(self, patient: Patient) -> Result:
        """Table 4-1, whole."""
        history = organize_immunization_history(patient, self.schedule, self.assessed_on)
        types = {dose.cvx for dose in history.doses}
        found: dict[str, Assessment] = {}
        untouched: set[str] = set()
        for name, antigen in self.schedule.antigens.items():
            if types.isdisjoint(antigen.vaccine_types) and antigen.observations.isdisjoint(history.observed):
                untouched.add(name)
                found[name] = self._of_untouched(antigen, history)
            else:
                found[name] = evaluate_antigen(antigen, history)
        forecasts: list[VaccineGroupForecast] = []
        for group in self.schedule.groups.values():
            forecasts += self._of_group(group, found, history, untouched)
        relevant = {name: one.relevant for name, one in found.items()}
        return Result(history, relevant, {name: one.best for name, one in found.items()}, forecasts)

    def _of_group(
        self, group: VaccineGroup, found: dict[str, Assessment], history: History, untouched: set[str]
    ) -> list[VaccineGroupForecast]:
        """Chapter 9; kept beside what was worked out for many, where the group has that antigen alone."""
        if not group.is_multiple_antigen and group.antigens[0] in untouched:
            shared = found[group.antigens[0]]
            if shared.forecasts is None:
                shared.forecasts = identify_and_evaluate_vaccine_group(group, shared.best, history)
            return shared.forecasts
        members = [one for antigen in group.antigens if antigen in found for one in found[antigen].best]
        return identify_and_evaluate_vaccine_group(group, members, history) if members else []

    def _of_untouched(self, antigen: Antigen, history: History) -> Assessment:
        if antigen.only_by_indication:
            return NOTHING
        patient = history.patient
        gender = patient.gender if antigen.asks_gender else ""
        country = patient.country if antigen.asks_country else ""
        era = antigen.name, bisect_left(self._eras[antigen.name], patient.born_on), gender, country
        found = self._settled.get(era)
        if found is not None:
            return found
        key = antigen.name, patient.born_on, gender, country
        found = self._untouched.get(key)
        if found is None:
            if len(self._untouched) >= REMEMBERED:
                self._untouched.clear()
            found = evaluate_antigen(antigen, history)
            if found.is_settled:
                self._settled[era] = found
            else:
                self._untouched[key] = found
        return found

    def _days_of_birth(self, antigen: Antigen) -> list[date]:
        """The latest birthdays on which each of the antigen's ages is reached by the assessment date, and the days
        before the birthdays that immunity asks for: people born after one and up to the next have reached the same."""
        days = {latest_birthday(age, self.assessed_on) for age in _ages(antigen)}
        days |= {one.born_before - date.resolution for one in antigen.immunity_by_birth}
        return sorted(days)


def _ages(antigen: Antigen) -> Iterator[Duration]:
    """Ages that the assessment date is compared with where there is no dose and no observation."""
    for one in antigen.series:
        if one.minimum_age_to_start:
            yield one.minimum_age_to_start
        for dose in one.doses:
            yield from (age.maximum for age in dose.ages if age.maximum)
        for condition in one.skip_conditions:
            yield from (age for age in (condition.begin_age, condition.end_age) if age)


def evaluate_and_forecast(patient: Patient, schedule: Schedule, assessed_on: date) -> Result:
    """One patient alone."""
    return Assessor(schedule, assessed_on).assess(patient)
