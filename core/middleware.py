from core.context import use
from core.db import context_for


class ActingUserMiddleware:
    """Every transaction of a request knows its user; an anonymous request reaches no member."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with use(context_for(request.user, reason="request")):
            return self.get_response(request)
