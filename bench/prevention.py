"""The nightly run for everybody (three measures, five rules, gaps, reminders) beside its floor.

In a database of its own, dropped afterwards; a second run over the unchanged chart is timed as well.
"""

import json
import subprocess
import sys

from django.conf import settings

from bench.runner import Result
from interop.scratch import scratch_database


def run(members: int) -> Result:
    """Seconds of the first run, everybody new, and of its floor at `members` members."""
    with scratch_database() as environ:
        done = subprocess.run(
            [sys.executable, "-m", "bench._prevention", str(members)],
            cwd=settings.BASE_DIR,
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout.splitlines()[-1])
    return Result(found.pop("seconds"), found.pop("floor_seconds"), found)
