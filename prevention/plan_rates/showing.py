"""What of a plan rate may be said: no number of 1 to 10 people, nor one that gives such a number by subtraction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prevention.plan_rates.models import PlanRate
from prevention.quality.suppression import Sum, hide_rates, hide_together

# Whoever has no line of business on the anchor date: counted in the whole, shown nowhere.
REST, WHOLE = "-", ""


@dataclass(frozen=True)
class Shown:
    """A plan rate with what is hidden of it as None."""

    rate: PlanRate
    population: int | None
    enrolled: int | None
    denominator: int | None
    numerator: int | None

    @property
    def percent(self) -> float | None:
        return self.rate.percent if self.numerator is not None else None


def shown(rates: Sequence[PlanRate]) -> list[Shown]:
    """One measure's rates, by line of business and over all of them, in the order given."""
    by_line = {rate.line_of_business: rate for rate in rates}

    def column(number: Callable[[PlanRate], int]) -> dict[str, int]:
        found = {line: number(rate) for line, rate in by_line.items()}
        lines = sum(count for line, count in found.items() if line != WHOLE)
        return {WHOLE: lines, **found, REST: found.get(WHOLE, lines) - lines}

    sums = [Sum(WHOLE, tuple(line for line in (*by_line, REST) if line != WHOLE))]
    counted = hide_together([column(lambda rate: rate.denominator)], sums)
    enrolled = hide_together(
        [column(lambda rate: rate.enrolled), column(lambda rate: rate.enrolled - rate.denominator)], sums, counted
    )
    population = hide_together(
        [
            column(lambda rate: rate.population),
            column(lambda rate: rate.population - rate.enrolled),
            column(lambda rate: rate.population - rate.denominator),
        ],
        sums,
        counted,
    )
    met = hide_rates(
        column(lambda rate: rate.numerator), column(lambda rate: rate.denominator - rate.numerator), sums, counted
    )
    return [
        Shown(
            rate,
            population=None if line in population else rate.population,
            enrolled=None if line in enrolled else rate.enrolled,
            denominator=None if line in counted else rate.denominator,
            numerator=None if line in met else rate.numerator,
        )
        for line, rate in by_line.items()
    ]
