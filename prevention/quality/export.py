"""Rates as CSV. Hidden cells are said to be hidden, and no cell begins a formula in a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from prevention.quality.labels import DIMENSIONS, Labels
from prevention.quality.reading import Row

HEADER = (
    *("measure", "title", "rate_number", "rate_name", "dimension", "group", "region", "people", "denominator"),
    *("numerator", "rate", "ci_low", "ci_high", "exclusions", "exceptions", "better"),
)
# What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
HIDDEN = "hidden"


def safe(value: Any) -> Any:
    """A value as a cell: words that a spreadsheet would run are kept as words."""
    if isinstance(value, str) and value.lstrip().startswith(FORMULA):
        return f"'{value}"
    return value


def as_csv(rows: Iterable[Row]) -> str:
    """The rows with their names; those that are hidden keep their place and say so."""
    kept = list(rows)
    labels = Labels([*((row.dimension, row.stratum) for row in kept), *(("region", row.region) for row in kept)])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for row in kept:
        writer.writerow([safe(cell) for cell in _cells(row, labels)])
    return out.getvalue()


def _cells(row: Row, labels: Labels) -> Iterable[Any]:
    measure, rate = row.measure, row.rate
    yield from (measure.id, str(measure.title), row.group, str(measure.rate_label(row.group)))
    yield from (str(DIMENSIONS[row.dimension]), labels(row.dimension, row.stratum))
    yield labels("region", row.region) if row.region else ""
    yield from (HIDDEN if count is None else count for count in (row.members, row.denominator))
    if rate is None:
        yield from [HIDDEN] * 4
    else:
        low, high = rate.interval
        yield rate.numerator
        yield from ("" if rate.value is None else f"{rate.value:.4f}", f"{low:.4f}", f"{high:.4f}")
    yield from (HIDDEN if count is None else count for count in (row.exclusions, row.exceptions))
    yield "lower" if measure.improvement == "decrease" else "higher"
