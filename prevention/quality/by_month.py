"""What a month added to a rate, so that months can be compared with each other.

A snapshot is the measurement year so far: for whatever is done once a year it climbs from January to December and falls
in January, by construction. The rules by which a run chart tells change from chance ask for points that do not carry
each other along (Perla et al. 2011), so they are read from what each month added: of the people who were still without
it, and of those who came to be counted, the share who got it in that month.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from prevention.quality.models import QualitySnapshot
from prevention.quality.rates import Rate
from prevention.quality.reading import Row, trend

# Of fewer people a share says nothing, and could tell one of them apart.
FEWEST = 11
# Two years, and the month before them.
MONTHS = 25


@dataclass(frozen=True)
class Month:
    """`gained` people of `missing` who could have been; less than none where more lost it again."""

    month: date
    gained: int
    missing: int

    @property
    def share(self) -> float:
        return self.gained / self.missing


def added(kept: Sequence[QualitySnapshot], row: Row) -> list[Month]:
    """Each month's own share, oldest first.

    A month is left out whose neighbour before it is missing or hidden, and the first of a measurement year, which has
    none.
    """
    years = {snapshot.month: snapshot.period.lower for snapshot in kept}
    shown = [(month, found.rate) for month, found in trend(kept, row) if found.rate]
    return list(_months(shown, years))


def _months(shown: Sequence[tuple[date, Rate]], years: dict[date, date]) -> Iterator[Month]:
    for (before, had), (month, has) in pairwise(shown):
        if years[before] != years[month] or _number(month) != _number(before) + 1:
            continue
        missing = has.denominator - _served(had)
        if missing >= FEWEST:
            yield Month(month, _served(has) - _served(had), missing)


def _served(rate: Rate) -> int:
    """Those for whom it is as it should be."""
    return rate.denominator - rate.numerator if rate.lower_is_better else rate.numerator


def _number(month: date) -> int:
    return 12 * month.year + month.month
