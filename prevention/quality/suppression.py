"""Small cells are hidden, and others with them, until no hidden number follows from the numbers that are shown.

A table is cells and the sums that everybody knows to hold among them (a total and its parts). A number of people of
1 to 10 is hidden (CMS cell size suppression policy, 2020: no cell of 1 to 10). Where one hidden part of a shown total
would follow by subtraction, or where the hidden parts together are fewer than 11, the smallest shown part is hidden
too. Where sums cross (region by race), what a combination of several of them would give away is found by elimination.

A rate is two such numbers at once, who met it and who did not: with the people counted beside them, and with the
percentage, each gives the other away. So they are hidden together (`hide_rates`), where either is small.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

THRESHOLD = 11
# Elimination over a prime field: coefficients are 1 and -1, and no minor of such tables has so large a factor.
PRIME = 2**61 - 1
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Sum(Generic[K]):
    """`total` is the sum of `parts`, over every part there is."""

    total: K
    parts: tuple[K, ...]


def is_small(count: int) -> bool:
    return 0 < count < THRESHOLD


def hide(counts: Mapping[K, int], sums: Sequence[Sum[K]], already: Iterable[K] = ()) -> set[K]:
    """The cells whose number must not be shown. `already`: cells that are hidden for another reason."""
    return hide_together([counts], sums, already)


def hide_rates(
    met: Mapping[K, int], unmet: Mapping[K, int], sums: Sequence[Sum[K]], already: Iterable[K] = ()
) -> set[K]:
    """The cells whose rate must not be shown: neither of its two numbers, nor what gives one of them.

    How many are counted (`met` and `unmet` together) is known wherever a cell is not in `already`.
    """
    return hide_together([met, unmet], sums, already)


def hide_together(columns: Sequence[Mapping[K, int]], sums: Sequence[Sum[K]], already: Iterable[K] = ()) -> set[K]:
    """The cells that are hidden where any of several numbers is small; the sums hold for each of the columns."""
    already = set(already)
    # A column in which nobody at all is counted has nobody to give away, and no shown part that could stand beside a
    # hidden one. The other one is then how many are counted: safe where the cells that it hides hide that as well.
    filled = [column for column in columns if any(column.values())]
    if filled and len(filled) < len(columns) and (found := hide_together(filled, sums, already)) <= already:
        return found
    small = {cell for counts in columns for cell, count in counts.items() if is_small(count)}
    table = _Table(columns, sums, {*already, *small})
    table.settle(range(len(sums)))
    while (determined := table.determined()) and table.hide_beside(determined):
        pass
    return table.hidden


class _Table(Generic[K]):
    """Columns of numbers over the same cells, hidden together; each has the sums."""

    def __init__(self, columns: Sequence[Mapping[K, int]], sums: Sequence[Sum[K]], hidden: set[K]) -> None:
        self.columns, self.sums, self.hidden = columns, sums, hidden
        # How many a cell counts in all: where there is a choice, the smallest is hidden.
        self.counts = {cell: sum(column[cell] for column in columns) for cell in columns[0]}
        self.of_cell: dict[K, list[int]] = defaultdict(list)
        for number, one in enumerate(sums):
            for cell in (one.total, *one.parts):
                self.of_cell[cell].append(number)

    def settle(self, numbers: Iterable[int]) -> None:
        """Hide more until each sum by itself gives nothing away."""
        waiting = deque(numbers)
        while waiting:
            number = waiting.popleft()
            cell = self._also(self.sums[number])
            if cell is not None:
                self.hidden.add(cell)
                waiting.extend(self.of_cell[cell])

    def _also(self, one: Sum[K]) -> K | None:
        """What else to hide for this sum; None where it is safe."""
        parts = [cell for cell in one.parts if cell in self.hidden]
        if one.total in self.hidden:
            # Parts of nobody at all add up to a total of nobody: then one of them is hidden as well.
            return None if parts else self._smallest(one.parts, self.counts) or next(iter(one.parts), None)
        if not parts:
            return None
        for column in self.columns:
            if len(parts) < 2 or sum(column[cell] for cell in parts) < THRESHOLD:
                return self._smallest(one.parts, column) or one.total
        return None

    def _smallest(self, cells: Iterable[K], column: Mapping[K, int]) -> K | None:
        """The smallest shown cell that counts anybody in the column."""
        shown = [cell for cell in cells if cell not in self.hidden and column[cell]]
        return min(shown, key=lambda cell: self.counts[cell], default=None)

    def hide_beside(self, determined: set[K]) -> bool:
        """Hide the smallest shown cell of a sum with one that follows from the others, or of the sums around those.

        False where every cell that they hang together with is hidden: then no number that is shown gives them away.
        """
        around = set(determined)
        while True:
            near = {
                cell
                for one in around
                for number in self.of_cell[one]
                for cell in (*self.sums[number].parts, self.sums[number].total)
            }
            shown = sorted(
                (cell for cell in near if cell not in self.hidden), key=lambda cell: (self.counts[cell], str(cell))
            )
            if shown:
                cell = next((one for one in shown if self.counts[one]), shown[0])
                self.hidden.add(cell)
                self.settle(self.of_cell[cell])
                return True
            if near <= around:
                return False
            around |= near

    def determined(self) -> set[K]:
        """Hidden cells that the sums together give away."""
        rows = [
            {cell: 1 if cell != one.total else PRIME - 1 for cell in (one.total, *one.parts) if cell in self.hidden}
            for one in self.sums
        ]
        core = _core([row for row in rows if row])
        return {next(iter(row)) for row in _reduced(core) if len(row) == 1}


def _core(rows: list[dict[K, int]]) -> list[dict[K, int]]:
    """The equations that can bind at all: one with an unknown of its own says nothing about the others.

    Trees vanish whole. Each equation has two unknowns or more (`settle`), so an unknown of its own does not follow
    either unless all the others do.
    """
    found: dict[K, set[int]] = defaultdict(set)
    for number, row in enumerate(rows):
        for cell in row:
            found[cell].add(number)
    alone = [cell for cell, numbers in found.items() if len(numbers) == 1]
    standing = set(range(len(rows)))
    while alone:
        numbers = found[alone.pop()] & standing
        if not numbers:
            continue
        number = numbers.pop()
        standing.discard(number)
        for cell in rows[number]:
            left = found[cell] & standing
            if len(left) == 1:
                alone.append(cell)
    return [rows[number] for number in sorted(standing)]


def _reduced(rows: list[dict[K, int]]) -> list[dict[K, int]]:
    """Reduced row echelon form over the prime field, rows as {column: coefficient}."""
    pivots: dict[K, dict[K, int]] = {}
    for row in rows:
        left = dict(row)
        for column in [column for column in left if column in pivots]:
            if column in left:
                _subtract(left, pivots[column], left[column])
        if not left:
            continue
        pivot = next(iter(left))
        inverse = pow(left[pivot], -1, PRIME)
        left = {column: value * inverse % PRIME for column, value in left.items()}
        for other in pivots.values():
            if pivot in other:
                _subtract(other, left, other[pivot])
        pivots[pivot] = left
    return list(pivots.values())


def _subtract(row: dict[K, int], other: dict[K, int], times: int) -> None:
    for column, value in other.items():
        rest = (row.get(column, 0) - times * value) % PRIME
        if rest:
            row[column] = rest
        else:
            row.pop(column, None)
