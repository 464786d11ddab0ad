"""`./kp import_fhir PATH…`: FHIR R4 bundles, NDJSON and folders of them into the chart."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.db import as_job
from core.models import User
from interop.fhir.run import Import, Options
from network.models import Organization


class Command(BaseCommand):
    help = "Import FHIR R4 bundles (transaction, batch, collection), NDJSON or folders of them. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="Files or folders.")
        parser.add_argument("--organization", help="Id or name of the system that the patients belong to.")
        parser.add_argument("--source", default="urn:kpcare:fhir", help="Address that stands for the sender.")
        parser.add_argument("--time-zone", default="UTC", help="Zone in which dates without a time are meant.")
        parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="Processes to use.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.system("fhir-import")
        with as_job(user, reason="FHIR import"):
            organization = self._organization(options["organization"])
        settings = Options(user.pk, organization.pk, options["source"], options["time_zone"])
        try:
            run = Import(options["paths"], settings, workers=options["workers"])
        except FileNotFoundError as missing:
            raise CommandError(f"There is no file or folder {missing}.") from None
        if not run.files:
            raise CommandError("There are no .json or .ndjson files there.")
        run.execute(self._progress)
        self._summary(run)
        if run.set_aside:
            sys.exit(1)

    def _organization(self, wanted: str | None) -> Organization:
        systems = Organization.objects.filter(kind=Organization.Kind.SYSTEM)
        if wanted:
            by_id = systems.filter(pk=wanted) if len(wanted) == 36 else systems.none()
            named = by_id.first() or systems.filter(name__iexact=wanted).first()
            if not named:
                raise CommandError(f"There is no system with the id or name {wanted!r}.")
            return named
        found = list(systems.order_by("name")[:2])
        if len(found) == 1:
            return found[0]
        if not found:
            raise CommandError("There is no system yet to import for: make one in the admin, or run ./kp seed.")
        raise CommandError("There is more than one system: say which with --organization NAME.")

    def _progress(self, run: Import, done: int, size: int) -> None:
        if not self.stderr.isatty():
            return
        share = done / size if size else 1
        left = (1 - share) / share * run.total.resources / run.rate if share and run.rate else 0
        bar = "█" * int(share * 30)
        self.stderr.write(
            f"\r{bar:<30} {share:4.0%}  {run.total.resources:,} resources, {run.rate:,.0f}/s, {left:.0f} s left ",
            ending="",
        )
        if done == size:
            self.stderr.write("")

    def _summary(self, run: Import) -> None:
        counts = run.counts()
        names = ("accepted", "changed", "unchanged", "not_taken")
        types = sorted({t for name in names for t in counts["by_type"].get(name, {})})
        self.stdout.write(f"{'':24}{'accepted':>10}{'changed':>10}{'unchanged':>11}{'not taken':>11}")
        for kind in types:
            row = [counts["by_type"].get(name, {}).get(kind, 0) for name in names]
            self.stdout.write(f"{kind:24}{row[0]:>10,}{row[1]:>10,}{row[2]:>11,}{row[3]:>11,}")
        row = [counts[name] for name in names]
        self.stdout.write(f"{'all':24}{row[0]:>10,}{row[1]:>10,}{row[2]:>11,}{row[3]:>11,}")
        self.stdout.write(f"{counts['references']:,} references, {run.rate:,.0f} resources/s")
        with as_job(run.user, reason="FHIR import"):
            aside = list(run.run.set_aside.order_by("position")[:50])
        for item in aside:
            # Whoever named the files may read their names; the database keeps none, since they may name patients.
            name = run.names.get(item.position.partition(",")[0], "")
            self.stdout.write(f"set aside  {name}, {item.position}: {item.reason}")
        if run.set_aside:
            self.stdout.write(f"Mend the cause, then import again or ./kp replay_import {run.run.pk}")
        self.stdout.write(
            f"accepted / set aside: {sum(counts[n] for n in names if n != 'not_taken'):,} / {run.set_aside:,}"
        )
