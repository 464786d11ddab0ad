"""AHAOverall 2.8.000: what the three measures of heart failure and coronary disease share.

Findings of left-ventricular systolic dysfunction (LVSD), visits with heart failure, and relations to those visits.
"""

from prevention.engine.codes import SNOMED, Code
from prevention.engine.elements import is_confirmed_active_diagnosis, percent, quantity, severity_in
from prevention.engine.facts import (
    ColumnIn,
    Facts,
    allergy_intolerances,
    conditions,
    define,
    dosage_bounds,
    effective,
    encounters,
    known_allergy,
    last_related,
    medication_requests,
    observations,
    procedures,
)
from prevention.engine.libraries import FINAL, HEART_RATE
from prevention.engine.members import Condition, age_at, count, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.engine.predicates import Coalesced
from prevention.measures import value_sets as vs

LVSD = Code("134401001", SNOMED, "Left ventricular systolic dysfunction (disorder)")
BETA_BLOCKER_SUBSTANCE = Code("373254001", SNOMED)
ORDER_INTENTS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
PER_MINUTE = "/min"

in_period = effective.during(measurement_period, of=DAY)

outpatient_encounter = (
    encounters(
        vs.LONG_TERM_RESIDENTIAL_CARE,
        vs.HOME_HEALTHCARE_SERVICES,
        vs.NURSING_FACILITY_VISIT,
        vs.OFFICE_VISIT,
        vs.OUTPATIENT_CONSULTATION,
    )
    .with_status("finished")
    .where(in_period)
)
qualifying_outpatient_encounter = (
    encounters(
        vs.OFFICE_VISIT,
        vs.OUTPATIENT_CONSULTATION,
        vs.NURSING_FACILITY_VISIT,
        vs.LONG_TERM_RESIDENTIAL_CARE,
        vs.HOME_HEALTHCARE_SERVICES,
        vs.PATIENT_PROVIDER_INTERACTION,
    )
    .with_status("finished")
    .where(in_period)
)
heart_failure_encounter = define(
    outpatient_encounter.with_(
        conditions(vs.HEART_FAILURE).where(is_confirmed_active_diagnosis),
        lambda visit, heart_failure: heart_failure.prevalence_interval.overlaps(visit.period),
    )
)
_low_ejection_fraction = observations(vs.EJECTION_FRACTION).with_status(*FINAL).where(percent("<=", 40))
_lvsd_diagnosis = (
    conditions(vs.MODERATE_OR_SEVERE_LVSD)
    .union(conditions(LVSD).where(severity_in(vs.MODERATE_OR_SEVERE)))
    .where(is_confirmed_active_diagnosis)
)
moderate_or_severe_lvsd_findings = _low_ejection_fraction.union(_lvsd_diagnosis)


def with_history_of_lvsd(visits: Facts) -> Facts:
    """Visits before whose end the finding began."""
    measured = visits.with_(
        _low_ejection_fraction, lambda visit, finding: finding.effective.starts_before(visit.period.end)
    )
    diagnosed = visits.with_(
        _lvsd_diagnosis, lambda visit, finding: finding.prevalence_interval.starts_before(visit.period.end)
    )
    return define(measured.union(diagnosed))


heart_failure_encounter_with_lvsd = with_history_of_lvsd(heart_failure_encounter)

is_adult_with_two_encounters_and_one_for_heart_failure = (
    age_at(measurement_period.start).at_least(18)
    & (count(qualifying_outpatient_encounter) >= 2)
    & exists(heart_failure_encounter)
)

# --- Relations to a list of visits -------------------------------------------------------------------------


def overlaps_day_of(diagnoses: Facts, visits: Facts) -> Condition:
    return exists(
        diagnoses.with_(visits, lambda diagnosis, visit: diagnosis.prevalence_interval.overlaps(visit.period, of=DAY))
    )


def overlaps_after_day_of(diagnoses: Facts, visits: Facts) -> Condition:
    return exists(
        diagnoses.with_(
            visits, lambda diagnosis, visit: diagnosis.prevalence_interval.overlaps_after(visit.period, of=DAY)
        )
    )


def allergy_overlaps_after_day_of(allergies: Facts, visits: Facts) -> Condition:
    """Known by the visit, and last felt after it, or nobody says when."""
    return exists(
        allergies.with_(visits, lambda allergy, visit: allergy[known_allergy].overlaps_after(visit.period, of=DAY))
    )


def starts_before_end_of(facts: Facts, visits: Facts) -> Condition:
    return exists(facts.with_(visits, lambda fact, visit: fact.effective.starts_before(visit.period.end)))


def _orders(medicine: vs.ValueSet) -> Facts:
    return medication_requests(medicine).with_status("active", "completed").where(ColumnIn("intent", ORDER_INTENTS))


def ordered_during(medicine: vs.ValueSet, visits: Facts) -> Condition:
    return exists(_orders(medicine).with_(visits, lambda order, visit: order.authored_on.during(visit.period, of=DAY)))


def currently_taking(medicine: vs.ValueSet, visits: Facts) -> Condition:
    """The first period for which it is to be taken goes on after the visit."""
    return exists(
        _orders(medicine).with_(visits, lambda order, visit: order[dosage_bounds].overlaps_after(visit.period, of=DAY))
    )


def consecutive_heart_rates_below_50(visits: Facts, rates: Facts, prior_rates: Facts) -> Condition:
    """Two heart rates one after the other during one visit."""
    slow = quantity("<", 50, PER_MINUTE)
    return exists(
        rates.where(slow).with_(
            visits,
            lambda rate, visit: (
                rate.effective.during(visit.period)
                & last_related(
                    prior_rates,
                    lambda _, prior: (
                        prior.effective.during(visit.period) & prior.effective.before(rate.effective.start)
                    ),
                    lambda _, prior: prior.is_(slow),
                )
            ),
        )
    )


heart_rates = observations(HEART_RATE)
final_heart_rates = heart_rates.with_status(*FINAL)
allergies_to_beta_blockers = allergy_intolerances(vs.BETA_BLOCKER_THERAPY_INGREDIENT, BETA_BLOCKER_SUBSTANCE)
intolerances_of_beta_blockers = conditions(
    vs.ALLERGY_TO_BETA_BLOCKER_THERAPY, vs.INTOLERANCE_TO_BETA_BLOCKER_THERAPY
).where(is_confirmed_active_diagnosis)

# --- Denominator exclusions of the two measures of heart failure -------------------------------------------


def _diagnosed_before_end_of_visit(complications: vs.ValueSet) -> Condition:
    """By when it was recorded, or where nobody says, by its onset."""
    return exists(
        conditions(complications)
        .where(is_confirmed_active_diagnosis)
        .with_(
            heart_failure_encounter_with_lvsd,
            lambda diagnosis, visit: Coalesced(diagnosis.authored_on, diagnosis.prevalence_interval.start).before(
                visit.period.end
            ),
        )
    )


def _done_before_end_of_visit(procedure: vs.ValueSet) -> Condition:
    return starts_before_end_of(procedures(procedure).with_status("completed"), heart_failure_encounter_with_lvsd)


has_transplant_or_assist_device = (
    _done_before_end_of_visit(vs.HEART_TRANSPLANT)
    | _diagnosed_before_end_of_visit(vs.HEART_TRANSPLANT_COMPLICATIONS)
    | _done_before_end_of_visit(vs.LEFT_VENTRICULAR_ASSIST_DEVICE_PLACEMENT)
    | _diagnosed_before_end_of_visit(vs.LEFT_VENTRICULAR_ASSIST_DEVICE_COMPLICATIONS)
)
