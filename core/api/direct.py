"""Requests of programs, answered without the framework's machinery around the view.

The same views, permissions, scopes, throttle, audit and problems; what is left out are the layers that lead to them:
middleware, URL resolver, content negotiation and request object cost a read by id three times what the read does.
`answer` takes what is plain (a remembered token, JSON in and out, a known resource) and leaves everything else, by
returning None, to the framework; so it does where something unforeseen happens, which the framework meets again.
"""

import functools
import io
import json
import logging
import re
import uuid
from http.client import responses as reasons
from typing import Any, NamedTuple, cast

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpResponse, QueryDict
from django.http.request import split_domain_port, validate_host
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls.converters import UUIDConverter
from django.utils import translation
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from core.api.authentication import Bearer, checksum_of, context_of, look_up, remembered
from core.api.rendering import JSONRenderer
from core.api.requests import ApiRequest
from core.api.resources import PLACES, Place, Resource
from core.api.throttling import COUNTED, ClientThrottle
from core.context import use
from core.middleware import PRIVATE

Environ = dict[str, Any]
# The name under which django-structlog writes the line of every other request.
log = structlog.get_logger("django_structlog.middlewares.request")
ANY_FORM = {"", "*/*", "application/json", "application/json, */*"}
is_id = re.compile(UUIDConverter.regex).fullmatch
render = JSONRenderer().render


class Answer(NamedTuple):
    """Status line, headers and body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Aim(NamedTuple):
    """A view's method, and what the path says it is about."""

    place: Place
    action: str
    arguments: dict[str, uuid.UUID]


class Headers:
    """The request's headers, by their names."""

    def __init__(self, environ: Environ) -> None:
        self.environ = environ

    def get(self, name: str, default: Any = None) -> Any:
        return self.environ.get("HTTP_" + name.upper().replace("-", "_"), default)


class DirectRequest:
    """What views ask of a request (`core.api.requests.ApiRequest`)."""

    def __init__(self, environ: Environ, bearer: Bearer, data: Any) -> None:
        self.META = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ["PATH_INFO"]
        self.headers = Headers(environ)
        self.query_params = QueryDict(environ.get("QUERY_STRING", ""))
        self.user, self.auth, self.data = bearer.borrowed_user(), bearer.token, data
        self._request = self


def answer(environ: Environ, prefix: str) -> Answer | None:
    """What a resource below `prefix` answers, or None where the framework is to answer."""
    aim = aim_of(environ, prefix)
    if aim is None or not is_plain(environ):
        return None
    checksum = checksum_of(environ)
    bearer = remembered(checksum) or known_again(checksum)
    if bearer is None:
        return None
    try:
        data = body_of(environ) if environ["REQUEST_METHOD"] == "POST" else None
    except ValueError:
        return None
    request = DirectRequest(environ, bearer, data)
    context = context_of(
        bearer,
        ip_address=environ.get("REMOTE_ADDR") or None,
        request_id=environ.get("HTTP_X_REQUEST_ID", "")[:64] or uuid.uuid4().hex,
        token=checksum,
    )
    structlog.contextvars.bind_contextvars(
        request_id=context.request_id, user_id=str(context.user_id), ip=context.ip_address
    )
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    translation.activate(settings.LANGUAGE_CODE)
    try:
        with use(context):
            response = respond(aim, request)
        level = logging.WARNING if response.status_code >= 400 else logging.INFO
        log.log(level, "request_finished", code=response.status_code, request=f"{request.method} {request.path}")
    except Exception:  # whatever it is, the framework meets it again, and says it
        environ[COUNTED] = True
        return None
    finally:
        structlog.contextvars.clear_contextvars()
    body = b"" if response.data is None else render(response.data)
    return Answer(status_line(response.status_code), headers_of(response, len(body), environ, aim), body)


