"""CMS131: people with diabetes whose eyes were examined: every year with retinopathy, every two years without.

Source: DiabetesEyeExamFHIR 0.0.002 (CMS131, eCQM for 2025; steward NCQA).
"""

from prevention.engine.facts import conditions, effective, prevalence_interval
from prevention.engine.libraries import (
    encounters_performed,
    has_hospice_services,
    has_palliative_care,
    is_66_or_older_living_long_term_in_a_nursing_home,
    is_66_or_older_with_advanced_illness_and_frailty,
    physical_exams_performed,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, exists
from prevention.engine.moments import DAY, Interval, measurement_period, years
from prevention.measures import value_sets as vs

qualifying_encounters = encounters_performed(
    vs.OFFICE_VISIT,
    vs.ANNUAL_WELLNESS_VISIT,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.OPHTHALMOLOGICAL_SERVICES,
    vs.TELEPHONE_VISITS,
).where(effective.during(measurement_period, of=DAY))
diabetes = conditions(vs.DIABETES).where(prevalence_interval.overlaps(measurement_period, of=DAY))
retinopathy = exists(
    conditions(vs.DIABETIC_RETINOPATHY).where(prevalence_interval.overlaps(measurement_period, of=DAY))
)
retinal_exam = physical_exams_performed(vs.RETINAL_OR_DILATED_EYE_EXAM)
exam_in_period = retinal_exam.where(effective.during(measurement_period, of=DAY))
exam_in_period_or_year_prior = retinal_exam.where(
    effective.during(Interval(measurement_period.start - years(1), measurement_period.end), of=DAY)
)

MEASURE = Measure(
    id="CMS131",
    name="DiabetesEyeExamFHIR",
    version="0.0.002",
    year=2025,
    title="Diabetes: eye exam",
    steward="NCQA",
    source="CMS131FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.end).between(18, 75)
            & exists(qualifying_encounters)
            & exists(diabetes),
            denominator_exclusion=has_hospice_services()
            | is_66_or_older_with_advanced_illness_and_frailty()
            | is_66_or_older_living_long_term_in_a_nursing_home()
            | has_palliative_care(),
            numerator=(retinopathy & exists(exam_in_period)) | (~retinopathy & exists(exam_in_period_or_year_prior)),
        ),
    ),
)
