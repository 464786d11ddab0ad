"""Every open gap gets its reminder queued, none twice: 100,000 gaps in under a minute."""

from bench._nightly import measured
from bench.runner import Result


def run(members: int) -> Result:
    """See `bench._prevention`."""
    return measured("reminders", members)
