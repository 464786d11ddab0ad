"""`python -m kpcare.standing_by`: `manage.py` commands one after another in one process, as they are asked for.

A command is a line of JSON on standard input, `{"arguments": […], "log": path}`; its exit code is a line on standard
output. Whoever asks is `kpcare.embedded.standby`.
"""

import contextlib
import json
import os
import sys
import traceback
from pathlib import Path

import django
from django.core.management import execute_from_command_line


def call(arguments: list[str], log: Path) -> int:
    """One command of `manage.py` in this process; its exit code. All that it and its children say goes to `log`."""
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
    django.setup()
    # A duplicate, which no child of a command inherits.
    with os.fdopen(os.dup(1), "w") as answers:
        for line in sys.stdin:
            asked = json.loads(line)
            print(call(asked["arguments"], Path(asked["log"])), file=answers, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
