"""CMS137: people with a new episode of substance use disorder who began treatment, and who stayed in it.

Source: InitiationandEngagementofSubstanceUseDisorderTreatmentFHIR 0.0.002 (CMS137, eCQM for 2025; steward NCQA). Two
rates: treatment within 14 days; two further treatments, or one with long-acting medicine, within 34 days of it.
"""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import encounter_diagnosis_in
from prevention.engine.facts import (
    Facts,
    Row,
    conditions,
    define,
    effective,
    first,
    prevalence_interval,
    related,
)
from prevention.engine.libraries import (
    encounters_performed,
    has_hospice_services,
    medications_ordered,
    procedures_performed,
)
from prevention.engine.measure import Group, Measure, Stratum
from prevention.engine.members import Condition, age_at, count, exists
from prevention.engine.moments import DAY, days, measurement_period
from prevention.engine.predicates import FactInterval, Predicate, Timepoint
from prevention.measures import value_sets as vs

EMERGENCY_OR_DETOXIFICATION = (vs.EMERGENCY_DEPARTMENT_VISIT, vs.DETOXIFICATION_VISIT)
SHORT_ACTING, LONG_ACTING = vs.SUD_SHORT_ACTING_MEDICATION, vs.SUD_LONG_ACTING_MEDICATION
SHORT_ACTING_GIVEN = vs.SUD_SHORT_ACTING_MEDICATION_ADMINISTRATION
LONG_ACTING_GIVEN = vs.SUD_LONG_ACTING_MEDICATION_ADMINISTRATION

qualifying_encounters = encounters_performed(
    vs.OFFICE_VISIT,
    *EMERGENCY_OR_DETOXIFICATION,
    vs.INITIAL_HOSPITAL_INPATIENT_VISIT,
    vs.DISCHARGE_SERVICES_HOSPITAL_INPATIENT_SAME_DAY_DISCHARGE,
    vs.DISCHARGE_SERVICES_HOSPITAL_INPATIENT,
    vs.TELEPHONE_VISITS,
    vs.VIRTUAL_ENCOUNTER,
)
first_episode = first(
    qualifying_encounters.where(effective.during(measurement_period)).with_(
        conditions(vs.SUD).where(prevalence_interval.start.on_or_before(measurement_period.end - days(47), of=DAY)),
        lambda visit, disorder: disorder.prevalence_interval.starts_during(visit.period),
    ),
    by=effective.start.day,
)

# --- No treatment in the 60 days before --------------------------------------------------------------------


def performed_in_60_days_before(fact: Row, episode: Row) -> Predicate:
    return fact.effective.start.or_less_before(days(60), episode.period.start, of=DAY)


def ordered_in_60_days_before(order: Row, episode: Row) -> Predicate:
    return order.authored_on.or_less_before(days(60), episode.period.start, of=DAY)


earlier_procedures = procedures_performed(
    vs.SUD_TREATMENT, vs.PSYCH_VISIT_PSYCHOTHERAPY, LONG_ACTING_GIVEN, SHORT_ACTING_GIVEN
).with_(first_episode, performed_in_60_days_before)
earlier_encounters = (
    qualifying_encounters.without(
        encounters_performed(*EMERGENCY_OR_DETOXIFICATION), lambda visit, other: visit.same_as(other)
    )
    .where(encounter_diagnosis_in(vs.SUD))
    .with_(first_episode, performed_in_60_days_before)
)
earlier_orders = medications_ordered(LONG_ACTING, SHORT_ACTING).with_(first_episode, ordered_in_60_days_before)
history = exists(earlier_procedures) | exists(earlier_encounters) | exists(earlier_orders)

# --- Initiation --------------------------------------------------------------------------------------------


def within_14_days(day: Timepoint, episode: Row) -> Predicate:
    return day.during(FactInterval(episode.period.start, episode.period.start + days(13)), of=DAY)


psychosocial_visit = procedures_performed(vs.SUD_TREATMENT, vs.PSYCH_VISIT_PSYCHOTHERAPY).union(
    encounters_performed(vs.TELEPHONE_VISITS, vs.VIRTUAL_ENCOUNTER).where(encounter_diagnosis_in(vs.SUD))
)
medication_given = procedures_performed(SHORT_ACTING_GIVEN, LONG_ACTING_GIVEN)
initiated_by_visit = psychosocial_visit.with_(
    first_episode,
    lambda visit, episode: within_14_days(visit.effective.start, episode) & ~visit.same_as(episode),
)
initiated_by_medication_given = medication_given.with_(
    first_episode, lambda given, episode: within_14_days(given.effective.start, episode)
)
initiation_performed = define(initiated_by_visit.union(initiated_by_medication_given))
initiation_ordered = define(
    medications_ordered(SHORT_ACTING, LONG_ACTING).with_(
        first_episode, lambda order, episode: within_14_days(order.authored_on, episode)
    )
)
initiated = exists(initiation_performed) | exists(initiation_ordered)

# --- Engagement --------------------------------------------------------------------------------------------


def engagement(facts: Facts, on: Callable[[Row], Timepoint]) -> Facts:
    """Facts (`on`: their day) in the 34 days after the first initiation: after some, and not too late for any."""

    def after(fact: Row, day: Timepoint) -> Predicate:
        return on(fact).after(day, of=DAY)

    def too_late(fact: Row, day: Timepoint) -> Predicate:
        return on(fact).after(day + days(34), of=DAY)

    return facts.where(
        (
            related(initiation_performed, lambda fact, begun: after(fact, begun.effective.start))
            | related(initiation_ordered, lambda fact, begun: after(fact, begun.authored_on))
        )
        & ~related(initiation_performed, lambda fact, begun: too_late(fact, begun.effective.start))
        & ~related(initiation_ordered, lambda fact, begun: too_late(fact, begun.authored_on))
    )


def start_day(fact: Row) -> Timepoint:
    return fact.effective.start


def order_day(fact: Row) -> Timepoint:
    return fact.authored_on


long_acting = exists(engagement(medications_ordered(LONG_ACTING), order_day)) | exists(
    engagement(procedures_performed(LONG_ACTING_GIVEN), start_day)
)
short_acting_or_visit = engagement(psychosocial_visit.union(procedures_performed(SHORT_ACTING_GIVEN)), start_day).union(
    engagement(medications_ordered(SHORT_ACTING), order_day)
)


def rate(numerator: Condition) -> Group:
    at_start = age_at(measurement_period.start)
    return Group(
        initial_population=at_start.at_least(13) & exists(first_episode) & ~history,
        denominator_exclusion=has_hospice_services(),
        numerator=numerator,
        strata=(
            Stratum("13 to 17", at_start.between(13, 17)),
            Stratum("18 to 64", at_start.between(18, 64)),
            Stratum("65 and older", at_start.at_least(65)),
        ),
    )


MEASURE = Measure(
    id="CMS137",
    name="InitiationandEngagementofSubstanceUseDisorderTreatmentFHIR",
    version="0.0.002",
    year=2025,
    title="Initiation and engagement of substance use disorder treatment",
    steward="NCQA",
    source="CMS137FHIR, eCQM for the 2025 performance period",
    rates=(_("Begun within 14 days"), _("Engaged within 34 days after")),
    groups=(rate(initiated), rate(long_acting | (count(short_acting_or_visit) >= 2))),
)
