"""Requests with an access token: the same views behind the few middlewares that mean something to a program.

Sessions, forms, pages and their browser's protections cost a request that carries a bearer token half of its time
and change nothing about it: it has no cookie, and what it gets is no page.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

Environ = dict[str, Any]


class MachineHandler(WSGIHandler):
    """Django's handler with `settings.MACHINE_MIDDLEWARE`."""

    def load_middleware(self, is_async: bool = False) -> None:
        everything = settings.MIDDLEWARE
        # Django reads the one setting, and only here, while the process starts.
        settings.MIDDLEWARE = settings.MACHINE_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = everything


def is_machine(environ: Environ) -> bool:
    """Whether the request carries an access token for an interface that takes one."""
    token = environ.get("HTTP_AUTHORIZATION", "")
    return token[:7].lower() == "bearer " and environ.get("PATH_INFO", "").startswith(settings.MACHINE_PATHS)


def two_ways(
    people: Callable[[Environ, Any], Iterable[bytes]], machines: Callable[[Environ, Any], Iterable[bytes]]
) -> Callable[[Environ, Any], Iterable[bytes]]:
    """One application: programs go to `machines`, everybody else to `people`."""

    def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
        return (machines if is_machine(environ) else people)(environ, start_response)

    return application
