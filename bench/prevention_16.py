"""The nightly run of sixteen preventive and chronic measures beside its floor: at most 3 minutes at 1,000,000."""

from bench._nightly import measured
from bench.runner import Result


def run(members: int) -> Result:
    """See `bench._prevention`."""
    return measured("prevention_16", members)
