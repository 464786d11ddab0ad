"""Bearer tokens and sessions. After either, Postgres knows who asks."""

import dataclasses
import hashlib
import time
from typing import Any

from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from core.context import NOBODY, Context, become
from core.db import context_for
from core.models import User

# What a user reaches is asked of Postgres at most this often by one process; a role that ends is gone within it.
REACH_SECONDS = 5.0
_reach: dict = {}


# Read by `network.permissions`: the organisations to which an app confines its user's roles.
ACTS_WITHIN = "acts_within"


def reach_of(user: User) -> Context:
    """`context_for`, remembered for a few seconds: an integration client asks many times a second."""
    now = time.monotonic()
    kept = _reach.get(user.pk)
    if kept and kept[0] > now:
        return kept[1]
    context = context_for(user, role=user.kind, reason="API")
    if len(_reach) > 1000:
        _reach.clear()
    _reach[user.pk] = (now + REACH_SECONDS, context)
    return context


class BearerAuthentication(BaseAuthentication):
    """OAuth 2 access tokens.

    With client credentials the client acts as the account that it belongs to. An app that acts for a person reaches
    what the person does, within the systems that registered the app; an app that no system registered opens people's
    own records alone, whatever the person may do at work.
    """

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        checksum = hashlib.sha256(token.strip().encode()).hexdigest()
        found = (
            get_access_token_model()
            .objects.select_related("user", "application__user")
            .filter(token_checksum=checksum, expires__gt=timezone.now())
            .first()
        )
        owner = found.application.user if found and found.application else None
        user = (found.user or owner) if found else None
        if user is None or not user.is_active or (owner is not None and not owner.is_active):
            raise exceptions.AuthenticationFailed("The access token is unknown or has expired.")
        context = reach_of(user)
        if found.user_id:
            context = within_systems(user, context, reach_of(owner) if owner else NOBODY)
        become(context)
        return user, found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def within_systems(user: User, context: Context, registered_by: Context) -> Context:
    """`context` cut down to the systems of the account that registered the app; `user`'s roles with it."""
    setattr(user, ACTS_WITHIN, registered_by.organization_ids)
    return dataclasses.replace(context, organization_ids=context.organization_ids & registered_by.organization_ids)


class BrowserAuthentication(SessionAuthentication):
    """The session of somebody signed in; the middleware has told Postgres already."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
