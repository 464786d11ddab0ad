"""CMS50: people whose first referral of the year was answered by the specialist's report.

Source: CRLReceiptofSpecialistReportFHIR 0.3.000 (CMS50, eCQM for 2025; steward CMS).
"""

from prevention.engine.facts import (
    CPT,
    Code,
    ColumnIn,
    authored_on,
    effective,
    encounters,
    first,
    service_requests,
    tasks,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import exists
from prevention.engine.moments import DAY, Interval, day_of_year, measurement_period
from prevention.measures import value_sets as vs

DEVELOPMENTAL_TEST = Code("96112", CPT)
HEALTH_BEHAVIOR_ASSESSMENT = Code("96156", CPT)
NEUROPSYCHOLOGICAL_TEST_BY_PHYSICIAN = Code("96136", CPT)
NEUROPSYCHOLOGICAL_TEST_BY_TECHNICIAN = Code("96138", CPT)
PSYCHOTHERAPY_FOR_CRISIS = Code("90839", CPT)

encounter = (
    encounters(
        vs.BEHAVIORAL_NEUROPSYCH_ASSESSMENT,
        vs.OFFICE_VISIT,
        vs.OPHTHALMOLOGICAL_SERVICES,
        vs.PREVENTIVE_ESTABLISHED_18_UP,
        vs.PREVENTIVE_INITIAL_0_TO_17,
        vs.PREVENTIVE_INITIAL_18_UP,
        vs.PREVENTIVE_ESTABLISHED_0_TO_17,
        vs.PSYCH_VISIT_DIAGNOSTIC_EVALUATION,
        NEUROPSYCHOLOGICAL_TEST_BY_PHYSICIAN,
        NEUROPSYCHOLOGICAL_TEST_BY_TECHNICIAN,
        PSYCHOTHERAPY_FOR_CRISIS,
        DEVELOPMENTAL_TEST,
        HEALTH_BEHAVIOR_ASSESSMENT,
    )
    .with_status("finished")
    .where(effective.during(measurement_period, of=DAY))
)
first_ten_months = Interval(measurement_period.start, day_of_year(0, 10, 31))
first_referral = first(
    service_requests(vs.REFERRAL)
    .with_status("active", "completed")
    .where(ColumnIn("intent", ("order",)) & authored_on.during(first_ten_months, of=DAY)),
    by=authored_on.start,
)
consultant_report = (
    tasks(vs.CONSULTANT_REPORT)
    .with_status("completed")
    .where(effective.ends_during(measurement_period, of=DAY))
    .with_(
        first_referral,
        lambda report, referral: report.about(referral) & report.effective.end.after(referral.authored_on),
    )
)

MEASURE = Measure(
    id="CMS50",
    name="CRLReceiptofSpecialistReportFHIR",
    version="0.3.000",
    year=2025,
    title="Closing the referral loop: receipt of specialist report",
    steward="CMS",
    source="CMS50FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=exists(encounter) & exists(first_referral),
            numerator=exists(consultant_report),
        ),
    ),
)
