"""So many requests a minute for each client, however many processes answer."""

import uuid
from types import SimpleNamespace

import pytest

from core.api import throttling


def request_of(user_id: uuid.UUID | None = None) -> SimpleNamespace:
    user = SimpleNamespace(pk=user_id or uuid.uuid4(), is_authenticated=True)
    return SimpleNamespace(user=user, auth=None, META={"REMOTE_ADDR": "127.0.0.1"})


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    now = SimpleNamespace(at=1_800_000_000.0)
    monkeypatch.setattr(throttling.time, "time", lambda: now.at)
    throttling._taken.clear()
    yield now
    throttling._taken.clear()


def allowed(request: SimpleNamespace, rate: str) -> bool:
    return type("Limited", (throttling.ClientThrottle,), {"rate": rate})().allow_request(request, None)


def test_beyond_the_rate_is_refused_until_the_next_minute(clock):
    busy, quiet = request_of(), request_of()

    assert [allowed(busy, "3/min") for _ in range(5)] == [True, True, True, False, False]
    assert allowed(quiet, "3/min")
    clock.at += 60
    assert allowed(busy, "3/min")


def test_two_processes_share_one_rate(clock):
    busy = request_of()
    first = sum(allowed(busy, "300/min") for _ in range(200))
    throttling._taken.clear()  # another process, which has taken nothing yet

    second = sum(allowed(busy, "300/min") for _ in range(200))

    # What the first had taken and not spent is lost: a handful at most.
    assert first == 200 and 97 <= second <= 100
