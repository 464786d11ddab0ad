"""`/healthz`: 200 once database, Redis, worker and beat are up; otherwise 503. The JSON body names each.

Worker and beat give a pulse into Redis that expires, so a process that died or hangs shows within seconds.
"""

import contextlib
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from kpcare import pulse

log = structlog.get_logger(__name__)


def check_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close_if_unusable_or_obsolete()


def check_redis() -> None:
    with contextlib.closing(pulse.client(settings.REDIS_URL)) as client:
        client.ping()


def check_pulse(part: str) -> None:
    if not pulse.is_beating(settings.REDIS_URL, part):
        raise RuntimeError(f"no pulse from {part}")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "redis": check_redis,
    "worker": lambda: check_pulse("worker"),
    "beat": lambda: check_pulse("beat"),
}


def state() -> dict[str, str]:
    """Each part with `ok` or `down`. The reason goes to the log: the page is public."""
    found = {}
    for part, check in CHECKS.items():
        try:
            check()
        except Exception as error:
            log.warning("health_check_failed", part=part, error=type(error).__name__)
            found[part] = "down"
        else:
            found[part] = "ok"
    return found


class HealthMiddleware:
    """Answers /healthz before anything else: no session, no redirect to https, no host check for the balancer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return self.get_response(request)
        parts = state()
        return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)
