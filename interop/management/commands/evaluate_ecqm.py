"""`./kp evaluate_ecqm DIR`: official measure cases through our engine, in a database made for it and dropped."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from interop import ecqm
from interop.scratch import NoScratch, run, scratch_database


class Command(BaseCommand):
    help = "Evaluate official measure cases and compare with the expected counts. Leaves nothing behind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="Laid out as cases/<measure>/ and valueset/.")
        parser.add_argument("--measure", default="", help="Only this measure, by the name of its folder.")
        parser.add_argument("--out", type=Path, required=True, help="CSV: measure, case, population, expected, actual.")
        parser.add_argument("--here", action="store_true", help="In this database, which must be empty and one's own.")

        parser.add_argument("--quiet", action="store_true", help="Only the file.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, out, only = options["folder"].resolve(), options["out"].resolve(), options["measure"]
        try:
            ecqm.read_cases(folder, only)
            if options["here"]:
                self._evaluate(folder, only, out, options["quiet"])
                return
            with scratch_database() as environ:
                chosen = ["--measure", only] if only else []
                run(["evaluate_ecqm", str(folder), "--out", str(out), "--here", *chosen], environ)
        except (FileNotFoundError, NoScratch) as error:
            raise CommandError(str(error)) from None

    def _evaluate(self, folder: Path, only: str, out: Path, quiet: bool) -> None:
        report = ecqm.evaluate(folder, only)
        report.write(out)
        if quiet:
            return
        for name in sorted(report.unknown):
            self.stderr.write(f"Not among our measures: {name}")
        for name, reason in sorted(report.refused.items()):
            self.stderr.write(f"Could not be read: {name}: {reason}")
        for name in sorted(report.total):
            self.stdout.write(f"{name}: {report.passed[name]} / {report.total[name]}")
        self.stdout.write(f"{sum(report.passed.values())} / {sum(report.total.values())}")
