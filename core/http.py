"""The request as it arrives in a guarded view: what middleware and decorators have added to Django's."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from core.models import User
    from core.permissions import Decision

T = TypeVar("T")


class AuthenticatedHttpRequest(HttpRequest):
    """A request behind `core.permissions.requires` or `signed_in`: the anonymous were sent away before.

    A name for type checkers: nobody makes one, and at run time it is the server's own request.
    """

    user: "User"
    # By `requires`: the record that was asked for (None where the view names none), and why it was opened.
    record: Any
    decision: "Decision"
    # By django-htmx's middleware.
    htmx: "HtmxDetails"


def authenticated(request: HttpRequest) -> AuthenticatedHttpRequest | None:
    """The request where somebody is signed in; None for the anonymous."""
    return cast(AuthenticatedHttpRequest, request) if request.user.is_authenticated else None


def once(request: HttpRequest, key: Hashable, make: Callable[[], T]) -> T:
    """What `make()` gave the first time that this request asked for `key`."""
    kept: dict[Hashable, Any] = vars(request).setdefault("_once", {})
    if key not in kept:
        kept[key] = make()
    return kept[key]


def forget(request: HttpRequest, key: Hashable) -> None:
    """Have `once` make `key` anew."""
    vars(request).get("_once", {}).pop(key, None)
