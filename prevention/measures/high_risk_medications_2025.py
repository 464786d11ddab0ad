"""CMS156: people of 65 and older who were ordered a high-risk medicine more than once. Lower is better.

Source: UseofHighRiskMedicationsintheElderlyFHIR 0.2.001 (CMS156, eCQM for 2025; steward NCQA). Three rates: medicines
to avoid; medicines to avoid but for certain diagnoses; either.
"""

from django.utils.translation import gettext_lazy as _

from prevention.engine.codes import MEDICATION_REQUEST
from prevention.engine.elements import average_daily_dose_over, refills_at_least
from prevention.engine.facts import (
    CPT,
    RXNORM,
    Code,
    Codes,
    Facts,
    Row,
    authored_on,
    conditions,
    effective,
    first,
)
from prevention.engine.libraries import (
    encounters_performed,
    has_hospice_services,
    has_palliative_care,
    medications_ordered,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, age_at, exists, total
from prevention.engine.moments import measurement_period, years
from prevention.engine.predicates import At, FactInterval, Predicate
from prevention.measures import value_sets as vs

ESTABLISHED_PATIENT_VISIT = Code("99211", CPT)
ERGOLOID_MESYLATES = Code("318179", RXNORM)
# RxNorm clinical drug → strength in mg for each unit, and whether that unit is a millilitre.
DIGOXIN_STRENGTHS = {
    "393245": (0.05, True),
    "245273": (0.0625, False),
    "204504": (0.1, True),
    "197604": (0.125, False),
    "197606": (0.25, False),
    "104208": (0.25, True),
}
DOXEPIN_STRENGTHS = {
    "966787": (3, False),
    "966793": (6, False),
    "1000048": (10, False),
    "1000054": (10, True),
    "1000070": (25, False),
    "1000076": (50, False),
    "1000097": (75, False),
    "1000058": (100, False),
    "1000064": (150, False),
}

qualifying_encounters = encounters_performed(
    vs.OFFICE_VISIT,
    vs.OPHTHALMOLOGICAL_SERVICES,
    vs.PREVENTIVE_ESTABLISHED_18_UP,
    vs.DISCHARGE_SERVICES_NURSING_FACILITY,
    vs.NURSING_FACILITY_VISIT,
    vs.LONG_TERM_RESIDENTIAL_CARE,
    vs.PREVENTIVE_INITIAL_18_UP,
    vs.ANNUAL_WELLNESS_VISIT,
    vs.HOME_HEALTHCARE_SERVICES,
    vs.TELEPHONE_VISITS,
    vs.VIRTUAL_ENCOUNTER,
    ESTABLISHED_PATIENT_VISIT,
).where(effective.during(measurement_period))


def _again(order: Row, other: Row) -> Predicate:
    """The order is refilled, or there is another of another day, or of the same day for another time."""
    start, other_start = order.medication_request_period.start, other.medication_request_period.start
    other_day = ~order.authored_on.same_day_as(other.authored_on)
    in_period = order.authored_on.during(measurement_period)
    return in_period & (
        order.is_(refills_at_least(1))
        | (other_day & other.authored_on.during(measurement_period))
        | (
            order.authored_on.same_day_as(other.authored_on)
            & ~start.same_day_as(other_start)
            & start.during(measurement_period)
            & other_start.during(measurement_period)
        )
    )


def more_than_one_order(*codes: Codes) -> Facts:
    return medications_ordered(*codes).with_(medications_ordered(*codes), _again)


SAME_MEDICINE = (
    vs.HARMFUL_ANTIHISTAMINES,
    vs.HARMFUL_ANTIPARKINSONIAN_AGENTS,
    vs.HARMFUL_GASTROINTESTINAL_ANTISPASMODICS,
    vs.DIPYRIDAMOLE_MEDICATIONS,
    vs.GUANFACINE_MEDICATIONS,
    vs.NIFEDIPINE_MEDICATIONS,
    vs.HARMFUL_ANTIDEPRESSANTS,
    vs.HARMFUL_BARBITURATES,
    ERGOLOID_MESYLATES,
    vs.MEPROBAMATE_MEDICATIONS,
    vs.HARMFUL_ESTROGENS,
    vs.HARMFUL_SULFONYLUREAS,
    vs.DESICCATED_THYROID_MEDICATIONS,
    vs.HARMFUL_NONBENZODIAZEPINE_HYPNOTICS,
    vs.HARMFUL_SKELETAL_MUSCLE_RELAXANTS,
    vs.HARMFUL_PAIN_MEDICATIONS,
    vs.MEGESTROL_MEDICATIONS,
    vs.MEPERIDINE_MEDICATIONS,
)
same_medicine_more_than_once = more_than_one_order(SAME_MEDICINE[0]).union(
    *(more_than_one_order(medicine) for medicine in SAME_MEDICINE[1:])
)
prolonged_antiinfectives = total(more_than_one_order(vs.HARMFUL_ANTIINFECTIVES), "supply") > 90
high_daily_dose = exists(
    more_than_one_order(vs.DIGOXIN_MEDICATIONS).where(
        average_daily_dose_over(MEDICATION_REQUEST, RXNORM, DIGOXIN_STRENGTHS, 0.125)
    )
) | exists(
    more_than_one_order(vs.DOXEPIN_MEDICATIONS).where(
        average_daily_dose_over(MEDICATION_REQUEST, RXNORM, DOXEPIN_STRENGTHS, 6)
    )
)
to_avoid = exists(same_medicine_more_than_once) | prolonged_antiinfectives | high_daily_dose


def without_diagnosis(medicine: vs.ValueSet, *diagnoses: vs.ValueSet) -> Condition:
    """Ordered more than once, and no such diagnosis between a year before the period and the first order in it."""
    index = first(medications_ordered(medicine).where(authored_on.during(measurement_period)), by=authored_on.start)
    treated = conditions(*diagnoses).with_(
        index,
        lambda diagnosis, order: diagnosis.prevalence_interval.overlaps(
            FactInterval(At(measurement_period.start - years(1)), order.authored_on)
        ),
    )
    return exists(more_than_one_order(medicine)) & ~exists(treated)


to_avoid_but_for_diagnoses = without_diagnosis(
    vs.HARMFUL_ANTIPSYCHOTICS, vs.SCHIZOPHRENIA, vs.BIPOLAR_DISORDER
) | without_diagnosis(
    vs.HARMFUL_BENZODIAZEPINES,
    vs.SEIZURE_DISORDER,
    vs.REM_SLEEP_BEHAVIOR_DISORDER,
    vs.BENZODIAZEPINE_WITHDRAWAL,
    vs.ALCOHOL_WITHDRAWAL,
    vs.GENERALIZED_ANXIETY_DISORDER,
)


def rate(numerator: Condition) -> Group:
    return Group(
        initial_population=age_at(measurement_period.end).at_least(65) & exists(qualifying_encounters),
        denominator_exclusion=has_hospice_services() | has_palliative_care(),
        numerator=numerator,
    )


MEASURE = Measure(
    id="CMS156",
    name="UseofHighRiskMedicationsintheElderlyFHIR",
    version="0.2.001",
    year=2025,
    title="Use of high-risk medications in older adults",
    steward="NCQA",
    source="CMS156FHIR, eCQM for the 2025 performance period",
    improvement="decrease",
    rates=(_("Medicines to avoid"), _("Medicines to avoid but for some diagnoses"), _("Either")),
    groups=(rate(to_avoid), rate(to_avoid_but_for_diagnoses), rate(to_avoid_but_for_diagnoses | to_avoid)),
)
