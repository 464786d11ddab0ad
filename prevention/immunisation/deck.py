"""The CDC's test cases for CDSi: both official forms (healthy, underlying conditions) against the engine."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from prevention.immunisation.engine import Result, evaluate_and_forecast
from prevention.immunisation.patient import (
    EvaluationStatus,
    Observation,
    Patient,
    Reason,
    SeriesStatus,
    VaccineDoseAdministered,
)
from prevention.immunisation.schedule import Schedule
from prevention.immunisation.vaccine_group import DoseResult, VaccineGroupForecast

# Names of vaccine groups in the cases → in the supporting data.
GROUPS = {
    "dtap": "DTaP/Tdap/Td",
    "tdap": "DTaP/Tdap/Td",
    "td": "DTaP/Tdap/Td",
    "dtaptdaptd": "DTaP/Tdap/Td",
    "pol": "Polio",
    "ipol": "Polio",
    "polio": "Polio",
    "pcv": "Pneumococcal",
    "ppsv": "Pneumococcal",
    "pneumo": "Pneumococcal",
    "var": "Varicella",
    "rota": "Rotavirus",
    "rot": "Rotavirus",
    "mcv": "Meningococcal",
    "menacwy": "Meningococcal",
    "mening": "Meningococcal",
    "menb": "Meningococcal B",
    "flu": "Influenza",
    "covid": "COVID-19",
    "je": "Japanese Encephalitis",
    "yf": "Yellow Fever",
    "vaccinia": "Orthopoxvirus",
    "smallpox": "Orthopoxvirus",
    "mpox": "Orthopoxvirus",
    "zos": "Zoster",
    "tickborneencephalitis": "TBE",
    "tdtdap": "DTaP/Tdap/Td",
    "tdaptd": "DTaP/Tdap/Td",
    "dtaptd": "DTaP/Tdap/Td",
    "hepatitisa": "HepA",
    "hepatitisb": "HepB",
    "mcv4": "Meningococcal",
    "mmrv": "MMR",
    "meningb": "Meningococcal B",
    "chik": "Chikungunya",
    "den": "Dengue",
    "meningococcalacwy": "Meningococcal",
    "ppsv23": "Pneumococcal",
    "opv": "Polio",
    "ipv": "Polio",
}
# Cases that the specification contradicts, each with the paragraph that says so.
HELD_WRONG = {
    "2016-UC-0057": (
        "Table 5-4: an indication applies from its begin age, 12 months here; on the assessment date the child is 5 "
        "months old, so the standard series goes on. (The title says 18 months; the dates were moved in version 4.0.) "
        "The case also counts a dose of the standard series (FORECASTDN-1) in the risk series' forecast."
    ),
}
GENDERS = {"f": "Female", "m": "Male"}
# Columns of a dose or an observation: seven and three in the official forms; more are read where there are more.
NUMBERS = range(1, 21)


class NotACaseFile(Exception):
    """The file is neither of the two official forms."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a case says of one field; `field` is the file's own column."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    title: str
    group: str
    assessed_on: date
    patient: Patient
    # The last dose's series type: whether the case speaks of the risk series (underlying form alone).
    of_risk: bool
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Row:
    group: str
    case: str
    field: str
    expected: str
    actual: str

    @property
    def agrees(self) -> bool:
        return same(self.field, self.expected, self.actual)


# --- Reading --------------------------------------------------------------------------------------------


