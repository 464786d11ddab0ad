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


@dataclass(slots=True)
class Result:
    """All of one assessment: the history in order, every relevant series, the best ones, the group forecasts."""

    history: History
    relevant: dict[str, list[PatientSeries]]
    best: dict[str, list[PatientSeries]]
    forecasts: list[VaccineGroupForecast]

    def of_group(self, name: str) -> list[VaccineGroupForecast]:
        return [one for one in self.forecasts if one.group == name]


def evaluate_antigen(antigen: Antigen, history: History) -> tuple[list[PatientSeries], list[PatientSeries]]:
    """4.3 to 4.5 for one antigen: its relevant patient series, evaluated and forecast, and the best of them."""
    relevant = create_relevant_patient_series(antigen, history)
    for one in relevant:
        evaluate_immunization_history(one, relevant, history)
        forecast_dates_and_reasons(one, relevant, history)
    return relevant, select_best_patient_series(relevant, history)


def evaluate_and_forecast(patient: Patient, schedule: Schedule, assessed_on: date) -> Result:
    """Table 4-1, whole."""
    history = organize_immunization_history(patient, schedule, assessed_on)
    relevant: dict[str, list[PatientSeries]] = {}
    best: dict[str, list[PatientSeries]] = {}
    for name, antigen in schedule.antigens.items():
        relevant[name], best[name] = evaluate_antigen(antigen, history)
    forecasts = []
    for group in schedule.groups.values():
        members = [one for antigen in group.antigens for one in best.get(antigen, ())]
        if members:
            forecasts += identify_and_evaluate_vaccine_group(group, members, history)
    return Result(history, relevant, best, forecasts)
