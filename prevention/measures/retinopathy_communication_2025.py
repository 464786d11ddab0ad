"""CMS142: adults with diabetic retinopathy whose findings were told to the physician who treats their diabetes.

Source: DRCommunicationWithPhysicianManagingDiabetesFHIR 0.1.000 (CMS142, eCQM for 2025; steward CMS).
"""

from prevention.engine.codes import COMMUNICATION
from prevention.engine.elements import class_is, has_value, is_active, is_believed, not_done_reason_in
from prevention.engine.facts import (
    Facts,
    communications,
    conditions,
    define,
    effective,
    encounters,
    not_done,
    observations,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import age_at, exists
from prevention.engine.moments import DAY, measurement_period
from prevention.measures import value_sets as vs

qualifying_encounter = (
    encounters(
        vs.OFFICE_VISIT,
        vs.OPHTHALMOLOGICAL_SERVICES,
        vs.OUTPATIENT_CONSULTATION,
        vs.LONG_TERM_RESIDENTIAL_CARE,
        vs.NURSING_FACILITY_VISIT,
    )
    .with_status("finished")
    .where(effective.during(measurement_period) & ~class_is("VR"))
)
diabetic_retinopathy_encounter = define(
    qualifying_encounter.with_(
        conditions(vs.DIABETIC_RETINOPATHY).where(is_active & is_believed),
        lambda visit, retinopathy: retinopathy.prevalence_interval.overlaps(visit.period),
    )
)
macular_exam = (
    observations(vs.MACULAR_EXAM)
    .with_status("final", "amended", "corrected", "preliminary")
    .where(has_value)
    .with_(diabetic_retinopathy_encounter, lambda exam, visit: exam.effective.during(visit.period))
)


def communicated(what: vs.ValueSet) -> Facts:
    return (
        communications(what)
        .with_status("completed")
        .where(effective.start.during(measurement_period, of=DAY))
        .with_(diabetic_retinopathy_encounter, lambda message, visit: message.effective.start.after(visit.period.start))
    )


def not_communicated(what: vs.ValueSet) -> Facts:
    return (
        not_done(communications(what))
        .where(not_done_reason_in(COMMUNICATION, vs.MEDICAL_REASON, vs.PATIENT_REASON))
        .with_(diabetic_retinopathy_encounter, lambda message, visit: message.effective.start.during(visit.period))
    )


MEASURE = Measure(
    id="CMS142",
    name="DRCommunicationWithPhysicianManagingDiabetesFHIR",
    version="0.1.000",
    year=2025,
    title="Diabetic retinopathy: communication with the physician managing ongoing diabetes care",
    steward="CMS",
    source="CMS142FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=age_at(measurement_period.start).at_least(18) & exists(diabetic_retinopathy_encounter),
            denominator=exists(macular_exam),
            denominator_exception=exists(not_communicated(vs.LEVEL_OF_SEVERITY_OF_RETINOPATHY_FINDINGS))
            | exists(not_communicated(vs.MACULAR_EDEMA_ABSENT_SITUATION))
            | exists(not_communicated(vs.MACULAR_EDEMA_FINDINGS_PRESENT)),
            numerator=exists(communicated(vs.LEVEL_OF_SEVERITY_OF_RETINOPATHY_FINDINGS))
            & (
                exists(communicated(vs.MACULAR_EDEMA_ABSENT_SITUATION))
                | exists(communicated(vs.MACULAR_EDEMA_FINDINGS_PRESENT))
            ),
        ),
    ),
)
