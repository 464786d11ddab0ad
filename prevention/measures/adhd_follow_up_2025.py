"""CMS136: children newly given ADHD medicine who were seen within 30 days, and twice more within nine months.

Source: FollowUpCareforChildrenPrescribedADHDMedicationADDFHIR 0.1.001 (CMS136, eCQM for 2025; steward NCQA). Two
rates: the initiation phase; the continuation and maintenance phase. A visit for psychotherapy and pharmacologic
management counts where the place it was at is of an ambulatory kind.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.durations import Periods, cumulative_duration
from prevention.engine.elements import in_place_of_kind, principal_diagnosis_in
from prevention.engine.facts import (
    RXNORM,
    Code,
    Facts,
    conditions,
    define,
    first,
    medication_request_period,
    prevalence_interval,
)
from prevention.engine.libraries import (
    encounters_performed,
    has_hospice_services,
    medications_active,
    medications_ordered,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, age_at, count_days, exists
from prevention.engine.moments import DAY, Interval, day_of_year, days, measurement_period, months
from prevention.engine.predicates import FactInterval
from prevention.measures import value_sets as vs

METHAMPHETAMINE = Code("977860", RXNORM, "methamphetamine hydrochloride 5 MG Oral Tablet")
MEDICINES = (
    vs.ATOMOXETINE,
    vs.CLONIDINE,
    vs.DEXMETHYLPHENIDATE,
    vs.DEXTROAMPHETAMINE,
    vs.LISDEXAMFETAMINE,
    METHAMPHETAMINE,
    vs.METHYLPHENIDATE,
    vs.GUANFACINE_MEDICATIONS,
)

# From 1 March of the year before to the last day of February.
intake_period = Interval(day_of_year(-1, 3, 1), day_of_year(0, 3, 1), closed=False)
start_of_supply = medication_request_period.start
# The index prescription start date (IPSD) is the start of this order.
index_order = first(
    medications_ordered(*MEDICINES)
    .where(start_of_supply.during(intake_period))
    .without(
        medications_active(*MEDICINES),
        lambda order, active: active.medication_request_period.overlaps(
            FactInterval(
                order.medication_request_period.start - days(120), order.medication_request_period.start - days(1)
            ),
            of=DAY,
        ),
    ),
    by=start_of_supply,
)


def starts_within(visits: Facts, first_day: int, last_day: int) -> Facts:
    """Visits that start so many days after the index date."""
    return visits.with_(
        index_order,
        lambda visit, index: visit.period.starts_during(
            FactInterval(
                index.medication_request_period.start + days(first_day),
                index.medication_request_period.start + days(last_day),
            ),
            of=DAY,
        ),
    )


qualifying_encounter = encounters_performed(
    vs.OFFICE_VISIT,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.PREVENTIVE_ESTABLISHED_0_TO_17,
    vs.PREVENTIVE_INITIAL_0_TO_17,
).with_(
    index_order,
    lambda visit, index: visit.period.during(
        FactInterval(index.medication_request_period.start - months(6), index.medication_request_period.start),
        of=DAY,
    ),
)
inpatient_stay = encounters_performed(vs.ENCOUNTER_INPATIENT).where(
    principal_diagnosis_in(vs.MENTAL_BEHAVIORAL_AND_NEURODEVELOPMENTAL_DISORDERS)
)
numerator_encounter = define(
    encounters_performed(
        vs.OFFICE_VISIT,
        vs.PREVENTIVE_CARE_SERVICES_GROUP_COUNSELING,
        vs.BEHAVIORAL_HEALTH_FOLLOW_UP_VISIT,
        vs.PREVENTIVE_CARE_SERVICES_INDIVIDUAL_COUNSELING,
        vs.OUTPATIENT_CONSULTATION,
        vs.HOME_HEALTHCARE_SERVICES,
        vs.PREVENTIVE_INITIAL_0_TO_17,
        vs.PREVENTIVE_ESTABLISHED_0_TO_17,
        vs.PSYCH_VISIT_DIAGNOSTIC_EVALUATION,
        vs.PSYCH_VISIT_PSYCHOTHERAPY,
        vs.TELEPHONE_VISITS,
    ).union(encounters_performed(vs.PSYCHOTHERAPY_AND_PHARMACOLOGIC_MANAGEMENT).where(in_place_of_kind(vs.AMBULATORY)))
)
seen_within_30_days = exists(starts_within(numerator_encounter, 1, 30))
seen_later = starts_within(numerator_encounter, 31, 300)
virtual_later = starts_within(encounters_performed(vs.VIRTUAL_ENCOUNTER), 31, 300)
seen_twice_later = (count_days(seen_later) >= 2) | exists(
    seen_later.with_(virtual_later, lambda visit, virtual: ~visit.period.start.same_day_as(virtual.period.start))
)

continuation = FactInterval(start_of_supply, start_of_supply + days(300))
days_on_medicine = cumulative_duration(
    *(
        Periods(medications_ordered(medicine), rolled_out=True).clipped_from(index_order, continuation)
        for medicine in MEDICINES
    )
)
initial_population = (
    age_at(intake_period.start).at_least(6)
    & ~age_at(intake_period.end).at_least(13)
    & exists(qualifying_encounter)
    & exists(index_order)
)
narcolepsy = conditions(vs.NARCOLEPSY).where(prevalence_interval.starts_on_or_before(measurement_period.end))


def rate(population: Condition, numerator: Condition) -> Group:
    return Group(
        initial_population=initial_population & population,
        denominator_exclusion=has_hospice_services() | exists(narcolepsy),
        numerator=numerator,
    )


MEASURE = Measure(
    id="CMS136",
    name="FollowUpCareforChildrenPrescribedADHDMedicationADDFHIR",
    version="0.1.001",
    year=2025,
    title="Follow-up care for children prescribed ADHD medication",
    steward="NCQA",
    source="CMS136FHIR, eCQM for the 2025 performance period",
    rates=(_("First 30 days"), _("Continuation to ten months")),
    groups=(
        rate(~exists(starts_within(inpatient_stay, 1, 30)), seen_within_30_days),
        rate(
            (days_on_medicine >= 210) & ~exists(starts_within(inpatient_stay, 1, 300)),
            seen_within_30_days & seen_twice_later,
        ),
    ),
)
