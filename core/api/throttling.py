"""So many requests a minute from one client: an app counts apart from the person's browser and from other apps."""

import base64
import contextlib
import hashlib
import time
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

# A process takes this part of the rate at once and spends it without asking: at most so much of it is lost.
PART = 100
_taken: dict[str, tuple[int, int]] = {}
# In a request's environment (where no client can write): it was counted already.
COUNTED = "kpcare.counted"


class ClientThrottle(SimpleRateThrottle):
    """An app's requests for one person, a machine's, or those of a browser's session; others by address.

    So many in each window of the clock: one number in Redis, from which processes take a handful at a time, instead
    of a list of all requests made that each request reads and writes.
    """

    scope = "client"
    num_requests: int
    duration: int

    @classmethod
    def rate_now(cls) -> str | None:
        return cls.THROTTLE_RATES[cls.scope]

    def get_cache_key(self, request: Request, view: Any) -> str:
        token: Any = request.auth
        if token is not None:
            who = f"app:{token.application_id}:{token.user_id or 'itself'}"
        elif request.user.is_authenticated:
            who = f"user:{request.user.pk}"
        else:
            who = f"address:{self.get_ident(request)}"
        return self.cache_format % {"scope": self.scope, "ident": who}

    def allow_request(self, request: Request, view: Any) -> bool:
        if self.rate is None or COUNTED in request.META:
            return True
        return self.has_room(self.get_cache_key(request, view))

    def has_room(self, key: str) -> bool:
        """Count one more under `key`; whether the rate allows it."""
        window = int(time.time() // self.duration)
        mine, left = _taken.get(key, (window, 0))
        if mine != window or left < 1:
            left = self.take(f"{key}:{window}")
            if len(_taken) > 10_000:
                _taken.clear()
        _taken[key] = (window, left - 1)
        return left > 0

    def take(self, key: str) -> int:
        """How many this process may let through now; 0 where the window is used up."""
        handful = max(1, self.num_requests // PART)
        cache.add(key, 0, timeout=2 * self.duration)
        before = cache.incr(key, handful) - handful
        return max(0, min(handful, self.num_requests - before))

    def wait(self) -> float:
        return self.duration - time.time() % self.duration


class TokenThrottle(ClientThrottle):
    """How often tokens are asked for: nobody guesses at a secret for long, nor locks a client out that is elsewhere."""

    scope = "token"

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this address may ask, and whether it may for the client that it says it is."""
        address = self.get_ident(request)
        if self.rate is None or not AddressThrottle().has_room(f"throttle_address_{address}"):
            return self.rate is None
        client = hashlib.sha256(_client_named(request).encode()).hexdigest()[:32]
        return self.has_room(f"throttle_token_{address}_{client}")


class AddressThrottle(ClientThrottle):
    """Tokens asked for from one address, whoever it says it is."""

    scope = "address"


def _client_named(request: Any) -> str:
    kind, _, said = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() == "basic":
        with contextlib.suppress(ValueError):
            return base64.b64decode(said).decode().partition(":")[0]
    return request.POST.get("client_id", "")
