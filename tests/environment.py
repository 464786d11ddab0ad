"""The servers for the tests. `./kp test` has them up; a plain `pytest` brings them up itself, and down at its end."""

import atexit
import contextlib
import os

from kpcare.embedded.servers import servers


def ensure() -> None:
    """Set the variables that settings read: the tests' own clusters, the app login, a demo machine's rules."""
    if "KPCARE_TEST_CLUSTER" not in os.environ:
        stack = contextlib.ExitStack()
        os.environ.update(stack.enter_context(servers(for_tests=True)))
        atexit.register(stack.close)
    os.environ["KPCARE_LOGIN"] = "app"
    os.environ["KPCARE_DEMO"] = "1"
