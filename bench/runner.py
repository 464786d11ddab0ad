"""What a benchmark returns, and how its floor is timed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).parent / "floors"
WORLDS = Path(__file__).parent / "worlds"


@dataclass(frozen=True)
class Result:
    """`seconds` of the product beside `floor_seconds` of the same reads and writes by bare SQL.

    `floor_seconds` is None where no floor makes sense (seeding a world has no bare-SQL counterpart).
    """

    seconds: float
    floor_seconds: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.seconds / self.floor_seconds if self.floor_seconds else None

    def line(self, name: str, members: int) -> dict[str, Any]:
        """The JSON line, times rounded to what they are good for."""
        return {
            "name": name,
            "members": members,
            "seconds": round(self.seconds, 4),
            "floor_seconds": None if self.floor_seconds is None else round(self.floor_seconds, 4),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "detail": self.detail,
        }


def timed(work: Callable[[], Any], *, repeat: int = 1) -> tuple[float, Any]:
    """The best of `repeat` runs in seconds of wall time, and what the last one returned."""
    best, answer = float("inf"), None
    for _ in range(repeat):
        began = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - began)
    return best, answer


def floor_sql(name: str) -> str:
    """The text of bench/floors/<name>.sql: written before the code that it judges, and free of product code."""
    return (FLOORS / f"{name}.sql").read_text()


def load_world(cursor: Any, name: str, values: dict[str, Any]) -> None:
    """bench/worlds/<name>.sql into an empty database, as its owner: keys and triggers are aside meanwhile."""
    add_defaults(cursor)
    cursor.execute((WORLDS / "_open.sql").read_text())
    cursor.execute((WORLDS / f"{name}.sql").read_text(), values)
    cursor.execute((WORLDS / "_close.sql").read_text())


def add_defaults(cursor: Any) -> None:
    """Let bare SQL leave out the columns that Django fills in, in a database of the benchmark's own."""
    cursor.execute((WORLDS / "_defaults.sql").read_text())
