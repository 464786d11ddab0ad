"""The servers for the tests. `./kp test` has them up; a plain `pytest` brings them up itself, and down at its end."""

import atexit
import contextlib
import os

from kpcare.embedded.servers import servers

# As many as Redis has, without the first, which whoever has no workers uses.
REDIS_DATABASES = 15


def of_worker(address: str, worker: str) -> str:
    """The Redis database of this worker: another one's tests empty theirs, and count who knocks too often."""
    number = worker.removeprefix("gw")
    return address.replace("?db=0", f"?db={1 + int(number) % REDIS_DATABASES}") if number else address


def ensure() -> None:
    """Set the variables that settings read: the tests' own clusters, the app login, a demo machine's rules."""
    if "KPCARE_TEST_CLUSTER" not in os.environ:
        stack = contextlib.ExitStack()
        os.environ.update(stack.enter_context(servers(for_tests=True)))
        atexit.register(stack.close)
    os.environ["REDIS_URL"] = of_worker(os.environ["REDIS_URL"], os.environ.get("PYTEST_XDIST_WORKER", ""))
    os.environ["KPCARE_LOGIN"] = "app"
    os.environ["KPCARE_DEMO"] = "1"
