import sys
from typing import Any

from django.core.management.base import BaseCommand

from billing.reconcile import CHECKS, differences
from core.db import as_job
from core.models import User


class Command(BaseCommand):
    help = "Recompute every ledger, accumulator and stock total from its rows; exit 1 on a difference."

    def handle(self, *args: Any, **options: Any) -> None:
        with as_job(User.objects.system("reconcile"), reason="reconcile"):
            found = differences()
        for name in CHECKS:
            wrong = [difference for difference in found if difference.ledger == name]
            self.stdout.write(f"{name}: {f'{len(wrong)} differ' if wrong else 'agrees'}")
            for difference in wrong[:20]:
                self.stdout.write(
                    f"  {difference.what}: stated {difference.stated}, recomputed {difference.recomputed}"
                )
        if found:
            sys.exit(1)
