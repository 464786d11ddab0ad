"""The site map.

A room's `urls.py` may define the lists `portal`, `staff`, `api` and `fhir`, its `api.py` the list `api`, each of
`path(…)`; they are mounted below under the room's name, so that `reverse("members:search")` finds a page wherever it
is mounted.
"""

import importlib
import importlib.util

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from oauth2_provider.urls import metadata_urlpatterns
from oauth2_provider.views import IntrospectTokenView, RevokeTokenView

from core.api.missing import missing
from core.views.apps import ConsentView, LimitedTokenView

PLACES = {"portal": "", "staff": "staff/", "api": "api/v1/", "fhir": "fhir/"}


def room(name: str) -> list[URLPattern | URLResolver]:
    """Everything that room `name` serves; nothing where it has neither `urls.py` nor `api.py`."""
    modules = [
        importlib.import_module(f"{name}.{file}")
        for file in ("urls", "api")
        if importlib.util.find_spec(f"{name}.{file}") is not None
    ]
    patterns = [
        path(at, include(getattr(module, place)))
        for module in modules
        for place, at in PLACES.items()
        if isinstance(getattr(module, place, None), list)
    ]
    return [path("", include((patterns, name)))] if patterns else []


# No page of the library's for making apps: a system registers them (`./kp register_app`).
oauth = [
    path("authorize/", ConsentView.as_view(), name="authorize"),
    path("token/", LimitedTokenView.as_view(), name="token"),
    path("revoke_token/", RevokeTokenView.as_view(), name="revoke-token"),
    path("introspect/", IntrospectTokenView.as_view(), name="introspect"),
]

# /healthz is answered by kpcare.health.HealthMiddleware, before sessions and redirects.
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("oauth/", include((oauth, "oauth2_provider"))),
    path("", include(metadata_urlpatterns)),
    # /, /staff/, /api/v1/, /fhir/
    *(pattern for name in settings.ROOMS for pattern in room(name)),
    path("api/v1/<path:rest>", missing),
]
