"""CMS125: women who had a mammogram to screen for breast cancer.

Source: BreastCancerScreeningFHIR 0.0.001 (CMS125, eCQM for 2025; steward NCQA).
"""

from prevention.engine.facts import (
    SNOMED,
    Code,
    Facts,
    ValueSet,
    body_site_is,
    conditions,
    effective,
    prevalence_interval,
)
from prevention.engine.libraries import (
    diagnostic_studies_performed,
    has_hospice_services,
    has_palliative_care,
    is_66_or_older_living_long_term_in_a_nursing_home,
    is_66_or_older_with_advanced_illness_and_frailty,
    procedures_performed,
    qualifying_encounters,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import administrative_sex, age_at, exists
from prevention.engine.moments import DAY, Interval, day_of_year, measurement_period

BILATERAL_MASTECTOMY = ValueSet("Bilateral Mastectomy", "2.16.840.1.113883.3.464.1003.198.12.1005")
HISTORY_OF_BILATERAL_MASTECTOMY = ValueSet(
    "History of bilateral mastectomy", "2.16.840.1.113883.3.464.1003.198.12.1068"
)
MAMMOGRAPHY = ValueSet("Mammography", "2.16.840.1.113883.3.464.1003.108.12.1018")
STATUS_POST_LEFT = ValueSet("Status Post Left Mastectomy", "2.16.840.1.113883.3.464.1003.198.12.1069")
STATUS_POST_RIGHT = ValueSet("Status Post Right Mastectomy", "2.16.840.1.113883.3.464.1003.198.12.1070")
UNILATERAL_LEFT = ValueSet("Unilateral Mastectomy Left", "2.16.840.1.113883.3.464.1003.198.12.1133")
UNILATERAL_RIGHT = ValueSet("Unilateral Mastectomy Right", "2.16.840.1.113883.3.464.1003.198.12.1134")
UNILATERAL_UNSPECIFIED = ValueSet(
    "Unilateral Mastectomy, Unspecified Laterality", "2.16.840.1.113883.3.464.1003.198.12.1071"
)
LEFT = Code("7771000", SNOMED, "Left (qualifier value)")
RIGHT = Code("24028007", SNOMED, "Right (qualifier value)")


def mastectomy_diagnosis(status_post: ValueSet, side: Code) -> Facts:
    unspecified = conditions(UNILATERAL_UNSPECIFIED).where(body_site_is(side))
    return (
        conditions(status_post)
        .union(unspecified)
        .where(prevalence_interval.starts_on_or_before(measurement_period.end))
    )


def mastectomy_procedure(procedure: ValueSet) -> Facts:
    return procedures_performed(procedure).where(effective.ends_on_or_before(measurement_period.end))


no_right_breast = exists(mastectomy_diagnosis(STATUS_POST_RIGHT, RIGHT)) | exists(
    mastectomy_procedure(UNILATERAL_RIGHT)
)
no_left_breast = exists(mastectomy_diagnosis(STATUS_POST_LEFT, LEFT)) | exists(mastectomy_procedure(UNILATERAL_LEFT))
bilateral_mastectomy = exists(
    conditions(HISTORY_OF_BILATERAL_MASTECTOMY).where(prevalence_interval.starts_on_or_before(measurement_period.end))
) | exists(mastectomy_procedure(BILATERAL_MASTECTOMY))

MEASURE = Measure(
    id="CMS125",
    name="BreastCancerScreeningFHIR",
    version="0.0.001",
    year=2025,
    title="Breast cancer screening",
    steward="NCQA",
    source="CMS125FHIR, eCQM for the 2025 performance period",
    improvement="increase",
    groups=(
        Group(
            initial_population=age_at(measurement_period.end).between(52, 74)
            & administrative_sex("female")
            & exists(qualifying_encounters()),
            denominator_exclusion=has_hospice_services()
            | (no_right_breast & no_left_breast)
            | bilateral_mastectomy
            | is_66_or_older_with_advanced_illness_and_frailty()
            | is_66_or_older_living_long_term_in_a_nursing_home()
            | has_palliative_care(),
            numerator=exists(
                diagnostic_studies_performed(MAMMOGRAPHY).where(
                    effective.ends_during(Interval(day_of_year(-2, 10, 1), measurement_period.end), of=DAY)
                )
            ),
        ),
    ),
)
