import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import jobs as core_jobs
from core.db import as_job
from core.models import User
from members.models import Member
from prevention.immunisation import run as immunisations


class Command(BaseCommand):
    help = "Evaluate and forecast immunisations now, for whom facts, age or schedule changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, help="The day; default today.")
        parser.add_argument("--member", help="Only the member with this record number (MRN).")
        parser.add_argument("--everybody", action="store_true", help="Also whom nothing changed for.")
        parser.add_argument("--processes", type=int, default=None, help="Processes on this machine.")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or timezone.localdate()
        by = User.objects.system("prevention")
        began = time.monotonic()
        if options["member"]:
            with as_job(by, reason=f"evaluate_immunisations {as_of}"):
                member = Member.objects.filter(mrn=options["member"]).first()
                if member is None:
                    raise CommandError(f"No member has the record number {options['member']}.")
                totals: dict[str, Any] = immunisations.evaluate_changed([member.pk], as_of=as_of)
        else:
            run = immunisations.start_nightly(by=by, as_of=as_of, everybody=options["everybody"])
            totals = core_jobs.work_in_processes(run, options["processes"]).totals
        said = ", ".join(f"{value:,} {name}" for name, value in totals.items() if isinstance(value, int))
        self.stdout.write(f"{as_of}: {said} in {time.monotonic() - began:.1f} s.")
