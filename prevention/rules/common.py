"""What several care rules share: who is left in peace, and how long a result settles the matter."""

from prevention.engine.facts import (
    Code,
    ColumnIn,
    Facts,
    ValueSet,
    conditions,
    effective,
    observations,
    prevalence_interval,
    procedures,
)
from prevention.engine.libraries import FINAL, has_hospice_services
from prevention.engine.measure import Closer
from prevention.engine.members import Choice, Condition, exists
from prevention.engine.moments import Duration, end_of_today, past, until_today, years

in_hospice = has_hospice_services(past(years(1)))

# Unlike the measures, a rule does not act on a diagnosis that was refuted or entered by mistake.
_believed = ~ColumnIn("verification", ("refuted", "entered-in-error"))


def ever_diagnosed(*codes: ValueSet | Code) -> Condition:
    """A diagnosis that began by today, whether or not it has ended."""
    return exists(conditions(*codes).where(_believed).where(prevalence_interval.starts_on_or_before(end_of_today)))


def has_now(*codes: ValueSet | Code) -> Condition:
    """A diagnosis that holds today."""
    today = past(Duration())
    return exists(conditions(*codes).where(_believed).where(prevalence_interval.overlaps(today)))


def ever_done(*codes: ValueSet | Code) -> Condition:
    return exists(procedures(*codes).with_status("completed").where(effective.ends_on_or_before(end_of_today)))


def final_results(*codes: ValueSet | Code) -> Facts:
    """Results reported by today. Outside results count: rules do not ask for a laboratory category."""
    return observations(*codes).with_status(*FINAL).where(effective.latest.during(until_today))


def completed(*codes: ValueSet | Code) -> Facts:
    return procedures(*codes).with_status("completed").where(effective.latest.during(until_today))


def settles(what: str, facts: Facts, every: Duration, *unless: tuple[Condition, Duration]) -> Closer:
    """`facts` settle the rule for `every`, or for the duration beside the first condition that holds."""
    return Closer(what, facts, Choice(every, unless))
