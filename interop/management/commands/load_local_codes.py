"""`./kp load_local_codes FILE.csv`: what the codes of laboratories that send no LOINC mean."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.db import as_job
from core.models import User
from interop.hl7v2.local_codes import COLUMNS, NoTable, load_local_codes
from interop.hl7v2.run import system_named


class Command(BaseCommand):
    help = f"Take a table of senders' own codes in: CSV with {', '.join(COLUMNS)} (application and facility: MSH-3, 4)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", help="Id or name of the system whose table it is.")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.system("import_hl7")
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as lines, as_job(by, reason="local codes"):
                done = load_local_codes(lines, by=by, organization=system_named(options["organization"]))
        except (LookupError, NoTable) as error:
            raise CommandError(str(error.args[0])) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error.__class__.__name__}.") from error
        for number, why in done.aside:
            self.stderr.write(f"line {number}: {why}")
        self.stdout.write(
            f"{done.added} codes added, {done.changed} changed, {done.unchanged} as they were, "
            f"{len(done.aside)} set aside."
        )
        if done.aside:
            raise CommandError("Mend the lines that were set aside and load the file again: the others stay.")
