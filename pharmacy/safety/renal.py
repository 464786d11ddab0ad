"""Kidney function for dosing. Pure functions; every estimate says what it is.

Cockcroft–Gault where the label was written with it (anticoagulants); CKD-EPI 2021 (without race) otherwise, de-indexed
by body surface where the threshold is in mL/min; bedside Schwartz under 18; none while creatinine is unstable.
"""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

from pharmacy.safety import facts

# KDIGO 2012 acute kidney injury: a rise of 0.3 mg/dL within 48 hours, or to 1.5 times within 7 days; the same the
# other way round while it recovers.
RISE, RISE_WITHIN = 0.3, datetime.timedelta(hours=48)
RATIO, RATIO_WITHIN = 1.5, datetime.timedelta(days=7)
OLD_AFTER = datetime.timedelta(days=365)


def cockcroft_gault(*, age: int, weight: float, creatinine: float, is_female: bool) -> float:
    """Creatinine clearance, mL/min (Nephron 1976;16:31). Weight in kg, creatinine in mg/dL."""
    clearance = (140 - age) * weight / (72 * creatinine)
    return max(0.0, clearance * (0.85 if is_female else 1.0))


def ckd_epi_2021(*, age: int, creatinine: float, is_female: bool) -> float:
    """eGFR, mL/min/1.73 m² (Inker et al., N Engl J Med 2021;385:1737). For adults; creatinine in mg/dL."""
    kappa, alpha = (0.7, -0.241) if is_female else (0.9, -0.302)
    ratio = creatinine / kappa
    return 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**age * (1.012 if is_female else 1)


def bedside_schwartz(*, height: float, creatinine: float) -> float:
    """eGFR, mL/min/1.73 m², of a person under 18 (J Am Soc Nephrol 2009;20:629). Height in cm, creatinine in mg/dL."""
    return 0.413 * height / creatinine


def body_surface(*, height: float, weight: float) -> float:
    """m² (Mosteller, N Engl J Med 1987;317:1098). Height in cm, weight in kg."""
    return math.sqrt(height * weight / 3600)


def de_indexed(egfr: float, surface: float) -> float:
    """mL/min of this body instead of 1.73 m²."""
    return egfr * surface / 1.73


@dataclass(frozen=True)
class Creatinine:
    """A serum creatinine in mg/dL."""

    at: datetime.datetime
    value: float


def is_unstable(values: Sequence[Creatinine]) -> bool:
    """Whether the latest creatinine differs from one shortly before so much that no estimate holds."""
    ordered = sorted(values, key=lambda each: each.at)
    if not ordered:
        return False
    last = ordered[-1]
    for before in ordered[:-1]:
        apart = last.at - before.at
        high, low = max(last.value, before.value), min(last.value, before.value)
        if apart <= RISE_WITHIN and round(high - low, 3) >= RISE:
            return True
        if apart <= RATIO_WITHIN and round(high / low, 3) >= RATIO:
            return True
    return False


@dataclass(frozen=True)
class Body:
    """What an estimate needs. `is_female` None where the chart does not say; weight in kg, height in cm."""

    age: int | None
    is_female: bool | None
    weight: float | None = None
    height: float | None = None
    creatinines: tuple[Creatinine, ...] = ()

    @property
    def latest(self) -> Creatinine | None:
        return max(self.creatinines, key=lambda each: each.at, default=None)


def estimate(body: Body, kind: str) -> float | None:
    """The estimate `kind` (facts.CRCL, EGFR, EGFR_ABSOLUTE), or None where something it needs is missing or unstable.

    Under 18 every kind is bedside Schwartz. Without height or weight the absolute eGFR is taken as of 1.73 m².
    """
    last = body.latest
    if last is None or last.value <= 0 or body.age is None or is_unstable(body.creatinines):
        return None
    if body.age < 18:
        return bedside_schwartz(height=body.height, creatinine=last.value) if body.height else None
    if body.is_female is None:
        return None
    if kind == facts.CRCL:
        if not body.weight:
            return None
        return cockcroft_gault(age=body.age, weight=body.weight, creatinine=last.value, is_female=body.is_female)
    indexed = ckd_epi_2021(age=body.age, creatinine=last.value, is_female=body.is_female)
    if kind == facts.EGFR_ABSOLUTE and body.height and body.weight:
        return de_indexed(indexed, body_surface(height=body.height, weight=body.weight))
    return indexed
