"""`./kp test`: pytest on clusters of its own, with a Chromium where one can be had."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from kpcare.embedded.cli import call
from kpcare.embedded.servers import servers

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "Browser tests will be skipped: install Chromium (Debian: apt-get install chromium) or set CHROMIUM to its path."


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


def ensure_chromium() -> None:
    """Find Chromium; as root on Debian install it; otherwise say how to get it."""
    if find_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium with apt-get …", file=sys.stderr, flush=True)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *arguments], stdout=subprocess.DEVNULL, env=environ)
    if not find_chromium():
        print(HOW, file=sys.stderr)


def names_one_test(arguments: Sequence[str]) -> bool:
    """Whether the arguments pick a single test or ask for workers or a debugger: then no workers are added."""
    return any(
        "::" in a or a in ("--pdb", "--collect-only") or a.startswith(("-n", "--numprocesses")) for a in arguments
    )


def main(arguments: list[str]) -> int:
    ensure_chromium()
    # A worker that is done takes over half of what the other still has.
    workers = [] if names_one_test(arguments) else ["-n", "auto", "--dist", "worksteal"]
    with servers(for_tests=True) as found:
        return call([sys.executable, "-m", "pytest", *workers, *arguments], found)
