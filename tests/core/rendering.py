"""Renders template text that uses components, as a page would."""

from typing import Any

from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler


def request(path: str = "/", user: Any = None) -> HttpRequest:
    """A request as views get it, from nobody unless a user is given."""
    from django.contrib.auth.models import AnonymousUser

    made = RequestFactory().get(path)
    made.user = user or AnonymousUser()
    return made


def render(text: str, /, path: str = "/", context: dict[str, Any] | None = None, **more: Any) -> str:
    """The HTML of template text with names from `context` and keywords; `{% load kp i18n %}` is done."""
    template = engines["django"].from_string(CottonCompiler().process("{% load kp i18n %}" + text))
    return template.render({**(context or {}), **more}, request(path))
