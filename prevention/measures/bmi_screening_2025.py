"""CMS69: adults whose body-mass index was measured and, where it is not normal, followed up.

Source: PCSBMIScreenAndFollowUpFHIR 0.2.000 (CMS69, eCQM for 2025; steward CMS).
"""

from prevention.engine.codes import MEDICATION_REQUEST, OBSERVATION, PROCEDURE, SERVICE_REQUEST, Resource
from prevention.engine.elements import (
    age_at_point,
    class_is,
    is_active,
    is_health_concern,
    is_problem_list_item,
    not_done_reason_in,
    quantity,
    reason_in,
)
from prevention.engine.facts import (
    ColumnIn,
    Facts,
    authored_on,
    conditions,
    define,
    effective,
    encounters,
    medication_requests,
    medications_not_requested,
    observations,
    observations_not_done,
    prevalence_interval,
    procedures,
    related,
    service_requests,
    services_not_requested,
)
from prevention.engine.libraries import BODY_MASS_INDEX, FINAL, has_hospice_services, has_palliative_care
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.engine.predicates import Predicate
from prevention.measures import value_sets as vs

KG_M2 = "kg/m2"

qualifying_encounter = define(
    encounters(vs.ENCOUNTER_TO_EVALUATE_BMI)
    .with_status("finished")
    .where(effective.during(measurement_period, of=DAY) & ~class_is("VR"))
)
bmi = (
    observations(BODY_MASS_INDEX)
    .with_status(*FINAL)
    .where(quantity(">", 0, KG_M2) & effective.during(measurement_period, of=DAY))
)
low_bmi, high_bmi = bmi.where(quantity("<", 18.5, KG_M2)), bmi.where(quantity(">=", 25, KG_M2))
normal_bmi = bmi.where(quantity(">=", 18.5, KG_M2) & quantity("<", 25, KG_M2))

authored_in_period = authored_on.starts_during(measurement_period, of=DAY)
performed_in_period = effective.starts_during(measurement_period, of=DAY)
overweight, underweight = conditions(vs.OVERWEIGHT_OR_OBESE), conditions(vs.UNDERWEIGHT)


def for_reason(kind: Resource, reason: vs.ValueSet, otherwise: Predicate) -> Predicate:
    return reason_in(kind, reason) | otherwise


# --- High --------------------------------------------------------------------------------------------------

known_as_overweight = related(
    overweight.where((is_problem_list_item | is_health_concern) & is_active),
    lambda order, overweight: overweight.prevalence_interval.start.on_or_before(order.authored_on, of=DAY),
)
high_bmi_orders = (
    service_requests(vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI, vs.REFERRALS_WHERE_WEIGHT_ASSESSMENT_MAY_OCCUR)
    .where(for_reason(SERVICE_REQUEST, vs.OVERWEIGHT_OR_OBESE, known_as_overweight))
    .union(
        medication_requests(vs.MEDICATIONS_FOR_ABOVE_NORMAL_BMI).where(
            for_reason(MEDICATION_REQUEST, vs.OVERWEIGHT_OR_OBESE, known_as_overweight)
        )
    )
)
high_bmi_procedures = procedures(vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI).where(
    for_reason(
        PROCEDURE,
        vs.OVERWEIGHT_OR_OBESE,
        related(
            overweight,
            lambda procedure, overweight: (
                # The text has `performed` without toInterval() here, and with it for underweight: a procedure that
                # took a while compares to nothing.
                overweight.prevalence_interval.start.on_or_before(procedure.instant, of=DAY)
                & ~overweight.prevalence_interval.end.before(procedure.instant, of=DAY)
            ),
        ),
    )
)

# --- Low ---------------------------------------------------------------------------------------------------

