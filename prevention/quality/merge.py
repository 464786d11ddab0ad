"""The end of a nightly run: shares added up, sums made, small cells marked, and only rows that differ written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from psycopg2.extras import DateRange, execute_values

from core.models import JobRun
from prevention.engine.evaluate import Partition
from prevention.engine.measure import Measure
from prevention.engine.moments import Setting
from prevention.quality.count import PLACE, count_share
from prevention.quality.models import QualitySnapshot
from prevention.quality.strata import ALL, OFFICIAL, PLACES, UNKNOWN
from prevention.quality.suppression import Sum, hide, hide_rates

SHARES = """
SELECT c.managing_organization_id, c.measure, c."group", c.dimension, coalesce(c.region::text, '-'),
    coalesce(d.facility_id::text, '-'), coalesce(c.department::text, '-'), coalesce(c.clinician::text, '-'), c.stratum,
    sum(c.members)::int, sum(c.denominator)::int, sum(c.numerator)::int, sum(c.exclusions)::int, sum(c.exceptions)::int
FROM prevention_stratumcount c LEFT JOIN network_department d ON d.id = c.department
WHERE c.run = %s AND c.share <= %s GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3
"""
COLUMNS = (
    *("measure", '"group"', "dimension", "region", "stratum", "members", "denominator", "numerator"),
    *("exclusions", "exceptions", "is_hidden", "hides_rate", "hides_exclusions", "hides_exceptions"),
)
KEY = "s.snapshot_id = %(snapshot)s AND " + " AND ".join(f"s.{name} = n.{name}" for name in COLUMNS[:5])
WRITE = (
    # Compared first: an unchanged chart writes no row.
    f"DELETE FROM prevention_measurestratum s WHERE s.snapshot_id = %(snapshot)s "
    f"AND NOT EXISTS (SELECT FROM new_stratum n WHERE {KEY})",
    f"UPDATE prevention_measurestratum s SET {', '.join(f'{name} = n.{name}' for name in COLUMNS[5:])} "
    f"FROM new_stratum n WHERE {KEY} AND ({', '.join(f's.{name}' for name in COLUMNS[5:])}) "
    f"IS DISTINCT FROM ({', '.join(f'n.{name}' for name in COLUMNS[5:])})",
    f"INSERT INTO prevention_measurestratum (id, managing_organization_id, snapshot_id, {', '.join(COLUMNS)}) "
    f"SELECT uuidv7(), %(system)s, %(snapshot)s, {', '.join(f'n.{name}' for name in COLUMNS)} FROM new_stratum n "
    f"WHERE NOT EXISTS (SELECT FROM prevention_measurestratum s WHERE {KEY})",
)


class Cell(NamedTuple):
    """Who a number is about: `region` is empty over all regions."""

    dimension: str
    region: str
    stratum: str


@dataclass
class Counts:
    members: int = 0
    denominator: int = 0
    numerator: int = 0
    exclusions: int = 0
    exceptions: int = 0

    def add(self, members: int, denominator: int, numerator: int, exclusions: int, exceptions: int) -> None:
        self.members += members
        self.denominator += denominator
        self.numerator += numerator
        self.exclusions += exclusions
        self.exceptions += exceptions


TOTAL = Cell(ALL, "", "")


@dataclass
class Rate:
    """One rate of one system: its cells, and which are parts of which."""

    cells: dict[Cell, Counts] = field(default_factory=lambda: defaultdict(Counts))
    parts: dict[tuple[Cell, str], set[Cell]] = field(default_factory=lambda: defaultdict(set))

    def count(self, dimension: str, path: Sequence[str], stratum: str, counts: Sequence[int]) -> None:
        """Add a share's row to its own cell and to every sum that it belongs to."""
        if dimension == PLACE:
            self._count_place(path, counts)
            return
        region = path[0]
        inside, whole = Cell(dimension, region, stratum), Cell(dimension, "", stratum)
        self.parts[whole, "region"].add(inside)
        self.parts[Cell("region", "", region), dimension].add(inside)
        self.parts[TOTAL, dimension].add(whole)
        for cell in (inside, whole):
            self.cells[cell].add(*counts)

    def _count_place(self, path: Sequence[str], counts: Sequence[int]) -> None:
        above = TOTAL
        self.cells[above].add(*counts)
        for depth, dimension in enumerate(PLACES, 1):
            cell = Cell(dimension, "", "/".join(path[:depth]))
            self.parts[above, "place"].add(cell)
            self.cells[cell].add(*counts)
            above = cell

    def tidied(self) -> "Rate":
        """Without official strata where the rate has none."""
        named = {cell.stratum for cell in self.cells if cell.dimension == OFFICIAL}
        if named == {UNKNOWN}:
            gone = {cell for cell in self.cells if cell.dimension == OFFICIAL}
            self.cells = {cell: counts for cell, counts in self.cells.items() if cell not in gone}
            self.parts = {key: cells for key, cells in self.parts.items() if not cells & gone}
        return self

    def rows(self) -> Iterator[tuple]:
        """Each cell with its counts, and whether people, rate, exclusions, exceptions are hidden."""
        sums = [Sum(total, tuple(sorted(parts))) for (total, _by), parts in sorted(self.parts.items())]
        people = hide({cell: counts.members for cell, counts in self.cells.items()}, sums)
        rates = hide_rates(
            {cell: counts.numerator for cell, counts in self.cells.items()},
            {cell: counts.denominator - counts.numerator for cell, counts in self.cells.items()},
            sums,
            people,
        )
        exclusions = self._hide_column("exclusions", sums, people)
        exceptions = self._hide_column("exceptions", sums, people)
        for cell, c in self.cells.items():
            counts = (c.members, c.denominator, c.numerator, c.exclusions, c.exceptions)
            yield *cell, *counts, cell in people, cell in rates, cell in exclusions, cell in exceptions

    def _hide_column(self, name: str, sums: Sequence[Sum[Cell]], people: set[Cell]) -> set[Cell]:
        """A column of its own, with sums of its own; one that nobody is in has nothing to hide."""
        counts = {cell: getattr(counts, name) for cell, counts in self.cells.items()}
        return hide(counts, sums, people) if any(counts.values()) else people


