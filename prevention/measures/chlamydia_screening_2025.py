"""CMS153: sexually active young women who had a test for chlamydia.

Source: ChlamydiaScreeninginWomenFHIR 0.1.000 (CMS153, eCQM for 2025; steward NCQA).
"""

from prevention.engine.elements import has_value, value_in
from prevention.engine.facts import (
    LOINC,
    Code,
    Facts,
    authored_on,
    conditions,
    effective,
    medication_request_period,
    prevalence_interval,
)
from prevention.engine.libraries import (
    YES,
    assessments_performed,
    diagnostic_studies_ordered,
    encounters_performed,
    has_hospice_services,
    laboratory_tests_ordered,
    laboratory_tests_performed,
    medications_active,
    medications_ordered,
    procedures_performed,
)
from prevention.engine.measure import Group, Measure, Stratum
from prevention.engine.members import administrative_sex, age_at, exists
from prevention.engine.moments import DAY, days, measurement_period
from prevention.measures import value_sets as vs

EVER_HAD_VAGINAL_INTERCOURSE = Code("64728-9", LOINC, "Have you ever had vaginal intercourse [PhenX]")

qualifying_encounters = encounters_performed(
    vs.OFFICE_VISIT,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.PREVENTIVE_INITIAL_0_TO_17,
    vs.PREVENTIVE_ESTABLISHED_0_TO_17,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.TELEPHONE_VISITS,
    vs.VIRTUAL_ENCOUNTER,
).where(effective.during(measurement_period, of=DAY))

authored_in_period = authored_on.during(measurement_period, of=DAY)
has_assessments = exists(
    assessments_performed(EVER_HAD_VAGINAL_INTERCOURSE).where(
        value_in(YES) & effective.ends_on_or_before(measurement_period.end)
    )
)
has_diagnoses = exists(
    conditions(
        vs.DIAGNOSES_USED_TO_INDICATE_SEXUAL_ACTIVITY,
        vs.HIV,
        vs.COMPLICATIONS_OF_PREGNANCY_CHILDBIRTH_AND_THE_PUERPERIUM,
    ).where(prevalence_interval.overlaps(measurement_period))
)
has_active_contraceptives = exists(
    medications_active(vs.CONTRACEPTIVE_MEDICATIONS).where(medication_request_period.overlaps(measurement_period))
)
has_ordered_contraceptives = exists(medications_ordered(vs.CONTRACEPTIVE_MEDICATIONS).where(authored_in_period))
has_laboratory_tests_but_not_pregnancy = exists(
    laboratory_tests_ordered(
        vs.PAP_TEST, vs.LAB_TESTS_DURING_PREGNANCY, vs.LAB_TESTS_FOR_SEXUALLY_TRANSMITTED_INFECTIONS
    ).where(authored_in_period)
)
has_laboratory_tests = (
    exists(laboratory_tests_ordered(vs.PREGNANCY_TEST).where(authored_in_period))
    | has_laboratory_tests_but_not_pregnancy
)
has_diagnostic_studies = exists(
    diagnostic_studies_ordered(vs.DIAGNOSTIC_STUDIES_DURING_PREGNANCY).where(authored_in_period)
)
has_procedures = exists(
    procedures_performed(vs.PROCEDURES_USED_TO_INDICATE_SEXUAL_ACTIVITY).where(
        effective.during(measurement_period, of=DAY)
    )
)


def pregnancy_test_before(other: Facts) -> Facts:
    """Pregnancy tests for which the other was ordered on the same day or in the six days after."""
    return (
        laboratory_tests_ordered(vs.PREGNANCY_TEST)
        .where(authored_on.during(measurement_period))
        .with_(other, lambda test, order: order.authored_on.or_less_on_or_after(days(6), test.authored_on, of=DAY))
    )


has_pregnancy_test_exclusion = exists(
    pregnancy_test_before(diagnostic_studies_ordered(vs.XRAY_STUDY)).union(
        pregnancy_test_before(medications_ordered(vs.ISOTRETINOIN))
    )
)

MEASURE = Measure(
    id="CMS153",
    name="ChlamydiaScreeninginWomenFHIR",
    version="0.1.000",
    year=2025,
    title="Chlamydia screening in women",
    steward="NCQA",
    source="CMS153FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.end).between(16, 24)
            & administrative_sex("female")
            & exists(qualifying_encounters)
            & (
                has_assessments
                | has_diagnoses
                | has_active_contraceptives
                | has_ordered_contraceptives
                | has_laboratory_tests
                | has_diagnostic_studies
                | has_procedures
            ),
            denominator_exclusion=has_hospice_services()
            | (
                has_pregnancy_test_exclusion
                & ~has_assessments
                & ~has_diagnoses
                & ~has_active_contraceptives
                & ~has_ordered_contraceptives
                & ~has_laboratory_tests_but_not_pregnancy
                & ~has_diagnostic_studies
                & ~has_procedures
            ),
            numerator=exists(
                laboratory_tests_performed(vs.CHLAMYDIA_SCREENING).where(
                    effective.latest.during(measurement_period, of=DAY) & has_value
                )
            ),
            strata=(
                Stratum("16 to 20", age_at(measurement_period.end).between(16, 20)),
                Stratum("21 to 24", age_at(measurement_period.end).between(21, 24)),
            ),
        ),
    ),
)
