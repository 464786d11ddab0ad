"""CMS145: adults with coronary disease and a weak left ventricle, or a heart attack within three years, who were
prescribed a beta blocker.

Source: CADBetaBlockerTherapyPriorMIorLVSDFHIR 0.2.000 (CMS145, eCQM for 2025; steward American Heart Association).
Two populations; one rate is reported, from the sums over both.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import is_active, is_confirmed_active_diagnosis
from prevention.engine.facts import Facts, conditions, define, procedures, related
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, age_at, count, exists
from prevention.engine.moments import DAY, measurement_period, years
from prevention.engine.predicates import Always
from prevention.measures import value_sets as vs
from prevention.measures.aha_overall import (
    allergies_to_beta_blockers,
    allergy_overlaps_after_day_of,
    consecutive_heart_rates_below_50,
    currently_taking,
    final_heart_rates,
    heart_rates,
    intolerances_of_beta_blockers,
    moderate_or_severe_lvsd_findings,
    ordered_during,
    outpatient_encounter,
    overlaps_after_day_of,
    overlaps_day_of,
    qualifying_outpatient_encounter,
    starts_before_end_of,
    with_history_of_lvsd,
)

coronary_artery_disease_encounter = outpatient_encounter.with_(
    conditions(vs.CORONARY_ARTERY_DISEASE_NO_MI).where(is_confirmed_active_diagnosis),
    lambda visit, disease: disease.prevalence_interval.overlaps(visit.period, of=DAY),
)
cardiac_surgery_before_encounter = outpatient_encounter.with_(
    procedures(vs.CARDIAC_SURGERY).with_status("completed"),
    lambda visit, surgery: surgery.performed.starts_before(visit.period.end),
)
qualifying_cad_encounter = define(coronary_artery_disease_encounter.union(cardiac_surgery_before_encounter))
encounter_with_lvsd = with_history_of_lvsd(qualifying_cad_encounter)
encounter_and_prior_mi = define(
    qualifying_cad_encounter.with_(
        conditions(vs.MYOCARDIAL_INFARCTION),
        lambda visit, infarction: infarction.prevalence_interval.start.or_less_before(
            years(3), visit.period.start, of=DAY
        ),
    ).where(~related(moderate_or_severe_lvsd_findings, lambda *_: Always()))
)

# Active, or nobody says.
not_inactive_allergies = allergies_to_beta_blockers.with_status("active", "unknown")

initial_population = (
    age_at(measurement_period.start).at_least(18)
    & (count(qualifying_outpatient_encounter) >= 2)
    & exists(qualifying_cad_encounter)
)


def population(visits: Facts, medicine: vs.ValueSet, slow_heart: Condition) -> Group:
    def diagnosed(*codes: vs.ValueSet) -> Condition:
        return overlaps_day_of(conditions(*codes).where(is_active), visits)

    has_pacer = diagnosed(vs.CARDIAC_PACER_IN_SITU) | starts_before_end_of(procedures(vs.CARDIAC_PACER), visits)
    return Group(
        initial_population=initial_population,
        denominator=exists(visits),
        denominator_exception=diagnosed(vs.ARRHYTHMIA)
        | diagnosed(vs.ASTHMA)
        | diagnosed(vs.BRADYCARDIA)
        | diagnosed(vs.HYPOTENSION)
        | slow_heart
        | allergy_overlaps_after_day_of(not_inactive_allergies, visits)
        | overlaps_after_day_of(intolerances_of_beta_blockers, visits)
        | (diagnosed(vs.ATRIOVENTRICULAR_BLOCK) & ~has_pacer),
        numerator=ordered_during(medicine, visits) | currently_taking(medicine, visits),
    )


MEASURE = Measure(
    id="CMS145",
    name="CADBetaBlockerTherapyPriorMIorLVSDFHIR",
    version="0.2.000",
    year=2025,
    title="Coronary artery disease: beta-blocker therapy, prior myocardial infarction or LVSD",
    steward="American Heart Association",
    source="CMS145FHIR, eCQM for the 2025 performance period",
    rates=(_("Left ventricular systolic dysfunction"), _("Prior myocardial infarction")),
    groups=(
        population(
            encounter_with_lvsd,
            vs.BETA_BLOCKER_THERAPY_FOR_LVSD,
            consecutive_heart_rates_below_50(encounter_with_lvsd, heart_rates, heart_rates),
        ),
        population(
            encounter_and_prior_mi,
            vs.BETA_BLOCKER_THERAPY,
            consecutive_heart_rates_below_50(encounter_and_prior_mi, final_heart_rates, final_heart_rates),
        ),
    ),
)
