"""`./kp register_app NAME --organization NAME`: an app or machine of a system, with its secret, told once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.db import acting_as
from core.models import User
from network.actions import register_app
from network.models import Organization


class Command(BaseCommand):
    help = "Register an app or machine of a system; prints its client id and secret."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--organization", required=True, help="the system that registers it: name or id")
        parser.add_argument(
            "--redirect-uri", action="append", default=[], help="where people are sent back to; without, a machine"
        )
        parser.add_argument(
            "--scope", action="append", help="what it may ask for, like members:read; without, whatever there is now"
        )
        parser.add_argument("--public", action="store_true", help="it can keep no secret: on a phone, in a page")

    def handle(
        self,
        *args: Any,
        name: str,
        organization: str,
        redirect_uri: list[str],
        public: bool,
        scope: list[str] | None,
        **options: Any,
    ) -> None:
        found = [one for one in Organization.objects.order_by("name") if organization in (str(one.pk), one.name)]
        if len(found) != 1:
            raise CommandError(f"{len(found)} organisations are called {organization!r}: give the id.")
        by = User.objects.system("registration")
        try:
            with acting_as(by, reason="register an app"):
                made = register_app(
                    by=by,
                    name=name,
                    organization=found[0],
                    on=timezone.localdate(),
                    redirect_uris=redirect_uri,
                    public=public,
                    scopes=scope,
                )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"client_id     {made.application.client_id}")
        self.stdout.write(f"client_secret {made.secret or '(none: it uses PKCE alone)'}")
