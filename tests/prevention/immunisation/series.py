"""Small made-up schedules: an antigen with the series that a test needs, in the compact table's own words."""

from datetime import date
from typing import Any

from prevention.immunisation.engine import Result, evaluate_and_forecast
from prevention.immunisation.patient import Observation, Patient, VaccineDoseAdministered
from prevention.immunisation.schedule import Schedule
from prevention.immunisation.table import build


def age(absolute="", minimum="", earliest="", latest="", maximum="", effective="", cessation="") -> list[str]:
    return [absolute, minimum, earliest, latest, maximum, effective, cessation]


def dose(number: int, **facts: Any) -> dict[str, Any]:
    """A series dose for which vaccine type 900 is preferable and 901 allowable."""
    return {"number": number, "preferable": [{"cvx": "900"}], "allowable": [["", "", "900 901"]], **facts}


def series(*doses: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {
        "name": "series",
        "vaccine_group": "Group",
        "type": "Standard",
        "group": "1",
        "group_name": "Standard",
        "priority": "A",
        "preference": 1,
        "default": True,
        "doses": list(doses),
        **facts,
    }


def antigen(*many: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"vaccine_group": "Group", "series": list(many), **facts}


def schedule(antigens: dict[str, dict[str, Any]], **facts: Any) -> Schedule:
    """A schedule of one vaccine group; types 900 to 902 hold every antigen, 950 holds none."""
    types = ("900", "901", "902")
    table: dict[str, Any] = {
        "version": "test",
        "published": "2025-01-01",
        "groups": {"Group": {"antigens": list(antigens)}},
        "vaccines": {},
        "associations": {cvx: [[name, "", ""] for name in antigens] for cvx in types},
        "conflicts": [],
        "observations": {},
        "coded_observations": {},
        "antigens": antigens,
    }
    return build({**table, **facts})


def one(*doses: dict[str, Any], **facts: Any) -> Schedule:
    """A schedule of one antigen with one standard series."""
    return schedule({"Antigen": antigen(series(*doses), **facts)})


BORN = date(2020, 1, 1)


def assess(
    given: Schedule,
    *doses: tuple[date, str] | VaccineDoseAdministered,
    on: date = date(2025, 1, 1),
    born: date = BORN,
    gender: str = "Female",
    observations: tuple[str | Observation, ...] = (),
) -> Result:
    """The result for a person born on 2020-01-01, unless said otherwise; a dose is (day, vaccine type)."""
    patient = Patient(
        born_on=born,
        gender=gender,
        doses=tuple(
            one if isinstance(one, VaccineDoseAdministered) else VaccineDoseAdministered(*one) for one in doses
        ),
        observations=tuple(one if isinstance(one, Observation) else Observation(one) for one in observations),
    )
    return evaluate_and_forecast(patient, given, on)
