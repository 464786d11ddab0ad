"""The shared libraries of the official measures, as functions of the period they are asked for.

Sources (QI-Core eCQM libraries for 2025): Status 1.8.000, AdultOutpatientEncounters 4.11.000, Hospice 6.12.000,
PalliativeCare 1.11.000, AdvancedIllnessandFrailty 1.16.000, Antibiotic 1.7.000.
"""

from prevention.engine.facts import (
    LOINC,
    SNOMED,
    Code,
    ColumnIn,
    Facts,
    ValueSet,
    authored_on,
    category_is,
    conditions,
    device_requests,
    discharged_to,
    effective,
    encounters,
    immunizations,
    medication_dispenses,
    medication_request_period,
    medication_requests,
    negated,
    observations,
    prevalence_interval,
    procedures,
    service_requests,
    value_in,
)
from prevention.engine.members import Condition, age_at, exists, last
from prevention.engine.moments import DAY, Interval, measurement_period, years

# --- Status ---------------------------------------------------------------------------------------------

FINAL = ("final", "amended", "corrected")
# The codes that the FHIR vital-signs profiles fix.
BLOOD_PRESSURE = Code("85354-9", LOINC, "Blood pressure panel (observation-bp)")
BODY_MASS_INDEX = Code("39156-5", LOINC, "Body mass index (observation-bmi)")
BODY_HEIGHT = Code("8302-2", LOINC, "Body height (observation-bodyheight)")
BODY_WEIGHT = Code("29463-7", LOINC, "Body weight (observation-bodyweight)")
SYSTOLIC = Code("8480-6", LOINC, "Systolic blood pressure")
DIASTOLIC = Code("8462-4", LOINC, "Diastolic blood pressure")
MMHG = "mm[Hg]"
HEART_RATE = Code("8867-4", LOINC, "Heart rate (observation-heartrate)")


def assessments_performed(*codes: ValueSet | Code) -> Facts:
    return observations(*codes).with_status(*FINAL).where(category_is("survey"))


def laboratory_tests_performed(*codes: ValueSet | Code) -> Facts:
    return observations(*codes).with_status(*FINAL).where(category_is("laboratory"))


def diagnostic_studies_performed(*codes: ValueSet | Code) -> Facts:
    return observations(*codes).with_status(*FINAL)


def symptoms(*codes: ValueSet | Code) -> Facts:
    return observations(*codes).with_status("preliminary", *FINAL)


def encounters_performed(*codes: ValueSet | Code) -> Facts:
    return encounters(*codes).with_status("finished", "arrived", "triaged", "in-progress", "onleave")


def procedures_performed(*codes: ValueSet | Code) -> Facts:
    return procedures(*codes).with_status("completed")


def interventions_ordered(*codes: ValueSet | Code) -> Facts:
    return service_requests(*codes).with_status("active", "completed").where(ColumnIn("intent", ("order",)))


def devices_ordered(*codes: ValueSet | Code) -> Facts:
    return device_requests(*codes).with_status("active", "completed").where(ColumnIn("intent", ("order",)))


laboratory_tests_ordered = diagnostic_studies_ordered = interventions_ordered


def physical_exams_performed(*codes: ValueSet | Code) -> Facts:
    return observations(*codes).with_status(*FINAL).where(category_is("exam"))


def immunizations_administered(*codes: ValueSet | Code) -> Facts:
    return immunizations(*codes).with_status("completed")


def medications_ordered(*codes: ValueSet | Code) -> Facts:
    return medication_requests(*codes).with_status("active", "completed").where(ColumnIn("intent", ("order",)))


def medications_dispensed(*codes: ValueSet | Code) -> Facts:
    return medication_dispenses(*codes).with_status("completed", "in-progress", "on-hold")


def medications_active(*codes: ValueSet | Code) -> Facts:
    return medication_requests(*codes).with_status("active").where(ColumnIn("intent", ("order",)))


# --- AdultOutpatientEncounters --------------------------------------------------------------------------

