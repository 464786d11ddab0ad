"""The demo's accounts: people who sign in with one word that the start prints."""

import functools
from typing import Any

from django.contrib.auth.hashers import make_password

from core.models import User

PASSWORD = "kpcare-demo"  # noqa: S105  (printed at the start of every demo)


@functools.cache
def encoded() -> str:
    """The word as it is kept, hashed once for everybody: fourteen hashes took a third of a small world's time."""
    return make_password(PASSWORD)


def add_account(email: str, *, name: str, **fields: Any) -> User:
    """A person of the demo, who signs in with `PASSWORD`."""
    return User.objects.create(email=email, name=name, password=encoded(), **fields)
