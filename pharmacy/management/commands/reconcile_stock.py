"""`./kp reconcile_stock`: every lot's units against the sum of its movements; exit 1 on a difference."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pharmacy.querysets import lots_out_of_balance


class Command(BaseCommand):
    help = "Recompute every lot from its movements; exit 1 where the shelf says otherwise."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = list(lots_out_of_balance().order_by("id"))
        for lot in wrong:
            self.stdout.write(f"{lot.pk}: {lot.on_hand} on hand, {lot.moved} by its movements")
        if wrong:
            raise CommandError(f"{len(wrong)} lots do not add up.")
        self.stdout.write("Every lot is the sum of its movements.")
