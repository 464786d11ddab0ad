"""The rules by which a run chart tells a change from chance.

Perla, Provost, Murray: The run chart, BMJ Quality & Safety 2011;20:46–51. Shift: six or more points in a row on one
side of the median; those on the median neither count nor break it. Trend: five or more in a row all rising or all
falling; a value like the one before neither counts nor breaks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

SHIFT = 6
TREND = 5
# Before ten points a median says little; the chart is drawn, and no rule is read.
ENOUGH = 10


@dataclass(frozen=True)
class Signal:
    """`kind` is `shift` or `trend`, `direction` 1 (up, above) or -1; from and to are places of points."""

    kind: str
    direction: int
    start: int
    end: int


@dataclass(frozen=True)
class RunChart:
    values: tuple[float, ...]
    median: float | None
    signals: tuple[Signal, ...]


def run_chart(values: Sequence[float]) -> RunChart:
    """Median and signals, oldest point first."""
    kept = tuple(values)
    if not kept:
        return RunChart((), None, ())
    middle = median(kept)
    signals = [*_shifts(kept, middle), *_trends(kept)] if len(kept) >= ENOUGH else []
    return RunChart(kept, middle, tuple(signals))


def _shifts(values: Sequence[float], middle: float) -> list[Signal]:
    sides = [(place, 1 if value > middle else -1) for place, value in enumerate(values) if value != middle]
    return _runs("shift", sides, SHIFT)


def _trends(values: Sequence[float]) -> list[Signal]:
    """Steps between points that differ; a run of n points has n - 1 steps, so its first point is the one before."""
    differing = [0, *(place for place in range(1, len(values)) if values[place] != values[place - 1])]
    steps = [(place, 1 if values[place] > values[before] else -1) for before, place in pairwise(differing)]
    found = _runs("trend", steps, TREND - 1)
    before = dict(zip(differing[1:], differing, strict=False))
    return [Signal(one.kind, one.direction, before[one.start], one.end) for one in found]


def _runs(kind: str, signs: Sequence[tuple[int, int]], least: int) -> list[Signal]:
    found: list[Signal] = []
    start = 0
    for at in range(1, len(signs) + 1):
        if at == len(signs) or signs[at][1] != signs[start][1]:
            if at - start >= least:
                found.append(Signal(kind, signs[start][1], signs[start][0], signs[at - 1][0]))
            start = at
    return found
