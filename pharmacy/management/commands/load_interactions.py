"""`./kp load_interactions [DIR]`: the shipped interaction rules, and with DIR the ONC lists in it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from pharmacy.interactions import read_pairs, save_pairs
from pharmacy.safety.facts import PAIRS


class Command(BaseCommand):
    help = "Load interaction rules: those shipped, and with a folder the ONC lists in it (two CSV files)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="With onc_high_priority_pairs.csv and its sibling.")

    @transaction.atomic
    def handle(self, *args: Any, folder: Path | None = None, **options: Any) -> None:
        added = save_pairs(PAIRS)
        self.stdout.write(f"{added} of {len(PAIRS)} shipped rules added.")
        if folder is None:
            return
        try:
            pairs = read_pairs(folder)
        except FileNotFoundError as missing:
            raise CommandError(f"{missing.filename} is not there.") from missing
        self.stdout.write(f"{save_pairs(pairs)} of {len(pairs)} pairs of the ONC lists added.")
