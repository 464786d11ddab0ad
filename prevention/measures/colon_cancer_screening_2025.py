"""CMS130: adults who had appropriate screening for colorectal cancer.

Source: ColonCancerScreeningFHIR 0.1.000 (CMS130, eCQM for 2025; steward NCQA).
"""

from prevention.engine.facts import ValueSet, conditions, effective, has_value, prevalence_interval
from prevention.engine.libraries import (
    diagnostic_studies_performed,
    has_hospice_services,
    has_palliative_care,
    is_66_or_older_living_long_term_in_a_nursing_home,
    is_66_or_older_with_advanced_illness_and_frailty,
    laboratory_tests_performed,
    procedures_performed,
    qualifying_encounters,
)
from prevention.engine.measure import Group, Measure, Stratum
from prevention.engine.members import age_at, exists
from prevention.engine.moments import DAY, Interval, measurement_period, years

COLONOSCOPY = ValueSet("Colonoscopy", "2.16.840.1.113883.3.464.1003.108.12.1020")
CT_COLONOGRAPHY = ValueSet("CT Colonography", "2.16.840.1.113883.3.464.1003.108.12.1038")
FOBT = ValueSet("Fecal Occult Blood Test (FOBT)", "2.16.840.1.113883.3.464.1003.198.12.1011")
SDNA_FIT = ValueSet("sDNA FIT Test", "2.16.840.1.113883.3.464.1003.108.12.1039")
FLEXIBLE_SIGMOIDOSCOPY = ValueSet("Flexible Sigmoidoscopy", "2.16.840.1.113883.3.464.1003.198.12.1010")
MALIGNANT_NEOPLASM_OF_COLON = ValueSet("Malignant Neoplasm of Colon", "2.16.840.1.113883.3.464.1003.108.12.1001")
TOTAL_COLECTOMY = ValueSet("Total Colectomy", "2.16.840.1.113883.3.464.1003.198.12.1019")


def back(count: int) -> Interval:
    """The measurement period and the `count` years before it."""
    return Interval(measurement_period.start - years(count), measurement_period.end)


fecal_occult_blood_test = laboratory_tests_performed(FOBT).where(
    has_value & effective.latest.during(measurement_period, of=DAY)
)
stool_dna_with_fit = laboratory_tests_performed(SDNA_FIT).where(has_value & effective.latest.during(back(2), of=DAY))
flexible_sigmoidoscopy = procedures_performed(FLEXIBLE_SIGMOIDOSCOPY).where(effective.ends_during(back(4), of=DAY))
ct_colonography = diagnostic_studies_performed(CT_COLONOGRAPHY).where(effective.ends_during(back(4), of=DAY))
colonoscopy = procedures_performed(COLONOSCOPY).where(effective.ends_during(back(9), of=DAY))

malignant_neoplasm = conditions(MALIGNANT_NEOPLASM_OF_COLON).where(
    prevalence_interval.starts_on_or_before(measurement_period.end, of=DAY)
)
total_colectomy = procedures_performed(TOTAL_COLECTOMY).where(
    effective.ends_on_or_before(measurement_period.end, of=DAY)
)

MEASURE = Measure(
    id="CMS130",
    name="ColonCancerScreeningFHIR",
    version="0.1.000",
    year=2025,
    title="Colorectal cancer screening",
    steward="NCQA",
    source="CMS130FHIR, eCQM for the 2025 performance period",
    improvement="increase",
    groups=(
        Group(
            initial_population=age_at(measurement_period.end).between(46, 75) & exists(qualifying_encounters()),
            denominator_exclusion=has_hospice_services()
            | exists(malignant_neoplasm)
            | exists(total_colectomy)
            | is_66_or_older_with_advanced_illness_and_frailty()
            | is_66_or_older_living_long_term_in_a_nursing_home()
            | has_palliative_care(),
            numerator=exists(fecal_occult_blood_test)
            | exists(stool_dna_with_fit)
            | exists(flexible_sigmoidoscopy)
            | exists(ct_colonography)
            | exists(colonoscopy),
            strata=(
                Stratum("46 to 49", age_at(measurement_period.end).between(46, 49)),
                Stratum("50 to 75", age_at(measurement_period.end).between(50, 75)),
            ),
        ),
    ),
)
