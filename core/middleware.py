import uuid
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.context import current, use
from core.db import context_for
from core.notices import notify


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
