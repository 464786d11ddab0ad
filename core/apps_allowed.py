"""Apps that people let in: which, and shutting them out again. Tokens are the library's rows, each a person's."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from oauth2_provider.models import (
    AbstractApplication,
    get_access_token_model,
    get_application_model,
    get_grant_model,
    get_refresh_token_model,
)
from oauth2_provider.scopes import SettingsScopes, get_scopes_backend

from core import audit
from core.models import AppScopes, User
from core.permissions import require


class AllowedScopes(SettingsScopes):
    """The library's question which scopes there are, answered for each app by what an administrator allowed it."""

    def get_available_scopes(
        self, application: AbstractApplication | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        known: list[str] = super().get_available_scopes(application, request, *args, **kwargs)
        if application is None:
            return known
        allowed = AppScopes.objects.filter(application=application).values_list("scopes", flat=True).first() or ()
        return [name for name in known if name in allowed]


@transaction.atomic
def allow_scopes(application: AbstractApplication, scopes: Collection[str], *, by: User) -> None:
    """Let an app ask for these scopes and no others; what it holds beyond them is no longer good.

    Raises `PermissionDenied`, and `ValueError` for a scope that there is not.
    """
    require(by, "core.manage_apps", application)
    unknown = set(scopes) - set(get_scopes_backend().get_all_scopes())
    if unknown:
        raise ValueError(f"There is no scope {', '.join(sorted(unknown))}.")
    AppScopes.objects.update_or_create(application=application, defaults={"scopes": sorted(scopes)})
    beyond = [
        token.pk
        for token in get_access_token_model().objects.filter(application=application)
        if set(token.scope.split()) - set(scopes)
    ]
    lasting = get_refresh_token_model().objects.filter(application=application)
    lasting.filter(Q(access_token__in=beyond) | Q(access_token=None)).delete()
    get_access_token_model().objects.filter(pk__in=beyond).delete()
    get_grant_model().objects.filter(application=application).delete()
    audit.record(by=by, action="update", verb="core.allow_scopes", obj=application, detail={"scopes": sorted(scopes)})


@dataclass
class AllowedApp:
    """An app with a live token of the person's: what it may, and since when."""

    application: AbstractApplication
    since: datetime
    scopes: set[str] = field(default_factory=set)

    @property
    def words(self) -> list[str]:
        return scope_words(self.scopes)


def scope_words(scopes: Collection[str]) -> list[str]:
    """What scopes open, in plain words, in the order in which they are stated."""
    return [str(words) for name, words in get_scopes_backend().get_all_scopes().items() if name in scopes]


def apps_of(user: User) -> list[AllowedApp]:
    """The apps that `user` let in and did not shut out, by name."""
    live = get_access_token_model().objects.filter(user=user, expires__gt=timezone.now())
    lasting = (
        get_access_token_model()
        .objects.filter(user=user, refresh_token__revoked__isnull=True)
        .exclude(refresh_token=None)
    )
    found: dict = {}
    for token in (live | lasting).select_related("application").distinct().order_by("created"):
        if token.application is not None:
            app = found.setdefault(token.application_id, AllowedApp(token.application, token.created))
            app.scopes |= set(token.scope.split())
    return sorted(found.values(), key=lambda app: (app.application.name, str(app.application.pk)))


@transaction.atomic
def shut_out(application: AbstractApplication, *, by: User) -> None:
    """Nothing that the app holds of this person's is good any more, from now on."""
    for model in (get_refresh_token_model(), get_grant_model(), get_access_token_model()):
        model.objects.filter(user=by, application=application).delete()
    audit.record(by=by, action="update", verb="core.shut_app_out", obj=application)


def note_consent(application: AbstractApplication, scopes: str, *, by: User) -> None:
    """Record that a person let an app in, and with which scopes."""
    audit.record(by=by, action="create", verb="core.let_app_in", obj=application, detail={"scopes": scopes.split()})


def application_named(client_id: str) -> AbstractApplication | None:
    return get_application_model().objects.filter(client_id=client_id).first()
