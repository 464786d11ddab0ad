"""`./kp import_hl7 PATH…`: HL7 v2 messages, batches and folders of them into the chart."""

import sys
import zoneinfo
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.db import as_job
from core.models import User
from interop.hl7v2.run import Import, system_named
from interop.hl7v2.taking import HANDLERS, Options
from interop.runs import open_set_aside

SHOWN = 50


class Command(BaseCommand):
    help = "Import HL7 v2 messages: results (ORU^R01), immunisations (VXU^V04), people and stays (ADT). Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="Files or folders.")
        parser.add_argument("--organization", help="Id or name of the system that the people belong to.")
        parser.add_argument("--time-zone", default="UTC", help="Zone of times that name none, nor MSH-7 does.")
        parser.add_argument("--charset", default="", help="How bytes are read where MSH-18 is silent (UTF-8).")
        parser.add_argument("--answers", type=Path, metavar="FOLDER", help="Write an ACK file for each file there.")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.system("import_hl7")
        settings = self._options(options)
        with as_job(by, reason="HL7 v2 import"):
            try:
                system = system_named(options["organization"])
            except LookupError as error:
                raise CommandError(str(error.args[0])) from None
        try:
            if options["answers"] is not None:
                options["answers"].mkdir(parents=True, exist_ok=True)
            run = Import(options["paths"], by=by, system=system, options=settings, answers=options["answers"])
            if not run.files:
                raise CommandError("There are no HL7 v2 files there.")
            run.execute(self._progress)
        except FileNotFoundError as missing:
            raise CommandError(f"There is no file or folder {missing}.") from None
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read or written: {error.strerror}.") from None
        self._summary(run)
        if self._still(run):
            sys.exit(1)

    def _options(self, options: dict[str, Any]) -> Options:
        try:
            zoneinfo.ZoneInfo(options["time_zone"])
            "".encode(options["charset"] or "utf-8")
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise CommandError(f"There is no time zone {options['time_zone']!r}.") from error
        except LookupError as error:
            raise CommandError(f"There is no character set {options['charset']!r}.") from error
        return Options(options["time_zone"], options["charset"])

    def _progress(self, run: Import, done: int, size: int) -> None:
        if self.stderr.isatty() and (done == size or done % 20 == 0):
            self.stderr.write(f"\r{done:,} of {size:,} files, {sum(run.total.values()):,} messages  ", ending="")
            if done == size:
                self.stderr.write("")

    def _summary(self, run: Import) -> None:
        if run.is_repeat:
            self.stdout.write("These files were taken before: what that import set aside was tried again.")
        names = ("accepted", "changed", "unchanged", "not_taken", "refused")
        kinds = sorted({kind for name in names for kind in run.kinds[name]})
        self.stdout.write(f"{'':12}{'accepted':>10}{'changed':>10}{'unchanged':>11}{'not taken':>11}{'set aside':>11}")
        for kind in kinds:
            many = [run.kinds[name][kind] for name in names]
            self.stdout.write(f"{kind:12}{many[0]:>10,}{many[1]:>10,}{many[2]:>11,}{many[3]:>11,}{many[4]:>11,}")
        if run.total["not_taken"]:
            taken = ", ".join(f"{name}^{'/'.join(events)}" for name, events in HANDLERS.items())
            tests = " (of them some marked as tests in MSH-11)" if run.reasons["processing_id"] else ""
            self.stdout.write(f"not taken: another type or event than {taken}{tests}")
        with as_job(run.by, reason="HL7 v2 import"):
            rows = list(open_set_aside(run.run).order_by("created_at", "id")[: SHOWN + 1])
        for row in rows[:SHOWN]:
            # Whoever named the files may read their names; the database keeps none, since they may name people.
            label = row.position.partition(",")[0]
            self.stdout.write(f"set aside  {run.names.get(label, '')}, {row.position}: {row.code}: {row.reason}")
        if len(rows) > SHOWN:
            self.stdout.write("and more; all stand on the run's page.")
        if rows:
            self.stdout.write(f"Mend the cause, then import again or ./kp replay_import {run.run.pk}")
        totals = run.totals()
        self.stdout.write(f"accepted / set aside: {totals['accepted'] + totals['unchanged']:,} / {self._still(run):,}")

    def _still(self, run: Import) -> int:
        with as_job(run.by, reason="HL7 v2 import"):
            return open_set_aside(run.run).count()
