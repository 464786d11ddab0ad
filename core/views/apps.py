"""Letting an app in, and the list of those let in."""

import math
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from oauth2_provider.models import get_application_model
from oauth2_provider.views import AuthorizationView, TokenView

from core import apps_allowed
from core.api.throttling import TokenThrottle
from core.context import current
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import signed_in


class ConsentView(AuthorizationView):
    """Asks the signed-in person whether an app may act for them, in words that say what it would see."""

    permission = "signed in"
    template_name = "oauth2_provider/authorize.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        application = context.get("application")
        if application is not None:
            context["words"] = apps_allowed.scope_words(context["scopes"])
            context["registered_by"] = application.user
            # Roles are named in the context of somebody who works here (`core.db.context_for`).
            context["is_staff"] = bool(current().role)
        return context

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        # The answer to the form is a redirect to the app; browsers hold `form-action` against that, too.
        target = urlsplit(str(context.get("redirect_uri") or ""))
        if target.scheme in ("http", "https") and target.netloc:
            response._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        given = form.cleaned_data
        application = apps_allowed.application_named(given["client_id"])
        if given.get("allow") and application is not None:
            apps_allowed.note_consent(application, given["scope"], by=self.request.user)
        return super().form_valid(form)


class LimitedTokenView(TokenView):
    """Gives tokens, so often to one client at one address."""

    permission = "public"

    # Who asks is a program without a cookie.
    @method_decorator(csrf_exempt)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle = TokenThrottle()
        if throttle.allow_request(request, self):
            return super().dispatch(request, *args, **kwargs)
        # RFC 6749 knows no word of its own for it.
        said = {"error": "temporarily_unavailable", "error_description": "Too many tokens asked for: wait a little."}
        return JsonResponse(said, status=429, headers={"Retry-After": str(math.ceil(throttle.wait()))})


@require_safe
@signed_in
def apps(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The apps that act for the signed-in person."""
    return render(request, "core/apps.html", {"apps": apps_allowed.apps_of(request.user)})


@require_POST
@signed_in
def shut_out(request: AuthenticatedHttpRequest, application_id: int) -> HttpResponse:
    allowed = [app.application.pk for app in apps_allowed.apps_of(request.user)]
    application = get_object_or_404(get_application_model(), pk=application_id, pk__in=allowed)
    apps_allowed.shut_out(application, by=request.user)
    notify(request, _("%(app)s can no longer see anything of yours.") % {"app": application.name})
    return redirect("core:apps")
