"""What pages read: the stored rates of a system's snapshots. Nothing here counts members."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from network.permissions import first_system_id
from prevention.engine.measure import Measure
from prevention.measures import files, keys_of
from prevention.quality.models import MeasureGoal, MeasureStratum, QualitySnapshot
from prevention.quality.rates import Rate
from prevention.quality.strata import ALL, EQUITY, OFFICIAL, UNKNOWN

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from core.models import User

# Below this a group's rate moves too much to name it best or worst (NCQA reports rates from 30 people on).
COMPARABLE = 30
MONTHS = 13
FIELDS = (
    *("measure", "group", "dimension", "region", "stratum", "members", "denominator", "numerator", "exclusions"),
    *("exceptions", "is_hidden", "hides_rate", "hides_exclusions", "hides_exceptions"),
)


@dataclass(frozen=True)
class Row:
    """A stored row; what is hidden of it has lost its numbers on the way out of the database.

    How many people are counted may be shown where the rate is not: then `rate` alone is None.
    """

    measure: Measure
    group: int
    dimension: str
    region: str
    stratum: str
    members: int | None
    denominator: int | None
    rate: Rate | None
    exclusions: int | None
    exceptions: int | None

    @property
    def is_hidden(self) -> bool:
        """Whether even how many they are is not said."""
        return self.members is None


@dataclass(frozen=True)
class Gap:
    """The best- and the worst-served group of a dimension, and how far they are apart."""

    dimension: str
    best: Row
    worst: Row

    @property
    def points(self) -> float:
        return abs(_value(self.best) - _value(self.worst)) * 100

    @property
    def is_clear(self) -> bool:
        """Whether it is more than chance: the two intervals do not touch."""
        best, worst = self.best.rate, self.worst.rate
        return best is not None and worst is not None and best.is_better_than(worst)


@dataclass
class Line:
    """One rate on the dashboard."""

    measure: Measure
    group: int
    row: Row
    trend: list[tuple[date, Rate]] = field(default_factory=list)
    goals: dict[str, MeasureGoal] = field(default_factory=dict)
    gap: Gap | None = None

    @property
    def label(self) -> "str | StrPromise":
        return self.measure.rate_label(self.group)

    @property
    def goal(self) -> MeasureGoal | None:
        return self.goals.get(MeasureGoal.Kind.GOAL) or self.goals.get(MeasureGoal.Kind.BENCHMARK)

    @property
    def distance(self) -> float | None:
        return self.row.rate.distance(self.goal.rate) if self.row.rate and self.goal else None

    @property
    def needed(self) -> int | None:
        return self.row.rate.needed(self.goal.rate) if self.row.rate and self.goal else None


def system_of(user: "User", *roles: str) -> UUID | None:
    """The system whose rates this person sees: where they hold one of `roles` today."""
    return first_system_id(user, *roles)


def snapshots(system: UUID, *, year: int | None = None, months: int = MONTHS) -> list[QualitySnapshot]:
    """The months kept, newest first; of a month that two measurement periods share, the later period.

    `year`: as they stood at the end of that measurement year.
    """
    found = QualitySnapshot.objects.filter(managing_organization=system).order_by("-month", "-period")
    if year is not None:
        found = found.filter(period__startswith__lt=date(year + 1, 1, 1))
    kept: dict[date, QualitySnapshot] = {}
    for snapshot in found[: 2 * months]:
        kept.setdefault(snapshot.month, snapshot)
    return list(kept.values())[:months]


def years(system: UUID) -> list[int]:
    """The measurement years that there are rates of, newest first."""
    found = QualitySnapshot.objects.filter(managing_organization=system).order_by()
    return sorted({period.lower.year for period in found.values_list("period", flat=True).distinct()}, reverse=True)


def rows(
    snapshot: QualitySnapshot,
    dimensions: Iterable[str],
    *,
    measure: str = "",
    group: int = 0,
    region: str = "",
    under: str = "",
) -> list[Row]:
    """The rows of some dimensions, over all regions or within one; `under`: places within that path.

    `measure`: a measure's id; its rows stand under the file that held for the snapshot's year.
    """
    found = MeasureStratum.objects.filter(snapshot=snapshot, dimension__in=list(dimensions), region=region)
    if measure:
        found = found.filter(measure__in=keys_of(measure))
    if group:
        found = found.filter(group=group)
    if under:
        found = found.filter(stratum__startswith=f"{under}/")
    known = files()
    return [row for values in found.values_list(*FIELDS) if (row := _row(values, known))]


def _row(values: Sequence, known: Mapping[str, Measure]) -> Row | None:
    """None for a measure whose file is gone."""
    kept = dict(zip(FIELDS, values, strict=True))
    measure = known.get(kept["measure"])
    if measure is None:
        return None
    shown = not kept["is_hidden"]
    says_rate = shown and not kept["hides_rate"]
    lower_is_better = measure.improvement == "decrease"
    return Row(
        measure=measure,
        group=kept["group"],
        dimension=kept["dimension"],
        region=kept["region"],
        stratum=kept["stratum"],
        members=kept["members"] if shown else None,
        denominator=kept["denominator"] if shown else None,
        rate=Rate(kept["numerator"], kept["denominator"], lower_is_better) if says_rate else None,
        exclusions=None if kept["hides_exclusions"] or not shown else kept["exclusions"],
        exceptions=None if kept["hides_exceptions"] or not shown else kept["exceptions"],
    )


def goals_on(system: UUID, day: date) -> dict[tuple[str, int], dict[str, MeasureGoal]]:
    """Measure id and rate → goal and benchmark in force."""
    found: dict[tuple[str, int], dict[str, MeasureGoal]] = defaultdict(dict)
    for goal in MeasureGoal.objects.filter(managing_organization=system, period__contains=day):
        found[goal.measure, goal.group][goal.kind] = goal
    return found


def lines(system: UUID, kept: Sequence[QualitySnapshot], *, region: str = "") -> list[Line]:
    """Every rate of the newest snapshot, in the order of the measures; within a region, that region's."""
    if not kept:
        return []
    newest = kept[0]
    whole = _whole([newest], region)[newest.pk]
    goals = goals_on(system, newest.as_of)
    trends = _trends(kept, region)
    gaps = worst_gaps(rows(newest, EQUITY, region=region))
    made = [
        Line(
            row.measure,
            row.group,
            row,
            trends.get((row.measure.id, row.group), []),
            goals.get((row.measure.id, row.group), {}),
            gaps.get((row.measure.id, row.group)),
        )
        for row in whole
    ]
    order = {key: number for number, key in enumerate(files())}
    return sorted(made, key=lambda line: (order[line.measure.key], line.group))


