"""CMS149: people with dementia whose cognition was assessed.

Source: DementiaCognitiveAssessmentFHIR 0.1.000 (CMS149, eCQM for 2025; steward American Academy of Neurology).
"""

from prevention.engine.codes import OBSERVATION
from prevention.engine.elements import has_value, is_active, is_believed, not_done_reason_in
from prevention.engine.facts import (
    conditions,
    define,
    effective,
    encounters,
    observations,
    observations_not_done,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import count, exists
from prevention.engine.moments import DAY, measurement_period, months
from prevention.measures import value_sets as vs

in_period = effective.during(measurement_period, of=DAY)
encounter_to_assess_cognition = encounters(
    vs.PSYCH_VISIT_DIAGNOSTIC_EVALUATION,
    vs.NURSING_FACILITY_VISIT,
    vs.LONG_TERM_RESIDENTIAL_CARE,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.PSYCH_VISIT_PSYCHOTHERAPY,
    vs.BEHAVIORAL_NEUROPSYCH_ASSESSMENT,
    vs.OCCUPATIONAL_THERAPY_EVALUATION,
    vs.OFFICE_VISIT,
    vs.OUTPATIENT_CONSULTATION,
)
dementia_encounter = define(
    encounter_to_assess_cognition.where(in_period).with_(
        conditions(vs.DEMENTIA_AND_MENTAL_DEGENERATIONS).where(is_active & is_believed),
        lambda visit, dementia: dementia.prevalence_interval.overlaps(visit.period, of=DAY),
    )
)
qualifying_encounter = (
    encounter_to_assess_cognition.union(encounters(vs.PATIENT_PROVIDER_INTERACTION))
    .with_status("finished")
    .where(in_period)
)
TESTS = (vs.STANDARDIZED_TOOLS_SCORE_FOR_ASSESSMENT_OF_COGNITION, vs.COGNITIVE_ASSESSMENT)
assessment = (
    observations(*TESTS)
    .with_status("final", "amended", "corrected", "preliminary")
    .where(has_value)
    .with_(
        dementia_encounter,
        lambda test, visit: test.effective.start.or_less_on_or_before(months(12), visit.period.end, of=DAY),
    )
)
no_assessment = (
    observations_not_done(*TESTS)
    .where(not_done_reason_in(OBSERVATION, vs.PATIENT_REASON))
    .with_(dementia_encounter, lambda test, visit: test.authored_on.during(visit.period))
)

MEASURE = Measure(
    id="CMS149",
    name="DementiaCognitiveAssessmentFHIR",
    version="0.1.000",
    year=2025,
    title="Dementia: cognitive assessment",
    steward="American Academy of Neurology",
    source="CMS149FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=exists(dementia_encounter) & (count(qualifying_encounter) >= 2),
            denominator_exception=exists(no_assessment),
            numerator=exists(assessment),
        ),
    ),
)
