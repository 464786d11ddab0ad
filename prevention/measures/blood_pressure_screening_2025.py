"""CMS22: visits at which the blood pressure was measured and, where it is not normal, followed up. Episode-based.

Source: PCSBPScreeningFollowUpFHIR 0.2.000 (CMS22, eCQM for 2025; steward CMS).
"""

from prevention.engine.codes import OBSERVATION, SERVICE_REQUEST
from prevention.engine.elements import (
    class_is,
    is_health_concern,
    is_problem_list_item,
    not_done_reason_in,
    quantity,
    reason_in,
)
from prevention.engine.facts import (
    LOINC,
    Code,
    ColumnIn,
    Facts,
    Row,
    authored_on,
    component,
    conditions,
    define,
    effective,
    encounters,
    last_related,
    medication_requests,
    medications_not_requested,
    observations,
    observations_not_done,
    service_requests,
    services_not_requested,
)
from prevention.engine.libraries import BLOOD_PRESSURE, DIASTOLIC, FINAL, MMHG, SYSTOLIC
from prevention.engine.measure import EpisodeGroup, Measure, episodes
from prevention.engine.members import age_at
from prevention.engine.moments import DAY, measurement_period, years
from prevention.engine.predicates import Always, Predicate
from prevention.measures import value_sets as vs

EKG_12_LEAD_PANEL = Code("34534-8", LOINC)
EKG_STUDY = Code("11524-6", LOINC)

qualifying_encounter = define(
    encounters(vs.ENCOUNTER_TO_SCREEN_FOR_BLOOD_PRESSURE)
    .with_status("finished")
    .where(effective.during(measurement_period, of=DAY) & ~class_is("VR"))
)

# --- Readings ----------------------------------------------------------------------------------------------

readings = observations(BLOOD_PRESSURE)
final_readings = readings.with_status(*FINAL)


def systolic(comparison: str, value: int) -> Predicate:
    return component(SYSTOLIC, quantity(comparison, value, MMHG))


def diastolic(comparison: str, value: int) -> Predicate:
    return component(DIASTOLIC, quantity(comparison, value, MMHG))


measured = systolic(">", 0) & diastolic(">", 0)
normal = systolic(">=", 1) & systolic("<", 120) & diastolic(">=", 1) & diastolic("<", 80)
elevated = systolic(">=", 120) & systolic("<=", 129) & diastolic(">=", 1) & diastolic("<", 80)
at_least_130_or_80 = measured & (systolic(">=", 130) | diastolic(">=", 80))
at_least_140_or_90 = systolic(">=", 140) | diastolic(">=", 90)
from_130_or_80_below_140_and_90 = (
    (systolic(">=", 130) & systolic("<=", 139)) | (diastolic(">=", 80) & diastolic("<=", 89))
) & ~at_least_140_or_90


def visits_whose_last(candidates: Facts, says: Predicate, of: str | None = None) -> Facts:
    """Visits whose last reading (that ends during the visit) is so."""
    return qualifying_encounter.where(
        last_related(
            candidates,
            lambda visit, reading: reading.effective.ends_during(visit.period, of=of),
            lambda _, reading: reading.is_(says),
        )
    )


hypertensive_within_year_prior = define(
    qualifying_encounter.where(
        last_related(
            final_readings,
            lambda visit, reading: reading.effective.end.or_less_on_or_before(years(1), visit.period.start),
            lambda _, reading: reading.is_(at_least_130_or_80),
        )
    )
)


def second(visits: Facts) -> Facts:
    """Of a member who has some visit with a hypertensive reading in the year before it."""
    return visits.with_(hypertensive_within_year_prior, lambda *_: Always())


normal_visit = visits_whose_last(final_readings, normal)
elevated_visit = define(visits_whose_last(final_readings, elevated))
first_hypertensive = define(
    visits_whose_last(readings, at_least_130_or_80, of=DAY).without(
        hypertensive_within_year_prior, lambda visit, other: visit.same_as(other)
    )
)
second_130_to_139 = define(second(visits_whose_last(final_readings, from_130_or_80_below_140_and_90, of=DAY)))
second_140_or_more = define(second(visits_whose_last(final_readings, measured & at_least_140_or_90)))

# --- Interventions -----------------------------------------------------------------------------------------

ordered = ColumnIn("intent", ("order",))
in_period = authored_on.during(measurement_period, of=DAY)
NON_PHARMACOLOGICAL = (
    vs.LIFESTYLE_RECOMMENDATION,
    vs.WEIGHT_REDUCTION_RECOMMENDED,
    vs.DIETARY_RECOMMENDATIONS,
    vs.RECOMMENDATION_TO_INCREASE_PHYSICAL_ACTIVITY,
    vs.REFERRAL_OR_COUNSELING_FOR_ALCOHOL_CONSUMPTION,
)
LABORATORY_TEST_OR_ECG = (EKG_12_LEAD_PANEL, EKG_STUDY, vs.LABORATORY_TESTS_FOR_HYPERTENSION)

