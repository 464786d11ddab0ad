"""X12 files in: `./kp import_x12 PATH…`. Exit code 1 if anything was set aside; safe to repeat."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.db import as_job
from core.models import User
from interop import actions
from interop.models import ImportRun
from interop.x12.claim_import import import_837, is_837


class Command(BaseCommand):
    help = "X12 834 enrolment and 837 claims, files or folders: what of each was accepted, what set aside, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument(
            "--create-missing",
            action="store_true",
            help="make groups and products that a file names and nobody entered (to try a file out)",
        )
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day that counts as today (CCYY-MM-DD)")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say what an 834 would change and who would lose coverage, and write nothing",
        )
        parser.add_argument("--again", action="store_true", help="read a file whole again that was taken before")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.system("import_x12")
        for path in options["paths"]:
            if not path.exists():
                raise CommandError(f"{path} does not exist.")
        still = 0
        for file in actions.files_of(options["paths"]):
            began = time.perf_counter()
            try:
                if options["dry_run"]:
                    still += self._rehearse(file, by, options, self._progress(began))
                    continue
                run = self._take(file, by, options, self._progress(began))
            except OSError as error:
                raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
            still += self._tell(file, run)
        if still:
            self.stdout.write(
                f"{still} set aside. Mend the cause and run the same files again, or ./kp replay_import RUN."
            )
            sys.exit(1)

    def _take(self, file: Path, by: User, options: dict[str, Any], progress: Any) -> ImportRun:
        """Claims and enrolment are told apart by what the file says (ST01), not by its name."""
        if is_837(file):
            return import_837(file, by=by, progress=progress)
        return actions.import_834(
            file,
            by=by,
            as_of=options["as_of"],
            create_missing=options["create_missing"],
            again=options["again"],
            progress=progress,
        )

    def _rehearse(self, file: Path, by: User, options: dict[str, Any], progress: Any) -> int:
        if is_837(file):
            raise CommandError(f"{file} holds claims; --dry-run rehearses enrolment (834).")
        found = actions.rehearse_834(
            file, by=by, as_of=options["as_of"], create_missing=options["create_missing"], progress=progress
        )
        counts = found.counts
        self.stdout.write(
            f"{file.name}, rehearsed: {counts.get('accepted', 0)} would be accepted ({counts.get('created', 0)} new), "
            f"{counts.get('unchanged', 0)} unchanged, {len(found.set_aside)} set aside. Nothing was written."
        )
        for label, count in sorted(found.changes.items()):
            self.stdout.write(f"  {count:>9,}  {label}")
        self.stdout.write(f"  {counts.get('proposed_terminations', 0):>9,}  terminations proposed (not on the list)")
        for loss in found.losing[:50]:
            told = "; ".join(loss.effects)
            self.stdout.write(f"  MRN {loss.mrn} would not be covered from {loss.end}{': ' if told else ''}{told}")
        for position, code, reason in found.set_aside[:20]:
            self.stdout.write(f"  {position}: {code}: {reason}")
        return len(found.set_aside)

    def _progress(self, began: float) -> Callable[[int, int | None], None]:
        def show(done: int, total: int | None) -> None:
            if sys.stderr.isatty():
                rate = done / max(time.perf_counter() - began, 0.001)
                left = f", {max(0, total - done) / rate:.0f} s left" if total else ""
                self.stderr.write(f"\r{done:,} records, {rate:,.0f}/s{left}   ", ending="")

        return show

    def _tell(self, file: Path, run: ImportRun) -> int:
        with as_job(User.objects.system("import_x12"), reason="what was set aside"):
            rows = list(actions.open_set_aside(run).order_by("position"))
        counts, before = run.counts, run.counts_before or {}
        # Of a file that came before, what was taken then stands as it says; only what waited can be new.
        accepted, created = (counts.get(name, 0) - before.get(name, 0) for name in ("accepted", "created"))
        unchanged = counts.get("unchanged", 0) + before.get("accepted", 0)
        again = f", taken before on {run.started_at:%Y-%m-%d}" if run.counts_before is not None else ""
        self.stdout.write(
            f"{file.name}: {accepted} accepted ({created} new), {unchanged} unchanged, {len(rows)} set aside "
            f"(run {run.pk}{again})"
        )
        if proposed := counts.get("proposed_terminations"):
            self.stdout.write(f"  {proposed} who are covered are not on this full list: decide on the run's page.")
        for row in rows[:20]:
            self.stdout.write(f"  {row.position}: {row.code}: {row.reason}")
        if len(rows) > 20:
            self.stdout.write(f"  and {len(rows) - 20} more; all stand on the run's page.")
        return len(rows)
