"""ICD-10-CM diagnoses as the observations that the CDC's schedule asks about.

The supporting data names its observations in SNOMED CT; many charts hold ICD-10-CM alone. The table
`icd10cm_indications.csv` says which diagnosis (a code, or a category with a star) means which observation, by the
wording of the observation and the tabular list of ICD-10-CM (NCHS, FY 2026; public domain). It holds what a diagnosis
says by itself: an occupation, a journey, a reaction to a dose and how severely somebody is immunocompromised it does
not say, and so they are not there.
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
TABLE = Path(__file__).with_name("icd10cm_indications.csv")


@dataclass(frozen=True, slots=True)
class Indication:
    """A diagnosis that begins with `prefix` (or is it) means these observations; for `days` at most, where stated."""

    prefix: str
    is_category: bool
    observations: frozenset[str]
    days: int | None

    def covers(self, code: str) -> bool:
        return code.startswith(self.prefix) if self.is_category else code == self.prefix

    def holds_until(self, since: date | None) -> date | None:
        """The first day on which it no longer holds; None: for good."""
        if self.days is None or since is None:
            return None
        held = timedelta(days=self.days)
        # The calendar has an end, and some write it where they know no day.
        return min(since, date.max - held) + held


@cache
def indications() -> tuple[Indication, ...]:
    """The table as it is shipped."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        return tuple(
            Indication(
                row["icd10cm"].rstrip("*"),
                row["icd10cm"].endswith("*"),
                frozenset(row["observations"].split()),
                int(row["days"]) if row["days"] else None,
            )
            for row in csv.DictReader(file)
        )


@cache
def patterns() -> list[str]:
    """For `LIKE ANY`: every code or category of the table. None of them holds a wildcard of LIKE."""
    return sorted({one.prefix + ("%" if one.is_category else "") for one in indications()})


@cache
def of_code(code: str) -> tuple[Indication, ...]:
    """What a diagnosis means; a category and its parts may both say something."""
    return tuple(one for one in indications() if one.covers(code))


PREGNANCY = timedelta(days=300)


def pregnant_until(since: date | None) -> date | None:
    """A pregnancy that nobody closed ends by itself, in whatever terminology it stands."""
    return since + PREGNANCY if since is not None else None


@dataclass(frozen=True, slots=True)
class ImmuneGlobulin:
    """Antibodies given make live vaccines fail: the observation holds for so many months from the day."""

    observation: str
    months: int


# By CVX. ACIP General Best Practice Guidelines, table 3-6, as the supporting data's contraindications have it.
# Immune globulins whose indication and dose decide the months (14, 86, 87) are not told by their code.
IMMUNE_GLOBULINS = {
    "13": ImmuneGlobulin("125", 3),
    "154": ImmuneGlobulin("126", 6),
    "30": ImmuneGlobulin("127", 3),
    "34": ImmuneGlobulin("128", 4),
    "36": ImmuneGlobulin("129", 5),
    "117": ImmuneGlobulin("129", 5),
    "29": ImmuneGlobulin("136", 6),
}
# Intervals that count from an observation of their own: pregnant → onset of pregnancy, transplanted → day of the
# transplant. Where the chart has not the latter, the former's date is taken.
DATED_BY = {"007": "170", "004": "171"}
