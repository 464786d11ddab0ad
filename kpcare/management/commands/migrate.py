from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from kpcare.migrating import in_groups


class Command(migrate.Command):
    """Django's `migrate`, with neighbouring additions applied together (see kpcare/migrating.py)."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        with in_groups(), unhurried(options["database"]):
            return super().handle(*args, **options)


@contextmanager
def unhurried(alias: str) -> Iterator[None]:
    """Commits that do not wait for the disk: there are a thousand, and what a power cut takes of the last moment is
    done again by the next migrate, since none of them is on disk before those that it rests on."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        if not connections[alias].needs_rollback:
            with connections[alias].cursor() as cursor:
                cursor.execute("SET synchronous_commit = on")
