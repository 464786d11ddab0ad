"""`./kp seed`: the demo world, deterministic for its size, seed and date."""

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kpcare.demo.build import NotEmpty, build

WORLDS = ("kaiser",)


class Command(BaseCommand):
    help = "Lay a demo world into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=2000)
        parser.add_argument("--world", choices=WORLDS, default="kaiser", help="kind of system")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--as-of", type=datetime.date.fromisoformat, default=None, help="today, if not today")

    def handle(
        self, *args: Any, members: int, world: str, seed: int, as_of: datetime.date | None, **options: Any
    ) -> None:
        if members < 10:
            raise CommandError("A world needs at least 10 members: --members 10 or more.")
        today = as_of or datetime.datetime.now(datetime.UTC).date()
        try:
            written = build(members=members, seed=seed, today=today, say=self.stdout.write)
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sum(written.values()):,} rows of members.")
