"""The demo's accounts: people, and a machine, who sign in with one word that the start prints."""

import datetime
import functools
from typing import Any

from django.contrib.auth.hashers import make_password

from core.models import User
from network.actions import register_app
from network.models import Organization

# The machine's client id; its secret is the same word.
CLIENT_ID = "demo-client"
PASSWORD = "kpcare-demo"  # noqa: S105  (printed at the start of every demo)


@functools.cache
def encoded() -> str:
    """The word as it is kept, hashed once for everybody: fourteen hashes took a third of a small world's time."""
    return make_password(PASSWORD)


def add_account(email: str, *, name: str, **fields: Any) -> User:
    """A person of the demo, who signs in with `PASSWORD`."""
    return User.objects.create(email=email, name=name, password=encoded(), **fields)


def add_client(system: Organization, *, by: User, on: datetime.date) -> None:
    """A machine of the demo that asks for tokens as `CLIENT_ID` with `PASSWORD`, for whatever scopes there are."""
    application = register_app(by=by, name="Demo integration client", organization=system, on=on).application
    application.client_id, application.client_secret = CLIENT_ID, encoded()
    application.save()
