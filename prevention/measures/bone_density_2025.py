"""CMS249: women of 50 to 63 without risk factors who were sent for a bone-density scan. Lower is better.

Source: AppropriateDXAScansForWomenUnder65FHIR 0.2.001 (CMS249, eCQM for 2025; steward NCQA).
"""

from prevention.engine.durations import Periods, cumulative_duration
from prevention.engine.elements import integer, percent, procedure_site_is, quantity
from prevention.engine.facts import (
    CPT,
    LOINC,
    SNOMED,
    Code,
    Facts,
    Raw,
    authored_on,
    birth_date,
    conditions,
    effective,
    first,
    medication_request_period,
    observations,
    prevalence_interval,
    procedures,
)
from prevention.engine.libraries import (
    BODY_MASS_INDEX,
    FINAL,
    assessments_performed,
    diagnostic_studies_ordered,
    encounters_performed,
    medications_active,
    medications_ordered,
    procedures_performed,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import administrative_sex, age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.engine.predicates import At, FactInterval
from prevention.measures import value_sets as vs

ALCOHOLIC_DRINKS_PER_DAY = Code("74013-4", LOINC)
FRAX = Code("90265-0", LOINC, "Major osteoporotic fracture 10-year probability")
OSIRIS = Code("98133-2", LOINC, "Osteoporosis Index of Risk panel")
ORAI = Code("98139-9", LOINC, "Osteoporosis Risk Assessment Instrument")
OST = Code("98146-4", LOINC, "Osteoporosis Self-Assessment Tool")
LEFT, RIGHT = Code("7771000", SNOMED), Code("24028007", SNOMED)
UNLISTED_PREVENTIVE_MEDICINE_SERVICE = Code("99429", CPT)

qualifying_encounter = encounters_performed(
    vs.OFFICE_VISIT,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    UNLISTED_PREVENTIVE_MEDICINE_SERVICE,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.OUTPATIENT_CONSULTATION,
    vs.VIRTUAL_ENCOUNTER,
    vs.TELEPHONE_VISITS,
).where(effective.during(measurement_period, of=DAY))

# --- Risk factors during the measurement period ------------------------------------------------------------

first_bmi = first(
    observations(BODY_MASS_INDEX)
    .with_status(*FINAL)
    .where(effective.during(measurement_period) & Raw("{row}.value_quantity IS NOT NULL"))
)
more_than_two_drinks = assessments_performed(ALCOHOLIC_DRINKS_PER_DAY).where(
    effective.starts_during(measurement_period) & quantity(">", 2, "{drinks}/d")
)
risk_factor_during_period = exists(first_bmi.where(quantity("<=", 20, "kg/m2"))) | exists(more_than_two_drinks)

# --- Risk factors before it --------------------------------------------------------------------------------

start = measurement_period.start
risk_factor_before_period = (
    exists(
        conditions(vs.OSTEOPOROSIS_WITHOUT_CURRENT_FRACTURE, vs.OSTEOPENIA).where(
            prevalence_interval.starts_before(start)
        )
    )
    | exists(procedures_performed(vs.GASTRIC_BYPASS_SURGERY).where(effective.ends_before(start)))
    | exists(medications_active(vs.AROMATASE_INHIBITORS).where(medication_request_period.starts_before(start)))
    | exists(medications_ordered(vs.AROMATASE_INHIBITORS).where(authored_on.before(start)))
    | exists(assessments_performed(vs.HISTORY_OF_HIP_FRACTURE_IN_PARENT).where(effective.starts_before(start)))
)

# --- Risk factors at any time until its end ----------------------------------------------------------------


def in_history(facts: Facts) -> Facts:
    return facts.with_status("completed").where(effective.ends_on_or_before(measurement_period.end, of=DAY))


glucocorticoid = Periods(
    medications_active(vs.GLUCOCORTICOIDS_ORAL_ONLY).where(
        medication_request_period.starts_before(measurement_period.end)
    )
).clipped_to(FactInterval(birth_date, At(measurement_period.end)))
diagnosis_in_history = conditions(
    vs.OSTEOPOROSIS_WITH_CURRENT_FRACTURE,
    vs.MALABSORPTION_SYNDROMES,
    vs.CHRONIC_MALNUTRITION,
    vs.CHRONIC_LIVER_DISEASE,
    vs.RHEUMATOID_ARTHRITIS,
    vs.HYPERTHYROIDISM,
    vs.TYPE_1_DIABETES,
    vs.END_STAGE_RENAL_DISEASE,
    vs.OSTEOGENESIS_IMPERFECTA,
    vs.ANKYLOSING_SPONDYLITIS,
    vs.PSORIATIC_ARTHRITIS,
    vs.EHLERS_DANLOS_SYNDROME,
    vs.CUSHINGS_SYNDROME,
    vs.HYPERPARATHYROIDISM,
    vs.MARFANS_SYNDROME,
    vs.LUPUS,
    vs.MULTIPLE_MYELOMA,
    vs.PREMATURE_MENOPAUSE,
    vs.EATING_DISORDERS,
    vs.AMENORRHEA,
).where(prevalence_interval.starts_on_or_before(measurement_period.end, of=DAY))
one_side = procedures(vs.UNILATERAL_OOPHORECTOMY_UNSPECIFIED_LATERALITY)
no_ovaries = exists(in_history(procedures(vs.BILATERAL_OOPHORECTOMY, vs.EVIDENCE_OF_BILATERAL_OOPHORECTOMY))) | (
    exists(in_history(one_side.where(procedure_site_is(RIGHT)).union(procedures(vs.UNILATERAL_OOPHORECTOMY_RIGHT))))
    & exists(in_history(one_side.where(procedure_site_is(LEFT)).union(procedures(vs.UNILATERAL_OOPHORECTOMY_LEFT))))
)
risk_factor_at_any_time = (
    (cumulative_duration(glucocorticoid) >= 90)
    | exists(diagnosis_in_history)
    | exists(in_history(procedures(vs.CHEMOTHERAPY)))
    | no_ovaries
    | exists(in_history(procedures(vs.MAJOR_TRANSPLANT, vs.KIDNEY_TRANSPLANT, vs.BONE_MARROW_TRANSPLANT)))
)

# --- Numerator ---------------------------------------------------------------------------------------------

dxa_scan_order = diagnostic_studies_ordered(vs.DXA_DUAL_ENERGY_XRAY_ABSORPTIOMETRY_SCAN).where(
    authored_on.during(measurement_period)
)
risk_assessment = (
    assessments_performed(FRAX)
    .where(percent(">=", 8.4))
    .union(
        assessments_performed(ORAI).where(integer(">=", 9)),
        assessments_performed(OSIRIS).where(quantity("<", 1)),
        assessments_performed(OST).where(quantity("<", 2)),
    )
)
risk_assessment_before_first_scan = risk_assessment.with_(
    first(dxa_scan_order, by=authored_on.start),
    lambda assessment, scan: assessment.effective.start.before(scan.authored_on),
)

MEASURE = Measure(
    id="CMS249",
    name="AppropriateDXAScansForWomenUnder65FHIR",
    version="0.2.001",
    year=2025,
    title="Appropriate use of DXA scans in women under 65 without risk factors",
    steward="NCQA",
    source="CMS249FHIR, eCQM for the 2025 performance period",
    improvement="decrease",
    groups=(
        Group(
            initial_population=age_at(measurement_period.start).between(50, 63)
            & administrative_sex("female")
            & exists(qualifying_encounter),
            denominator_exclusion=risk_factor_during_period | risk_factor_before_period | risk_factor_at_any_time,
            numerator=exists(dxa_scan_order),
            numerator_exclusion=exists(risk_assessment_before_first_scan),
        ),
    ),
)
