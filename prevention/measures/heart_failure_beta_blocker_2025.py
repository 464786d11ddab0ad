"""CMS144: adults with heart failure and a weak left ventricle who were prescribed a beta blocker.

Source: HFBetaBlockerTherapyforLVSDFHIR 1.4.000 (CMS144, eCQM for 2025; steward American Heart Association). In that
text "Has Arrhythmia Diagnosis" stands behind a comment sign among the exceptions, and so is none of them.
"""

from prevention.engine.elements import is_confirmed, is_confirmed_active_diagnosis
from prevention.engine.facts import ColumnIn, conditions, procedures
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, exists
from prevention.measures import value_sets as vs
from prevention.measures.aha_overall import (
    allergies_to_beta_blockers,
    allergy_overlaps_after_day_of,
    consecutive_heart_rates_below_50,
    currently_taking,
    final_heart_rates,
    has_transplant_or_assist_device,
    heart_failure_encounter_with_lvsd,
    heart_rates,
    intolerances_of_beta_blockers,
    is_adult_with_two_encounters_and_one_for_heart_failure,
    ordered_during,
    overlaps_after_day_of,
    overlaps_day_of,
    starts_before_end_of,
)

visits = heart_failure_encounter_with_lvsd
active_allergies = allergies_to_beta_blockers.where(ColumnIn("status", ("active",)) & is_confirmed)


def diagnosed(*codes: vs.ValueSet) -> Condition:
    return overlaps_day_of(conditions(*codes).where(is_confirmed_active_diagnosis), visits)


has_pacer_in_situ = overlaps_after_day_of(
    conditions(vs.CARDIAC_PACER_IN_SITU).where(is_confirmed_active_diagnosis), visits
)
has_pacer_implanted = starts_before_end_of(procedures(vs.CARDIAC_PACER).with_status("completed"), visits)

MEASURE = Measure(
    id="CMS144",
    name="HFBetaBlockerTherapyforLVSDFHIR",
    version="1.4.000",
    year=2025,
    title="Heart failure: beta-blocker therapy for left ventricular systolic dysfunction",
    steward="American Heart Association",
    source="CMS144FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=is_adult_with_two_encounters_and_one_for_heart_failure,
            denominator=exists(visits),
            denominator_exclusion=has_transplant_or_assist_device,
            denominator_exception=consecutive_heart_rates_below_50(visits, final_heart_rates, heart_rates)
            | diagnosed(vs.HYPOTENSION)
            | diagnosed(vs.ASTHMA)
            | overlaps_after_day_of(intolerances_of_beta_blockers, visits)
            | diagnosed(vs.BRADYCARDIA)
            | allergy_overlaps_after_day_of(active_allergies, visits)
            | (diagnosed(vs.ATRIOVENTRICULAR_BLOCK) & ~has_pacer_in_situ & ~has_pacer_implanted),
            numerator=ordered_during(vs.BETA_BLOCKER_THERAPY_FOR_LVSD, visits)
            | currently_taking(vs.BETA_BLOCKER_THERAPY_FOR_LVSD, visits),
        ),
    ),
)
