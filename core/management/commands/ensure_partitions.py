from typing import Any

from django.core.management.base import BaseCommand

from core import partitions


class Command(BaseCommand):
    help = "Make the monthly partitions of logs and history for this month and the next three."

    def handle(self, *args: Any, **options: Any) -> None:
        made = partitions.ensure()
        self.stdout.write(f"{len(made)} partitions made." if made else "All partitions are there.")
