"""The nightly run of sixteen measures again, over a chart in which nothing changed: it writes no row."""

from bench._nightly import measured
from bench.runner import Result


def run(members: int) -> Result:
    """See `bench._prevention`."""
    return measured("prevention_unchanged", members)