ANNUAL_WELLNESS_VISIT = ValueSet("Annual Wellness Visit", "2.16.840.1.113883.3.526.3.1240")
HOME_HEALTHCARE_SERVICES = ValueSet("Home Healthcare Services", "2.16.840.1.113883.3.464.1003.101.12.1016")
OFFICE_VISIT = ValueSet("Office Visit", "2.16.840.1.113883.3.464.1003.101.12.1001")
VIRTUAL_ENCOUNTER = ValueSet("Virtual Encounter", "2.16.840.1.113883.3.464.1003.101.12.1089")
PREVENTIVE_ESTABLISHED_18_UP = ValueSet(
    "Preventive Care Services Established Office Visit, 18 and Up", "2.16.840.1.113883.3.464.1003.101.12.1025"
)
PREVENTIVE_INITIAL_18_UP = ValueSet(
    "Preventive Care Services Initial Office Visit, 18 and Up", "2.16.840.1.113883.3.464.1003.101.12.1023"
)
TELEPHONE_VISITS = ValueSet("Telephone Visits", "2.16.840.1.113883.3.464.1003.101.12.1080")


def qualifying_encounters(period: Interval = measurement_period) -> Facts:
    return encounters_performed(
        OFFICE_VISIT,
        ANNUAL_WELLNESS_VISIT,
        PREVENTIVE_ESTABLISHED_18_UP,
        PREVENTIVE_INITIAL_18_UP,
        HOME_HEALTHCARE_SERVICES,
        VIRTUAL_ENCOUNTER,
        TELEPHONE_VISITS,
    ).where(effective.during(period, of=DAY))


# --- Hospice --------------------------------------------------------------------------------------------

ENCOUNTER_INPATIENT = ValueSet("Encounter Inpatient", "2.16.840.1.113883.3.666.5.307")
HOSPICE_CARE_AMBULATORY = ValueSet("Hospice Care Ambulatory", "2.16.840.1.113883.3.526.3.1584")
HOSPICE_ENCOUNTER = ValueSet("Hospice Encounter", "2.16.840.1.113883.3.464.1003.1003")
HOSPICE_DIAGNOSIS = ValueSet("Hospice Diagnosis", "2.16.840.1.113883.3.464.1003.1165")
DISCHARGE_TO_FACILITY_FOR_HOSPICE = Code("428371000124100", SNOMED)
DISCHARGE_TO_HOME_FOR_HOSPICE = Code("428361000124107", SNOMED)
HOSPICE_CARE_MDS = Code("45755-6", LOINC, "Hospice care [Minimum Data Set]")
YES = Code("373066001", SNOMED, "Yes (qualifier value)")


def has_hospice_services(period: Interval = measurement_period) -> Condition:
    return (
        exists(
            encounters_performed(ENCOUNTER_INPATIENT)
            .where(discharged_to(DISCHARGE_TO_HOME_FOR_HOSPICE, DISCHARGE_TO_FACILITY_FOR_HOSPICE))
            .where(effective.ends_during(period, of=DAY))
        )
        | exists(encounters_performed(HOSPICE_ENCOUNTER).where(effective.overlaps(period, of=DAY)))
        | exists(assessments_performed(HOSPICE_CARE_MDS).where(value_in(YES)).where(effective.overlaps(period, of=DAY)))
        | exists(interventions_ordered(HOSPICE_CARE_AMBULATORY).where(authored_on.during(period, of=DAY)))
        | exists(procedures_performed(HOSPICE_CARE_AMBULATORY).where(effective.overlaps(period, of=DAY)))
        | exists(conditions(HOSPICE_DIAGNOSIS).where(prevalence_interval.overlaps(period, of=DAY)))
    )


# --- PalliativeCare -------------------------------------------------------------------------------------

PALLIATIVE_CARE_ENCOUNTER = ValueSet("Palliative Care Encounter", "2.16.840.1.113883.3.464.1003.101.12.1090")
PALLIATIVE_CARE_INTERVENTION = ValueSet("Palliative Care Intervention", "2.16.840.1.113883.3.464.1003.198.12.1135")
PALLIATIVE_CARE_DIAGNOSIS = ValueSet("Palliative Care Diagnosis", "2.16.840.1.113883.3.464.1003.1167")
FACIT_PAL = Code("71007-9", LOINC, "FACIT-Pal questionnaire")


