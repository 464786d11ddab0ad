"""Proportion of days covered, from fills alone. Pure."""

import datetime
from collections.abc import Iterable

DAY = datetime.timedelta(days=1)


def days_covered(
    fills: Iterable[tuple[datetime.date, int]], start: datetime.date, end: datetime.date
) -> tuple[int, int]:
    """Days with medicine at hand, and all days, of the half-open period from the first fill in it.

    A fill that comes early is kept for after the one before (PQA's adherence measures). `fills` are (day, days).
    """
    ordered = sorted((day, days) for day, days in fills if day < end and days > 0)
    if not ordered:
        return 0, 0
    start = max(start, ordered[0][0])
    covered, free = 0, ordered[0][0]
    for day, days in ordered:
        begins = max(day, free)
        free = begins + days * DAY
        covered += max(0, (min(free, end) - max(begins, start)).days)
    return covered, (end - start).days


def proportion_of_days_covered(
    fills: Iterable[tuple[datetime.date, int]], start: datetime.date, end: datetime.date
) -> float | None:
    """0 to 1; None where nothing was filled yet."""
    covered, days = days_covered(fills, start, end)
    return covered / days if days else None
