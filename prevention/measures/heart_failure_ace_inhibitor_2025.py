"""CMS135: adults with heart failure and a weak left ventricle who were prescribed an ACE inhibitor, ARB or ARNI.

Source: HFACEIorARBorARNIforLVSDFHIR 0.2.000 (CMS135, eCQM for 2025; steward American Heart Association).
"""

from prevention.engine.codes import SNOMED, Code
from prevention.engine.elements import is_confirmed, is_confirmed_active_diagnosis
from prevention.engine.facts import ColumnIn, allergy_intolerances, conditions
from prevention.engine.measure import Group, Measure
from prevention.engine.members import exists
from prevention.engine.moments import months
from prevention.measures import value_sets as vs
from prevention.measures.aha_overall import (
    allergy_overlaps_after_day_of,
    currently_taking,
    has_transplant_or_assist_device,
    heart_failure_encounter_with_lvsd,
    is_adult_with_two_encounters_and_one_for_heart_failure,
    ordered_during,
    overlaps_after_day_of,
    overlaps_day_of,
)

RENAL_FAILURE_BY_ACE_INHIBITOR = Code("422593004", SNOMED)
ARB_SUBSTANCE = Code("372913009", SNOMED)
ACE_INHIBITOR_SUBSTANCE = Code("372733002", SNOMED)
NEPRILYSIN_INHIBITOR_SUBSTANCE = Code("786886009", SNOMED)

visits = heart_failure_encounter_with_lvsd
allergy = allergy_intolerances(
    vs.ACE_INHIBITOR_OR_ARB_OR_ARNI_INGREDIENT,
    ACE_INHIBITOR_SUBSTANCE,
    ARB_SUBSTANCE,
    NEPRILYSIN_INHIBITOR_SUBSTANCE,
).where(ColumnIn("status", ("active",)) & is_confirmed)
intolerance = conditions(vs.ALLERGY_TO_ACE_INHIBITOR_OR_ARB, vs.INTOLERANCE_TO_ACE_INHIBITOR_OR_ARB).where(
    is_confirmed_active_diagnosis
)
pregnancy = conditions(vs.PREGNANCY).with_(
    visits,
    lambda diagnosis, visit: diagnosis.prevalence_interval.start.or_less_on_or_before(months(9), visit.period.start),
)
renal_failure = conditions(RENAL_FAILURE_BY_ACE_INHIBITOR).where(is_confirmed_active_diagnosis)

MEASURE = Measure(
    id="CMS135",
    name="HFACEIorARBorARNIforLVSDFHIR",
    version="0.2.000",
    year=2025,
    title="Heart failure: ACE inhibitor, ARB or ARNI therapy for left ventricular systolic dysfunction",
    steward="American Heart Association",
    source="CMS135FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=is_adult_with_two_encounters_and_one_for_heart_failure,
            denominator=exists(visits),
            denominator_exclusion=has_transplant_or_assist_device,
            denominator_exception=allergy_overlaps_after_day_of(allergy, visits)
            | overlaps_after_day_of(intolerance, visits)
            | exists(pregnancy)
            | overlaps_day_of(renal_failure, visits),
            numerator=ordered_during(vs.ACE_INHIBITOR_OR_ARB_OR_ARNI, visits)
            | currently_taking(vs.ACE_INHIBITOR_OR_ARB_OR_ARNI, visits),
        ),
    ),
)