def read(path: Path, schedule: Schedule) -> list[Case]:
    """Cases of a file. Raises `NotACaseFile`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"CDC_Test_ID", "DOB", "Vaccine_Group", "Assessment_Date"} <= set(rows[0]):
        raise NotACaseFile(f"{path.name} has not the columns of the official test cases")
    return [_case({key: (value or "").strip() for key, value in row.items() if key}, schedule) for row in rows]


def day(text: str) -> date | None:
    """ISO or American; None for an empty one or a dash."""
    if american := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        month, of_month, year = map(int, american.groups())
        return date(year, month, of_month)
    return date.fromisoformat(text[:10]) if re.match(r"\d{4}-", text) else None


def vaccine_group(name: str, schedule: Schedule) -> str:
    """The supporting data's name of a case's vaccine group, in whatever spelling."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in GROUPS:
        return GROUPS[plain]
    known = {re.sub(r"[^a-z0-9]", "", group.lower()): group for group in schedule.groups}
    # Else the one group that it abbreviates or adds to ("Orthopox", "Rabies vaccine").
    near = [group for text, group in known.items() if len(plain) > 2 and (text.startswith(plain) or text in plain)]
    return known.get(plain) or (near[0] if len(near) == 1 else name)


def _case(row: dict[str, str], schedule: Schedule) -> Case:
    born, assessed = day(row["DOB"]), day(row["Assessment_Date"])
    if born is None or assessed is None:
        raise NotACaseFile(f"{row['CDC_Test_ID']}: no date of birth or assessment date")
    return Case(
        id=row["CDC_Test_ID"],
        title=row.get("Test_Case_Name", ""),
        group=vaccine_group(row["Vaccine_Group"], schedule),
        assessed_on=assessed,
        patient=Patient(
            born_on=born,
            gender=GENDERS.get((row.get("gender") or row.get("Gender", "")).lower()[:1], "Unknown"),
            doses=tuple(_doses(row)),
            observations=tuple(_observations(row, schedule)),
        ),
        of_risk=_series_types(row)[-1:] == ["risk"],
        expected=tuple(_expected(row)),
    )


def _doses(row: dict[str, str]) -> Iterator[VaccineDoseAdministered]:
    for number in NUMBERS:
        given = day(row.get(f"Date_Administered_{number}", ""))
        if given is not None:
            cvx = row[f"CVX_{number}"]
            yield VaccineDoseAdministered(
                given_on=given,
                cvx=cvx.zfill(2),
                mvx=row.get(f"MVX_{number}", ""),
                trade_name=row.get(f"Vaccine_Name_{number}", ""),
                key=str(number),
            )


def _series_types(row: dict[str, str]) -> list[str]:
    return [row.get(f"Series_Type_{n}", "").lower() for n in NUMBERS if row.get(f"Date_Administered_{n}")]


def _observations(row: dict[str, str], schedule: Schedule) -> Iterator[Observation]:
    for number in NUMBERS:
        if code := row.get(f"Observation_Code_{number}", ""):
            yield Observation(code.zfill(3), day(row.get(f"Observation_Date_{number}", "")))
    systems = {"cdcphinvs": "phinvs", "snomed": "sct", "cvx": "cvx"}
    if code := row.get("Med_History_Code", ""):
        system = systems.get(row.get("Med_History_Code_Sys", "").lower(), "")
        for observation in schedule.coded.get((system, code), {code} & set(schedule.observations)):
            yield Observation(observation)


def _expected(row: dict[str, str]) -> Iterator[Expected]:
    for number in NUMBERS:
        # An empty cell expects nothing: of many doses not valid the cases do not say why.
        for column in (f"Evaluation_Status_{number}", f"Evaluation_Reason_{number}"):
            if row.get(f"Date_Administered_{number}") and row.get(column):
                yield Expected(column, row[column])
    for column in ("Series_Status", "Forecast_#", "Earliest_Date", "Recommended_Date", "Past_Due_Date"):
        yield Expected(column, row.get(column, ""))


# --- Comparing ------------------------------------------------------------------------------------------


# Words of the cases' reasons, which are written in several ways, in the order they are looked for.
REASONS = (
    ("young", Reason.TOO_YOUNG),
    ("old", Reason.TOO_OLD),
    ("conflict", Reason.CONFLICT),
    ("live", Reason.CONFLICT),
    ("interval", Reason.TOO_SOON),
    ("soon", Reason.TOO_SOON),
    ("inadvertent", Reason.INADVERTENT),
    ("preferable", Reason.NOT_FOR_THIS_DOSE),
    ("allowable", Reason.NOT_FOR_THIS_DOSE),
    ("complete", Reason.SERIES_COMPLETE),
    ("condition", Reason.CONDITION),
    ("recall", Reason.CONDITION),
    ("expired", Reason.CONDITION),
)


