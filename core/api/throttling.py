"""So many requests a minute from one client: an app counts apart from the person's browser and from other apps."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class ClientThrottle(SimpleRateThrottle):
    """An app's requests for one person, a machine's, or those of a browser's session; others by address."""

    scope = "client"

    def get_cache_key(self, request: Request, view: Any) -> str:
        token: Any = request.auth
        if token is not None:
            who = f"app:{token.application_id}:{token.user_id or 'itself'}"
        elif request.user.is_authenticated:
            who = f"user:{request.user.pk}"
        else:
            who = f"address:{self.get_ident(request)}"
        return self.cache_format % {"scope": self.scope, "ident": who}
