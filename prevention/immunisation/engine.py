"""4 Processing model: a patient, a schedule and a day in; forecasts by vaccine group out."""

from dataclasses import dataclass
from datetime import date

from prevention.immunisation.best_series import select_best_patient_series
from prevention.immunisation.evaluate import evaluate_immunization_history
from prevention.immunisation.forecast import forecast_dates_and_reasons
from prevention.immunisation.organize import create_relevant_patient_series, organize_immunization_history
from prevention.immunisation.patient import History, Patient, PatientSeries
from prevention.immunisation.schedule import Antigen, Schedule
from prevention.immunisation.vaccine_group import VaccineGroupForecast, identify_and_evaluate_vaccine_group

# Enough for the antigens of some thousand birthdays; people come in order of birth, so older ones are done with.
REMEMBERED = 60_000

Assessment = tuple[list[PatientSeries], list[PatientSeries]]


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


def evaluate_antigen(antigen: Antigen, history: History) -> Assessment:
    """4.3 to 4.5 for one antigen: its relevant patient series, evaluated and forecast, and the best of them."""
    relevant = create_relevant_patient_series(antigen, history)
    for one in relevant:
        evaluate_immunization_history(one, relevant, history)
        forecast_dates_and_reasons(one, relevant, history)
    return relevant, select_best_patient_series(relevant, history)


class Assessor:
    """A schedule on an assessment date, for many patients.

    What an antigen asks of a person of whom nothing that matters to it is on record depends on birth date, gender
    and country alone, and is worked out once for all such people: evaluate patients in order of birth.
    """

    def __init__(self, schedule: Schedule, assessed_on: date) -> None:
        self.schedule = schedule
        self.assessed_on = assessed_on
        self._untouched: dict[tuple[str, date, str, str], Assessment] = {}

    def assess(self, patient: Patient) -> Result:
        """Table 4-1, whole."""
        history = organize_immunization_history(patient, self.schedule, self.assessed_on)
        types = {dose.cvx for dose in history.doses}
        relevant: dict[str, list[PatientSeries]] = {}
        best: dict[str, list[PatientSeries]] = {}
        for name, antigen in self.schedule.antigens.items():
            untouched = types.isdisjoint(antigen.vaccine_types) and antigen.observations.isdisjoint(history.observed)
            relevant[name], best[name] = (
                self._of_untouched(antigen, history) if untouched else evaluate_antigen(antigen, history)
            )
        forecasts = []
        for group in self.schedule.groups.values():
            members = [one for antigen in group.antigens for one in best.get(antigen, ())]
            if members:
                forecasts += identify_and_evaluate_vaccine_group(group, members, history)
        return Result(history, relevant, best, forecasts)

    def _of_untouched(self, antigen: Antigen, history: History) -> Assessment:
        if antigen.only_by_indication:
            return [], []
        patient = history.patient
        key = antigen.name, patient.born_on, patient.gender, patient.country
        found = self._untouched.get(key)
        if found is None:
            if len(self._untouched) >= REMEMBERED:
                self._untouched.clear()
            found = self._untouched[key] = evaluate_antigen(antigen, history)
        return found


def evaluate_and_forecast(patient: Patient, schedule: Schedule, assessed_on: date) -> Result:
    """One patient alone."""
    return Assessor(schedule, assessed_on).assess(patient)
