"""Antibiotic 1.7.000: what the measures of sore throat and of colds share. Episodes are visits."""

from prevention.engine.facts import CPT, Code, Facts, conditions, effective
from prevention.engine.libraries import encounters_performed
from prevention.engine.moments import DAY, Interval, days, measurement_period, years
from prevention.engine.predicates import FactInterval
from prevention.measures import value_sets as vs

UNLISTED_PREVENTIVE_MEDICINE_SERVICE = Code("99429", CPT)

qualifying_encounters = encounters_performed(
    vs.EMERGENCY_DEPARTMENT_VISIT,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.MEDICAL_DISABILITY_EXAM,
    vs.OFFICE_VISIT,
    vs.OUTPATIENT_CONSULTATION,
    vs.PREVENTIVE_CARE_SERVICES_GROUP_COUNSELING,
    vs.PREVENTIVE_CARE_SERVICES_INDIVIDUAL_COUNSELING,
    vs.PREVENTIVE_INITIAL_0_TO_17,
    vs.PREVENTIVE_ESTABLISHED_0_TO_17,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.TELEPHONE_VISITS,
    vs.VIRTUAL_ENCOUNTER,
    UNLISTED_PREVENTIVE_MEDICINE_SERVICE,
).where(effective.ends_during(Interval(measurement_period.start, measurement_period.end - days(3)), of=DAY))


def has_comorbid_condition_history(episodes: Facts) -> Facts:
    """A condition that began in the year before the visit."""
    return episodes.with_(
        conditions(vs.COMORBID_CONDITIONS_FOR_RESPIRATORY_CONDITIONS),
        lambda visit, condition: condition.prevalence_interval.start.or_less_on_or_before(
            years(1), visit.period.start, of=DAY
        ),
    )


def has_competing_diagnosis_history(episodes: Facts, *diagnoses: vs.ValueSet) -> Facts:
    """Another diagnosis, which would call for an antibiotic, on the day of the visit or in the three days after."""
    return episodes.with_(
        conditions(*diagnoses),
        lambda visit, condition: condition.prevalence_interval.start.or_less_on_or_after(
            days(3), visit.period.start, of=DAY
        ),
    )


def has_antibiotic_medication_history(episodes: Facts, antibiotics: Facts) -> Facts:
    """An antibiotic in the thirty days before the visit."""
    return episodes.with_(
        antibiotics,
        lambda visit, medication: medication.medication_request_period.overlaps(
            FactInterval(visit.period.start - days(30), visit.period.start - days(1)), of=DAY
        ),
    )