def same(field: str, expected: str, actual: str) -> bool:
    """Whether an expectation is met: dates as dates, words without case and stops, reasons by what they mean.

    A case names one reason; the engine says all that hold, and that one must be among them.
    """
    if field.endswith("_Date"):
        return day(expected) == day(actual)
    if field.startswith("Evaluation_Reason"):
        meant = next((reason for word, reason in REASONS if word in expected.lower()), None)
        return meant is not None and meant.value in actual.split("; ")
    return _plain(expected) == _plain(actual)


def _plain(text: str) -> str:
    return "" if text.lower() == "n/a" else re.sub(r"[^a-z0-9]", "", text.lower())


def compare(case: Case, schedule: Schedule) -> list[Row]:
    result = evaluate_and_forecast(case.patient, schedule, case.assessed_on)
    actual = answer(case, result)
    return [Row(case.group, case.id, one.field, one.value, actual.get(one.field, "")) for one in case.expected]


# Of several forecasts of a vaccine group the one that says most about today.
ORDER = (
    SeriesStatus.NOT_COMPLETE,
    SeriesStatus.CONTRAINDICATED,
    SeriesStatus.COMPLETE,
    SeriesStatus.IMMUNE,
    SeriesStatus.NOT_RECOMMENDED,
    SeriesStatus.AGED_OUT,
)


def the_forecast(forecasts: Iterable[VaccineGroupForecast], *, of_risk: bool) -> VaccineGroupForecast | None:
    """A case names one forecast where the specification allows several (chapter 9): that of the risk series where
    the case says so, else the one that asks for something or settles it, and of equals the risk one. What may start
    only later in life is named where nothing else is left."""

    def rank(one: VaccineGroupForecast) -> tuple[bool, int, bool]:
        order = ORDER.index(one.status) if one.may_start else ORDER.index(SeriesStatus.NOT_RECOMMENDED)
        return of_risk and not one.risk, order, not one.risk

    return min(forecasts, key=rank, default=None)


def answer(case: Case, result: Result) -> dict[str, str]:
    """The engine's answer under the columns of the case file."""
    chosen = the_forecast(result.of_group(case.group), of_risk=case.of_risk)
    found: dict[str, str] = {}
    if chosen is None:
        return found
    for position, dose in enumerate(result.history.doses):
        if evaluation := evaluation_of(position, chosen, result.forecasts):
            found[f"Evaluation_Status_{dose.key}"] = evaluation.status.value
            found[f"Evaluation_Reason_{dose.key}"] = "; ".join(reason.value for reason in evaluation.reasons)
    dates = chosen.forecast
    found["Series_Status"] = chosen.status.value
    found["Forecast_#"] = str(dates.dose_number) if dates.dose_number else ""
    found["Earliest_Date"] = dates.earliest.isoformat() if dates.earliest else ""
    found["Recommended_Date"] = dates.recommended.isoformat() if dates.recommended else ""
    found["Past_Due_Date"] = dates.past_due.isoformat() if dates.past_due else ""
    return found


def evaluation_of(
    position: int, chosen: VaccineGroupForecast, forecasts: Iterable[VaccineGroupForecast]
) -> DoseResult | None:
    """How a case sees a dose: valid where one of the vaccine group's best series counts it, else as in the chosen
    forecast; a vaccine of another group (cases on conflicts list such) as in its own."""
    own = [
        (one, dose) for one in forecasts if one.group == chosen.group for dose in one.doses if dose.position == position
    ]
    if own:
        valid = next((dose for _, dose in own if dose.status is EvaluationStatus.VALID), None)
        return valid or next((dose for one, dose in own if one is chosen), own[0][1])
    other = [dose for one in forecasts for dose in one.doses if dose.position == position]
    return min(other, key=lambda dose: dose.status is not EvaluationStatus.VALID, default=None)
