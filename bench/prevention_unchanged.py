"""The ordinary night of sixteen measures, over a chart in which nothing changed; run again it writes no row."""

from bench._nightly import measured
from bench.runner import Result


def run(members: int) -> Result:
    """See `bench._prevention`."""
    return measured("prevention_unchanged", members)
