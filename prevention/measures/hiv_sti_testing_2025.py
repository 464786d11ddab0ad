"""CMS1188: people with HIV who were tested for chlamydia, gonorrhoea and syphilis in the year.

Source: HIVSTITestingFHIR 0.2.000 (CMS1188, eCQM for 2025; steward HRSA).
"""

from prevention.engine.elements import has_value
from prevention.engine.facts import conditions, effective, encounters, observations, prevalence_interval
from prevention.engine.libraries import FINAL
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

qualifying_encounter = encounters(
    vs.OFFICE_VISIT,
    vs.OUTPATIENT_CONSULTATION,
    vs.ANNUAL_WELLNESS_VISIT,
    vs.FACE_TO_FACE_INTERACTION,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.PREVENTIVE_INITIAL_0_TO_17,
    vs.PREVENTIVE_ESTABLISHED_0_TO_17,
    vs.TELEPHONE_VISITS,
    vs.PREVENTIVE_CARE_SERVICES_OTHER,
).where(effective.during(measurement_period, of=DAY))
hiv = conditions(vs.HIV).where(prevalence_interval.starts_on_or_before(measurement_period.end, of=DAY))


def tested(test: vs.ValueSet) -> Condition:
    return exists(
        observations(test).with_status(*FINAL).where(has_value & effective.latest.during(measurement_period, of=DAY))
    )


MEASURE = Measure(
    id="CMS1188",
    name="HIVSTITestingFHIR",
    version="0.2.000",
    year=2025,
    title="Sexually transmitted infection (STI) testing for people with HIV",
    steward="HRSA",
    source="CMS1188FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.start).at_least(13)
            & exists(qualifying_encounter)
            & exists(hiv),
            numerator=tested(vs.CHLAMYDIA_SCREENING) & tested(vs.GONORRHEA_SCREENING) & tested(vs.SYPHILIS_TESTS),
        ),
    ),
)
