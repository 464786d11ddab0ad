"""Fixtures for all tests: a database of one's own with the three logins, closed sockets, a browser."""

import gc
import os
import threading
import time
from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.browser", "tests.demo", "tests.order"]

HOUR = 3600
LAST_SECONDS = 5


def pytest_sessionstart(session: pytest.Session) -> None:
    """The template is migrated while the workers still collect their tests."""
    from tests import database

    if getattr(session.config.option, "numprocesses", None) and not hasattr(session.config, "workerinput"):
        threading.Thread(target=database.template, daemon=True).start()


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the garbage collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


# --- Database -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def database_name(worker_id: str) -> str:
    """The database of this worker; its process id keeps two runs in one checkout apart."""
    return f"test_{os.getpid()}_{worker_id}"


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker, database_name: str) -> Iterator[None]:
    """A clone of the migrated template, on which this worker's connections work as the app login."""
    from django.db import connections
    from django.test import TestCase, TransactionTestCase

    from tests import database

    source = database.template()
    database.clone(source, database_name)
    undo = database.Undo(source, database_name)
    database.lead_to(database_name)

    def start_anew(self: TransactionTestCase) -> None:
        # A connection that is fit for the next test stays: a new one begins by learning the schema.
        for one in connections.all(initialized_only=True):
            if one.in_atomic_block or one.errors_occurred or not one.autocommit:
                one.close()
        undo.reset(before_clone=connections.close_all)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "databases", {"default", "audit"})
    patch.setattr(TransactionTestCase, "_fixture_teardown", start_anew)
    patch.setattr(TestCase, "_enter_atomics", _with_one_connection(TestCase._enter_atomics.__func__))
    patch.setattr(TestCase, "_rollback_atomics", _with_two_connections(TestCase._rollback_atomics.__func__))
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        undo.close()
        database.drop(database_name)
    patch.undo()


def _with_one_connection(enter):
    """A test inside one transaction sees what it wrote through the audit alias, and rolls it back."""
    from django.db import connections

    def enter_atomics(cls):
        if connections["audit"] is not connections["default"]:
            connections["audit"].close()
        connections["audit"] = connections["default"]
        return enter(cls)

    return classmethod(enter_atomics)


def _with_two_connections(rollback):
    """Afterwards the audit alias is a connection of its own again, as in service and in transactional tests."""
    from django.db import connections

    def rollback_atomics(cls, atomics):
        try:
            rollback(cls, atomics)
        finally:
            del connections["audit"]

    return classmethod(rollback_atomics)


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """Tests look at the access log and the outbox without acting as somebody."""
    from tests.logs import open_logs

    open_logs()


@pytest.fixture(autouse=True)
def one_day() -> None:
    """No test begins in the last seconds of an hour: with it a day ends somewhere, under the test's feet."""
    left = HOUR - time.time() % HOUR
    if left < LAST_SECONDS:
        time.sleep(left)


@pytest.fixture(autouse=True)
def forget_concepts() -> None:
    """Ids remembered by a process belong to the database of the test before."""
    from core import terminology

    terminology.forget()


@pytest.fixture
def owner_connection(db: None, database_name: str) -> Iterator:
    """A psycopg2 connection as the tables' owner, for tests of what even the owner's triggers refuse."""
    import psycopg2

    from tests import database

    connection = psycopg2.connect(database.url("owner", database_name))
    yield connection
    connection.rollback()
    connection.close()


@pytest.fixture
def redis_client():
    """A client on this worker's Redis database, emptied before and after."""
    import redis

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.flushdb()
    yield client
    client.flushdb()
    client.close()
