"""CMS138: people of 12 and older who were asked about tobacco and, where they use it, helped to stop.

Source: PreventiveCareAndTobaccoUseScreeningAndCessationInterventionFHIR 0.0.001 (CMS138, eCQM for 2025; steward
NCQA). Three rates: screened; users helped; screened and, where users, helped.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import value_in
from prevention.engine.facts import (
    CPT,
    ICD10CM,
    Code,
    authored_on,
    conditions,
    effective,
    medication_request_period,
    most_recent,
    prevalence_interval,
)
from prevention.engine.libraries import (
    assessments_performed,
    encounters_performed,
    has_hospice_services,
    medications_active,
    medications_ordered,
    procedures_performed,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, count, exists
from prevention.engine.moments import DAY, Interval, measurement_period, months
from prevention.measures import value_sets as vs

HEALTH_BEHAVIOR_ASSESSMENT = Code("96156", CPT)
HEALTH_BEHAVIOR_INTERVENTION = Code("96158", CPT)
POSTOPERATIVE_FOLLOW_UP_VISIT = Code("99024", CPT)
UNLISTED_PREVENTIVE_MEDICINE_SERVICE = Code("99429", CPT)
TOBACCO_ABUSE_COUNSELING = Code("Z71.6", ICD10CM)

in_period = effective.during(measurement_period, of=DAY)
period_and_half_year_before = Interval(measurement_period.start - months(6), measurement_period.end)

preventive_visit = encounters_performed(
    vs.ANNUAL_WELLNESS_VISIT,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.PREVENTIVE_ESTABLISHED_0_TO_17,
    vs.PREVENTIVE_INITIAL_0_TO_17,
    vs.PREVENTIVE_CARE_SERVICES_GROUP_COUNSELING,
    vs.PREVENTIVE_CARE_SERVICES_INDIVIDUAL_COUNSELING,
    UNLISTED_PREVENTIVE_MEDICINE_SERVICE,
    POSTOPERATIVE_FOLLOW_UP_VISIT,
    vs.NUTRITION_SERVICES,
).where(in_period)
qualifying_visit = encounters_performed(
    HEALTH_BEHAVIOR_INTERVENTION,
    HEALTH_BEHAVIOR_ASSESSMENT,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.OCCUPATIONAL_THERAPY_EVALUATION,
    vs.OFFICE_VISIT,
    vs.OPHTHALMOLOGICAL_SERVICES,
    vs.PHYSICAL_THERAPY_EVALUATION,
    vs.PSYCH_VISIT_DIAGNOSTIC_EVALUATION,
    vs.PSYCH_VISIT_PSYCHOTHERAPY,
    vs.PSYCHOANALYSIS,
    vs.SPEECH_AND_HEARING_EVALUATION,
    vs.TELEPHONE_VISITS,
    vs.VIRTUAL_ENCOUNTER,
).where(in_period)

most_recent_screening = most_recent(assessments_performed(vs.TOBACCO_USE_SCREENING).where(in_period))
most_recent_says_non_user = exists(most_recent_screening.where(value_in(vs.TOBACCO_NON_USER)))
most_recent_says_user = exists(most_recent_screening.where(value_in(vs.TOBACCO_USER)))

cessation_counseling = (
    procedures_performed(vs.TOBACCO_USE_CESSATION_COUNSELING)
    .where(effective.during(period_and_half_year_before, of=DAY))
    .union(
        conditions(TOBACCO_ABUSE_COUNSELING).where(
            prevalence_interval.starts_during(period_and_half_year_before, of=DAY)
        )
    )
)
pharmacotherapy_ordered = medications_ordered(vs.TOBACCO_USE_CESSATION_PHARMACOTHERAPY).where(
    authored_on.during(period_and_half_year_before, of=DAY)
)
active_pharmacotherapy = medications_active(vs.TOBACCO_USE_CESSATION_PHARMACOTHERAPY).where(
    medication_request_period.during(period_and_half_year_before, of=DAY)
)
helped = exists(cessation_counseling) | exists(pharmacotherapy_ordered) | exists(active_pharmacotherapy)

initial_population = age_at(measurement_period.start).at_least(12) & (
    (count(qualifying_visit) >= 2) | exists(preventive_visit)
)

MEASURE = Measure(
    id="CMS138",
    name="PreventiveCareAndTobaccoUseScreeningAndCessationInterventionFHIR",
    version="0.0.001",
    year=2025,
    title="Tobacco use: screening and cessation intervention",
    steward="NCQA",
    source="CMS138FHIR, eCQM for the 2025 performance period",
    rates=(_("Screened"), _("Users helped to stop"), _("Screened, and users helped")),
    groups=(
        Group(
            initial_population=initial_population,
            denominator_exclusion=has_hospice_services(),
            numerator=most_recent_says_non_user | most_recent_says_user,
        ),
        Group(
            initial_population=initial_population,
            denominator=most_recent_says_user,
            denominator_exclusion=has_hospice_services(),
            numerator=helped,
        ),
        Group(
            initial_population=initial_population,
            denominator_exclusion=has_hospice_services(),
            numerator=most_recent_says_non_user | (most_recent_says_user & helped),
        ),
    ),
)
