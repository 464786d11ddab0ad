"""CMS347: people at high cardiovascular risk who were prescribed a statin.

Source: StatinTherapyforthePreventionandTreatmentofCardiovascularDiseaseFHIR 0.2.000 (CMS347, eCQM for 2025; steward
CMS). Four populations, each without those of the ones before: atherosclerotic disease; LDL of 190 or familial
hypercholesterolaemia; diabetes; a ten-year risk of 20 %. One rate is reported, from the sums over all four.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.codes import MEDICATION_REQUEST
from prevention.engine.elements import (
    bounds_overlap,
    is_health_concern,
    is_problem_list_item,
    percent,
    quantity,
    reason_in,
)
from prevention.engine.facts import (
    ICD10CM,
    LOINC,
    Code,
    ColumnIn,
    Facts,
    adverse_events,
    allergy_intolerances,
    authored_on,
    conditions,
    effective,
    encounters,
    medication_requests,
    medications_not_requested,
    observations,
    prevalence_interval,
    procedures,
)
from prevention.engine.libraries import has_hospice_services, has_palliative_care
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

CVD_10_YEAR_RISK = Code("99055-6", LOINC, "Cardiovascular disease 10Y risk")
CVD_10_YEAR_RISK_POOLED_COHORT = Code("79423-0", LOINC, "Cardiovascular disease 10Y risk ACC-AHA Pooled Cohort")
SUBSEQUENT_NSTEMI = Code("I22.2", ICD10CM)
STATINS = (vs.LOW_INTENSITY_STATIN_THERAPY, vs.MODERATE_INTENSITY_STATIN_THERAPY, vs.HIGH_INTENSITY_STATIN_THERAPY)

qualifying_encounter = (
    encounters(
        vs.ANNUAL_WELLNESS_VISIT,
        vs.OFFICE_VISIT,
        vs.OUTPATIENT_CONSULTATION,
        vs.OUTPATIENT_ENCOUNTERS_FOR_PREVENTIVE_CARE,
        vs.PREVENTIVE_ESTABLISHED_18_UP,
        vs.PREVENTIVE_CARE_SERVICES_INDIVIDUAL_COUNSELING,
        vs.PREVENTIVE_INITIAL_18_UP,
        vs.PREVENTIVE_CARE_SERVICES_OTHER,
    )
    .with_status("finished")
    .where(effective.during(measurement_period, of=DAY))
)


def listed(*codes: vs.ValueSet | Code) -> Facts:
    """On the problem list or a health concern."""
    return conditions(*codes).where(is_problem_list_item | is_health_concern)


by_end_of_period = effective.starts_on_or_before(measurement_period.end, of=DAY)
prevalent_by_end_of_period = prevalence_interval.starts_on_or_before(measurement_period.end, of=DAY)
in_period = prevalence_interval.overlaps(measurement_period, of=DAY)

ascvd = (
    listed(
        vs.MYOCARDIAL_INFARCTION,
        vs.CEREBROVASCULAR_DISEASE_STROKE_OR_TIA,
        vs.ATHEROSCLEROSIS_AND_PERIPHERAL_ARTERIAL_DISEASE,
        vs.ISCHEMIC_HEART_DISEASE_OR_OTHER_RELATED_DIAGNOSES,
        vs.STABLE_AND_UNSTABLE_ANGINA,
    )
    .where(prevalent_by_end_of_period)
    .union(
        procedures(vs.PCI, vs.CABG_SURGERIES, vs.CAROTID_INTERVENTION, vs.CABG_OR_PCI_PROCEDURE)
        .with_status("completed")
        .where(by_end_of_period)
    )
)
myocardial_infarction = listed(SUBSEQUENT_NSTEMI).where(prevalent_by_end_of_period)
hypercholesterolemia = listed(vs.FAMILIAL_HYPERCHOLESTEROLEMIA).where(prevalent_by_end_of_period)
ldl_190 = (
    observations(vs.LDL_CHOLESTEROL)
    .with_status("final", "amended", "corrected", "appended")
    .where(quantity(">=", 190, "mg/dL") & by_end_of_period)
)
has_diabetes = exists(listed(vs.DIABETES).where(in_period))
ten_year_risk_is_high = exists(
    observations(CVD_10_YEAR_RISK, CVD_10_YEAR_RISK_POOLED_COHORT).where(
        percent(">=", 20) & effective.during(measurement_period, of=DAY)
    )
)

exclusion = exists(listed(vs.BREASTFEEDING, vs.RHABDOMYOLYSIS).where(in_period))
exception = (
    # An onset without an end is a moment, or the beginning of one that lasts.
    exists(
        allergy_intolerances(vs.STATIN_ALLERGEN).where(
            effective.overlaps(measurement_period, of=DAY) & ColumnIn("status", ("active",))
        )
    )
    | has_hospice_services()
    | has_palliative_care()
    | exists(listed(vs.HEPATITIS_A, vs.HEPATITIS_B_DIAGNOSIS, vs.LIVER_DISEASE).where(in_period))
    | exists(listed(vs.STATIN_ASSOCIATED_MUSCLE_SYMPTOMS).where(in_period))
    | exists(listed(vs.END_STAGE_RENAL_DISEASE).where(in_period))
    | exists(adverse_events(vs.STATIN_ALLERGEN).where(authored_on.during(measurement_period, of=DAY)))
    | exists(
        medications_not_requested(*STATINS)
        .with_status("completed")
        .where(reason_in(MEDICATION_REQUEST, vs.MEDICAL_REASON))
        .with_(qualifying_encounter, lambda order, visit: order.authored_on.during(visit.period))
    )
)
statin_prescribed = (
    medication_requests(*STATINS)
    .with_status("active", "completed")
    .where(ColumnIn("intent", ("order",)))
    .where(authored_on.during(measurement_period, of=DAY) | bounds_overlap(measurement_period))
)


def population(initial_population: Condition) -> Group:
    return Group(
        initial_population=initial_population & exists(qualifying_encounter),
        denominator_exclusion=exclusion,
        denominator_exception=exception,
        numerator=exists(statin_prescribed),
    )


has_ascvd, has_high_ldl = exists(ascvd), exists(ldl_190) | exists(hypercholesterolemia)
at_start = age_at(measurement_period.start)

MEASURE = Measure(
    id="CMS347",
    name="StatinTherapyforthePreventionandTreatmentofCardiovascularDiseaseFHIR",
    version="0.2.000",
    year=2025,
    title="Statin therapy for the prevention and treatment of cardiovascular disease",
    steward="CMS",
    source="CMS347FHIR, eCQM for the 2025 performance period",
    rates=(
        _("Atherosclerotic disease"),
        _("LDL 190 or more, or familial"),
        _("Diabetes, 40 to 75"),
        _("High ten-year risk, 40 to 75"),
    ),
    groups=(
        population(has_ascvd | exists(myocardial_infarction)),
        population(at_start.between(20, 75) & has_high_ldl & ~has_ascvd),
        population(at_start.between(40, 75) & has_diabetes & ~has_ascvd & ~has_high_ldl),
        population(at_start.between(40, 75) & ten_year_risk_is_high & ~has_ascvd & ~has_high_ldl & ~has_diabetes),
    ),
)
