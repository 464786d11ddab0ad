"""`./kp conformance [DECK…]`: official decks, a line each with passed / total."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from interop.conformance import DECKS


class Command(BaseCommand):
    help = "Run official decks; the data is in KPCARE_DATA (default ../shared/data). Exit 1 where a case fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("decks", nargs="*", metavar="DECK", help=f"Of {', '.join(DECKS)}; default all.")

    def handle(self, *args: Any, **options: Any) -> None:
        data = Path(os.environ.get("KPCARE_DATA", settings.BASE_DIR.parent / "shared" / "data")).resolve()
        if not data.is_dir():
            raise CommandError(f"There is no folder {data}: set KPCARE_DATA to where the official decks are.")
        chosen = options["decks"] or list(DECKS)
        if unknown := [name for name in chosen if name not in DECKS]:
            raise CommandError(f"No deck {', '.join(unknown)}. There are: {', '.join(DECKS)}.")
        whole = True
        for name in chosen:
            for line, passed, total in DECKS[name](data):
                self.stdout.write(f"{name} {line}: {passed} / {total}")
                whole = whole and passed == total
        if not whole:
            sys.exit(1)
