"""What is said of a rate: its interval, how far it is from its goal, how many people that is."""

import math
from dataclasses import dataclass
from decimal import Decimal

# The normal quantile of 95 %.
Z = 1.959964


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927, JASA 22:209). `(0, 1)` where nobody is counted."""
    if denominator <= 0:
        return 0.0, 1.0
    share = numerator / denominator
    spread = 1 + Z**2 / denominator
    centre = (share + Z**2 / (2 * denominator)) / spread
    half = Z * math.sqrt(share * (1 - share) / denominator + Z**2 / (4 * denominator**2)) / spread
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Rate:
    """A numerator over a denominator, where more (or, `lower_is_better`, less) is better."""

    numerator: int
    denominator: int
    lower_is_better: bool = False

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator > 0 else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.numerator, self.denominator)

    def distance(self, goal: Decimal | float) -> float | None:
        """How much better than the goal, in parts of one; negative where it is short of it."""
        if self.value is None:
            return None
        apart = self.value - float(goal)
        return -apart if self.lower_is_better else apart

    def needed(self, goal: Decimal | float) -> int | None:
        """How many people more (for a rate to be lowered: fewer) reach the goal; 0 where it is reached."""
        if self.denominator <= 0:
            return None
        aim = Decimal(str(goal)) * self.denominator
        if self.lower_is_better:
            return max(0, self.numerator - math.floor(aim))
        return max(0, math.ceil(aim) - self.numerator)

    def is_better_than(self, other: "Rate") -> bool:
        """Clearly so: the intervals do not touch."""
        (low, high), (other_low, other_high) = self.interval, other.interval
        return high < other_low if self.lower_is_better else low > other_high
