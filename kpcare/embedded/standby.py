"""A Django that stands by for `manage.py` commands; the supervisor's end of it (the other: `kpcare/standing_by.py`).

To import Django and the twelve rooms takes two seconds of processor time. The first start of `./kp run` needs five
commands under two logins; so one process of each login takes them as they come.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kpcare.embedded import paths


class Standby:
    """The other end: starts the process and hands it commands."""

    def __init__(self, login: str, environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kpcare.standing_by"],
            cwd=paths.ROOT,
            env={**environ, "KPCARE_LOGIN": login},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: Sequence[str], log: Path) -> int:
        """Run one command with its output in `log`; its exit code, or the process's where that fell."""
        if not self.process.stdin or not self.process.stdout:
            raise RuntimeError("a standby has its pipes")
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps({"arguments": list(arguments), "log": str(log)}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            if answer:
                return int(answer)
        return self.process.wait() or 1

    def end(self, *, at_once: bool = False) -> None:
        """Let it go once it has done what it is at, or end it there."""
        if at_once:
            self.process.terminate()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self.process.wait()


@contextlib.contextmanager
def standby(login: str, environ: dict[str, str]) -> Iterator[Standby]:
    waiting = Standby(login, environ)
    try:
        yield waiting
    finally:
        waiting.end()
