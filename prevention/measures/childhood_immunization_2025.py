"""CMS117: children who had their ten vaccines by their second birthday.

Source: ChildhoodImmunizationStatusFHIR 0.1.000 (CMS117, eCQM for 2025; steward NCQA).
"""

from prevention.engine.facts import (
    CPT,
    CVX,
    SNOMED,
    Code,
    Facts,
    birth_date,
    conditions,
    effective,
    prevalence_interval,
)
from prevention.engine.libraries import (
    encounters_performed,
    has_hospice_services,
    immunizations_administered,
    procedures_performed,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, age_at, count_days, exists
from prevention.engine.moments import DAY, days, measurement_period, years
from prevention.engine.predicates import FactInterval
from prevention.measures import value_sets as vs

ESTABLISHED_PATIENT_VISIT = Code("99211", CPT)
ROTAVIRUS_MONOVALENT = Code("119", CVX)
VACCINE_INTO_MUSCLE = Code("3E0234Z", "http://www.cms.gov/Medicare/Coding/ICD10")
# Anaphylaxis caused by a vaccine.
ANAPHYLAXIS_HIB = Code("433621000124101", SNOMED)
ANAPHYLAXIS_HEPATITIS_B = Code("428321000124101", SNOMED)
ANAPHYLAXIS_ROTAVIRUS = Code("428331000124103", SNOMED)
ANAPHYLAXIS_HEPATITIS_A = Code("471311000124103", SNOMED)
ANAPHYLAXIS_INFLUENZA = Code("471361000124100", SNOMED)
ANAPHYLAXIS_MMR = Code("471331000124109", SNOMED)
ANAPHYLAXIS_PNEUMOCOCCAL = Code("471141000124102", SNOMED)
ANAPHYLAXIS_POLIO = Code("471321000124106", SNOMED)
ANAPHYLAXIS_VARICELLA = Code("471341000124104", SNOMED)

second_birthday = birth_date + years(2)
first_two_years = FactInterval(birth_date, second_birthday)
from_42_days = FactInterval(birth_date + days(42), second_birthday)
from_180_days = FactInterval(birth_date + days(180), second_birthday)
second_year = FactInterval(birth_date + years(1), second_birthday)
on_second_birthday = FactInterval(second_birthday, second_birthday)
first_week = FactInterval(birth_date, birth_date + days(7))
given_on = effective.earliest.day


def in_first_two_years(*codes: vs.ValueSet | Code) -> Condition:
    """A diagnosis that began then."""
    return exists(conditions(*codes).where(prevalence_interval.starts_during(first_two_years, of=DAY)))


def doses(
    vaccine: vs.ValueSet | Code,
    administered: vs.ValueSet,
    within: FactInterval,
    procedure_within: FactInterval | None = None,
) -> Facts:
    """A vaccine that was given, recorded as an immunisation or as a procedure."""
    return (
        immunizations_administered(vaccine)
        .where(given_on.during(within, of=DAY))
        .union(procedures_performed(administered).where(given_on.during(procedure_within or within, of=DAY)))
    )


dtap = doses(vs.DTAP_VACCINE, vs.DTAP_VACCINE_ADMINISTERED, from_42_days)
polio = doses(vs.INACTIVATED_POLIO_VACCINE_IPV, vs.INACTIVATED_POLIO_VACCINE_IPV_ADMINISTERED, from_42_days)
mmr = doses(
    vs.MEASLES_MUMPS_AND_RUBELLA_MMR_VACCINE, vs.MEASLES_MUMPS_AND_RUBELLA_MMR_VACCINE_ADMINISTERED, second_year
)
hib_3_dose = doses(vs.HIB_VACCINE_3_DOSE_SCHEDULE, vs.HIB_VACCINE_3_DOSE_SCHEDULE_ADMINISTERED, from_42_days)
hib_4_dose = doses(vs.HIB_VACCINE_4_DOSE_SCHEDULE, vs.HIB_VACCINE_4_DOSE_SCHEDULE_ADMINISTERED, from_42_days)
hib = hib_3_dose.union(hib_4_dose)
hepatitis_b = doses(vs.HEPATITIS_B_VACCINE, vs.HEPATITIS_B_VACCINE_ADMINISTERED, first_two_years)
newborn_vaccine = procedures_performed(VACCINE_INTO_MUSCLE).where(given_on.during(first_week, of=DAY))
two_hepatitis_b_after_newborn_vaccine = hepatitis_b.with_(
    newborn_vaccine, lambda dose, newborn: dose.effective.earliest.day.after(newborn.effective.earliest.day, of=DAY)
).with_(hepatitis_b, lambda dose, later: later.effective.earliest.day.after(dose.effective.earliest.day, of=DAY))
varicella = doses(vs.VARICELLA_ZOSTER_VACCINE_VZV, vs.VARICELLA_ZOSTER_VACCINE_VZV_ADMINISTERED, second_year)
pneumococcal = doses(vs.PNEUMOCOCCAL_CONJUGATE_VACCINE, vs.PNEUMOCOCCAL_CONJUGATE_VACCINE_ADMINISTERED, from_42_days)
hepatitis_a = doses(vs.HEPATITIS_A_VACCINE, vs.HEPATITIS_A_VACCINE_ADMINISTERED, second_year)
rotavirus_2_dose = doses(ROTAVIRUS_MONOVALENT, vs.ROTAVIRUS_VACCINE_2_DOSE_SCHEDULE_ADMINISTERED, from_42_days)
rotavirus_3_dose = doses(
    vs.ROTAVIRUS_VACCINE_3_DOSE_SCHEDULE, vs.ROTAVIRUS_VACCINE_3_DOSE_SCHEDULE_ADMINISTERED, from_42_days
)
rotavirus = rotavirus_2_dose.union(rotavirus_3_dose)
# The official text counts an influenza immunisation from 42 days, a procedure from 180.
influenza = doses(
    vs.CHILD_INFLUENZA_VACCINE, vs.CHILD_INFLUENZA_VACCINE_ADMINISTERED, from_42_days, procedure_within=from_180_days
)
live_influenza = doses(
    vs.INFLUENZA_VIRUS_LAIV_VACCINE, vs.INFLUENZA_VIRUS_LAIV_VACCINE_ADMINISTERED, on_second_birthday
)


def on_days(facts: Facts, number: int) -> Condition:
    return count_days(facts, given_on) >= number


protected = (
    (
        on_days(dtap, 4)
        | in_first_two_years(
            vs.ANAPHYLACTIC_REACTION_TO_DTAP_VACCINE, vs.ENCEPHALITIS_DUE_TO_DIPHTHERIA_TETANUS_OR_PERTUSSIS_VACCINE
        )
    )
    & (on_days(polio, 3) | in_first_two_years(ANAPHYLAXIS_POLIO))
    & (
        exists(mmr)
        | in_first_two_years(ANAPHYLAXIS_MMR)
        | (in_first_two_years(vs.MEASLES) & in_first_two_years(vs.MUMPS) & in_first_two_years(vs.RUBELLA))
    )
    & (on_days(hib, 4) | (~exists(hib_4_dose) & on_days(hib, 3)) | in_first_two_years(ANAPHYLAXIS_HIB))
    & (
        on_days(hepatitis_b, 3)
        | exists(two_hepatitis_b_after_newborn_vaccine)
        | in_first_two_years(ANAPHYLAXIS_HEPATITIS_B, vs.HEPATITIS_B)
    )
    & (exists(varicella) | in_first_two_years(vs.VARICELLA_ZOSTER, ANAPHYLAXIS_VARICELLA))
    & (on_days(pneumococcal, 4) | in_first_two_years(ANAPHYLAXIS_PNEUMOCOCCAL))
    & (exists(hepatitis_a) | in_first_two_years(vs.HEPATITIS_A, ANAPHYLAXIS_HEPATITIS_A))
    & (
        on_days(rotavirus, 3)
        | (~exists(rotavirus_3_dose) & on_days(rotavirus, 2))
        | in_first_two_years(ANAPHYLAXIS_ROTAVIRUS)
    )
    & (on_days(influenza, 2) | (exists(live_influenza) & exists(influenza)) | in_first_two_years(ANAPHYLAXIS_INFLUENZA))
)
qualifying_encounters = encounters_performed(
    vs.OFFICE_VISIT,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.PREVENTIVE_ESTABLISHED_0_TO_17,
    vs.PREVENTIVE_INITIAL_0_TO_17,
    ESTABLISHED_PATIENT_VISIT,
    vs.VIRTUAL_ENCOUNTER,
    vs.TELEPHONE_VISITS,
).where(effective.during(measurement_period, of=DAY))

MEASURE = Measure(
    id="CMS117",
    name="ChildhoodImmunizationStatusFHIR",
    version="0.1.000",
    year=2025,
    title="Childhood immunization status",
    steward="NCQA",
    source="CMS117FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.end).between(2, 2) & exists(qualifying_encounters),
            denominator_exclusion=has_hospice_services()
            | in_first_two_years(vs.SEVERE_COMBINED_IMMUNODEFICIENCY)
            | in_first_two_years(vs.DISORDERS_OF_THE_IMMUNE_SYSTEM)
            | in_first_two_years(vs.HIV)
            | in_first_two_years(vs.MALIGNANT_NEOPLASM_OF_LYMPHATIC_AND_HEMATOPOIETIC_TISSUE)
            | in_first_two_years(vs.INTUSSUSCEPTION),
            numerator=protected,
        ),
    ),
)
