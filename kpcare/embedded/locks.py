"""File locks that the kernel releases when their holder dies, however it dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kpcare.embedded.problems import explained


@contextmanager
def exclusive(path: Path) -> Iterator[IO[str]]:
    """Wait for the lock, hold it, release it."""
    with explained(path):
        file = path.open("a+")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


@contextmanager
def attempt(path: Path) -> Iterator[IO[str] | None]:
    """Hold the lock if nobody else does, until the end or until the file is closed; None where somebody does."""
    with explained(path):
        file = path.open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file


class SharedUse:
    """Counts the users of something without counting: each holds a shared lock, the last one can make it exclusive."""

    def __init__(self, path: Path) -> None:
        with explained(path):
            self._file = path.open("a+")

    def join(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Give up our share; True when nobody else holds one. Call it under the lock that guards joining."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            self._file.close()
