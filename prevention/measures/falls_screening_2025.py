"""CMS139: people of 65 and older who were asked about falls.

Source: FallsScreeningForFutureFallRiskFHIR 0.2.001 (CMS139, eCQM for 2025; steward NCQA).
"""

from prevention.engine.facts import effective
from prevention.engine.libraries import assessments_performed, encounters_performed, has_hospice_services
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

in_period = effective.during(measurement_period, of=DAY)
qualifying_encounter = encounters_performed(
    vs.OFFICE_VISIT,
    vs.ANNUAL_WELLNESS_VISIT,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.OPHTHALMOLOGICAL_SERVICES,
    vs.PREVENTIVE_CARE_SERVICES_INDIVIDUAL_COUNSELING,
    vs.DISCHARGE_SERVICES_NURSING_FACILITY,
    vs.NURSING_FACILITY_VISIT,
    vs.LONG_TERM_RESIDENTIAL_CARE,
    vs.AUDIOLOGY_VISIT,
    vs.TELEPHONE_VISITS,
    vs.VIRTUAL_ENCOUNTER,
    vs.PHYSICAL_THERAPY_EVALUATION,
    vs.OCCUPATIONAL_THERAPY_EVALUATION,
).where(in_period)

MEASURE = Measure(
    id="CMS139",
    name="FallsScreeningForFutureFallRiskFHIR",
    version="0.2.001",
    year=2025,
    title="Falls: screening for future fall risk",
    steward="NCQA",
    source="CMS139FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.start).at_least(65) & exists(qualifying_encounter),
            denominator_exclusion=has_hospice_services(),
            numerator=exists(assessments_performed(vs.FALLS_SCREENING).where(in_period)),
        ),
    ),
)
