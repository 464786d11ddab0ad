"""CMS165: adults with hypertension whose most recent blood pressure was below 140/90.

Source: ControllingHighBloodPressureFHIR 0.1.000 (CMS165, eCQM for 2025; steward NCQA).
"""

from prevention.engine.facts import (
    LOINC,
    Code,
    ValueSet,
    components,
    conditions,
    effective,
    in_encounter_of_class,
    observations,
    prevalence_interval,
)
from prevention.engine.libraries import (
    FINAL,
    encounters_performed,
    has_hospice_services,
    has_palliative_care,
    is_66_or_older_living_long_term_in_a_nursing_home,
    is_66_to_80_with_advanced_illness_and_frailty_or_81_or_older_with_frailty,
    procedures_performed,
    qualifying_encounters,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, exists, lowest_on_most_recent_day
from prevention.engine.moments import DAY, Interval, measurement_period, months

CHRONIC_KIDNEY_DISEASE_STAGE_5 = ValueSet("Chronic Kidney Disease, Stage 5", "2.16.840.1.113883.3.526.3.1002")
DIALYSIS_SERVICES = ValueSet("Dialysis Services", "2.16.840.1.113883.3.464.1003.109.12.1013")
END_STAGE_RENAL_DISEASE = ValueSet("End Stage Renal Disease", "2.16.840.1.113883.3.526.3.353")
ESRD_MONTHLY_OUTPATIENT = ValueSet("ESRD Monthly Outpatient Services", "2.16.840.1.113883.3.464.1003.109.12.1014")
ESSENTIAL_HYPERTENSION = ValueSet("Essential Hypertension", "2.16.840.1.113883.3.464.1003.104.12.1011")
KIDNEY_TRANSPLANT = ValueSet("Kidney Transplant", "2.16.840.1.113883.3.464.1003.109.12.1012")
KIDNEY_TRANSPLANT_RECIPIENT = ValueSet("Kidney Transplant Recipient", "2.16.840.1.113883.3.464.1003.109.12.1029")
PREGNANCY = ValueSet("Pregnancy", "2.16.840.1.113883.3.526.3.378")
BLOOD_PRESSURE = Code("85354-9", LOINC, "Blood pressure panel, which the QI-Core profile observation-bp fixes")
DIASTOLIC = Code("8462-4", LOINC, "Diastolic blood pressure")
SYSTOLIC = Code("8480-6", LOINC, "Systolic blood pressure")
MMHG = "mm[Hg]"

essential_hypertension = conditions(ESSENTIAL_HYPERTENSION).where(
    prevalence_interval.overlaps(Interval(measurement_period.start, measurement_period.start + months(6), closed=False))
)
pregnancy_or_renal_diagnosis = conditions(
    PREGNANCY, END_STAGE_RENAL_DISEASE, KIDNEY_TRANSPLANT_RECIPIENT, CHRONIC_KIDNEY_DISEASE_STAGE_5
).where(prevalence_interval.overlaps(measurement_period))
esrd_procedures = procedures_performed(KIDNEY_TRANSPLANT, DIALYSIS_SERVICES).where(
    effective.ends_on_or_before(measurement_period.end)
)
esrd_encounter = encounters_performed(ESRD_MONTHLY_OUTPATIENT).where(
    effective.starts_on_or_before(measurement_period.end)
)
qualifying_readings = (
    observations(BLOOD_PRESSURE)
    .with_status(*FINAL)
    .where(~in_encounter_of_class("EMER", "IMP", "ACUTE", "NONAC", "PRENC", "SS"))
    .where(effective.latest.during(measurement_period, of=DAY))
)
lowest_systolic = lowest_on_most_recent_day(
    qualifying_readings, day=effective.latest, component=components(SYSTOLIC), unit=MMHG
)
lowest_diastolic = lowest_on_most_recent_day(
    qualifying_readings, day=effective.latest, component=components(DIASTOLIC), unit=MMHG
)

MEASURE = Measure(
    id="CMS165",
    name="ControllingHighBloodPressureFHIR",
    version="0.1.000",
    year=2025,
    title="Controlling high blood pressure",
    steward="NCQA",
    source="CMS165FHIR, eCQM for the 2025 performance period",
    improvement="increase",
    groups=(
        Group(
            initial_population=age_at(measurement_period.end).between(18, 85)
            & exists(essential_hypertension)
            & exists(qualifying_encounters()),
            denominator_exclusion=has_hospice_services()
            | exists(pregnancy_or_renal_diagnosis)
            | exists(esrd_procedures)
            | exists(esrd_encounter)
            | is_66_to_80_with_advanced_illness_and_frailty_or_81_or_older_with_frailty()
            | is_66_or_older_living_long_term_in_a_nursing_home()
            | has_palliative_care(),
            numerator=(lowest_systolic < 140) & (lowest_diastolic < 90),
        ),
    ),
)
