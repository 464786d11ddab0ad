"""CMS146: visits for a sore throat, with an antibiotic, at which streptococci were tested for. Episode-based.

Source: AppropriateTestingforPharyngitisFHIR 0.1.001 (CMS146, eCQM for 2025; steward NCQA).
"""

from prevention.engine.elements import has_value
from prevention.engine.facts import conditions, define
from prevention.engine.libraries import (
    has_hospice_services,
    laboratory_tests_performed,
    medications_active,
    medications_ordered,
)
from prevention.engine.measure import EpisodeGroup, Measure, Stratum, episodes
from prevention.engine.members import age_at
from prevention.engine.moments import DAY, days, measurement_period
from prevention.engine.predicates import FactInterval
from prevention.measures import value_sets as vs
from prevention.measures.antibiotic import (
    has_antibiotic_medication_history,
    has_comorbid_condition_history,
    has_competing_diagnosis_history,
    qualifying_encounters,
)

ANTIBIOTICS = vs.ANTIBIOTIC_MEDICATIONS_FOR_PHARYNGITIS

pharyngitis_with_antibiotic = define(
    qualifying_encounters.with_(
        medications_ordered(ANTIBIOTICS),
        lambda visit, order: visit.period.start.or_less_on_or_before(days(3), order.authored_on, of=DAY),
    ).with_(
        conditions(vs.ACUTE_PHARYNGITIS, vs.ACUTE_TONSILLITIS),
        lambda visit, diagnosis: diagnosis.prevalence_interval.starts_during(visit.period, of=DAY),
    )
)
streptococcus_test = laboratory_tests_performed(vs.GROUP_A_STREPTOCOCCUS_TEST).where(has_value)
tested = pharyngitis_with_antibiotic.with_(
    streptococcus_test,
    lambda visit, test: test.effective.starts_during(
        FactInterval(visit.period.end - days(3), visit.period.end + days(3)), of=DAY
    ),
)
at_start = age_at(measurement_period.start)

MEASURE = Measure(
    id="CMS146",
    name="AppropriateTestingforPharyngitisFHIR",
    version="0.1.001",
    year=2025,
    title="Appropriate testing for pharyngitis",
    steward="NCQA",
    source="CMS146FHIR, eCQM for the 2025 performance period",
    groups=(
        EpisodeGroup(
            initial_population=episodes(pharyngitis_with_antibiotic, when=at_start.at_least(3)),
            denominator_exclusion=episodes(pharyngitis_with_antibiotic, when=has_hospice_services())
            | episodes(has_comorbid_condition_history(pharyngitis_with_antibiotic))
            | episodes(has_antibiotic_medication_history(pharyngitis_with_antibiotic, medications_active(ANTIBIOTICS)))
            | episodes(
                has_competing_diagnosis_history(
                    pharyngitis_with_antibiotic, vs.COMPETING_CONDITIONS_FOR_RESPIRATORY_CONDITIONS
                )
            ),
            numerator=episodes(tested),
            strata=(
                Stratum("3 to 17", at_start.between(3, 17)),
                Stratum("18 to 64", at_start.between(18, 64)),
                Stratum("65 and older", at_start.at_least(65)),
            ),
        ),
    ),
)
