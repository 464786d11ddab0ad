from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.costing import post_costs
from billing.tasks import today
from core.jobs import JobFailed
from core.models import User


class Command(BaseCommand):
    help = "Cost what was finished and has no cost yet: visits, stays, laboratory orders, collected medicines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="up to this day (CCYY-MM-DD); today unless given")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = post_costs(options["as_of"] or today(), by=User.objects.system("costs"))
        except JobFailed as failure:
            raise CommandError(f"{failure} Run the command again: what is done stays done.") from failure
        totals = run.totals
        self.stdout.write(
            f"{totals.get('finished', 0)} finished, {totals.get('costs', 0)} costed, "
            f"{totals.get('cost_shares', 0)} member shares."
        )
        if waiting := totals.get("finished", 0) - totals.get("costs", 0):
            self.stdout.write(f"{waiting} wait for a standard cost of their service.")
