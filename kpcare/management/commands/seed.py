"""`./kp seed`: the demo world, deterministic for its size, seed and date."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kpcare.demo.build import NotEmpty, build
from kpcare.demo.markets import MARKETS

WORLDS = ("kaiser",)


def instant(said: str) -> datetime.datetime:
    """An ISO 8601 instant with its offset."""
    read = datetime.datetime.fromisoformat(said)
    if read.tzinfo is None:
        raise ValueError("An instant needs its offset from UTC.")
    return read


class Command(BaseCommand):
    help = "Lay a demo world into an empty database."
    # A look through every model and address takes a second and more; `./kp check`, the tests and the start do so.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=2000)
        parser.add_argument("--world", choices=WORLDS, default="kaiser", help="kind of system")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--as-of", type=datetime.date.fromisoformat, default=None, help="today, if not today")
        parser.add_argument(
            "--at", type=instant, default=None, help="now, if not now: the clinic's visits lie around it"
        )

    def handle(
        self,
        *args: Any,
        members: int,
        world: str,
        seed: int,
        as_of: datetime.date | None,
        at: datetime.datetime | None,
        **options: Any,
    ) -> None:
        if members < 10:
            raise CommandError("A world needs at least 10 members: --members 10 or more.")
        now = at or timezone.now()
        # The day at the first market's clinics, where the demo's people work.
        today = as_of or timezone.localdate(now, ZoneInfo(MARKETS[0][3]))
        try:
            written = build(members=members, seed=seed, today=today, now=now, say=self.stdout.write)
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sum(written.values()):,} rows of members.")
