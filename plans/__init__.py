"""Products, benefits, employer groups, coverage on two time axes, eligibility, accumulators."""
