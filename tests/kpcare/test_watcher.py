"""Nobody uses the servers any more: they are stopped, also where the last user was killed."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kpcare.embedded import paths, watcher
from kpcare.embedded.locks import SharedUse, exclusive

USER = """
import fcntl, sys, time
file = open(sys.argv[1], "a+")
fcntl.flock(file, fcntl.LOCK_SH)
print("in", flush=True)
time.sleep(60)
"""


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "STATE", tmp_path)
    return tmp_path


@contextmanager
def user(state) -> Iterator[subprocess.Popen]:
    """Another process that uses the servers."""
    path = str(state / "servers.users")
    with subprocess.Popen([sys.executable, "-c", USER, path], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout and process.stdout.readline() == "in\n"
            yield process
        finally:
            process.kill()


class Watched:
    """A watcher at work in a thread, and when it stopped the servers."""

    def __init__(self, stop=lambda: None) -> None:
        self.stopped: list[str] = []
        self._stop = stop
        self.thread = threading.Thread(target=watcher.watch, args=("", self.stop), daemon=True)
        self.thread.start()

    def stop(self, prefix: str) -> None:
        self.stopped.append(prefix)
        self._stop()

    def ends(self, seconds: float = 5) -> bool:
        self.thread.join(seconds)
        return not self.thread.is_alive()


def test_the_servers_end_soon_after_their_last_user_was_killed(state):
    with user(state) as process:
        watched = Watched()
        assert not watched.ends(0.3), "while somebody uses them it waits"
        process.kill()
        assert watched.ends(2)
    assert watched.stopped == [""]


def test_while_another_uses_them_they_go_on(state):
    with user(state) as first, user(state):
        watched = Watched()
        first.kill()
        assert not watched.ends(0.5)
        assert watched.stopped == []
    assert watched.ends()


def test_one_watches_and_the_next_goes_away_at_once(state):
    with user(state):
        watched = Watched()
        time.sleep(0.2)
        second = Watched()
        assert second.ends(2) and second.stopped == []
        assert not watched.ends(0.1)
    assert watched.ends()


def test_whoever_comes_while_they_are_stopped_waits_and_finds_that_nobody_watches(state):
    """Between the guard that a newcomer takes and the lock that the watcher waits for nobody waits for ever."""
    stopping, go_on = threading.Event(), threading.Event()
    watched = Watched(stop=lambda: (stopping.set(), go_on.wait(10)))
    assert stopping.wait(5)
    came: list[bool] = []

    def come() -> None:
        with exclusive(state / "servers.lock"):
            use = SharedUse(state / "servers.users")
            use.join()
            with watcher.attempt(state / "servers.watcher") as nobody:
                came.append(nobody is not None)
            use.leave()

    newcomer = threading.Thread(target=come, daemon=True)
    newcomer.start()
    newcomer.join(0.3)
    assert newcomer.is_alive(), "the guard is held until they are down"
    go_on.set()
    newcomer.join(5)
    assert came == [True]
    assert watched.ends()


def test_what_is_started_watches_from_outside_and_once(state, monkeypatch):
    """The process itself: it goes on after the command that started it, until the user is gone."""
    # In its folder its state is another one: only that it is started, and how often, is looked at here.
    started: list[list[str]] = []
    monkeypatch.setattr(watcher.subprocess, "run", lambda command, **options: started.append(command))
    watcher.see_to_it("test-")
    assert started == [[sys.executable, "-m", "kpcare.embedded.watcher", "test-"]]
    with watcher.attempt(state / "test-servers.watcher"):
        watcher.see_to_it("test-")
    assert len(started) == 1
