"""Small questions about processes, answered alike on Linux and macOS."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from kpcare.embedded.paths import Account


def command_line(pid: int) -> str:
    """The command line of a living process; empty when there is none, or it is a zombie."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return answer.stdout.strip()


def is_running(pid: int, *marks: str) -> bool:
    """Whether `pid` lives and its command line holds every mark: a recycled pid is not ours."""
    line = command_line(pid)
    return bool(line) and all(mark in line for mark in marks)


def end(pid: int, *marks: str, patience: float = 10.0, first: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process to end, and kill it after `patience` seconds. Nothing happens when it is not ours."""
    for sign, wait in ((first, patience), (signal.SIGKILL, 5.0)):
        if not is_running(pid, *marks):
            return
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        until = time.monotonic() + wait
        while time.monotonic() < until and is_running(pid, *marks):
            time.sleep(0.05)


def as_account(account: Account | None) -> dict[str, Any]:
    """Arguments for `subprocess` that run a command as `account`, from a folder that it can enter."""
    if account is None:
        return {"umask": 0o077}
    environ = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8", "HOME": "/"}
    return {
        "user": account.uid,
        "group": account.gid,
        "extra_groups": [],
        "cwd": "/",
        "env": environ,
        "umask": 0o077,
    }
