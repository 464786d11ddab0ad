"""How the OpenAPI document names our ways to sign in."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "core.api.authentication.BearerAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, Any]:
        told = settings.SPECTACULAR_SETTINGS
        ends = {"tokenUrl": told["OAUTH2_TOKEN_URL"], "scopes": told["OAUTH2_SCOPES"]}
        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": ends,
                "authorizationCode": {**ends, "authorizationUrl": told["OAUTH2_AUTHORIZATION_URL"]},
            },
        }

    def get_security_requirement(self, auto_schema: "AutoSchema") -> dict[str, list[str]]:
        view: Any = auto_schema.view
        is_search = view.action in getattr(view, "searches", ())
        verb = "read" if auto_schema.method == "GET" or is_search else "write"
        scope = getattr(view, "scope", None)
        return {self.name: [f"{scope}:{verb}"] if scope else []}


class BrowserScheme(OpenApiAuthenticationExtension):
    target_class = "core.api.authentication.BrowserAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: "AutoSchema") -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
