"""4.2 Organize immunization history, and 5 Create relevant patient series."""

from collections.abc import Sequence
from datetime import date

from prevention.immunisation.dates import BEGINNING, END, plus_or
from prevention.immunisation.patient import History, Patient, PatientSeries
from prevention.immunisation.schedule import Antigen, AntigenSeries, Indication, Schedule, SeriesType


def organize_immunization_history(patient: Patient, schedule: Schedule, assessed_on: date) -> History:
    """4.2: doses in order of date, and for each antigen the positions of those that contain it.

    Doses after the assessment date are not history yet. A vaccine type that the schedule does not know has no antigen.
    """
    doses = sorted((dose for dose in patient.doses if dose.given_on <= assessed_on), key=lambda dose: dose.given_on)
    by_antigen: dict[str, list[int]] = {}
    for position, dose in enumerate(doses):
        for one in schedule.associations.get(dose.cvx, ()):
            begin, end = plus_or(patient.born_on, one.begin_age, BEGINNING), plus_or(patient.born_on, one.end_age, END)
            if begin <= dose.given_on < end:
                by_antigen.setdefault(one.antigen, []).append(position)
    observed: dict[str, date | None] = {}
    for observation in patient.observations:
        known = observed.get(observation.code)
        if observation.code not in observed or (observation.on and (known is None or observation.on > known)):
            observed[observation.code] = observation.on
    return History(patient, schedule, assessed_on, doses, by_antigen, observed)


def applies(indication: Indication, history: History) -> bool:
    """Tables 5-4 and 7-5: an active observation, within the ages (CALCDTIND-1, -2; CALCDTCI-1, -2)."""
    if indication.observation not in history.observed:
        return False
    born = history.patient.born_on
    begin, end = plus_or(born, indication.begin_age, BEGINNING), plus_or(born, indication.end_age, END)
    return begin <= history.assessed_on < end


def is_relevant(series: AntigenSeries, history: History) -> bool:
    """Table 5-5. An indication that is not on record is taken as absent: risk series never come by guess."""
    if series.genders and history.patient.gender not in series.genders:
        return False
    if series.type is not SeriesType.RISK:
        return True
    if series.indicated_by.isdisjoint(history.observed):
        return False
    return any(applies(indication, history) for indication in series.indications)


def begins_on(series: AntigenSeries, history: History) -> date | None:
    """The first day on which an indication on record, which does not apply yet, begins to."""
    if series.type is not SeriesType.RISK or (series.genders and history.patient.gender not in series.genders):
        return None
    born = history.patient.born_on
    days = (
        plus_or(born, one.begin_age, BEGINNING) for one in series.indications if one.observation in history.observed
    )
    return min((day for day in days if day > history.assessed_on), default=None)


def create_relevant_patient_series(antigen: Antigen, history: History) -> list[PatientSeries]:
    """5.1, for one antigen. A series that asks whether another group is complete comes after that group."""
    chosen: Sequence[AntigenSeries]
    begins: dict[str, date] = {}
    if antigen.indicated_by.isdisjoint(history.observed):
        chosen = antigen.without_indication(history.patient.gender)
    else:
        chosen = [series for series in antigen.series if is_relevant(series, history)]
    if not chosen and history.observed:
        # Beyond table 5-4: with nothing else to say, the series that an indication will call for is forecast, as the
        # official case 2022-UC-0005 has it (dengue, found at 8, due at 9): not before that day, and nothing else.
        begins = {series.name: day for series in antigen.series if (day := begins_on(series, history))}
        chosen = [series for series in antigen.series if series.name in begins]
    relevant = [PatientSeries(series, antigen, [], begins_on=begins.get(series.name)) for series in chosen]
    return sorted(relevant, key=lambda one: one.series.waits) if len(relevant) > 1 else relevant
