"""CMS155: children of 3 to 17 whose weight was assessed, and with whom food and exercise were talked over.

Source: WeightAssessmentandCounselingforNutritionandPhysicalActivityforChildrenandAdolescentsFHIR 0.1.001 (CMS155,
eCQM for 2025; steward NCQA). Three rates: height, weight and body-mass index; nutrition; physical activity.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import has_value
from prevention.engine.facts import Code, Facts, conditions, effective, observations, prevalence_interval
from prevention.engine.libraries import (
    BODY_HEIGHT,
    BODY_MASS_INDEX,
    BODY_WEIGHT,
    FINAL,
    encounters_performed,
    has_hospice_services,
    procedures_performed,
)
from prevention.engine.measure import Group, Measure, Stratum
from prevention.engine.members import Condition, age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

in_period = effective.during(measurement_period, of=DAY)
qualifying_encounters = encounters_performed(
    vs.OFFICE_VISIT,
    vs.PREVENTIVE_CARE_SERVICES_INDIVIDUAL_COUNSELING,
    vs.PREVENTIVE_ESTABLISHED_0_TO_17,
    vs.PREVENTIVE_INITIAL_0_TO_17,
    vs.PREVENTIVE_CARE_SERVICES_GROUP_COUNSELING,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.TELEPHONE_VISITS,
).where(in_period)
pregnancy = conditions(vs.PREGNANCY).where(prevalence_interval.overlaps(measurement_period))


def measured(what: Code) -> Facts:
    return observations(what).with_status(*FINAL).where(in_period & has_value)


def rate(numerator: Condition) -> Group:
    return Group(
        initial_population=age_at(measurement_period.end).between(3, 17) & exists(qualifying_encounters),
        denominator_exclusion=has_hospice_services() | exists(pregnancy),
        numerator=numerator,
        strata=(
            Stratum("3 to 11", age_at(measurement_period.end).between(3, 11)),
            Stratum("12 to 17", age_at(measurement_period.end).between(12, 17)),
        ),
    )


MEASURE = Measure(
    id="CMS155",
    name="WeightAssessmentandCounselingforNutritionandPhysicalActivityforChildrenandAdolescentsFHIR",
    version="0.1.001",
    year=2025,
    title="Weight assessment and counseling for children and adolescents",
    steward="NCQA",
    source="CMS155FHIR, eCQM for the 2025 performance period",
    rates=(_("Body mass index percentile"), _("Counselling on nutrition"), _("Counselling on physical activity")),
    groups=(
        rate(exists(measured(BODY_MASS_INDEX)) & exists(measured(BODY_HEIGHT)) & exists(measured(BODY_WEIGHT))),
        rate(exists(procedures_performed(vs.COUNSELING_FOR_NUTRITION).where(in_period))),
        rate(exists(procedures_performed(vs.COUNSELING_FOR_PHYSICAL_ACTIVITY).where(in_period))),
    ),
)