def write_strata(run: JobRun, measures: Sequence[Measure], as_of: date) -> int:
    """Count everybody at once and merge; the nightly run counts by share and calls `merge` at its end."""
    count_share(run.pk, 1, Partition(), measures, as_of)
    return merge(run.pk, 1, as_of)


def merge(run: UUID, shares: int, as_of: date) -> int:
    """Write each system's snapshot of the month from what the run's shares counted; returns rows changed."""
    changed = 0
    with connection.chunked_cursor() as counted:
        # One rate at a time: a system has many panels, and memory stays flat.
        counted.execute(SHARES, [run, shares])
        for system, rates in groupby(counted, key=itemgetter(0)):
            _empty_table()
            for (measure, group), rows in groupby(rates, key=itemgetter(1, 2)):
                rate = Rate()
                for row in rows:
                    rate.count(row[3], row[4:8], row[8], row[9:])
                _stage(measure, group, rate.tidied())
            changed += _write(system, _snapshot(system, as_of))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM prevention_stratumcount WHERE run = %s", [run])
    return changed


def _snapshot(system: UUID, as_of: date) -> QualitySnapshot:
    setting = Setting.of_year(as_of.year, as_of=as_of, zone=ZoneInfo(settings.TIME_ZONE))
    snapshot, _made = QualitySnapshot.objects.get_or_create(
        managing_organization_id=system,
        month=as_of.replace(day=1),
        period=DateRange(*setting.period),
        defaults={"as_of": as_of},
    )
    if snapshot.as_of != as_of:
        snapshot.as_of = as_of
        snapshot.save(update_fields=["as_of"])
    return snapshot


def _empty_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS new_stratum")
        cursor.execute(
            f"CREATE TEMPORARY TABLE new_stratum ON COMMIT DROP AS "
            f"SELECT {', '.join(COLUMNS)} FROM prevention_measurestratum LIMIT 0"
        )


def _stage(measure: str, group: int, rate: Rate) -> None:
    rows = [(measure, group, *row) for row in rate.rows()]
    with connection.cursor() as cursor:
        execute_values(cursor, f"INSERT INTO new_stratum ({', '.join(COLUMNS)}) VALUES %s", rows, page_size=2000)


def _write(system: UUID, snapshot: QualitySnapshot) -> int:
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE new_stratum")
        for statement in WRITE:
            cursor.execute(statement, {"snapshot": snapshot.pk, "system": system})
            changed += cursor.rowcount
    return changed
