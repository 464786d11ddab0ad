"""CMS154: visits for a cold after which no antibiotic was ordered. Episode-based.

Source: AppropriateTreatmentforUpperRespiratoryInfectionURIFHIR 0.1.001 (CMS154, eCQM for 2025; steward NCQA).
"""

from prevention.engine.facts import conditions, define, medication_requests
from prevention.engine.libraries import has_hospice_services, medications_ordered
from prevention.engine.measure import EpisodeGroup, Measure, Stratum, episodes
from prevention.engine.members import age_at, age_in_months_at_least
from prevention.engine.moments import DAY, days, measurement_period
from prevention.measures import value_sets as vs
from prevention.measures.antibiotic import (
    has_antibiotic_medication_history,
    has_comorbid_condition_history,
    has_competing_diagnosis_history,
    qualifying_encounters,
)

ANTIBIOTICS = vs.ANTIBIOTIC_MEDICATIONS_FOR_UPPER_RESPIRATORY_INFECTION

upper_respiratory_infection = define(
    qualifying_encounters.with_(
        conditions(vs.UPPER_RESPIRATORY_INFECTION),
        lambda visit, infection: (
            infection.prevalence_interval.starts_during(visit.period, of=DAY)
            | infection.prevalence_interval.overlaps_before(visit.period)
        ),
    )
)
no_antibiotic = upper_respiratory_infection.without(
    medications_ordered(ANTIBIOTICS),
    lambda visit, order: order.authored_on.or_less_on_or_after(days(3), visit.period.start),
)
at_start = age_at(measurement_period.start)
three_months_old = age_in_months_at_least(measurement_period.start, 3)

MEASURE = Measure(
    id="CMS154",
    name="AppropriateTreatmentforUpperRespiratoryInfectionURIFHIR",
    version="0.1.001",
    year=2025,
    title="Appropriate treatment for upper respiratory infection",
    steward="NCQA",
    source="CMS154FHIR, eCQM for the 2025 performance period",
    groups=(
        EpisodeGroup(
            initial_population=episodes(upper_respiratory_infection, when=three_months_old),
            denominator_exclusion=episodes(upper_respiratory_infection, when=has_hospice_services())
            | episodes(has_comorbid_condition_history(upper_respiratory_infection))
            | episodes(has_antibiotic_medication_history(upper_respiratory_infection, medication_requests(ANTIBIOTICS)))
            | episodes(
                has_competing_diagnosis_history(
                    upper_respiratory_infection,
                    vs.COMPETING_CONDITIONS_FOR_RESPIRATORY_CONDITIONS,
                    vs.ACUTE_PHARYNGITIS,
                    vs.ACUTE_TONSILLITIS,
                )
            ),
            numerator=episodes(no_antibiotic),
            strata=(
                Stratum("3 months to 17 years", three_months_old & ~at_start.at_least(18)),
                Stratum("18 to 64", at_start.between(18, 64)),
                Stratum("65 and older", at_start.at_least(65)),
            ),
        ),
    ),
)
