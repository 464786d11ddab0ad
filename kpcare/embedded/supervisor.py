"""`./kp run`: everything on one machine, in the foreground, under one parent."""

import argparse
import contextlib
import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from kpcare.embedded import paths
from kpcare.embedded.preparing import Preparation, compile_ahead, demo_logins, migrate
from kpcare.embedded.problems import Problem, explained
from kpcare.embedded.processes import end, is_running
from kpcare.embedded.servers import servers

HOST = "127.0.0.1"
HEALTHY_SECONDS = 180
# A child that falls this often in this many seconds will not stand: then everything stops and says so.
FALLS, FALL_SECONDS = 5, 60
WARM_STOP_SECONDS = 20


@dataclass
class Child:
    """One process under the supervisor: its command, its database login, and how it fared."""

    name: str
    command: list[str]
    login: str
    process: subprocess.Popen | None = None
    falls: list[float] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return paths.STATE / "log" / f"{self.name}.log"


def children(port: int) -> list[Child]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "kpcare.celery"]
    web = [
        *(*python, "gunicorn", "kpcare.wsgi", "--bind", f"{HOST}:{port}", "--preload"),
        *("--worker-class", "kpcare.serving.Worker", "--workers", "2", "--threads", "4", "--no-control-socket"),
        # Should an access log be switched on, it names the path alone: a query says whom somebody looked for.
        *("--access-logformat", '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s'),
    ]
    worker = [
        *(*celery, "worker", "--queues", "default,jobs,outbox", "--concurrency", "2", "--loglevel", "INFO"),
        *("--without-mingle", "--without-gossip"),
    ]
    return [
        Child("web", web, "app"),
        Child("worker", worker, "jobs"),
        Child("beat", [*celery, "beat", "--pidfile=", "--loglevel", "INFO"], "jobs"),
    ]


# --- before the start ---------------------------------------------------------------------------------------


def refuse_taken_port(port: int) -> None:
    """Raise `Problem` when something listens on `port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Problem(
                    f"Port {port} is taken: stop what listens there, or start with `./kp run --port {port + 1}`."
                ) from error
            if error.errno == errno.EACCES:
                raise Problem(f"Port {port} is for root: start with `./kp run --port 8000`.") from error
            raise


@contextlib.contextmanager
def only_one(port: int) -> Iterator[None]:
    """Hold the checkout's supervisor lock. The kernel frees it however the holder dies."""
    path = paths.state_dir() / "supervisor.lock"
    with explained(path):
        file = path.open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Problem(
                f"kpcare already runs from this folder ({file.read().strip()}): use that one, or stop it with Ctrl-C."
            ) from None
        file.truncate(0)
        file.write(f"pid {os.getpid()}, http://localhost:{port}/")
        file.flush()
        yield


def end_orphans() -> None:
    """End the children of a supervisor that was killed and could not end them itself."""
    record = paths.STATE / "children.json"
    with contextlib.suppress(OSError, ValueError):
        for name, pid in json.loads(record.read_text()).items():
            if is_running(pid, str(paths.STATE)):
                print(f"Ending {name} (pid {pid}), left over from a run that was killed.", flush=True)
                end(pid, str(paths.STATE))
    record.unlink(missing_ok=True)


# --- the run ------------------------------------------------------------------------------------------------


