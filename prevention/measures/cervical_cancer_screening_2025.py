"""CMS124: women who were screened for cervical cancer by cytology or, from 30, by an HPV test.

Source: CervicalCancerScreeningFHIR 0.0.001 (CMS124, eCQM for 2025; steward NCQA).
"""

from prevention.engine.elements import age_at_point, has_value
from prevention.engine.facts import conditions, effective, prevalence_interval
from prevention.engine.libraries import (
    encounters_performed,
    has_hospice_services,
    has_palliative_care,
    laboratory_tests_performed,
    procedures_performed,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import administrative_sex, age_at, exists
from prevention.engine.moments import DAY, Interval, measurement_period, years
from prevention.measures import value_sets as vs

qualifying_encounters = encounters_performed(
    vs.OFFICE_VISIT,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.TELEPHONE_VISITS,
    vs.VIRTUAL_ENCOUNTER,
).where(effective.during(measurement_period, of=DAY))

absence_of_cervix = (
    procedures_performed(vs.HYSTERECTOMY_WITH_NO_RESIDUAL_CERVIX)
    .where(effective.ends_on_or_before(measurement_period.end))
    .union(
        conditions(vs.CONGENITAL_OR_ACQUIRED_ABSENCE_OF_CERVIX).where(
            prevalence_interval.starts_on_or_before(measurement_period.end)
        )
    )
)


def back(count: int) -> Interval:
    """The measurement period and the `count` years before it."""
    return Interval(measurement_period.start - years(count), measurement_period.end)


cervical_cytology_within_3_years = laboratory_tests_performed(vs.PAP_TEST).where(
    effective.latest.during(back(2), of=DAY) & has_value
)
hpv_test_within_5_years = laboratory_tests_performed(vs.HPV_TEST).where(
    age_at_point(effective.latest, 30) & effective.latest.during(back(4), of=DAY) & has_value
)

MEASURE = Measure(
    id="CMS124",
    name="CervicalCancerScreeningFHIR",
    version="0.0.001",
    year=2025,
    title="Cervical cancer screening",
    steward="NCQA",
    source="CMS124FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.end).between(24, 64)
            & administrative_sex("female")
            & exists(qualifying_encounters),
            denominator_exclusion=has_hospice_services() | exists(absence_of_cervix) | has_palliative_care(),
            numerator=exists(cervical_cytology_within_3_years) | exists(hpv_test_within_5_years),
        ),
    ),
)
