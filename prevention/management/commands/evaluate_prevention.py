import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import jobs as core_jobs
from core.db import as_job
from core.models import User
from core.terminology import load_own
from members.models import Member
from prevention import jobs
from prevention.actions import evaluate_members
from prevention.measures import measure


class Command(BaseCommand):
    help = "Evaluate measures and care rules for everybody now: the nightly run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, help="The day; default today.")
        parser.add_argument("--member", help="Only the member with this record number (MRN).")
        parser.add_argument("--measure", default="", help="Only this measure, like CMS125.")
        parser.add_argument(
            "--everybody",
            action="store_true",
            help="Answer the measures of those too of whom nothing changed since the last night.",
        )
        parser.add_argument(
            "--processes", type=int, default=None, help="Processes on this machine; default one a core."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or timezone.localdate()
        by = User.objects.system("prevention")
        began = time.monotonic()
        if options["measure"]:
            try:
                measure(options["measure"], as_of.year)
            except KeyError as error:
                raise CommandError(error.args[0]) from None
        if options["member"]:
            totals = self._one(options["member"], as_of, by)
        else:
            run = jobs.start_nightly(by=by, as_of=as_of, only=options["measure"], everybody=options["everybody"])
            totals = core_jobs.work_in_processes(run, options["processes"]).totals
        said = ", ".join(
            f"{value:,} {name.replace('_', ' ')}" for name, value in totals.items() if isinstance(value, int)
        )
        self.stdout.write(f"{as_of}: {said} in {time.monotonic() - began:.1f} s.")

    def _one(self, mrn: str, as_of: date, by: User) -> dict[str, int]:
        with as_job(by, reason=f"evaluate_prevention {as_of}"):
            member = Member.objects.filter(mrn=mrn).first()
            if member is None:
                raise CommandError(f"No member has the record number {mrn}.")
            load_own()
            return evaluate_members([member.pk], as_of=as_of)
