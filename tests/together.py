"""Two people at the same moment, each on a connection of their own, as in two browsers."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from typing import Any

import psycopg2
from django.db import IntegrityError, connection, connections

from core.db import acting_as
from core.models import User
from tests import database

PATIENCE = 20
# In this database: other workers' tests wait in theirs.
WAITING = """
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()
"""


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
    return _how_many_wait() > 0


def at_once(table: str, *calls: Callable[[], Any]) -> list[Any]:
    """Several requests that have all looked before the first of them writes: each stops where it first takes a row of
    `table` for itself, and goes on once all have come that far. What each gave back, or the exception that it met.

    Asks for `django_db(transaction=True)`, and that nothing was written since the test's own data.
    """
    met: dict[int, Any] = {}

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            met[number] = call()
        except Exception as error:
            met[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    with closing(psycopg2.connect(database.url("owner", connection.settings_dict["NAME"]))) as held:
        with held.cursor() as cursor:
            # Readers pass, whoever locks a row or writes one waits.
            cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        for thread in threads:
            thread.start()
        until = time.monotonic() + PATIENCE
        while _how_many_wait() < len(threads) and time.monotonic() < until:
            time.sleep(0.02)
        waited = _how_many_wait()
        held.rollback()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert waited == len(threads), f"Only {waited} of {len(threads)} came as far as {table}: {met}"
    return [met[number] for number in range(len(threads))]


def _how_many_wait() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0]
