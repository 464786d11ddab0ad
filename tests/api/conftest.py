from random import randrange
from types import SimpleNamespace

import pytest

from core.api import authentication, throttling
from tests.api.world import World


@pytest.fixture(autouse=True)
def nobody_remembered():
    authentication._reach.clear()
    yield
    authentication._reach.clear()


@pytest.fixture
def own_minute(monkeypatch) -> None:
    """Rates count in a minute of their own: a number is given to another program later, and a minute ends."""
    now = 60.0 * randrange(10**7)
    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=lambda: now))


@pytest.fixture
def world(db) -> World:
    return World()
