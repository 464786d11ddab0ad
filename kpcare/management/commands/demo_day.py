"""`./kp demo_day`: today's visits in the demo clinic, for a demo world that was laid on another day."""

import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from core.db import as_job
from core.models import User
from kpcare.demo import clinic_day, vaccines
from kpcare.management.commands.seed import instant


class Command(BaseCommand):
    help = "Lay today's visits in the demo clinic where it has none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=instant, default=None, help="now, if not now")

    def handle(self, *args: Any, at: datetime.datetime | None, **options: Any) -> None:
        if not settings.DEMO or not User.objects.filter(email="physician@demo.example").exists():
            self.stdout.write("This is no demo world: nothing is laid.")
            return
        with as_job(User.objects.system("seed"), reason="demo day"):
            laid = clinic_day.lay(at or timezone.now()) + vaccines.lay(at or timezone.now())
        self.stdout.write(f"{laid} visits laid." if laid else "The clinic has its visits today already.")
