"""Rules over every URL: each says who may."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from core.permissions import stated

# Views that bring their own answer to "who may", by module, with the reason.
LIBRARIES = {
    "allauth.": "account pages: the signed-in person's own account, or signing in",
    "django.contrib.admin": "asks RoomAdmin.has_view_permission, which asks the registry (tests/core/test_admin.py)",
    "core.adminbase": "RoomAdmin asks the registry",
    "django_celery_beat.": "inside the admin",
    "oauth2_provider.": "OAuth 2: the client's own credentials, or the signed-in person's consent",
    "drf_spectacular.": "the API's description holds no data",
    "django.views.static": "files without data",
}


def patterns(found: URLResolver | None = None, at: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in (found or get_resolver()).url_patterns:
        here = at + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, here)
        else:
            yield here, one


def who_may(view) -> object:
    """What a view states: `permission` on it or on its class; DRF's permission classes count as stated."""
    for holder in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        stated_here = getattr(holder, "permission", None)
        if stated_here:
            return stated_here
    return [kind.__name__ for kind in getattr(getattr(view, "cls", None), "permission_classes", ())] or None


ALL = sorted(patterns(), key=lambda item: item[0])


def is_library(view) -> bool:
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    module = getattr(kind, "__module__", "")
    bound = getattr(view, "model_admin", None) or getattr(view, "admin_site", None)
    return module.startswith(tuple(LIBRARIES)) or bound is not None or isinstance(view, admin.AdminSite)


def test_there_are_urls_to_walk():
    assert len(ALL) > 100


@pytest.mark.parametrize(("at", "pattern"), ALL, ids=[at or "/" for at, _ in ALL])
def test_every_view_says_who_may(at, pattern):
    view = pattern.callback
    if at.startswith(("admin/", "accounts/", "oauth/")) or is_library(view):
        return
    permission = who_may(view)
    assert permission, f"{view.__module__}.{view.__qualname__}: decorate it with @requires(…), @signed_in or @public."
    if isinstance(permission, str) and permission not in ("public", "signed in"):
        assert permission in stated(), f"No room grants {permission!r}."


@pytest.mark.django_db
@pytest.mark.parametrize(
    "at",
    [at for at, pattern in ALL if at.startswith("staff/") and "<" not in at and who_may(pattern.callback) != "public"],
)
def test_staff_pages_are_closed_to_whoever_is_not_signed_in(client, at):
    assert client.get(f"/{at}").status_code in (302, 403, 404, 405)
