from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.capitation.close import NothingToClose, close_month, estimate_month, parse_month, plans_with_capitation
from billing.models import CapitationRun
from core.jobs import JobFailed
from core.models import User


class Command(BaseCommand):
    help = "Close a month of capitation: pay for every member covered. Closing it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="YYYY-MM")
        parser.add_argument("--estimate", action="store_true", help="only say what it would come to now")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month = parse_month(options["month"])
        except ValueError:
            raise CommandError(f"{options['month']!r} is not a month. Write it like 2026-10.") from None
        by = User.objects.system("capitation")
        work = estimate_month if options["estimate"] else close_month
        plans = plans_with_capitation()
        if not plans:
            raise CommandError("No health plan has a capitation contract. Add one, or load the demo world: ./kp seed")
        for plan in plans:
            try:
                run = work(plan, month, by=by)
            except NothingToClose as nothing:
                self.stdout.write(str(nothing))
                continue
            except JobFailed as failure:
                raise CommandError(f"{plan}: {failure} Run the command again: what is done stays done.") from failure
            if not run.totals:
                raise CommandError(
                    f"{plan}, {month:%Y-%m} is not closed yet: the run was stopped, or another process is at its last "
                    "share. Nothing is lost: run the command again."
                )
            self.report(run)

    def report(self, run: CapitationRun) -> None:
        totals = run.totals
        self.stdout.write(
            f"{run.organization}, {run.payment_month:%Y-%m}, version {run.version}: {run.get_status_display()}. "
            f"{totals['lines']:,} lines, {totals['amount']} "
            f"(of which {totals['adjustment_lines']:,} adjustments, {totals['adjustments']})."
        )
        for reason, count in totals["set_aside"].items():
            if count:
                self.stdout.write(f"  set aside {reason.replace('_', ' ')}: {count:,}")
