"""Requests with an access token: the same views behind the few middlewares that mean something to a program.

Sessions, forms, pages and their browser's protections cost a request that carries a bearer token half of its time
and change nothing about it: it has no cookie, and what it gets is no page.
"""

import importlib
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from kpcare.proxies import address_behind

Environ = dict[str, Any]
API = "/api/v1/"


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
    """One application: programs are answered directly or go to `machines`, everybody else to `people`."""
    # Reading the site map makes the resources known.
    importlib.import_module(settings.ROOT_URLCONF)
    direct = importlib.import_module("core.api.direct")

    def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if not is_machine(environ):
            return people(environ, start_response)
        if hasattr(settings, "PROXIES"):
            # As `kpcare.proxies.ProxyMiddleware` does; once more by it changes nothing.
            found = address_behind(environ.get("HTTP_X_FORWARDED_FOR", ""), settings.PROXIES)
            environ["REMOTE_ADDR"] = found or environ.get("REMOTE_ADDR", "")
        answer = direct.answer(environ, API)
        if answer is None:
            return machines(environ, start_response)
        start_response(answer.status, answer.headers)
        return (answer.body,)

    return application
