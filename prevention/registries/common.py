"""What several registries share: blood pressure, stays and emergencies, visits that were not, appointments missed."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import chief_diagnosis_in
from prevention.engine.facts import (
    Code,
    ColumnIn,
    Facts,
    ValueSet,
    components,
    conditions,
    effective,
    encounters,
    medication_dispenses,
)
from prevention.engine.libraries import DIASTOLIC, FINAL, MMHG, SYSTOLIC, qualifying_encounters
from prevention.engine.members import Condition, exists
from prevention.engine.moments import DAY, Duration, as_of, months, past, until_today, years
from prevention.measures import value_sets as vs
from prevention.registries.definition import Ground, Missed, Step
from prevention.registries.readings import NotKept, Reading
from prevention.rules.common import final_results, has_now, in_hospice

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

__all__ = [
    "BP",
    "EMERGENCY",
    "HOSPITAL",
    "NO_PRESSURE",
    "NO_SHOWS",
    "SYSTOLIC_READING",
    "admissions",
    "blood_pressure_at_least",
    "current",
    "dispensed",
    "emergencies",
    "final_results",
    "has_now",
    "in_hospice",
    "invite",
    "no_visit_for",
    "pressure_was_at_least",
    "was_admitted_for",
]

_believed = ~ColumnIn("verification", ("refuted", "entered-in-error"))


def current(*codes: ValueSet | Code) -> Facts:
    """Diagnoses that hold today and are believed."""
    return conditions(*codes).where(_believed).where(effective.overlaps(past(Duration())))


def _part(code: Code) -> Facts:
    return components(code).with_status(*FINAL).where(effective.latest.during(until_today))


# NCQA HEDIS MY 2025, CBP and BPD: the last reading of the year.
A_YEAR = years(1)
SYSTOLIC_READING = Reading("systolic", _("Systolic"), _part(SYSTOLIC), A_YEAR, MMHG, lowest=True)
DIASTOLIC_READING = Reading("diastolic", _("Diastolic"), _part(DIASTOLIC), A_YEAR, MMHG, lowest=True)
BP = (SYSTOLIC_READING, DIASTOLIC_READING)
NO_PRESSURE = Missed("no_reading", _("No blood pressure reading in 12 months"), ~SYSTOLIC_READING.within(A_YEAR))


def blood_pressure_at_least(systolic: int, diastolic: int, within: Duration = A_YEAR) -> Condition:
    """Either number of the last reading is at or above its bound, and it is no older than that."""
    return (systolic <= SYSTOLIC_READING.counting(within)) | (diastolic <= DIASTOLIC_READING.counting(within))


def pressure_was_at_least(systolic: int, diastolic: int) -> Condition:
    """Either number of the last reading, however old: to measure again."""
    return (systolic <= SYSTOLIC_READING.of_any_age) | (diastolic <= DIASTOLIC_READING.of_any_age)


def admissions(within: Duration) -> Facts:
    """Stays in hospital that ended, or last, within the time before today."""
    return (
        encounters(vs.ENCOUNTER_INPATIENT)
        .with_status("finished", "in-progress", "onleave")
        .where(effective.overlaps(past(within), of=DAY))
    )


def emergencies(within: Duration) -> Facts:
    return encounters(vs.EMERGENCY_DEPARTMENT_VISIT).where(effective.overlaps(past(within), of=DAY))


def was_admitted_for(within: Duration, *codes: ValueSet) -> Condition:
    """In hospital or the emergency department with one of these as principal diagnosis."""
    return exists(admissions(within).where(chief_diagnosis_in(*codes))) | exists(
        emergencies(within).where(chief_diagnosis_in(*codes))
    )


def dispensed(within: Duration, *codes: ValueSet) -> Facts:
    return (
        medication_dispenses(*codes)
        .with_status("completed", "in-progress", "on-hold")
        .where(effective.starts_during(past(within), of=DAY))
    )


HOSPITAL = Ground("hospital", _("In hospital in the last 12 months"), exists(admissions(years(1))))
EMERGENCY = Ground("emergency", _("In the emergency department in the last 6 months"), exists(emergencies(months(6))))
NO_SHOWS = Missed("no_shows", _("Two appointments not kept in 12 months"), NotKept(2, as_of - years(1)))


def no_visit_for(within: Duration, says: "str | StrPromise") -> Missed:
    """No visit in person, by video or telephone for so long."""
    return Missed("no_visit", says, ~exists(qualifying_encounters(past(within))))


# Last of every list of steps: whoever was missed is asked back.
def invite(*missed: Missed) -> Step:
    condition = missed[0].when
    for one in missed[1:]:
        condition = condition | one.when
    return Step("invite", _("Invite to a visit"), condition, kind="outreach")
