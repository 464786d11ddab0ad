from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import seals


class Command(BaseCommand):
    help = "Recompute every seal of the audit: finds an edited, removed or inserted row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--write-file",
            action="store_true",
            help="After verifying, write to the file outside what it lacks: after a restore on a new machine.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = seals.verify()
        for problem in verdict.problems:
            self.stderr.write(problem)
        for at in seals.restores(seals.seal_file()):
            self.stdout.write(f"Restored from a backup at {at}: what was sealed between the two was given up with it.")
        if options["write_file"]:
            self.stdout.write(f"{seals.append_to_file():,} seals written to {seals.seal_file()}.")
        said = f"{verdict.rows:,} rows in {verdict.seals:,} seals, {verdict.unsealed:,} not sealed yet"
        if verdict.problems:
            raise CommandError(f"{said}: {len(verdict.problems)} problems.")
        self.stdout.write(f"{said}: all as it was written.")
