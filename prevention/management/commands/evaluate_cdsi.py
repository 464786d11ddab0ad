"""`./kp evaluate_cdsi FILE.csv`: the CDC's immunisation test cases through our engine. Touches no row."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from prevention.immunisation import deck, official_xml, table


class Command(BaseCommand):
    help = "Evaluate official immunisation cases (healthy or underlying form) and compare with what they expect."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="+", metavar="FILE.csv")
        parser.add_argument(
            "--out", type=Path, required=True, help="CSV: vaccine group, case, field, expected, actual, agrees."
        )
        parser.add_argument("--schedule", type=Path, help="Official supporting data (XML) in place of kpcare's table.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            supporting = (
                table.build(official_xml.read(options["schedule"], "unnamed", "1900-01-01"))
                if options["schedule"]
                else table.packaged()
            )
            cases = [case for path in options["file"] for case in deck.read(path, supporting)]
        except (OSError, deck.NotACaseFile, official_xml.NotSupportingData) as error:
            raise CommandError(str(error)) from None
        passed: Counter[str] = Counter()
        total: Counter[str] = Counter()
        failed = []
        with options["out"].open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["vaccine_group", "case", "field", "expected", "actual", "agrees"])
            for case in cases:
                rows = deck.compare(case, supporting)
                agrees = all(row.agrees for row in rows)
                writer.writerows(
                    (row.group, row.case, row.field, row.expected, row.actual, "yes" if row.agrees else "no")
                    for row in rows
                )
                total[case.group] += 1
                passed[case.group] += agrees
                if not agrees:
                    failed.append(case)
        for case in failed:
            held = deck.HELD_WRONG.get(case.id)
            self.stderr.write(f"{case.id} {case.title.strip()}: {held or 'differs'}")
        for group in sorted(total):
            self.stdout.write(f"{group}: {passed[group]} / {total[group]}")
        self.stdout.write(f"{sum(passed.values())} / {sum(total.values())}")
