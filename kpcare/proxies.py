"""Who asks, where a proxy stands in between: audit, logs and throttles name the person's address, not the proxy's."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def address_behind(forwarded: str, proxies: int) -> str | None:
    """The address that the outermost of our `proxies` saw, from X-Forwarded-For; None where it names none.

    Each proxy appends whom it heard from, so only the last entries are ours; what stands left of them anybody may
    have written.
    """
    heard = [part.strip() for part in forwarded.split(",")]
    if len(heard) < proxies:
        return None
    try:
        return str(ipaddress.ip_address(heard[-proxies]))
    except ValueError:
        return None


class ProxyMiddleware:
    """Puts the asking address into REMOTE_ADDR. In use only where `BEHIND_TLS_PROXY` says that a proxy is in front."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = address_behind(request.headers.get("X-Forwarded-For", ""), settings.PROXIES)
        if found:
            request.META["REMOTE_ADDR"] = found
        return self.get_response(request)
