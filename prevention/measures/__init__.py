"""The official measures that kpcare evaluates, one file for each measure and year."""

from prevention.engine.measure import Measure
from prevention.measures import (
    breast_cancer_screening_2025,
    colon_cancer_screening_2025,
    controlling_high_blood_pressure_2025,
)

MEASURES: tuple[Measure, ...] = (
    breast_cancer_screening_2025.MEASURE,
    colon_cancer_screening_2025.MEASURE,
    controlling_high_blood_pressure_2025.MEASURE,
)


def measure(name: str) -> Measure:
    """The measure of this id or name. Raises `KeyError` with the names there are."""
    for candidate in MEASURES:
        if name in (candidate.id, candidate.name, candidate.key):
            return candidate
    raise KeyError(f"No measure {name!r}. There are: {', '.join(m.id for m in MEASURES)}.")
