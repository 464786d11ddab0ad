"""`./kp conformance [DECK…]`: official decks, a line each with passed / total."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from interop.conformance import DECKS, ecqm_table


class Command(BaseCommand):
    help = "Run official decks; the data is in KPCARE_DATA (default ../shared/data). Exit 1 where a case fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("decks", nargs="*", metavar="DECK", help=f"Of {', '.join(DECKS)}; default all.")
        parser.add_argument("--table", action="store_true", help="Only the table of measures in docs/prevention.md.")

    def handle(self, *args: Any, **options: Any) -> None:
        data = Path(os.environ.get("KPCARE_DATA", settings.BASE_DIR.parent / "shared" / "data")).resolve()
        if not data.is_dir():
            raise CommandError(f"There is no folder {data}: set KPCARE_DATA to where the official decks are.")
        chosen = options["decks"] or list(DECKS)
        if unknown := [name for name in chosen if name not in DECKS]:
            raise CommandError(f"No deck {', '.join(unknown)}. There are: {', '.join(DECKS)}.")
        if options["table"]:
            self.stdout.write(ecqm_table(data))
            return
        whole = True
        for name in chosen:
            sums = [0, 0]
            for line, passed, total in DECKS[name](data):
                self.stdout.write(f"{name} {line}: {passed} / {total}")
                sums = [sums[0] + passed, sums[1] + total]
            self.stdout.write(f"{name}: {sums[0]} / {sums[1]}")
            whole = whole and sums[0] == sums[1]
        if not whole:
            sys.exit(1)