def die_with_parent() -> None:
    """In the child, on Linux: be told to end when the supervisor dies without a word."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Supervisor:
    """Starts the children, restarts the one that falls, stops all of them."""

    def __init__(self, port: int, environ: dict[str, str], stop_first: Callable[[], None] = lambda: None) -> None:
        """`stop_first` ends what `run` was given to do, when a signal says to stop."""
        self.port = port
        self.environ = environ
        self.stop_first = stop_first
        self.children = children(port)
        self.stopping = threading.Event()

    def run(self, ready: Callable[[], None]) -> int:
        """Stay in the foreground until a signal, then stop. 0 after a signal, 1 when a child would not stand.

        `ready` is done once they are healthy.
        """
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._on_signal)
        try:
            for child in self.children:
                self._start(child)
            if self._wait_until_healthy():
                self._do(ready)
            while not self.stopping.wait(0.5):
                self._look_after()
            return 0
        finally:
            self._stop_all()

    def _do(self, work: Callable[[], None]) -> None:
        """Do it; a signal that ends its command ends the run, without a complaint."""
        try:
            work()
        except Problem:
            if not self.stopping.is_set():
                raise

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping.is_set():
            for child in self.children:
                if child.process:
                    child.process.kill()
        self.stopping.set()
        self.stop_first()

    def _start(self, child: Child) -> None:
        child.log.parent.mkdir(exist_ok=True)
        if child.log.exists() and child.log.stat().st_size > 10_000_000:
            child.log.replace(child.log.with_suffix(".log.1"))
        with child.log.open("a") as out:
            child.process = subprocess.Popen(
                child.command,
                cwd=paths.ROOT,
                # What Celery would check first takes a second; it imports every view, and a worker needs none.
                env={**self.environ, "KPCARE_LOGIN": child.login, "CELERY_SKIP_CHECKS": "1"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's Ctrl-C is for us; we stop the children in order
                preexec_fn=die_with_parent,
            )
        pids = {other.name: other.process.pid for other in self.children if other.process}
        (paths.STATE / "children.json").write_text(json.dumps(pids))

    def _look_after(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None or self.stopping.is_set():
                continue
            now = time.monotonic()
            child.falls = [fall for fall in child.falls if now - fall < FALL_SECONDS] + [now]
            code = child.process.returncode
            if len(child.falls) >= FALLS:
                raise Problem(f"{child.name} stops again and again (exit {code}): see {child.log}, mend what it names.")
            print(f"{child.name} stopped (exit {code}): starting it again. Its log is {child.log}.", flush=True)
            time.sleep(min(len(child.falls) - 1, 3))
            self._start(child)

    def _wait_until_healthy(self) -> bool:
        """True once /healthz is 200; False when a signal came first. Raises `Problem` after three minutes."""
        until = time.monotonic() + HEALTHY_SECONDS
        answer = "no answer"
        while time.monotonic() < until:
            if self.stopping.wait(0.1):
                return False
            self._look_after()
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self.port}/healthz", timeout=5):
                    return True
            except urllib.error.HTTPError as error:
                answer = error.read().decode(errors="replace")
            except OSError:
                continue
        raise Problem(
            f"kpcare did not come up in {HEALTHY_SECONDS} s ({answer}): see the logs in {paths.STATE / 'log'}."
        )

    def _stop_all(self) -> None:
        self.stopping.set()
        print("\nStopping …", flush=True)
        for child in self.children:
            if child.process and child.process.poll() is None:
                child.process.terminate()
        until = time.monotonic() + WARM_STOP_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                # Its tasks are idempotent and delivered again.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
        (paths.STATE / "children.json").unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./kp run", description="Everything on this machine, in the foreground.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--members", type=int, default=2000, help="size of the demo world made on the first start")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with only_one(options.port):
        end_orphans()
        refuse_taken_port(options.port)
        (paths.STATE / "log").mkdir(exist_ok=True)
        compile_ahead()
        with servers() as found:
            embedded = "DATABASE_URL" in found
            environ = {**os.environ, **found, "PYTHONUNBUFFERED": "1"}
            environ.pop("KPCARE_LOGIN", None)  # each command and child has its own
            if embedded:
                environ["KPCARE_DEMO"] = os.environ.get("KPCARE_DEMO", "1")
                environ.setdefault("PUBLIC_URL", f"http://localhost:{options.port}")
                return run_demo(options.port, options.members, environ, began)
            migrate(environ)
            return Supervisor(options.port, environ).run(lambda: say_up(options.port, began))


def say_up(port: int, began: float) -> None:
    print(f"\nkpcare is up at http://localhost:{port}/ ({time.monotonic() - began:.0f} s)\n", flush=True)


def run_demo(port: int, members: int, environ: dict[str, str], began: float) -> int:
    """Over the embedded database, which holds a demo world unless `members` is 0."""
    is_demo = environ["KPCARE_DEMO"].lower() not in ("", "0", "false", "off", "no")
    with Preparation(members, environ) as preparation:
        preparation.lay()

        def ready() -> None:
            say_up(port, began)
            if is_demo:
                print(demo_logins(), flush=True)
            print("\nLogs: .kpcare/log/. Ctrl-C stops everything.", flush=True)
            if is_demo:
                preparation.lay_day()
            preparation.first_jobs()

        return Supervisor(port, environ, preparation.stop).run(ready)
