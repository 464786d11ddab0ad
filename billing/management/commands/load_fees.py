from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.actions.fees import FeeError
from billing.fee_files import load
from core.db import as_job
from core.models import User
from network.models import Organization


class Command(BaseCommand):
    help = "Take a fee schedule in: CSV with code, price, from, and modifier, place, until, npi where they are needed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--plan", default="", help="the health plan that pays, by name, where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        plans = Organization.objects.filter(kind=Organization.Kind.HEALTH_PLAN)
        if options["plan"]:
            plans = plans.filter(name=options["plan"])
        found = list(plans.order_by("name")[:20])
        if len(found) != 1:
            names = ", ".join(plan.name for plan in found) or "none"
            raise CommandError(f"Say with --plan which health plan pays: {names}.")
        by = User.objects.system("fees")
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as lines, as_job(by, reason="load fees"):
                done = load(lines, by=by, plan=found[0])
        except FeeError as error:
            raise CommandError(str(error)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error.__class__.__name__}.") from error
        for number, why in done.aside:
            self.stderr.write(f"line {number}: {why}")
        self.stdout.write(f"{done.added} fees added, {done.unchanged} as they were, {len(done.aside)} set aside.")
        if done.aside:
            raise CommandError("Mend the lines that were set aside and load the file again: the others stay.")
