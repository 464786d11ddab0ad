"""CMS159: people with depression whose PHQ-9 was below 5 twelve months after it was above 9.

Source: DepressionRemissionatTwelveMonthsFHIR 0.2.000 (CMS159, eCQM for 2025; steward MN Community Measurement).
"""

from prevention.engine.elements import age_at_point, discharged_to, integer, is_confirmed_active_diagnosis, value_in
from prevention.engine.facts import (
    ColumnIn,
    Facts,
    Row,
    SuchThat,
    conditions,
    deceased,
    effective,
    encounters,
    first,
    last_related,
    observations,
    procedures,
    service_requests,
)
from prevention.engine.libraries import (
    DISCHARGE_TO_FACILITY_FOR_HOSPICE,
    DISCHARGE_TO_HOME_FOR_HOSPICE,
    FACIT_PAL,
    FINAL,
    HOSPICE_CARE_MDS,
    YES,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, exists
from prevention.engine.moments import DAY, Interval, days, measurement_period, months
from prevention.engine.predicates import At, FactInterval, Predicate, Timepoint
from prevention.measures import value_sets as vs

ORDER_INTENTS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
identification_period = Interval(
    measurement_period.start - months(14), measurement_period.start - months(2), closed=False
)

depression = conditions(vs.MAJOR_DEPRESSION_INCLUDING_REMISSION, vs.DYSTHYMIA).where(is_confirmed_active_diagnosis)
depression_encounter = (
    encounters(vs.CONTACT_OR_OFFICE_VISIT)
    .with_status("finished")
    .where(effective.ends_during(identification_period))
    .with_(depression, lambda visit, diagnosis: visit.period.overlaps(diagnosis.prevalence_interval))
)
phq_9 = observations(vs.PHQ_9_AND_PHQ_9M_TOOLS).with_status(*FINAL)
index_assessment = first(
    phq_9.where(integer(">", 9)).with_(
        depression_encounter,
        lambda score, visit: score.effective.during(
            FactInterval(visit.period.start - days(7), visit.period.end), of=DAY
        ),
    )
)


def year_after(start: Timepoint) -> Timepoint:
    return start.day + months(12)


def assessment_period(start: Timepoint) -> FactInterval:
    """Sixty days either way of a year after the index assessment."""
    return FactInterval(year_after(start) - days(60), year_after(start) + days(60))


def during_observation(facts: Facts, such_that: SuchThat) -> Condition:
    """`such_that` of a fact and the time from the identification period to the end of the assessment period."""
    return exists(facts.with_(index_assessment, such_that))


def observed(index: Row) -> FactInterval:
    return FactInterval(At(identification_period.start), assessment_period(index.effective.start).end)


def overlaps_day_of(fact: Row, index: Row) -> Predicate:
    return fact.effective.overlaps(observed(index), of=DAY)


def overlaps(fact: Row, index: Row) -> Predicate:
    return fact.effective.overlaps(observed(index))


has_hospice_services = (
    during_observation(
        encounters(vs.ENCOUNTER_INPATIENT)
        .with_status("finished")
        .where(discharged_to(DISCHARGE_TO_HOME_FOR_HOSPICE, DISCHARGE_TO_FACILITY_FOR_HOSPICE)),
        lambda visit, index: visit.period.ends_during(observed(index), of=DAY),
    )
    | during_observation(
        encounters(vs.HOSPICE_ENCOUNTER).where(~ColumnIn("status", ("cancelled", "entered-in-error", "unknown"))),
        overlaps_day_of,
    )
    | during_observation(observations(HOSPICE_CARE_MDS).with_status(*FINAL).where(value_in(YES)), overlaps_day_of)
    | during_observation(
        service_requests(vs.HOSPICE_CARE_AMBULATORY)
        .with_status("active", "completed")
        .where(ColumnIn("intent", ORDER_INTENTS)),
        lambda order, index: order.authored_on.during(observed(index), of=DAY),
    )
    | during_observation(
        procedures(vs.HOSPICE_CARE_AMBULATORY).where(~ColumnIn("status", ("not-done", "entered-in-error", "unknown"))),
        overlaps_day_of,
    )
    | during_observation(
        conditions(vs.HOSPICE_DIAGNOSIS).where(is_confirmed_active_diagnosis),
        lambda diagnosis, index: diagnosis.prevalence_interval.overlaps(observed(index), of=DAY),
    )
)
has_palliative_care = (
    during_observation(observations(FACIT_PAL).with_status(*FINAL), overlaps)
    | during_observation(
        conditions(vs.PALLIATIVE_CARE_DIAGNOSIS).where(is_confirmed_active_diagnosis),
        lambda diagnosis, index: diagnosis.prevalence_interval.overlaps(observed(index)),
    )
    | during_observation(encounters(vs.PALLIATIVE_CARE_ENCOUNTER).with_status("finished"), overlaps)
    | during_observation(
        procedures(vs.PALLIATIVE_CARE_INTERVENTION).where(
            ~ColumnIn("status", ("not-done", "entered-in-error", "unknown"))
        ),
        overlaps,
    )
)
expired = exists(index_assessment.where(deceased.on_or_before(assessment_period(effective.start).end)))
mental_health_disorder = during_observation(
    conditions(
        vs.BIPOLAR_DISORDER,
        vs.PERSONALITY_DISORDER_EMOTIONALLY_LABILE,
        vs.SCHIZOPHRENIA_OR_PSYCHOTIC_DISORDER,
        vs.PERVASIVE_DEVELOPMENTAL_DISORDER,
    ).where(is_confirmed_active_diagnosis),
    lambda diagnosis, index: diagnosis.prevalence_interval.start.on_or_before(
        assessment_period(index.effective.start).end, of=DAY
    ),
)
in_remission = exists(
    index_assessment.where(
        last_related(
            phq_9,
            lambda index, score: score.effective.start.during(assessment_period(index.effective.start), of=DAY),
            lambda _, score: score.is_(integer("<", 5)),
        )
    )
)

MEASURE = Measure(
    id="CMS159",
    name="DepressionRemissionatTwelveMonthsFHIR",
    version="0.2.000",
    year=2025,
    title="Depression remission at twelve months",
    steward="MN Community Measurement",
    source="CMS159FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=exists(index_assessment.where(age_at_point(effective.start, 12))),
            denominator_exclusion=has_hospice_services | has_palliative_care | expired | mental_health_disorder,
            numerator=in_remission,
        ),
    ),
)