def has_palliative_care(period: Interval = measurement_period) -> Condition:
    return (
        exists(assessments_performed(FACIT_PAL).where(effective.overlaps(period, of=DAY)))
        | exists(conditions(PALLIATIVE_CARE_DIAGNOSIS).where(prevalence_interval.overlaps(period, of=DAY)))
        | exists(encounters_performed(PALLIATIVE_CARE_ENCOUNTER).where(effective.overlaps(period, of=DAY)))
        | exists(procedures_performed(PALLIATIVE_CARE_INTERVENTION).where(effective.overlaps(period, of=DAY)))
    )


# --- AdvancedIllnessandFrailty --------------------------------------------------------------------------

ADVANCED_ILLNESS = ValueSet("Advanced Illness", "2.16.840.1.113883.3.464.1003.110.12.1082")
DEMENTIA_MEDICATIONS = ValueSet("Dementia Medications", "2.16.840.1.113883.3.464.1003.196.12.1510")
FRAILTY_DEVICE = ValueSet("Frailty Device", "2.16.840.1.113883.3.464.1003.118.12.1300")
FRAILTY_DIAGNOSIS = ValueSet("Frailty Diagnosis", "2.16.840.1.113883.3.464.1003.113.12.1074")
FRAILTY_ENCOUNTER = ValueSet("Frailty Encounter", "2.16.840.1.113883.3.464.1003.101.12.1088")
FRAILTY_SYMPTOM = ValueSet("Frailty Symptom", "2.16.840.1.113883.3.464.1003.113.12.1075")
HOUSING_STATUS = Code("71802-3", LOINC, "Housing status")
LIVES_IN_A_NURSING_HOME = Code("160734000", SNOMED, "Lives in a nursing home (finding)")
MEDICAL_EQUIPMENT_USED = Code("98181-1", LOINC, "Medical equipment used")


def has_criteria_indicating_frailty(period: Interval = measurement_period) -> Condition:
    return (
        exists(devices_ordered(FRAILTY_DEVICE).where(~negated).where(authored_on.during(period, of=DAY)))
        | exists(
            assessments_performed(MEDICAL_EQUIPMENT_USED)
            .where(value_in(FRAILTY_DEVICE))
            .where(effective.ends_during(period, of=DAY))
        )
        | exists(conditions(FRAILTY_DIAGNOSIS).where(prevalence_interval.overlaps(period, of=DAY)))
        | exists(encounters_performed(FRAILTY_ENCOUNTER).where(effective.overlaps(period, of=DAY)))
        | exists(symptoms(FRAILTY_SYMPTOM).where(effective.overlaps(period, of=DAY)))
    )


def has_advanced_illness(period: Interval = measurement_period) -> Condition:
    """In the period or the year before it."""
    longer = Interval(period.start - years(1), period.end)
    return exists(conditions(ADVANCED_ILLNESS).where(prevalence_interval.starts_during(longer, of=DAY)))


def has_dementia_medications(period: Interval = measurement_period) -> Condition:
    """In the period or the year before it."""
    longer = Interval(period.start - years(1), period.end)
    return exists(medications_active(DEMENTIA_MEDICATIONS).where(medication_request_period.overlaps(longer, of=DAY)))


def _advanced_illness_and_frailty(period: Interval) -> Condition:
    return has_criteria_indicating_frailty(period) & (has_advanced_illness(period) | has_dementia_medications(period))


def is_66_or_older_with_advanced_illness_and_frailty(period: Interval = measurement_period) -> Condition:
    return age_at(period.end).at_least(66) & _advanced_illness_and_frailty(period)


def is_66_to_80_with_advanced_illness_and_frailty_or_81_or_older_with_frailty(
    period: Interval = measurement_period,
) -> Condition:
    return (age_at(period.end).between(66, 80) & _advanced_illness_and_frailty(period)) | (
        age_at(period.end).at_least(81) & has_criteria_indicating_frailty(period)
    )


def is_66_or_older_living_long_term_in_a_nursing_home(period: Interval = measurement_period) -> Condition:
    """By the last housing status, whenever it was recorded."""
    statuses = assessments_performed(HOUSING_STATUS).where(effective.ends_on_or_before(period.end, of=DAY))
    return age_at(period.end).at_least(66) & last(statuses, value_in(LIVES_IN_A_NURSING_HOME), by=effective.end)
