"""CMS74: children of 1 to 20 whose teeth were varnished with fluoride on two days of the year.

Source: PrimaryCariesPreventionasOfferedbyDentistsFHIR 0.0.002 (CMS74, eCQM for 2025; steward CMS).
"""

from prevention.engine.facts import effective
from prevention.engine.libraries import encounters_performed, has_hospice_services, procedures_performed
from prevention.engine.measure import Group, Measure, Stratum
from prevention.engine.members import age_at, count_days, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

qualifying_encounters = encounters_performed(vs.CLINICAL_ORAL_EVALUATION).where(
    effective.during(measurement_period, of=DAY)
)
fluoride_application = procedures_performed(vs.FLUORIDE_VARNISH_APPLICATION_FOR_CHILDREN).where(
    effective.ends_during(measurement_period, of=DAY)
)

MEASURE = Measure(
    id="CMS74",
    name="PrimaryCariesPreventionasOfferedbyDentistsFHIR",
    version="0.0.002",
    year=2025,
    title="Primary caries prevention as offered by dentists",
    steward="CMS",
    source="CMS74FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.start).between(1, 20) & exists(qualifying_encounters),
            denominator_exclusion=has_hospice_services(),
            numerator=count_days(fluoride_application, effective.end) >= 2,
            strata=(
                Stratum("1 to 5", age_at(measurement_period.start).between(1, 5)),
                Stratum("6 to 12", age_at(measurement_period.start).between(6, 12)),
                Stratum("13 to 20", age_at(measurement_period.start).between(13, 20)),
            ),
        ),
    ),
)
