from plans.models.coverage import Accumulator, AccumulatorEntry, Coverage, CoverageContract, CoveragePeriod
from plans.models.products import Benefit, EmployerGroup, GroupClass, PremiumRate, Product

__all__ = [
    "Accumulator",
    "AccumulatorEntry",
    "Benefit",
    "Coverage",
    "CoverageContract",
    "CoveragePeriod",
    "EmployerGroup",
    "GroupClass",
    "PremiumRate",
    "Product",
]
