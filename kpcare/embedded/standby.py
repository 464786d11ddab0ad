"""A Django that stands by: `manage.py` commands one after another in one process.

To import Django and the twelve rooms takes two seconds of processor time. The first start of `./kp run` needs five
commands under two logins; so one process of each login takes them as they come.

Run as `python -m kpcare.embedded.standby`, a command is a line of JSON on standard input, `{"arguments", "log"}`;
its exit code is a line on standard output.
"""

import contextlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from kpcare.embedded import paths


class Standby:
    """The other end: starts the process and hands it commands."""

    def __init__(self, login: str, environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kpcare.embedded.standby"],
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

    def end(self) -> None:
        """Let it go once it has done what it is at."""
        if self.process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        self.process.wait()


@contextlib.contextmanager
def standby(login: str, environ: dict[str, str]) -> Iterator[Standby]:
    waiting = Standby(login, environ)
    try:
        yield waiting
    finally:
        waiting.end()


def call(arguments: list[str], log: Path) -> int:
    """One command of `manage.py` in this process; its exit code. All that it and its children say goes to `log`."""
    from django.core.management import execute_from_command_line

    with log.open("w") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    try:
        execute_from_command_line(["manage.py", *arguments])
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
    return 0


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpcare.settings")
    import django

    django.setup()
    # A duplicate, which no child of a command inherits.
    with os.fdopen(os.dup(1), "w") as answers:
        for line in sys.stdin:
            asked = json.loads(line)
            print(call(asked["arguments"], Path(asked["log"])), file=answers, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
