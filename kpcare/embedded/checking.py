"""`./kp check`: every check, each with its time; all of them run, then 1 if any failed."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kpcare.embedded import paths
from kpcare.embedded.problems import Problem
from kpcare.embedded.servers import servers

Check = Callable[[dict[str, str]], str]

# What a deployment sets, for `check --deploy`; nothing is contacted.
PRODUCTION = {
    "SECRET_KEY": "check-only-" + "k3yQ7zP1vB9wX5mR2tL8" * 3,
    "IDENTIFIER_KEY": "check-only-" + "w4QnE8uJ6sHc1ZyF0aTd" * 3,
    "ALLOWED_HOSTS": "care.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://care.example.org",
    "PUBLIC_URL": "https://care.example.org",
    "DEFAULT_FROM_EMAIL": "kpcare <no-reply@care.example.org>",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "BEHIND_TLS_PROXY": "1",
    **{f"{channel}_GATEWAY_URL": "https://messages.example.org" for channel in ("SMS", "PUSH", "LETTER")},
}
# Assembled, so that this file does not find itself.
PLACES = ("/" + "work/", "/" + "root/", "/" + "home/")
REGISTRIES = (
    *("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com"),
    *("deb.debian" + ".org", "docker" + ".io/", "ghcr" + ".io", "quay" + ".io"),
)
TRACES = re.compile("|".join([*(rf"(?<![\w.<}}]){place}\w" for place in PLACES), *map(re.escape, REGISTRIES)]))
NOT_OURS = (".png", ".jpg", ".woff2", ".mo", ".ico", ".min.js", ".min.css", ".pdf", ".gz", ".zip")


def tool(*command: str, extra: dict[str, str] | None = None) -> str:
    """Run a program; empty when it succeeds, otherwise all it said."""
    done = subprocess.run(
        command,
        cwd=paths.ROOT,
        env={**os.environ, **(extra or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout.strip() or f"exit {done.returncode}"


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def tracked(*patterns: str) -> list[str]:
    """Files under version control; in a copy without it, all files."""
    listing = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=paths.ROOT, capture_output=True, text=True)
    if listing.returncode:
        return []
    return [name for name in listing.stdout.split("\0") if name and (paths.ROOT / name).is_file()]


def ruff_format(_: dict[str, str]) -> str:
    return tool(program("ruff"), "format", "--check", ".")


def ruff_lint(_: dict[str, str]) -> str:
    return tool(program("ruff"), "check", "--output-format=concise", ".")


def types(found: dict[str, str]) -> str:
    return tool(program("mypy"), extra={**found, "KPCARE_DEMO": "1"})


def import_contract(_: dict[str, str]) -> str:
    return tool(program("lint-imports"), extra={"PYTHONPATH": str(paths.ROOT)})


def missing_migrations(found: dict[str, str]) -> str:
    extra = {**found, "KPCARE_DEMO": "1", "KPCARE_LOGIN": "owner"}
    return tool(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", extra=extra)


def template_format(_: dict[str, str]) -> str:
    templates = tracked("*.html")
    return tool(program("djade"), "--target-version", "5.2", "--check", *templates) if templates else ""


def no_traces(_: dict[str, str]) -> str:
    """A committed file names no package registry's host and no path of somebody's machine."""
    found = []
    for name in tracked():
        if name.endswith(NOT_OURS):
            continue
        try:
            text = (paths.ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
        lines = enumerate(text.splitlines(), 1)
        found += [f"{name}:{number}: {trace[0]}" for number, line in lines for trace in TRACES.finditer(line)]
    return "\n".join(found)


def compose_file(_: dict[str, str]) -> str:
    from kpcare.embedded.composefile import faults

    return "\n".join(faults(paths.ROOT / "docker-compose.yml"))


def deployment(found: dict[str, str]) -> str:
    extra = {**found, **PRODUCTION, "KPCARE_LOGIN": "app", "KPCARE_DEMO": "0"}
    return tool(sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", extra=extra)


CHECKS: dict[str, Check] = {
    "types": types,
    "format": ruff_format,
    "lint": ruff_lint,
    "imports": import_contract,
    "migrations": missing_migrations,
    "templates": template_format,
    "traces": no_traces,
    "compose": compose_file,
    "deploy": deployment,
}


def main(arguments: Sequence[str]) -> int:
    unknown = set(arguments) - CHECKS.keys()
    if unknown:
        raise Problem(f"No check is called {', '.join(sorted(unknown))}: there are {', '.join(CHECKS)}.")
    wanted = [name for name in CHECKS if not arguments or name in arguments]
    failed = []
    # The checks are processes of their own and use one core each.
    with servers() as found, ThreadPoolExecutor(max_workers=2) as pool:
        for name, (fault, seconds) in zip(
            wanted, pool.map(lambda name: timed(CHECKS[name], found), wanted), strict=True
        ):
            print(f"{name:<12}{'FAIL' if fault else 'ok':<6}{seconds:5.1f} s", flush=True)
            if fault:
                failed.append(name)
                print("\n".join(f"    {line}" for line in fault.splitlines()), flush=True)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def timed(check: Check, found: dict[str, str]) -> tuple[str, float]:
    began = time.monotonic()
    return check(found), time.monotonic() - began
