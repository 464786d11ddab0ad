"""CMS75: children of 1 to 20 who have tooth decay. Lower is better.

Source: ChildrenWhoHaveDentalDecayOrCavitiesFHIR 0.0.001 (CMS75, eCQM for 2025; steward CMS).
"""

from prevention.engine.facts import conditions, effective, prevalence_interval
from prevention.engine.libraries import encounters_performed, has_hospice_services
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

qualifying_encounters = encounters_performed(vs.CLINICAL_ORAL_EVALUATION).where(
    effective.during(measurement_period, of=DAY)
)

MEASURE = Measure(
    id="CMS75",
    name="ChildrenWhoHaveDentalDecayOrCavitiesFHIR",
    version="0.0.001",
    year=2025,
    title="Children who have dental decay or cavities",
    steward="CMS",
    source="CMS75FHIR, eCQM for the 2025 performance period",
    improvement="decrease",
    groups=(
        Group(
            initial_population=age_at(measurement_period.start).between(1, 20) & exists(qualifying_encounters),
            denominator_exclusion=has_hospice_services(),
            numerator=exists(conditions(vs.DENTAL_CARIES).where(prevalence_interval.overlaps(measurement_period))),
        ),
    ),
)
