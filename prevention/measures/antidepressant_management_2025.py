"""CMS128: adults with depression who stayed on their antidepressant for 12 weeks, and for 6 months.

Source: AntidepressantMedicationManagementFHIR 0.1.001 (CMS128, eCQM for 2025; steward NCQA). Two rates.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.durations import CumulativeDuration, Periods, cumulative_duration
from prevention.engine.elements import age_at_point
from prevention.engine.facts import conditions, first, medication_dispense_period
from prevention.engine.libraries import (
    encounters_performed,
    has_hospice_services,
    medications_active,
    medications_dispensed,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, exists
from prevention.engine.moments import DAY, Interval, day_of_year, days
from prevention.engine.predicates import FactInterval
from prevention.measures import value_sets as vs

dispensed = medications_dispensed(vs.ANTIDEPRESSANT_MEDICATION)
intake_period = Interval(day_of_year(-1, 5, 1), day_of_year(0, 4, 30))
start_of_supply = medication_dispense_period.start
# The index prescription start date (IPSD) is the start of this dispense.
index_dispense = first(dispensed.where(start_of_supply.during(intake_period, of=DAY)), by=start_of_supply)

major_depression = conditions(vs.MAJOR_DEPRESSION).with_(
    index_dispense,
    lambda diagnosis, index: diagnosis.prevalence_interval.start.within(
        days(60), index.medication_dispense_period.start, of=DAY
    ),
)
qualifying_encounters = encounters_performed(
    vs.OFFICE_VISIT,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.ANNUAL_WELLNESS_VISIT,
    vs.NURSING_FACILITY_VISIT,
    vs.PSYCH_VISIT_DIAGNOSTIC_EVALUATION,
    vs.PSYCH_VISIT_PSYCHOTHERAPY,
    vs.TELEPHONE_VISITS,
    vs.VIRTUAL_ENCOUNTER,
).with_(
    index_dispense,
    lambda visit, index: visit.period.start.within(days(60), index.medication_dispense_period.start, of=DAY),
)
active_before = medications_active(vs.ANTIDEPRESSANT_MEDICATION).with_(
    index_dispense,
    lambda order, index: order.medication_request_period.overlaps(
        FactInterval(
            index.medication_dispense_period.start - days(105), index.medication_dispense_period.start - days(1)
        ),
        of=DAY,
    ),
)


def days_covered(number: int) -> CumulativeDuration:
    """From the index date until so many days after it."""
    clip = FactInterval(start_of_supply, start_of_supply + days(number))
    return cumulative_duration(Periods(dispensed).clipped_from(index_dispense, clip))


def rate(numerator: Condition) -> Group:
    return Group(
        initial_population=exists(index_dispense.where(age_at_point(start_of_supply, 18)))
        & exists(major_depression)
        & exists(qualifying_encounters),
        denominator_exclusion=has_hospice_services() | exists(active_before),
        numerator=numerator,
    )


MEASURE = Measure(
    id="CMS128",
    name="AntidepressantMedicationManagementFHIR",
    version="0.1.001",
    year=2025,
    title="Antidepressant medication management",
    steward="NCQA",
    source="CMS128FHIR, eCQM for the 2025 performance period",
    rates=(_("First 12 weeks"), _("Six months")),
    groups=(rate(days_covered(114) >= 84), rate(days_covered(231) >= 180)),
)
