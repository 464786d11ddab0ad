"""Cumulative medication duration: on how many days a member had a medicine, by what was ordered or dispensed.

Source: CumulativeMedicationDuration 4.1.000. Overlapping periods are collapsed, so that a day counts once; periods
that are rolled out are first laid end to end, each from its own start or the day after the one before it.
"""

from dataclasses import dataclass
from typing import Any

from prevention.engine.facts import Facts, medication_request_period
from prevention.engine.members import Condition
from prevention.engine.predicates import FactInterval


@dataclass(frozen=True)
class Periods:
    """The medication periods of a list, as days. `clip` (with `anchor`, from that fact of the member) cuts them."""

    facts: Facts
    rolled_out: bool = False
    clip: FactInterval | None = None
    anchor: Facts | None = None

    def clipped_to(self, clip: FactInterval) -> "Periods":
        """CQL `intersect` with an interval of the member's (`birth_date`) or of moments."""
        return Periods(self.facts, self.rolled_out, clip)

    def clipped_from(self, anchor: Facts, clip: FactInterval) -> "Periods":
        """CQL `intersect` with an interval that starts from a fact of which each member has at most one."""
        return Periods(self.facts, self.rolled_out, clip, anchor)

    def spans(self, to: Any) -> str:
        """SELECT member_id, span (a daterange)."""
        resource = self.facts.resource
        selection = to.selection(list(self.facts.branches), "f")
        start, end = medication_request_period.start.days(to, "f")[0], medication_request_period.end.days(to, "f")[1]
        # A fact of two of the list's sets is one period.
        spans = (
            f"SELECT DISTINCT f.member_id, f.fact_id, {start} AS first, {end} AS last FROM {resource.rows} f "
            f"WHERE ({selection}) AND f.m0 <= f.m1"
        )
        if self.rolled_out:
            spans = _rolled_out(spans)
        span = "daterange(p.first, p.last, '[]')"
        if self.clip is None:
            return f"SELECT p.member_id, {span} AS span FROM ({spans}) p"
        low, high = self.clip.start.days(to, "p")[0], self.clip.end.days(to, "p")[1]
        source = f"({spans}) p"
        if self.anchor is not None:
            number = to.number(self.anchor.branches[0].retrieve)
            low, high = self.clip.start.days(to, "a")[0], self.clip.end.days(to, "a")[1]
            source += f" JOIN {self.anchor.resource.rows} a ON a.member_id = p.member_id AND a.set_no = {number}"
        return f"SELECT p.member_id, {span} * daterange({low}, {high}, '[]') AS span FROM {source}"


def _rolled_out(spans: str) -> str:
    """Each period starts on its own day, or on the day after the one before it ends, and is as long as it was.

    The start of the n-th is the latest, over it and those before it, of a start plus all the days between.
    """
    return (
        "SELECT r.member_id, r.first, r.first + r.days - 1 AS last FROM ("
        "SELECT q.member_id, q.days, q.before + max(q.first - q.before) OVER "
        "(PARTITION BY q.member_id ORDER BY q.first, q.fact_id) AS first FROM ("
        "SELECT p.*, p.last - p.first + 1 AS days, coalesce(sum(p.last - p.first + 1) OVER "
        "(PARTITION BY p.member_id ORDER BY p.first, p.fact_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"
        f"::int AS before FROM ({spans}) p) q) r"
    )


@dataclass(frozen=True)
class DaysAtLeast(Condition):
    periods: tuple[Periods, ...]
    low: int

    def true(self, to: Any) -> str:
        spans = " UNION ALL ".join(periods.spans(to) for periods in self.periods)
        days = to.derive(
            "SELECT p.member_id, sum(upper(r) - lower(r)) AS value FROM "
            f"(SELECT p.member_id, range_agg(p.span) AS spans FROM ({spans}) p GROUP BY p.member_id) p, "
            "unnest(p.spans) r GROUP BY p.member_id"
        )
        return f"{days} >= {self.low}"


@dataclass(frozen=True)
class CumulativeDuration:
    periods: tuple[Periods, ...]

    def __ge__(self, low: int) -> Condition:
        return DaysAtLeast(self.periods, low)


def cumulative_duration(*periods: Periods) -> CumulativeDuration:
    """Days covered by the periods together."""
    return CumulativeDuration(periods)
