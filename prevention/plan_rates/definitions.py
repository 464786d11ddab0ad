"""Which measures have a plan rate, and how long somebody must have been covered to count.

Source: the public summaries of HEDIS measurement year 2025 (NCQA): continuous enrolment, allowable gap and anchor date
of each measure. The clinical logic is that of the CMS measure beside it, without the visit: it may differ from NCQA's
in details that its licensed text alone tells, so the rates are labelled as like HEDIS, not as HEDIS.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from prevention.engine.libraries import qualifying_encounters
from prevention.engine.measure import Group, Measure
from prevention.engine.members import AllOf, Condition, exists
from prevention.measures import (
    breast_cancer_screening_2025 as breast,
)
from prevention.measures import (
    cervical_cancer_screening_2025 as cervical,
)
from prevention.measures import (
    chlamydia_screening_2025 as chlamydia,
)
from prevention.measures import (
    colon_cancer_screening_2025 as colorectal,
)
from prevention.measures import (
    controlling_high_blood_pressure_2025 as blood_pressure,
)
from prevention.measures import (
    diabetes_eye_exam_2025 as eye_exam,
)
from prevention.measures import (
    glycemic_status_2025 as glycaemia,
)
from prevention.measures import (
    kidney_health_2025 as kidney,
)

ALLOWED_GAP = 45
# Where eligibility is verified month by month, a gap of one month.
ALLOWED_GAP_MEDICAID = 31


@dataclass(frozen=True)
class Span:
    """Days `[start, end)` within which somebody must be covered but for at most one gap of so many days."""

    start: date
    end: date
    gap: int


@dataclass(frozen=True)
class Enrolment:
    """Continuous enrolment from a day of an earlier year (or of the measurement year) to its last day.

    Each full calendar year allows one gap of up to 45 days; the part of a year at the beginning allows none. On the
    anchor date, the last day of the measurement year, coverage must hold. `medicaid_years`: so many years before the
    measurement year for Medicaid, where that differs.
    """

    years_before: int = 0
    month: int = 1
    day: int = 1
    medicaid_years: int | None = None

    def anchor(self, year: int) -> date:
        return date(year, 12, 31)

    def spans(self, year: int, *, medicaid: bool = False, until: date | None = None) -> tuple[Span, ...]:
        """The stretches to be covered; `until` (inclusive) cuts a year that is not over."""
        gap = ALLOWED_GAP_MEDICAID if medicaid else ALLOWED_GAP
        before = self.medicaid_years if medicaid and self.medicaid_years is not None else self.years_before
        start = date(year - before, self.month, self.day)
        end = min(until or self.anchor(year), self.anchor(year)) + timedelta(days=1)
        found = []
        while start < end:
            turn = min(date(start.year + 1, 1, 1), end)
            whole = start == date(start.year, 1, 1)
            found.append(Span(start, turn, gap if whole else 0))
            start = turn
        return tuple(found)


@dataclass(frozen=True)
class PlanMeasure:
    """A plan rate: the clinical measure it stands beside, its own measure without the visit, and the enrolment."""

    clinical: Measure
    measure: Measure
    enrolment: Enrolment
    lower_is_better: bool = False


def without_visit(condition: Condition, visit: Condition) -> Condition:
    """The population without having been seen. Raises `ValueError` where the visit is not part of it."""
    parts = _flat(condition)
    kept = [part for part in parts if part != visit]
    if len(kept) != len(parts) - 1:
        raise ValueError("This population does not ask for that visit once.")
    return AllOf(tuple(kept))


def _flat(condition: Condition) -> list[Condition]:
    if isinstance(condition, AllOf):
        return [leaf for part in condition.parts for leaf in _flat(part)]
    return [condition]


def beside(clinical: Measure, id: str, title: str, visit: Condition, enrolment: Enrolment) -> PlanMeasure:
    """The plan rate of a measure with one group."""
    (group,) = clinical.groups
    assert isinstance(group, Group)
    own = replace(
        clinical,
        id=id,
        version=str(clinical.year),
        title=title,
        source=f"{clinical.id} without the visit; enrolment by HEDIS MY {clinical.year}",
        groups=(replace(group, initial_population=without_visit(group.initial_population, visit), strata=()),),
    )
    return PlanMeasure(clinical, own, enrolment, clinical.improvement == "decrease")


SEEN = exists(qualifying_encounters())
ONE_YEAR = Enrolment()
PLAN_MEASURES: tuple[PlanMeasure, ...] = (
    # From 1 October two years before the measurement year, as far back as the mammogram may lie.
    beside(breast.MEASURE, "PLAN-BCS", "Breast cancer screening", SEEN, Enrolment(2, 10, 1)),
    beside(colorectal.MEASURE, "PLAN-COL", "Colorectal cancer screening", SEEN, Enrolment(1)),
    beside(
        cervical.MEASURE,
        "PLAN-CCS",
        "Cervical cancer screening",
        exists(cervical.qualifying_encounters),
        Enrolment(2, medicaid_years=0),
    ),
    beside(blood_pressure.MEASURE, "PLAN-CBP", "Controlling high blood pressure", SEEN, ONE_YEAR),
    beside(glycaemia.MEASURE, "PLAN-GSD", "Glycemic status above 9 %", SEEN, ONE_YEAR),
    beside(eye_exam.MEASURE, "PLAN-EED", "Eye exam in diabetes", exists(eye_exam.qualifying_encounters), ONE_YEAR),
    beside(kidney.MEASURE, "PLAN-KED", "Kidney health in diabetes", exists(kidney.outpatient_visit), ONE_YEAR),
    beside(chlamydia.MEASURE, "PLAN-CHL", "Chlamydia screening", exists(chlamydia.qualifying_encounters), ONE_YEAR),
)
