"""The web server's worker: gunicorn's threads, which stay with a connection as long as its client goes on asking.

Between two requests of a connection gunicorn hands it from the thread that answered to the main thread, which waits
for more, and from there to whichever thread is free: a pipe, two locks, four changes of thread, and a thread whose
database connection has grown cold. A program asks again within a moment, and then the next request is answered where
the one before was.
"""

import contextlib
import gc
import select
import socket
from collections import deque
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# So long a thread waits for the next request; a connection that came meanwhile waits as long, where no thread is free.
MOMENT_MS = 5


class Worker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An entry for each connection that waits for a thread.
        self.waiting: deque[None] = deque()
        settle()  # what was loaded before the processes part

    def load_wsgi(self) -> None:
        super().load_wsgi()
        settle()

    def enqueue_req(self, conn: TConn) -> None:
        self.waiting.append(None)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        """Answer a request, and those that follow at once. True: the connection may be kept for another."""
        self.waiting.popleft()
        kept = super().handle(conn)
        while kept is True and self.alive and not self.waiting and asks_again(conn.sock):
            kept = super().handle(conn)
        return kept

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """Head and body of an answer leave together, and wake the client once."""
        # A client that asks first whether to send its body gets that answer at once.
        if conn.sock.family not in (socket.AF_INET, socket.AF_INET6) or req._expected_100_continue:
            return super().handle_request(req, conn)
        conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        try:
            return super().handle_request(req, conn)
        finally:
            with contextlib.suppress(OSError):  # closed meanwhile
                conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


def settle() -> None:
    """What was made at the start stays: no collection walks through it again, and so copies it for a process.

    A request leaves nearly nothing behind that counting references does not clear: it is looked for less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)


def asks_again(sock: socket.socket) -> bool:
    """Whether there is something to read, now or in a moment."""
    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    return bool(waiting.poll(MOMENT_MS))
