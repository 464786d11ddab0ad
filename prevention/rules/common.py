"""What several care rules share: who is left in peace, who is pregnant, and how long a result settles the matter."""

from django.utils.translation import gettext_lazy as _

from prevention.engine.codes import CPT, ICD10CM, LOINC
from prevention.engine.elements import quantity
from prevention.engine.facts import (
    Code,
    ColumnIn,
    Facts,
    Point,
    Predicate,
    ValueSet,
    conditions,
    effective,
    encounters,
    medication_dispenses,
    medication_requests,
    observations,
    procedures,
)
from prevention.engine.libraries import FINAL, has_hospice_services
from prevention.engine.measure import ONCE, Closer, WayOut
from prevention.engine.members import Choice, Condition, exists, has_organ, last
from prevention.engine.moments import Duration, Interval, as_of, days, end_of_today, months, past, until_today, years
from prevention.measures import value_sets as vs
from prevention.rules import value_sets as own

__all__ = [
    "ONCE",
    "active_medicine",
    "believed",
    "completed",
    "cpt",
    "diagnosed_since",
    "diagnoses",
    "diagnoses_now",
    "diagnoses_since",
    "ever_diagnosed",
    "ever_done",
    "final_results",
    "has_now",
    "hcpcs",
    "icd10cm",
    "in_hospice",
    "is_pregnant",
    "last_value",
    "loinc",
    "on_medicine",
    "recorded",
    "settles",
    "smoking_answers",
    "test_of",
    "this_pregnancy",
]

HCPCS = "http://www.nlm.nih.gov/research/umls/hcpcs"


def cpt(*codes: str) -> tuple[Code, ...]:
    return tuple(Code(code, CPT) for code in codes)


def hcpcs(*codes: str) -> tuple[Code, ...]:
    return tuple(Code(code, HCPCS) for code in codes)


def icd10cm(*codes: str) -> tuple[Code, ...]:
    return tuple(Code(code, ICD10CM) for code in codes)


def loinc(*codes: str) -> tuple[Code, ...]:
    return tuple(Code(code, LOINC) for code in codes)


in_hospice = has_hospice_services(past(years(1)))

# Unlike the measures, a rule does not act on a diagnosis that was refuted or entered by mistake.
believed = ~ColumnIn("verification", ("refuted", "entered-in-error"))


def diagnoses(*codes: ValueSet | Code) -> Facts:
    """Diagnoses that began by today, whether or not they have ended."""
    return conditions(*codes).where(believed).where(effective.starts_on_or_before(end_of_today))


def diagnoses_now(*codes: ValueSet | Code) -> Facts:
    """Diagnoses that hold today."""
    return conditions(*codes).where(believed).where(effective.overlaps(past(Duration())))


def diagnoses_since(duration: Duration, *codes: ValueSet | Code) -> Facts:
    """Diagnoses that began within the last `duration`."""
    return conditions(*codes).where(believed).where(effective.starts_during(past(duration)))


def ever_diagnosed(*codes: ValueSet | Code) -> Condition:
    return exists(diagnoses(*codes))


def has_now(*codes: ValueSet | Code) -> Condition:
    return exists(diagnoses_now(*codes))


def diagnosed_since(duration: Duration, *codes: ValueSet | Code) -> Condition:
    return exists(diagnoses_since(duration, *codes))


def ever_done(*codes: ValueSet | Code) -> Condition:
    return exists(procedures(*codes).with_status("completed").where(effective.ends_on_or_before(end_of_today)))


def final_results(*codes: ValueSet | Code) -> Facts:
    """Results reported by today. Outside results count: rules do not ask for a laboratory category."""
    return observations(*codes).with_status(*FINAL).where(effective.latest.during(until_today))


def completed(*codes: ValueSet | Code) -> Facts:
    return procedures(*codes).with_status("completed").where(effective.latest.during(until_today))


def recorded(*codes: ValueSet | Code) -> Facts:
    """However it was written down: a result, something done, a visit for it, or its Z code. One kind names it best."""
    return final_results(*codes).union(
        completed(*codes),
        conditions(*codes).where(believed).where(effective.starts_on_or_before(end_of_today)),
        encounters(*codes).with_status("finished").where(effective.starts_on_or_before(end_of_today)),
    )


def active_medicine(*codes: ValueSet | Code) -> Facts:
    """Orders in force, and what was handed over within the year: while there is one, it settles a rule (`ONCE`)."""
    ordered = medication_requests(*codes).with_status("active").where(ColumnIn("intent", ("order",)))
    handed = medication_dispenses(*codes).with_status("completed").where(effective.starts_during(past(years(1))))
    return ordered.union(handed)


def on_medicine(*codes: ValueSet | Code) -> Condition:
    return exists(active_medicine(*codes))


def last_value(facts: Facts, comparison: str, value: float, unit: str) -> Condition:
    """The most recent of these results compares so; another unit is no answer."""
    return last(facts, quantity(comparison, value, unit), by=effective.latest)


def settles(what: str, facts: Facts, every: Duration, *unless: tuple[Condition, Duration]) -> Closer:
    """`facts` settle the rule for `every`, or for the duration beside the first condition that holds."""
    return Closer(what, facts, Choice(every, unless))


def test_of(code: str, protocol: str) -> tuple[WayOut, ...]:
    """Ordered under protocol, or at a nurse visit."""
    return (
        WayOut("order", _("Order the test"), code=code, system=LOINC, protocol=protocol),
        WayOut("book", _("Book a nurse visit"), visit_type="NURSE"),
    )


# --- Smoking --------------------------------------------------------------------------------------------


def smoking_answers(value: Predicate) -> Facts:
    return final_results(own.SMOKING_STATUS, vs.TOBACCO_USE_SCREENING).where(value)


# --- Pregnancy ------------------------------------------------------------------------------------------

DUE_DATE = Point("{row}.value_time", "{row}.value_time")
_AGO = days(300)
_pregnancy_codes = (vs.PREGNANCY, own.PREGNANT)
# A pregnancy that nobody closed in the chart ends after ten months by itself.
this_pregnancy = (
    conditions(*_pregnancy_codes)
    .where(believed)
    .where(effective.starts_during(past(_AGO)))
    .where(effective.overlaps(past(Duration())))
)
_due_dates = (
    observations(own.DELIVERY_DUE).with_status(*FINAL).where(DUE_DATE.during(Interval(as_of, as_of + days(280))))
)
is_pregnant = has_organ("uterus", usual_in=("female",)) & (exists(this_pregnancy) | exists(_due_dates))


def weeks_pregnant(low: int, high: int, coded: ValueSet) -> Condition:
    """So many completed weeks, by the due date or by an ICD-10-CM week code of the last four weeks."""
    by_date = DUE_DATE.during(Interval(as_of + days(280 - 7 * (high + 1)), as_of + days(280 - 7 * low)))
    return is_pregnant & (
        exists(observations(own.DELIVERY_DUE).with_status(*FINAL).where(by_date)) | diagnosed_since(days(28), coded)
    )


def in_this_pregnancy(facts: Facts) -> Facts:
    """Those since the pregnancy began; where only a due date is known, of the last nine months."""
    return facts.where(effective.latest.during(past(months(9))))
