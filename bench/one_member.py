"""From a result in one chart to the closed gap, by all measures and rules, through a worker: at most two seconds."""

from bench._nightly import measured
from bench.runner import Result


def run(members: int) -> Result:
    """See `bench._prevention`."""
    return measured("one_member", members)