known_as_underweight = underweight.where(is_health_concern & is_active)
low_bmi_order = related(
    known_as_underweight,
    lambda order, underweight: (
        underweight.prevalence_interval.start.on_or_before(order.authored_on, of=DAY)
        & order.authored_on.during(measurement_period, of=DAY)
    ),
)
low_bmi_orders = (
    service_requests(vs.FOLLOW_UP_FOR_BELOW_NORMAL_BMI, vs.REFERRALS_WHERE_WEIGHT_ASSESSMENT_MAY_OCCUR)
    .where(for_reason(SERVICE_REQUEST, vs.UNDERWEIGHT, low_bmi_order))
    .union(
        medication_requests(vs.MEDICATIONS_FOR_BELOW_NORMAL_BMI).where(
            for_reason(MEDICATION_REQUEST, vs.UNDERWEIGHT, low_bmi_order)
        )
    )
)
low_bmi_procedures = procedures(vs.FOLLOW_UP_FOR_BELOW_NORMAL_BMI).where(
    (reason_in(PROCEDURE, vs.UNDERWEIGHT) & ColumnIn("status", ("completed",)))
    | related(
        known_as_underweight,
        lambda procedure, underweight: (
            underweight.prevalence_interval.start.on_or_before(procedure.performed.start, of=DAY)
            & procedure.performed.during(measurement_period, of=DAY)
            & ~underweight.prevalence_interval.end.before(procedure.performed.start, of=DAY)
        ),
    )
)


def followed_up(documented: Facts, orders: Facts, performed: Facts) -> Condition:
    return exists(documented) & (
        exists(orders.where(authored_in_period)) | exists(performed.where(performed_in_period))
    )


# --- Exceptions --------------------------------------------------------------------------------------------


def at_a_visit(orders: Facts) -> Facts:
    return orders.with_status("completed").with_(
        qualifying_encounter, lambda order, visit: order.authored_on.same_day_as(visit.period.start)
    )


no_follow_up = at_a_visit(
    services_not_requested(
        vs.REFERRALS_WHERE_WEIGHT_ASSESSMENT_MAY_OCCUR,
        vs.FOLLOW_UP_FOR_ABOVE_NORMAL_BMI,
        vs.FOLLOW_UP_FOR_BELOW_NORMAL_BMI,
    ).where(not_done_reason_in(SERVICE_REQUEST, vs.MEDICAL_REASON))
).union(
    at_a_visit(
        medications_not_requested(vs.MEDICATIONS_FOR_ABOVE_NORMAL_BMI, vs.MEDICATIONS_FOR_BELOW_NORMAL_BMI).where(
            reason_in(MEDICATION_REQUEST, vs.MEDICAL_REASON)
        )
    )
)
no_bmi_exam = (
    observations_not_done(BODY_MASS_INDEX)
    .with_status("cancelled")
    .where(not_done_reason_in(OBSERVATION, vs.PATIENT_DECLINED, vs.MEDICAL_REASON))
    .with_(qualifying_encounter, lambda exam, visit: exam.effective.end.same_day_as(visit.period.start))
)
pregnant = conditions(vs.PREGNANCY_OR_OTHER_RELATED_DIAGNOSES).where(
    ColumnIn("status", ("active",)) & prevalence_interval.overlaps(measurement_period, of=DAY)
)

MEASURE = Measure(
    id="CMS69",
    name="PCSBMIScreenAndFollowUpFHIR",
    version="0.2.000",
    year=2025,
    title="Body mass index (BMI) screening and follow-up plan",
    steward="CMS",
    source="CMS69FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=exists(qualifying_encounter.where(age_at_point(effective.start, 18))),
            denominator_exclusion=has_hospice_services()
            | has_palliative_care()
            | (exists(pregnant) & exists(qualifying_encounter)),
            denominator_exception=exists(no_follow_up) | exists(no_bmi_exam),
            numerator=followed_up(high_bmi, high_bmi_orders, high_bmi_procedures)
            | followed_up(low_bmi, low_bmi_orders, low_bmi_procedures)
            | (exists(normal_bmi) & ~exists(high_bmi) & ~exists(low_bmi)),
        ),
    ),
)