rescreen_within_6_months = service_requests(vs.FOLLOW_UP_WITHIN_6_MONTHS).where(ordered)
rescreen_within_4_weeks = service_requests(vs.FOLLOW_UP_WITHIN_4_WEEKS).where(ordered & in_period)
laboratory_test_or_ecg = service_requests(*LABORATORY_TEST_OR_ECG).where(ordered)
non_pharmacological = service_requests(*NON_PHARMACOLOGICAL).where(ordered)
referral = service_requests(vs.REFERRAL_TO_PRIMARY_CARE_OR_ALTERNATE_PROVIDER).where(
    reason_in(SERVICE_REQUEST, vs.FINDING_OF_ELEVATED_BLOOD_PRESSURE_OR_HYPERTENSION) & ordered
)
medication = medication_requests(vs.PHARMACOLOGIC_THERAPY_FOR_HYPERTENSION).with_status("active").where(in_period)


def together(orders: Facts, *others: Facts) -> Facts:
    """Orders of a member who has each of the others too."""
    for other in others:
        orders = orders.with_(other, lambda *_: Always())
    return orders


first_interventions = together(rescreen_within_4_weeks, non_pharmacological.where(in_period)).union(referral)
interventions_130_to_139 = together(
    rescreen_within_6_months.where(in_period),
    laboratory_test_or_ecg.where(in_period),
    non_pharmacological.where(in_period),
).union(referral)
interventions_140_or_more = together(
    rescreen_within_4_weeks,
    laboratory_test_or_ecg.where(in_period),
    non_pharmacological.where(in_period),
    medication,
).union(referral)


def at_visit(visit: Row, order: Row) -> Predicate:
    return order.authored_on.during(visit.period, of=DAY)


followed_up = (
    elevated_visit.with_(rescreen_within_6_months, at_visit)
    .with_(non_pharmacological, at_visit)
    .union(
        elevated_visit.with_(referral, at_visit),
        first_hypertensive.with_(first_interventions, at_visit),
        second_130_to_139.with_(interventions_130_to_139, at_visit),
        second_140_or_more.with_(interventions_140_or_more, at_visit),
    )
)

# --- Exceptions --------------------------------------------------------------------------------------------

declined = not_done_reason_in(SERVICE_REQUEST, vs.PATIENT_DECLINED)


def declined_orders(*codes: vs.ValueSet) -> Facts:
    return services_not_requested(*codes).with_status("completed").where(declined)


not_measured = (
    observations_not_done(SYSTOLIC, DIASTOLIC)
    .with_status("cancelled")
    .where(not_done_reason_in(OBSERVATION, vs.PATIENT_DECLINED, vs.MEDICAL_REASON))
)
non_pharmacological_declined = declined_orders(*NON_PHARMACOLOGICAL)
laboratory_test_or_ecg_declined = services_not_requested(*LABORATORY_TEST_OR_ECG).where(declined)
REFERRAL = vs.REFERRAL_TO_PRIMARY_CARE_OR_ALTERNATE_PROVIDER
elevated_declined = declined_orders(REFERRAL, vs.FOLLOW_UP_WITHIN_6_MONTHS).union(non_pharmacological_declined)
first_declined = declined_orders(vs.FOLLOW_UP_WITHIN_4_WEEKS, REFERRAL).union(non_pharmacological_declined)
declined_130_to_139 = elevated_declined.union(laboratory_test_or_ecg_declined)
declined_140_or_more = first_declined.union(
    laboratory_test_or_ecg_declined,
    medications_not_requested(vs.PHARMACOLOGIC_THERAPY_FOR_HYPERTENSION).with_status("completed"),
)
excepted = qualifying_encounter.with_(not_measured, at_visit).union(
    elevated_visit.with_(elevated_declined, at_visit),
    first_hypertensive.with_(first_declined, at_visit),
    second_130_to_139.with_(declined_130_to_139, at_visit),
    second_140_or_more.with_(declined_140_or_more, at_visit),
)

hypertension_before = qualifying_encounter.with_(
    conditions(vs.DIAGNOSIS_OF_HYPERTENSION).where(is_problem_list_item | is_health_concern),
    lambda visit, diagnosis: diagnosis.prevalence_interval.start.on_or_before(visit.period.start, of=DAY),
)

MEASURE = Measure(
    id="CMS22",
    name="PCSBPScreeningFollowUpFHIR",
    version="0.2.000",
    year=2025,
    title="Screening for high blood pressure and follow-up",
    steward="CMS",
    source="CMS22FHIR, eCQM for the 2025 performance period",
    groups=(
        EpisodeGroup(
            initial_population=episodes(qualifying_encounter, when=age_at(measurement_period.start).at_least(18)),
            denominator_exclusion=episodes(hypertension_before),
            denominator_exception=episodes(excepted),
            numerator=episodes(normal_visit.union(followed_up)),
        ),
    ),
)
