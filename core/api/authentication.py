"""Bearer tokens and sessions. After either, Postgres knows who asks."""

import dataclasses
import hashlib
import time
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from core.context import NOBODY, Context, become, current
from core.db import context_for
from core.models import User

# What an account reaches is asked of Postgres at most this often by one process: an integration client asks many
# times a second. A role that ended is gone within it; a token that was revoked is gone at once.
REACH_SECONDS = 5.0

STILL_GOOD = """
SELECT FROM oauth2_provider_accesstoken t LEFT JOIN oauth2_provider_application a ON a.id = t.application_id
WHERE t.token_checksum = %s AND t.expires > %s
    AND NOT EXISTS (SELECT FROM core_user u WHERE u.id IN (t.user_id, a.user_id) AND NOT u.is_active)
"""


@dataclasses.dataclass(frozen=True)
class Bearer:
    """A token that was found good, until `until` on the process's clock."""

    token: Any
    user: Any
    context: Context
    until: float

    def holds(self) -> bool:
        return self.until > time.monotonic() and self.token.expires > timezone.now()

    def borrowed_user(self) -> Any:
        """A copy: what a request keeps on its user is not the next request's."""
        copied = self.user.__class__.__new__(self.user.__class__)
        copied.__dict__.update(self.user.__dict__)
        return copied


# Read by `network.permissions`: the organisations to which an app confines its user's roles.
ACTS_WITHIN = "acts_within"
# By the token's checksum: the token itself is kept nowhere.
_reach: dict[str, Bearer] = {}


def checksum_of(environ: Mapping[str, Any]) -> str:
    """The checksum of the bearer token in a request's environment, or an empty string."""
    kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return hashlib.sha256(token.strip().encode()).hexdigest() if kind.lower() == "bearer" else ""


def remembered(checksum: str) -> Bearer | None:
    """Who asks, where this process knows it already."""
    found = _reach.get(checksum)
    return found if found is not None and found.holds() else None


def is_still_good(checksum: str) -> bool:
    """Whether nobody revoked the token or closed its accounts since it was looked up."""
    with connection.cursor() as cursor:
        cursor.execute(STILL_GOOD, [checksum, timezone.now()])
        return bool(cursor.rowcount)


def look_up(checksum: str) -> Bearer:
    """Ask Postgres. Raises `AuthenticationFailed` for a token that is unknown, expired or of nobody active."""
    token = (
        get_access_token_model()
        .objects.select_related("user", "application__user")
        .filter(token_checksum=checksum, expires__gt=timezone.now())
        .first()
    )
    owner = token.application.user if token and token.application else None
    user = (token.user or owner) if token else None
    if user is None or not user.is_active or (owner is not None and not owner.is_active):
        raise exceptions.AuthenticationFailed("The access token is unknown or has expired.")
    context = reach_of(user)
    if token.user_id:
        context = within_systems(user, context, reach_of(owner) if owner else NOBODY)
    if len(_reach) > 1000:
        _reach.clear()
    _reach[checksum] = found = Bearer(token, user, context, time.monotonic() + REACH_SECONDS)
    return found


def reach_of(user: User) -> Context:
    return context_for(user, role=user.kind, reason="API")


def within_systems(user: User, context: Context, registered_by: Context) -> Context:
    """`context` cut down to the systems of the account that registered the app; `user`'s roles with it."""
    setattr(user, ACTS_WITHIN, registered_by.organization_ids)
    return dataclasses.replace(context, organization_ids=context.organization_ids & registered_by.organization_ids)


def context_of(found: Bearer, *, ip_address: str | None, request_id: str, token: str = "") -> Context:
    """What `found` reaches, for one request."""
    return dataclasses.replace(found.context, ip_address=ip_address, request_id=request_id, token=token)


class BearerAuthentication(BaseAuthentication):
    """OAuth 2 access tokens.

    With client credentials the client acts as the account that it belongs to. An app that acts for a person reaches
    what the person does, within the systems that registered the app; an app that no system registered opens people's
    own records alone, whatever the person may do at work.
    """

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        checksum = checksum_of(request.META)
        if not checksum:
            return None
        here = current()
        found = remembered(checksum)
        if found is None or not is_still_good(checksum):
            found = look_up(checksum)
        context = context_of(found, ip_address=here.ip_address, request_id=here.request_id)
        # The middleware has told Postgres already where the token was remembered.
        if here != context:
            become(context)
        return found.borrowed_user(), found.token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class BrowserAuthentication(SessionAuthentication):
    """The session of somebody signed in; the middleware has told Postgres already."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