def _whole(kept: Sequence[QualitySnapshot], region: str) -> dict[UUID, list[Row]]:
    """Each snapshot's rate over everybody, or over everybody of a region."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    of = MeasureStratum.objects.filter(
        snapshot__in=[snapshot.pk for snapshot in kept],
        dimension="region" if region else ALL,
        region="",
        stratum=region,
    )
    known = files()
    for snapshot, *values in of.values_list("snapshot_id", *FIELDS):
        if row := _row(values, known):
            found[snapshot].append(row)
    return found


def _trends(kept: Sequence[QualitySnapshot], region: str) -> dict[tuple[str, int], list[tuple[date, Rate]]]:
    """Measure id and rate → month and rate, oldest first; months in which it was hidden are left out."""
    found: dict[tuple[str, int], list[tuple[date, Rate]]] = defaultdict(list)
    whole = _whole(kept, region)
    for snapshot in reversed(kept):
        for row in whole[snapshot.pk]:
            if row.rate is not None and row.rate.value is not None:
                found[row.measure.id, row.group].append((snapshot.month, row.rate))
    return found


def trend(kept: Sequence[QualitySnapshot], row: Row) -> list[tuple[date, Row]]:
    """One row's months, oldest first, over the files that its measure had in them."""
    found = MeasureStratum.objects.filter(
        snapshot__in=[snapshot.pk for snapshot in kept],
        measure__in=keys_of(row.measure.id),
        group=row.group,
        dimension=row.dimension,
        region=row.region,
        stratum=row.stratum,
    )
    known = files()
    by_snapshot = {snapshot: _row(values, known) for snapshot, *values in found.values_list("snapshot_id", *FIELDS)}
    return [(one.month, made) for one in reversed(kept) if (made := by_snapshot.get(one.pk))]


def worst_gaps(of: Iterable[Row]) -> dict[tuple[str, int], Gap]:
    """Measure id and rate → its widest gap, a clear one before one that may be chance."""
    by_rate: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in of:
        by_rate[row.measure.id, row.group].append(row)
    found = {}
    for key, some in by_rate.items():
        candidates = list(gaps(some))
        if candidates:
            found[key] = max(candidates, key=lambda gap: (gap.is_clear, gap.points))
    return found


def gaps(of: Iterable[Row]) -> Iterator[Gap]:
    """The gap of each dimension among groups that are shown, known and not too few; none where all are alike."""
    by_dimension: dict[str, list[Row]] = defaultdict(list)
    for row in of:
        if row.rate is not None and row.stratum != UNKNOWN and row.rate.denominator >= COMPARABLE:
            by_dimension[row.dimension].append(row)
    for dimension, some in by_dimension.items():
        if len(some) > 1 and dimension != OFFICIAL:
            lower_is_better = some[0].measure.improvement == "decrease"
            ordered = sorted(some, key=_value, reverse=not lower_is_better)
            if _value(ordered[0]) != _value(ordered[-1]):
                yield Gap(dimension, ordered[0], ordered[-1])


def _value(row: Row) -> float:
    return (row.rate.value if row.rate else None) or 0.0


def percent(value: Decimal | float | None, places: int = 1) -> str:
    """`0.6234` as `62.3 %`; nothing as a dash."""
    return "–" if value is None else f"{float(value) * 100:.{places}f} %"


def bare(value: float) -> str:
    """`0.6234` as `62.3`: the lower end of an interval whose upper end says the unit."""
    return f"{value * 100:.1f}"
