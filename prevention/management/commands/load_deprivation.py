"""`./kp load_deprivation FILE.csv --index ADI --edition 2023 --source "…"`: how deprived each postal code is."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from prevention.quality.models import AreaDeprivation


class Command(BaseCommand):
    help = "Replace the index of area deprivation by a file of postal codes and national percentiles (1-100)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv", help="Columns postal_code, percentile.")
        parser.add_argument("--index", required=True, help="Like ADI or SVI.")
        parser.add_argument("--edition", required=True, help="The version of the index, like 2023.")
        parser.add_argument("--source", required=True, help="Who published it, and where.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        about = {"index": options["index"], "version": options["edition"], "source": options["source"]}
        made: dict[str, AreaDeprivation] = {}
        set_aside = 0
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                postal_code, percentile = row.get("postal_code", "").strip()[:5], row.get("percentile", "").strip()
                if len(postal_code) == 5 and percentile.isdigit() and 1 <= int(percentile) <= 100:
                    made[postal_code] = AreaDeprivation(postal_code=postal_code, percentile=int(percentile), **about)
                else:
                    # Published indices leave places out with a word why (few people, group quarters).
                    set_aside += 1
        if not made:
            raise CommandError("No row has a postal_code and a percentile of 1 to 100: nothing was changed.")
        with transaction.atomic():
            AreaDeprivation.objects.all().delete()
            AreaDeprivation.objects.bulk_create(made.values(), batch_size=5000)
        self.stdout.write(f"{len(made)} postal codes loaded, {set_aside} set aside")
