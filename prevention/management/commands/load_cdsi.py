"""`./kp load_cdsi DIR`: a version of the CDC's supporting data in, for policies to name."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.db import as_job
from core.models import User
from prevention.immunisation import official_xml, table
from prevention.immunisation.models import SupportingDataTable


class Command(BaseCommand):
    help = "Read official CDSi supporting data (XML) and keep it as a version; the same version is replaced."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="Holds ScheduleSupportingData.xml, at any depth.")
        parser.add_argument("--version-number", default="4.64", metavar="N", help="As the release notes name it.")
        parser.add_argument("--published", type=date.fromisoformat, default=date(2025, 11, 10), metavar="DAY")
        parser.add_argument("--file", type=Path, help="Write the compact table here instead, facts alone.")

    def handle(self, *args: Any, **options: Any) -> None:
        version, published = options["version_number"], options["published"]
        to_file = options["file"] is not None
        try:
            read = official_xml.read(options["folder"], version, published.isoformat(), with_guidance=not to_file)
            schedule = table.build(read)
        except (OSError, ValueError, KeyError, official_xml.NotSupportingData) as error:
            raise CommandError(f"Not understood: {error}") from None
        text = official_xml.lines(read)
        if to_file:
            options["file"].write_text(text)
        else:
            digest = hashlib.sha256(text.encode()).hexdigest()
            with as_job(User.objects.system("prevention"), reason=f"load_cdsi {version}"):
                SupportingDataTable.objects.update_or_create(
                    version=version, defaults={"published": published, "digest": digest, "table": read}
                )
        series = sum(len(antigen.series) for antigen in schedule.antigens.values())
        self.stdout.write(
            f"{version}: {len(schedule.antigens)} antigens, {series} series, {len(schedule.groups)} vaccine groups, "
            f"{len(schedule.vaccine_names)} vaccine types, {len(text):,} bytes."
        )