def known_again(checksum: str) -> Bearer | None:
    """Who asks, looked up without the framework; None where it is to say that nobody does."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        return look_up(checksum)
    except (APIException, DatabaseError):
        return None


# --- What is plain -------------------------------------------------------------------------------------------


def aim_of(environ: Environ, prefix: str) -> Aim | None:
    """Which method of which view a path means."""
    path: str = environ.get("PATH_INFO", "")
    if not path.startswith(prefix):
        return None
    parts = path[len(prefix) :].split("/")
    place = PLACES.get(parts[0])
    if place is None or parts[-1]:
        return None
    method = environ["REQUEST_METHOD"].lower()
    if len(parts) == 2:
        action = place.listing.get(method)
        return Aim(place, action, {}) if action else None
    if not is_id(parts[1]) or method not in ("get", "post"):
        return None
    action = place.single.get(method) if len(parts) == 3 else _step(place, method, parts[2:-1])
    return Aim(place, action, {"id": uuid.UUID(parts[1])}) if action else None


def _step(place: Place, method: str, names: list[str]) -> str | None:
    return place.steps.get(names[0]) if method == "post" and len(names) == 1 else None


def is_plain(environ: Environ) -> bool:
    """Whether nothing about the request asks for what the middleware does."""
    return (
        environ.get("HTTP_ACCEPT", "") in ANY_FORM
        and environ.get("HTTP_ACCEPT_LANGUAGE", "*") in ("*", settings.LANGUAGE_CODE)
        and "HTTP_COOKIE" not in environ
        and is_our_host(environ.get("HTTP_HOST", ""), tuple(settings.ALLOWED_HOSTS))
        and (not settings.SECURE_SSL_REDIRECT or is_secure(environ))
    )


@functools.lru_cache(maxsize=100)
def is_our_host(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, list(allowed))


def is_secure(environ: Environ) -> bool:
    name, value = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) or ("", "")
    said = environ.get(name)
    return said.split(",", 1)[0].strip() == value if said is not None else environ["wsgi.url_scheme"] == "https"


def body_of(environ: Environ) -> Any:
    """The JSON that was sent; it stays there for the framework. Raises `ValueError` for what is not plain JSON."""
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip() != "application/json":
        raise ValueError("no JSON")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 <= length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise ValueError("too long")
    said = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(said)
    return json.loads(said.decode(), parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON.")


# --- The answer ----------------------------------------------------------------------------------------------


def respond(aim: Aim, request: DirectRequest) -> Response:
    """The view's answer, a refusal included. Raises what is a fault of ours."""
    view = aim.place.view()
    known = cast(ApiRequest, request)
    view.request, view.action, view.kwargs = known, aim.action, aim.arguments
    view.args, view.format_kwarg, view.headers = (), None, {}
    if view.asks_alone(known) and not connection.in_atomic_block:
        return act(view, aim, known)
    with transaction.atomic():
        return act(view, aim, known)


def act(view: Resource, aim: Aim, request: ApiRequest) -> Response:
    try:
        throttle = throttle_of(ClientThrottle.rate_now())
        if not throttle.allow_request(request, view):
            view.throttled(request, throttle.wait())
        view.check_parameters(request)
        view.check_scope(request)
        return getattr(view, aim.action)(request, **aim.arguments)
    except (APIException, Http404, PermissionDenied) as refused:
        if getattr(refused, "status_code", 0) >= 500:
            raise
        return view.handle_exception(refused)


@functools.lru_cache(maxsize=4)
def throttle_of(rate: str | None) -> ClientThrottle:
    return ClientThrottle()


@functools.cache
def status_line(code: int) -> str:
    return f"{code} {reasons[code]}"


def headers_of(response: Response, length: int, environ: Environ, aim: Aim) -> list[tuple[str, str]]:
    """The view's own headers and those that middleware and framework put on every answer."""
    own = response.headers
    own["Content-Type"] = response.content_type or "application/json"
    own["Allow"] = aim.place.allowed(aim.action)
    own["Content-Length"] = str(length)
    return [*own.items(), *standing_headers(is_secure(environ))]


@functools.cache
def standing_headers(is_secure: bool) -> tuple[tuple[str, str], ...]:
    """What the middleware of `settings.MACHINE_MIDDLEWARE` says whatever is asked."""
    scheme = "https" if is_secure else "http"
    environ = {"REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": scheme}
    request, said = WSGIRequest(environ), HttpResponse()
    del said.headers["Content-Type"]
    said = XFrameOptionsMiddleware(lambda _: said).process_response(request, said)
    patch_vary_headers(said, ("Accept-Language",))
    said.headers.setdefault("Content-Language", settings.LANGUAGE_CODE)
    middleware = SecurityMiddleware(lambda _: said)
    said = middleware.process_response(request, said)
    said.headers["Cache-Control"] = PRIVATE
    return tuple(said.items())
