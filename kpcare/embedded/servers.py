"""Postgres and Redis for one command: up while anyone in this checkout uses them, down after the last one.

Where the last one is killed, `kpcare.embedded.watcher` does what it would have done.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kpcare.embedded import paths, watcher
from kpcare.embedded.locks import SharedUse, exclusive
from kpcare.embedded.postgres import SERVING, TESTING, Cluster
from kpcare.embedded.redis import Redis

DATABASE_VARIABLES = {"app": "DATABASE_URL", "jobs": "DATABASE_JOBS_URL", "owner": "DATABASE_OWNER_URL"}


def local_key(name: str, *, first: str = "") -> str:
    """A key of this checkout, so that sessions and numbers outlive a restart and no two checkouts share one.

    Where there is none yet it becomes `first`, or a new one.
    """
    file = paths.state_dir() / name
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(first or secrets.token_urlsafe(48))
    return file.read_text().strip()


@contextmanager
def servers(*, for_tests: bool = False, environ: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """Bring up what `environ` does not name and yield the variables that a child process needs.

    Tests never use the servers named in the environment: they write and drop databases.
    """
    want_postgres = for_tests or not environ.get("DATABASE_URL")
    want_redis = for_tests or not environ.get("REDIS_URL")
    found: dict[str, str] = {}
    if not environ.get("SECRET_KEY"):
        found["SECRET_KEY"] = local_key("secret-key")
    if not environ.get("IDENTIFIER_KEY"):
        # A folder from before there was such a key has its numbers under the other one.
        found["IDENTIFIER_KEY"] = local_key("identifier-key", first=found.get("SECRET_KEY") or environ["SECRET_KEY"])
    prefix = "test-" if for_tests else ""
    state = paths.state_dir()
    guard = state / f"{prefix}servers.lock"
    use = SharedUse(state / f"{prefix}servers.users")
    cluster = redis = None
    with exclusive(guard):
        use.join()
        if want_postgres or want_redis:
            watcher.see_to_it(prefix)
        if want_postgres:
            cluster = Cluster(TESTING if for_tests else SERVING)
            cluster.start()
            found |= {variable: cluster.url(login) for login, variable in DATABASE_VARIABLES.items()}
            if for_tests:
                found["KPCARE_TEST_CLUSTER"] = "1"
        if want_redis:
            redis = Redis(f"{prefix}redis")
            redis.start()
            found["REDIS_URL"] = redis.url
    try:
        yield found
    finally:
        with exclusive(guard):
            if use.leave():
                if redis:
                    redis.stop()
                if cluster:
                    cluster.stop()
