from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from core import audit
from core.db import as_job
from core.models import User
from members.matching import SSN_SYSTEM

# A digest under another key is no sign of another person: it must not speak against one when people are matched.
END = """
UPDATE members_memberidentifier
SET period = daterange(lower(period), greatest(CURRENT_DATE, lower(period) + 1))
WHERE system = %s AND upper_inf(period)
"""


class Command(BaseCommand):
    help = "End every digest of a social security number, so that IDENTIFIER_KEY can change. They come back with files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it; without it nothing is changed")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["yes"]:
            raise CommandError("Until the next full enrolment file nobody is found by number. Say --yes to do it.")
        by = User.objects.system("identifier-key")
        with as_job(by, reason="IDENTIFIER_KEY changes"), connection.cursor() as cursor:
            cursor.execute(END, [SSN_SYSTEM])
            ended = cursor.rowcount
            audit.record(by=by, action="execute", verb="members.end_number_digests", detail={"digests": ended})
        self.stdout.write(f"{ended:,} digests ended. Set the new IDENTIFIER_KEY for every process and start them.")
