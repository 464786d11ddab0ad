import uuid
from collections.abc import Callable
from typing import Any

import structlog
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware

from core.api.authentication import checksum_of, context_of, remembered
from core.context import current, use
from core.db import context_for
from core.notices import notify

# What holds for every answer to somebody known (RFC 9111, 5.2.2).
PRIVATE = "private, no-store"


class ActingUserMiddleware:
    """Every transaction of a request knows its user; an anonymous request reaches no member."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        where: dict[str, Any] = {
            "ip_address": request.META.get("REMOTE_ADDR") or None,
            "request_id": request.headers.get("X-Request-ID", "")[:64] or uuid.uuid4().hex,
        }
        # A client that Postgres was asked about a moment ago: the transaction opens with its reach.
        bearer = remembered(checksum_of(request.META)) if request.path.startswith("/api/") else None
        context = (
            context_of(bearer, **where)
            if bearer
            else context_for(getattr(request, "user", None), reason="request", **where)
        )
        with use(context):
            return self.get_response(request)


class PrivateMiddleware:
    """What a signed-in person or a program with a token is answered stays in no cache: it may tell of health.

    On a computer that several people use, a browser would show it after sign-out. ETags go on saving what is sent: a
    program keeps what it read by its own means. Files of the site itself are everybody's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(settings.STATIC_URL) or "no-store" in response.get("Cache-Control", ""):
            return response
        user = getattr(request, "user", None)
        if "Authorization" in request.headers or (user is not None and user.is_authenticated):
            response["Cache-Control"] = PRIVATE
        return response


class PlainTextMiddleware:
    """Refuses a page's address with the character NUL in it, which no text in Postgres holds: 400, as a form would.

    The REST interface names the field that holds it instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            return self.get_response(request)
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            raise BadRequest("The address holds a character that no text has.")
        return self.get_response(request)


class RequestLogMiddleware(RequestMiddleware):
    """A line in the log for each request: its path without the query, which says whom somebody looked for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=request.META.get("REMOTE_ADDR"))


class StaffProtectionMiddleware:
    """Staff sign in with a second proof: without one, the only way leads to the page that sets it up.

    Asked for by `STAFF_MFA_REQUIRED` (everywhere but in demo mode). Stands after `ActingUserMiddleware`.
    """

    OPEN = ("/accounts/", "/language/", "/static/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STAFF_MFA_REQUIRED and not request.path.startswith(self.OPEN) and self._unprotected(request):
            notify(
                request,
                _("Staff accounts need a second proof at sign-in. Set one up to go on."),
                level=messages.WARNING,
            )
            return redirect("mfa_index")
        return self.get_response(request)

    def _unprotected(self, request: HttpRequest) -> bool:
        user = request.user
        is_staff = user.is_authenticated and (user.is_staff or user.is_superuser or bool(current().role))
        return is_staff and not is_mfa_enabled(user)
