"""The project's Python environment, `.kpcare/venv`, made from the hashed lock and remade when the lock changes."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kpcare.embedded import paths
from kpcare.embedded.locks import exclusive
from kpcare.embedded.problems import Problem, explained

REQUIREMENTS = paths.ROOT / "requirements"
RUNTIME, DEV = "runtime", "dev"


def lock_digest(name: str) -> str:
    return hashlib.sha256((REQUIREMENTS / f"{name}.txt").read_bytes()).hexdigest()


def wanted_stamp(name: str) -> dict[str, str]:
    """What an environment made now from lock `name` would be stamped with. `dev` holds all of `runtime` as well."""
    stamp = {"python": "{}.{}".format(*sys.version_info[:2]), RUNTIME: lock_digest(RUNTIME)}
    if name == DEV:
        stamp[DEV] = lock_digest(DEV)
    return stamp


def is_current(stamp: Mapping[str, str], name: str) -> bool:
    """Whether an environment with this stamp serves for lock `name`."""
    return all(stamp.get(key) == value for key, value in wanted_stamp(name).items())


def python() -> Path:
    return paths.STATE / "venv" / "bin" / "python"


def read_stamp() -> dict[str, str]:
    try:
        return json.loads((paths.STATE / "venv" / "kpcare.json").read_text())
    except (OSError, ValueError):
        return {}


def ensure(name: str) -> Path:
    """Make or update the environment for lock `runtime` or `dev`; returns its Python."""
    state = paths.state_dir()
    if is_current(read_stamp(), name) and python().exists():
        return python()
    with exclusive(state / "venv.lock"):
        stamp = read_stamp()
        if is_current(stamp, name) and python().exists():
            return python()
        # An environment that has the test tools keeps them when only the runtime lock changed.
        name = DEV if DEV in stamp else name
        print(
            f"Installing kpcare's packages into .kpcare/venv (requirements/{name}.txt) …", file=sys.stderr, flush=True
        )
        uv = bootstrap_uv(state)
        (state / "venv" / "kpcare.json").unlink(missing_ok=True)
        if not python().exists() or stamp.get("python") != wanted_stamp(name)["python"]:
            run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(state / "venv"))
        lock = REQUIREMENTS / f"{name}.txt"
        run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(python()), str(lock))
        with explained(state):
            (state / "venv" / "kpcare.json").write_text(json.dumps(wanted_stamp(name)))
    return python()


def bootstrap_uv(state: Path) -> str:
    """The installer `uv`, in a folder of its own, from its hashed lock."""
    folder = state / "uv"
    program = folder / "bin" / "uv"
    stamp = folder / "kpcare.json"
    wanted = lock_digest("bootstrap")
    if program.exists() and stamp.exists() and stamp.read_text() == wanted:
        return str(program)
    shutil.rmtree(folder, ignore_errors=True)
    lock = str(REQUIREMENTS / "bootstrap.txt")
    options = ("--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock)
    if importlib.util.find_spec("pip") is not None:
        # Twice as quick as an environment with a pip of its own.
        run(sys.executable, "-m", "pip", "install", "--root-user-action=ignore", "--target", str(folder), *options)
    else:
        refuse_without_venv()
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(str(folder / "bin" / "python"), "-m", "pip", "install", *options)
    stamp.write_text(wanted)
    return str(program)


def refuse_without_venv() -> None:
    """Raise `Problem` where this Python can neither install nor make an environment that can."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = "{}.{}".format(*sys.version_info[:2])
        raise Problem(
            "This Python cannot make environments (it has no ensurepip): run "
            f"`apt-get install -y python{version}-venv` as root, then start again."
        )


def run(*command: str) -> None:
    """Run one installer step; a failure becomes one sentence, which names the file with all that the step said."""
    # The machine's own certificates: an organisation's proxy is trusted there and not in uv's list.
    environ = {"UV_SYSTEM_CERTS": "1", **os.environ}
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode == 0:
        return
    log = kept(done.stdout)
    see = f" All that the installer said is in {log}." if log else ""
    if any(words in done.stdout for words in ("No space left on device", "Disk quota exceeded")):
        raise Problem(f"The disk that holds {paths.STATE} is full: free at least 1 GB and start again.{see}")
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    last = lines[-1][:200] if lines else f"exit {done.returncode}"
    raise Problem(f"The packages could not be installed ({last}): check the network, then start again.{see}")


def kept(said: str) -> Path | None:
    """The file that now holds what an installer said; on a full disk one in the temp folder, or none."""
    for folder in (paths.STATE / "log", Path(tempfile.gettempdir())):
        file = folder / ("packages.log" if folder.parent == paths.STATE else f"kpcare-{os.geteuid()}-packages.log")
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            file.unlink(missing_ok=True)
            with file.open("x") as out:
                out.write(said)
        except OSError:
            continue
        return file
    return None
