import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.context import use
from core.db import context_for


class ActingUserMiddleware:
    """Every transaction of a request knows its user; an anonymous request reaches no member."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        context = context_for(
            request.user,
            reason="request",
            ip_address=request.META.get("REMOTE_ADDR") or None,
            request_id=request.headers.get("X-Request-ID", "")[:64] or uuid.uuid4().hex,
        )
        with use(context):
            return self.get_response(request)
