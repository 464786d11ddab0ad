from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import seals


class Command(BaseCommand):
    help = "Recompute every seal of the audit: finds an edited, removed or inserted row."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = seals.verify()
        for problem in verdict.problems:
            self.stderr.write(problem)
        if not seals.seal_file().exists():
            self.stdout.write(f"There is no file of seals at {seals.seal_file()}: compared with the database alone.")
        said = f"{verdict.rows:,} rows in {verdict.seals:,} seals, {verdict.unsealed:,} not sealed yet"
        if verdict.problems:
            raise CommandError(f"{said}: {len(verdict.problems)} problems.")
        self.stdout.write(f"{said}: all as it was written.")
