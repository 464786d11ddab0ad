"""CMS349: people of 15 to 65 who have been tested for HIV.

Source: HIVScreeningFHIR 0.2.000 (CMS349, eCQM for 2025; steward CDC). That text also defines an exception for whoever
has died; the published Measure has no such population.
"""

from prevention.engine.elements import age_at_point, has_value
from prevention.engine.facts import (
    LOINC,
    Code,
    ColumnIn,
    conditions,
    effective,
    encounters,
    observations,
    prevalence_interval,
)
from prevention.engine.libraries import FINAL
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

HIV_1_AND_2_TESTS = Code("75622-1", LOINC, "HIV 1 and 2 tests - Meaningful Use set")

qualifying_encounters = (
    encounters(
        vs.PREVENTIVE_INITIAL_0_TO_17,
        vs.PREVENTIVE_INITIAL_18_UP,
        vs.PREVENTIVE_ESTABLISHED_0_TO_17,
        vs.PREVENTIVE_ESTABLISHED_18_UP,
        vs.OFFICE_VISIT,
    )
    .with_status("finished")
    .where(effective.during(measurement_period, of=DAY))
)
hiv_before = conditions(vs.HIV).where(
    prevalence_interval.starts_before(measurement_period.start, of=DAY) & ~ColumnIn("verification", ("refuted",))
)
hiv_test_performed = (
    observations(vs.HIV_LABORATORY_TEST_CODES, HIV_1_AND_2_TESTS)
    .with_status(*FINAL)
    .where(has_value & age_at_point(effective.start, 15, 65) & effective.starts_before(measurement_period.end))
)

MEASURE = Measure(
    id="CMS349",
    name="HIVScreeningFHIR",
    version="0.2.000",
    year=2025,
    title="HIV screening",
    steward="CDC",
    source="CMS349FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.start).between(15, 65) & exists(qualifying_encounters),
            denominator_exclusion=exists(hiv_before),
            numerator=exists(hiv_test_performed),
        ),
    ),
)
