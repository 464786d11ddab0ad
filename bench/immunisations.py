"""Immunisation forecasts for everybody, new, beside a floor; and again with nothing changed.

In a database of its own, dropped afterwards. `members_per_second` is what the issue asks for: 300 on two cores.
"""

import json
import subprocess
import sys

from django.conf import settings

from bench.runner import Result
from interop.scratch import scratch_database


def run(members: int) -> Result:
    """Seconds of the first run of `members` members on all cores, and of its floor."""
    with scratch_database() as environ:
        done = subprocess.run(
            [sys.executable, "-m", "bench._immunisations", str(members)],
            cwd=settings.BASE_DIR,
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    return Result(found.pop("seconds"), found.pop("floor_seconds"), found)
