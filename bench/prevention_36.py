"""The nightly run of every measure and rule that there is."""

from bench._nightly import measured
from bench.runner import Result


def run(members: int) -> Result:
    """See `bench._prevention`."""
    return measured("prevention_36", members)
