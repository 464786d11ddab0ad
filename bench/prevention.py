"""The nightly run for everybody (three measures, five rules, gaps, reminders) beside its floor."""

from bench._nightly import measured
from bench.runner import Result


def run(members: int) -> Result:
    """See `bench._prevention`."""
    return measured("prevention", members)
