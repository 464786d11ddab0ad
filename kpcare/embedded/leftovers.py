"""Removing a server home that no checkout points to any more."""

import shutil
from pathlib import Path

from kpcare.embedded.processes import end


def remove_home(home: Path) -> None:
    """End the servers that run from `home`, then delete it."""
    for pid_file in [*home.glob("*/data/postmaster.pid"), *home.glob("*/redis.pid")]:
        try:
            pid = int(pid_file.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            continue
        end(pid, str(home))
    shutil.rmtree(home)
