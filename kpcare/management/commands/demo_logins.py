"""`./kp demo_logins`: one sign-in for each role of the demo world."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from kpcare.embedded.preparing import DEMO_LOGINS


class Command(BaseCommand):
    help = "Print one login per role of the demo world."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            return
        with connection.cursor() as cursor:
            cursor.execute(DEMO_LOGINS)
            for (line,) in cursor.fetchall():
                self.stdout.write(line)
