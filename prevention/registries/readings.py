"""What registries say beyond the engine's vocabulary: the last value of a test, and appointments that were not kept."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prevention.engine.facts import Facts, effective
from prevention.engine.members import Condition, exists
from prevention.engine.moments import Duration, Moment, as_of, end_of_today, past

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Reading:
    """The last value of a test: a number in `unit`, or a score without one (`{score}`, 1 or none).

    It counts for so long (`counts`): compared when it is older, it is neither above nor below anything. Of several on
    the last day the lowest counts where `lowest` (blood pressure, as official measures have it), otherwise the last of
    the day. Values in another unit are no answer; units are not converted.
    """

    name: str
    label: "str | StrPromise"
    facts: Facts
    counts: Duration | None
    unit: str = ""
    lowest: bool = False

    def amount(self, row: str) -> str:
        """The number of one observation, or null."""
        if self.unit:
            return f"CASE WHEN {row}.value_unit = '{self.unit}' THEN {row}.value_quantity END"
        return (
            f"coalesce({row}.value_integer, CASE WHEN {row}.value_unit IN ('', '1', '{{score}}') "
            f"THEN {row}.value_quantity END)"
        )

    def _last(self, to: Any, what: str) -> str:
        """`what` of the reading that counts, for each member who has one."""
        day = to.day_of("f.e0")
        order = f"{day} DESC, {self.amount('f')}" if self.lowest else "f.e0 DESC, f.fact_id DESC"
        return to.derive(
            f"SELECT DISTINCT ON (f.member_id) f.member_id, {what} AS value FROM {self.facts.resource.rows} f "
            f"WHERE ({to.selection(list(self.facts.branches))}) AND {self.amount('f')} IS NOT NULL "
            f"ORDER BY f.member_id, {order}"
        )

    def value(self, to: Any) -> str:
        """SQL of the number, or null."""
        return self._last(to, self.amount("f"))

    def day(self, to: Any) -> str:
        """SQL of the day on which it was taken, or null."""
        # Kept beside numbers, as days since 2000-01-01.
        number = self._last(to, f"{to.day_of('f.e0')} - date '2000-01-01'")
        return f"(date '2000-01-01' + ({number})::int)"

    def __ge__(self, bound: float) -> Condition:
        return ReadingIs(self, ">=", bound)

    def __gt__(self, bound: float) -> Condition:
        return ReadingIs(self, ">", bound)

    def __lt__(self, bound: float) -> Condition:
        return ReadingIs(self, "<", bound)

    def counting(self, duration: Duration) -> "Reading":
        """The same, where another interval holds: what asks for a call today is not a reading of last winter."""
        return replace(self, counts=duration)

    @property
    def of_any_age(self) -> "Reading":
        """Whenever it was taken: to ask for another, never to act on it."""
        return replace(self, counts=None)

    def done_within(self, duration: Duration) -> Condition:
        """The test was done, as the care rules ask: also where its result is words, or a number in another unit."""
        return exists(self.facts.where(effective.latest.during(past(duration))))

    def within(self, duration: Duration) -> Condition:
        """Taken no longer ago than that; false where there is none."""
        return ReadingSince(self, as_of - duration)


@dataclass(frozen=True)
class ReadingIs(Condition):
    """The last value compared; neither true nor false where there is none, or none that still counts."""

    reading: Reading
    operator: str
    bound: float

    def true(self, to: Any) -> str:
        return self._compared(to, self.operator)

    def false(self, to: Any) -> str:
        opposite = {">=": "<", ">": "<=", "<": ">="}[self.operator]
        return self._compared(to, opposite)

    def _compared(self, to: Any, operator: str) -> str:
        compared = f"{self.reading.value(to)} {operator} {self.bound}"
        if self.reading.counts is None:
            return compared
        return f"({compared} AND {self.reading.day(to)} >= {to.day(as_of - self.reading.counts)})"


@dataclass(frozen=True)
class ReadingSince(Condition):
    reading: Reading
    moment: Moment

    def true(self, to: Any) -> str:
        return f"coalesce({self.reading.day(to)} >= {to.day(self.moment)}, false)"


@dataclass(frozen=True)
class NotKept(Condition):
    """At least so many appointments to which the member did not come, since a moment."""

    low: int
    since: Moment

    def true(self, to: Any) -> str:
        until = Moment(lambda setting: end_of_today.resolve(setting) + timedelta(milliseconds=1))
        count = to.derive(
            "SELECT a.member_id, count(*) AS value FROM scheduling_appointment a JOIN pf_subject z "
            "ON z.member_id = a.member_id WHERE a.status = 'noshow' "
            f"AND lower(a.during) >= {to.instant(self.since)} AND lower(a.during) < {to.instant(until)} GROUP BY 1"
        )
        return f"coalesce({count}, 0) >= {self.low}"
