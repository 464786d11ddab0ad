"""Ends Postgres and Redis where nobody uses them any more, however the last user ended.

Whoever uses them holds a lock that the kernel frees (`SharedUse`), and the last one to leave stops them. One that is
killed stops nothing: this process waits for the lock and does it instead. Postgres gets its fast shutdown, which loses
nothing that was committed. Killed itself, it leaves them running, and the next command takes them over.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable

from kpcare.embedded import paths
from kpcare.embedded.locks import attempt, exclusive
from kpcare.embedded.problems import explained


def see_to_it(prefix: str) -> None:
    """Start the watcher of the servers whose locks begin with `prefix`, unless one watches. Call it under the guard."""
    with attempt(paths.state_dir() / f"{prefix}servers.watcher") as nobody_watches:
        if not nobody_watches:
            return
    nothing = subprocess.DEVNULL
    # It leaves at once, and what it leaves behind belongs to no terminal and to no parent.
    subprocess.run(
        [sys.executable, "-m", __name__, prefix], cwd=paths.ROOT, stdin=nothing, stdout=nothing, stderr=nothing
    )


def watch(prefix: str, stop: Callable[[str], None]) -> None:
    """Wait until nobody uses the servers, then `stop(prefix)` them; at once where another watches already."""
    state = paths.state_dir()
    with attempt(state / f"{prefix}servers.watcher") as mine:
        if not mine:
            return
        path = state / f"{prefix}servers.users"
        with explained(path):
            users = path.open("a+")
        with users:
            while True:
                fcntl.flock(users, fcntl.LOCK_EX)
                # Given back before the guard is taken: whoever holds the guard waits for this lock.
                fcntl.flock(users, fcntl.LOCK_UN)
                with exclusive(state / f"{prefix}servers.lock"):
                    try:
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        continue
                    stop(prefix)
                    # Before the guard: whoever takes it next must see that nobody watches.
                    mine.close()
                    return


def stop_servers(prefix: str) -> None:
    """Stop what runs of the servers for tests (`test-`) or for serving (no prefix)."""
    from kpcare.embedded.postgres import SERVING, TESTING, Cluster
    from kpcare.embedded.redis import Redis

    Redis(f"{prefix}redis").stop()
    Cluster(TESTING if prefix else SERVING).stop()


def main() -> None:
    if os.fork():
        return
    os.setsid()
    os.chdir("/")
    watch(sys.argv[1], stop_servers)


if __name__ == "__main__":
    main()
