from typing import Any

from django.core.management.commands import migrate

from kpcare.migrating import in_groups


class Command(migrate.Command):
    """Django's `migrate`, with neighbouring additions applied together (see kpcare/migrating.py)."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        with in_groups():
            return super().handle(*args, **options)
