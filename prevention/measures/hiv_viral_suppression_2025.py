"""CMS314: people with HIV whose last viral load of the year was below 200 copies a millilitre.

Source: HIVViralSuppressionFHIR 0.1.000 (CMS314, eCQM for 2025; steward HRSA).
"""

from prevention.engine.elements import quantity, value_in
from prevention.engine.facts import (
    SNOMED,
    Code,
    conditions,
    effective,
    encounters,
    most_recent,
    observations,
    prevalence_interval,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import exists
from prevention.engine.moments import DAY, Interval, days, measurement_period
from prevention.measures import value_sets as vs

BELOW_THRESHOLD_LEVEL = Code("260988000", SNOMED)
NOT_DETECTED = Code("260415000", SNOMED)

hiv = conditions(vs.HIV).where(prevalence_interval.starts_before(measurement_period.start + days(90), of=DAY))
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
    vs.PREVENTIVE_CARE_SERVICES_OTHER_2,
).where(effective.during(Interval(measurement_period.start, measurement_period.start + days(240)), of=DAY))
most_recent_viral_load = most_recent(
    observations(vs.HIV_VIRAL_LOAD).where(effective.latest.during(measurement_period, of=DAY))
)

MEASURE = Measure(
    id="CMS314",
    name="HIVViralSuppressionFHIR",
    version="0.1.000",
    year=2025,
    title="HIV viral suppression",
    steward="HRSA",
    source="CMS314FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=exists(hiv) & exists(qualifying_encounter),
            numerator=exists(
                most_recent_viral_load.where(
                    quantity("<", 200, "{copies}/mL") | value_in(BELOW_THRESHOLD_LEVEL, NOT_DETECTED)
                )
            ),
        ),
    ),
)
