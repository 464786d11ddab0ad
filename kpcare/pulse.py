"""`python -m kpcare.pulse worker|beat`: exit 0 while that process gives a pulse. A container's health check."""

import contextlib
import os
import sys

import redis

PULSE_SECONDS = 5
PULSE_EXPIRES = 20


def key(part: str) -> str:
    return f"kpcare:pulse:{part}"


def client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def give(url: str, part: str) -> None:
    """Say that `part` (worker, beat) is alive. A Redis that is away is not the caller's concern."""
    with contextlib.suppress(redis.RedisError), contextlib.closing(client(url)) as connection:
        connection.set(key(part), "1", ex=PULSE_EXPIRES)


def is_beating(url: str, part: str) -> bool:
    with contextlib.closing(client(url)) as connection:
        return bool(connection.exists(key(part)))


if __name__ == "__main__":
    sys.exit(0 if is_beating(os.environ["REDIS_URL"], sys.argv[1]) else 1)
