"""CMS122: people with diabetes whose last glycaemic status was above 9 %, or who have none. Lower is better.

Source: DiabetesGlycemicStatusAssessmentGreaterThan9PercentFHIR 0.1.002 (CMS122, eCQM for 2025; steward NCQA).
"""

from prevention.engine.elements import by_quantity, has_value, percent
from prevention.engine.facts import LOINC, Code, conditions, define, effective, first, prevalence_interval
from prevention.engine.libraries import (
    has_hospice_services,
    has_palliative_care,
    is_66_or_older_living_long_term_in_a_nursing_home,
    is_66_or_older_with_advanced_illness_and_frailty,
    laboratory_tests_performed,
    qualifying_encounters,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

GLUCOSE_MANAGEMENT_INDICATOR = Code("97506-0", LOINC, "Glucose management indicator")

diabetes = conditions(vs.DIABETES).where(prevalence_interval.overlaps(measurement_period, of=DAY))
glycemic_status_assessment = define(
    laboratory_tests_performed(vs.HBA1C_LABORATORY_TEST, GLUCOSE_MANAGEMENT_INDICATOR).where(
        effective.latest.during(measurement_period, of=DAY)
    )
)
on_most_recent_day = glycemic_status_assessment.without(
    glycemic_status_assessment,
    lambda reading, other: other.effective.latest.after(reading.effective.latest, of=DAY),
)
# As CQL sorts, a reading without a quantity comes before any that has one.
lowest_on_most_recent_day = first(on_most_recent_day, by=by_quantity)

MEASURE = Measure(
    id="CMS122",
    name="DiabetesGlycemicStatusAssessmentGreaterThan9PercentFHIR",
    version="0.1.002",
    year=2025,
    title="Diabetes: glycemic status greater than 9%",
    steward="NCQA",
    source="CMS122FHIR, eCQM for the 2025 performance period",
    improvement="decrease",
    groups=(
        Group(
            initial_population=age_at(measurement_period.end).between(18, 75)
            & exists(qualifying_encounters())
            & exists(diabetes),
            denominator_exclusion=has_hospice_services()
            | is_66_or_older_living_long_term_in_a_nursing_home()
            | is_66_or_older_with_advanced_illness_and_frailty()
            | has_palliative_care(),
            numerator=exists(lowest_on_most_recent_day.where(~has_value))
            | exists(lowest_on_most_recent_day.where(percent(">", 9)))
            | ~exists(glycemic_status_assessment),
        ),
    ),
)
