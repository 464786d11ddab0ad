"""Rows of a query into a Parquet file, a batch at a time: memory stays flat however long the file."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from arro3.core import Array, DataType, RecordBatch, RecordBatchReader
from arro3.io import write_parquet

from prevention.cohorts.deidentify import Column

BATCH = 20_000
_TYPES = {
    "text": DataType.utf8,
    "integer": DataType.int32,
    "number": DataType.float64,
    # Laid down as days, then called dates: the library makes no array of dates.
    "date": DataType.int32,
}
EPOCH = datetime.date(1970, 1, 1)


def write(path: Path, columns: tuple[Column, ...], rows: Iterator[tuple[Any, ...]]) -> int:
    """Write the rows; returns how many. Nothing but the columns' names and values stands in the file."""
    count = 0
    schema = _batch(columns, []).schema

    def batches() -> Iterator[RecordBatch]:
        nonlocal count
        waiting: list[tuple[Any, ...]] = []
        for row in rows:
            waiting.append(row)
            count += 1
            if len(waiting) >= BATCH:
                yield _batch(columns, waiting)
                waiting = []
        if waiting:
            yield _batch(columns, waiting)

    write_parquet(
        RecordBatchReader.from_batches(schema, batches()), str(path), compression="snappy", created_by="kpcare"
    )
    return count


def _batch(columns: tuple[Column, ...], rows: list[tuple[Any, ...]]) -> RecordBatch:
    turned = list(zip(*rows, strict=True)) if rows else [() for _ in columns]
    return RecordBatch.from_pydict(
        {column.name: _array(values, column.kind) for column, values in zip(columns, turned, strict=True)}
    )


def _array(values: Iterable[Any], kind: str) -> Array:
    array = Array([_plain(value, kind) for value in values], _TYPES[kind]())
    return array.cast(DataType.date32()) if kind == "date" else array


def _plain(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "date":
        return (value - EPOCH).days
    return float(value) if kind == "number" else value


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
