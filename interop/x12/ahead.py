"""Reads ahead in a thread: while Postgres works on one batch, the next is parsed."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
DEPTH = 2


def ahead(source: Iterable[T], depth: int = DEPTH) -> Iterator[T]:
    """The items of `source` in order, at most `depth` of them made before they are asked for.

    What `source` raises is raised here. `source` must not touch the database: a thread has a connection of its own.
    """
    waiting: queue.Queue[tuple[T | None, BaseException | None, bool]] = queue.Queue(depth)
    stopped = threading.Event()

    def give(item: T | None, error: BaseException | None, is_last: bool) -> None:
        while not stopped.is_set():
            try:
                return waiting.put((item, error, is_last), timeout=0.1)
            except queue.Full:
                continue

    def read() -> None:
        try:
            for item in source:
                if stopped.is_set():
                    return
                give(item, None, False)
        except BaseException as error:
            give(None, error, True)
        else:
            give(None, None, True)

    reader = threading.Thread(target=read, name="834 reader", daemon=True)
    reader.start()
    try:
        while True:
            item, error, is_last = waiting.get()
            if error is not None:
                raise error
            if is_last:
                return
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        reader.join()
