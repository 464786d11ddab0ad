import pytest

from core.api import authentication
from tests.api.world import World


@pytest.fixture(autouse=True)
def nobody_remembered():
    authentication._reach.clear()
    yield
    authentication._reach.clear()


@pytest.fixture
def world(db) -> World:
    return World()
