"""CMS951: people with diabetes whose kidneys were tested: filtration rate and urine albumin–creatinine ratio.

Source: KidneyHealthEvaluationFHIR 0.1.000 (CMS951, eCQM for 2025; steward National Kidney Foundation).
"""

from prevention.engine.elements import has_value
from prevention.engine.facts import (
    ColumnIn,
    Facts,
    conditions,
    effective,
    encounters,
    observations,
    prevalence_interval,
)
from prevention.engine.libraries import FINAL, has_hospice_services, has_palliative_care
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

outpatient_visit = (
    encounters(
        vs.ANNUAL_WELLNESS_VISIT,
        vs.HOME_HEALTHCARE_SERVICES,
        vs.OFFICE_VISIT,
        vs.OUTPATIENT_CONSULTATION,
        vs.PREVENTIVE_ESTABLISHED_18_UP,
        vs.PREVENTIVE_INITIAL_18_UP,
        vs.TELEPHONE_VISITS,
    )
    .with_status("finished")
    .where(effective.during(measurement_period))
)
active_in_period = prevalence_interval.overlaps(measurement_period, of=DAY) & ColumnIn("status", ("active",))
active_diabetes = conditions(vs.DIABETES).where(active_in_period)
ckd_stage_5_or_esrd = conditions(vs.CHRONIC_KIDNEY_DISEASE_STAGE_5, vs.END_STAGE_RENAL_DISEASE).where(active_in_period)


def performed(test: vs.ValueSet) -> Facts:
    return observations(test).with_status(*FINAL).where(effective.during(measurement_period, of=DAY) & has_value)


MEASURE = Measure(
    id="CMS951",
    name="KidneyHealthEvaluationFHIR",
    version="0.1.000",
    year=2025,
    title="Kidney health evaluation",
    steward="National Kidney Foundation",
    source="CMS951FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.start).between(18, 85)
            & exists(active_diabetes)
            & exists(outpatient_visit),
            denominator_exclusion=exists(ckd_stage_5_or_esrd) | has_hospice_services() | has_palliative_care(),
            numerator=exists(performed(vs.ESTIMATED_GLOMERULAR_FILTRATION_RATE))
            & exists(performed(vs.URINE_ALBUMIN_CREATININE_RATIO)),
        ),
    ),
)
