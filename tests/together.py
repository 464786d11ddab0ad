"""Two people at the same moment, each on a connection of their own, as in two browsers."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import IntegrityError, connection

from core.db import acting_as
from core.models import User

PATIENCE = 20


def while_open(
    one: User,
    first: Callable[[], Any],
    other: User,
    second: Callable[[], Any],
    *,
    enter: Callable[..., AbstractContextManager[Any]] = acting_as,
) -> tuple[Any, Any]:
    """`second` begins while `first` has done its work and not committed yet; both by the door `enter`.

    What each gave back; of the second also the `ValueError` or `IntegrityError` that it met. Asks for
    `django_db(transaction=True)`.
    """
    met: list[Any] = []

    def later() -> None:
        try:
            with enter(other, reason="test"):
                met.append(second())
        except (ValueError, IntegrityError) as refused:
            met.append(refused)
        finally:
            connection.close()

    thread = threading.Thread(target=later)
    with enter(one, reason="test"):
        mine = first()
        thread.start()
        until = time.monotonic() + PATIENCE
        while thread.is_alive() and not _somebody_waits() and time.monotonic() < until:
            time.sleep(0.02)
    thread.join(timeout=PATIENCE)
    assert met, "The second did not come to an end."
    return mine, met[0]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]
