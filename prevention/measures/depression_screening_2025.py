"""CMS2: people of 12 and older who were screened for depression and, where positive, followed up.

Source: PCSDepressionScreenAndFollowUpFHIR 0.2.000 (CMS2, eCQM for 2025; steward CMS).
"""

from collections.abc import Callable

from prevention.engine.codes import OBSERVATION
from prevention.engine.elements import (
    has_value,
    is_health_concern,
    is_problem_list_item,
    not_done_reason_in,
    value_in,
)
from prevention.engine.facts import (
    LOINC,
    SNOMED,
    Code,
    ColumnIn,
    Facts,
    Row,
    conditions,
    define,
    effective,
    encounters,
    medication_requests,
    most_recent,
    observations,
    observations_not_done,
    procedures,
    related,
    service_requests,
)
from prevention.engine.measure import Group, Measure
from prevention.engine.members import Condition, age_at, exists
from prevention.engine.moments import DAY, days, measurement_period
from prevention.engine.predicates import Predicate
from prevention.measures import value_sets as vs

ADOLESCENT_SCREENING = Code("73831-0", LOINC, "Adolescent depression screening assessment")
ADULT_SCREENING = Code("73832-8", LOINC, "Adult depression screening assessment")
DECLINED = Code("720834000", SNOMED)
NEGATIVE = Code("428171000124102", SNOMED)
POSITIVE = Code("428181000124104", SNOMED)

qualifying_encounter = define(
    encounters(vs.ENCOUNTER_TO_SCREEN_FOR_DEPRESSION, vs.PHYSICAL_THERAPY_EVALUATION, vs.TELEPHONE_VISITS)
    .with_status("finished")
    .where(effective.during(measurement_period, of=DAY))
)
bipolar_before = (
    conditions(vs.BIPOLAR_DISORDER)
    .where(is_problem_list_item | is_health_concern)
    .with_(
        qualifying_encounter,
        lambda bipolar, visit: bipolar.prevalence_interval.start.before(visit.period.start),
    )
)


def performed_at(follow_up: Row, visit: Row) -> Predicate:
    start = follow_up.performed.start
    return start.during(visit.period) & start.during(measurement_period, of=DAY)


def ordered_at(follow_up: Row, visit: Row) -> Predicate:
    authored = follow_up.authored_on
    return authored.or_less_on_or_after(days(2), visit.period.end, of=DAY) & authored.during(measurement_period, of=DAY)


class Screening:
    """The definitions that CQL writes twice, for adolescents and for adults."""

    def __init__(self, code: Code, medications: vs.ValueSet, referral: vs.ValueSet, follow_up: vs.ValueSet) -> None:
        screenings = (
            observations(code)
            .with_status("final")
            .where(has_value)
            .with_(
                qualifying_encounter,
                lambda screen, visit: screen.effective.end.or_less_on_or_before(days(14), visit.period.start, of=DAY),
            )
        )
        self.done = exists(screenings)
        self.most_recent = most_recent(screenings)
        self.negative = exists(self.most_recent.where(value_in(NEGATIVE)))
        self.orders = (
            medication_requests(medications)
            .with_status("active", "completed")
            .where(ColumnIn("intent", ("order",)))
            .union(service_requests(referral).with_status("active", "completed"))
        )
        self.procedures = procedures(follow_up).with_status("completed")
        self.not_done = (
            observations_not_done(code)
            .with_status("cancelled")
            .where(not_done_reason_in(OBSERVATION, DECLINED, vs.MEDICAL_REASON))
            .with_(qualifying_encounter, lambda screen, visit: screen.authored_on.during(visit.period))
        )

    @property
    def positive_and_followed_up(self) -> Condition:
        """With one and the same visit: the screening in the 14 days before it, the follow-up at it."""

        def screened_before(facts: Facts, followed_up: Callable[[Row, Row], Predicate]) -> Facts:
            return facts.with_(
                qualifying_encounter,
                lambda follow_up, visit: (
                    followed_up(follow_up, visit)
                    & related(
                        self.most_recent.where(value_in(POSITIVE)),
                        lambda _, screen: screen.effective.start.or_less_on_or_before(
                            days(14), visit.period.start, of=DAY
                        ),
                    )
                ),
            )

        return exists(screened_before(self.procedures, performed_at)) | exists(screened_before(self.orders, ordered_at))

    @property
    def passed(self) -> Condition:
        return self.negative | self.positive_and_followed_up

    @property
    def excepted(self) -> Condition:
        return exists(self.not_done) & ~self.done


adolescent = Screening(
    ADOLESCENT_SCREENING,
    vs.ADOLESCENT_DEPRESSION_MEDICATIONS,
    vs.REFERRAL_FOR_ADOLESCENT_DEPRESSION,
    vs.FOLLOW_UP_FOR_ADOLESCENT_DEPRESSION,
)
adult = Screening(
    ADULT_SCREENING,
    vs.ADULT_DEPRESSION_MEDICATIONS,
    vs.REFERRAL_FOR_ADULT_DEPRESSION,
    vs.FOLLOW_UP_FOR_ADULT_DEPRESSION,
)
at_start = age_at(measurement_period.start)

MEASURE = Measure(
    id="CMS2",
    name="PCSDepressionScreenAndFollowUpFHIR",
    version="0.2.000",
    year=2025,
    title="Screening for depression and follow-up plan",
    steward="CMS",
    source="CMS2FHIR, eCQM for the 2025 performance period",
    groups=(
        Group(
            initial_population=at_start.at_least(12) & exists(qualifying_encounter),
            denominator_exclusion=exists(bipolar_before),
            denominator_exception=adolescent.excepted | adult.excepted,
            numerator=(at_start.between(12, 16) & adolescent.passed)
            | (at_start.between(17, 17) & (adolescent.passed | adult.passed))
            | (at_start.at_least(18) & adult.passed),
        ),
    ),
)
