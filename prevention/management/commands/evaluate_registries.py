"""`./kp evaluate_registries`: who stands in which registry, how controlled and how urgent, now."""

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import jobs as core_jobs
from core.db import as_job
from core.models import User
from members.models import Member
from prevention.registries import run as registries


class Command(BaseCommand):
    help = "Evaluate the registries now, for everybody with a condition that one follows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, help="The day; default today.")
        parser.add_argument("--member", help="Only the member with this record number (MRN).")
        parser.add_argument("--processes", type=int, default=None, help="Processes on this machine.")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or timezone.localdate()
        by = User.objects.system("prevention")
        began = time.monotonic()
        totals: dict[str, Any]
        if options["member"]:
            with as_job(by, reason=f"evaluate_registries {as_of}"):
                member = Member.objects.filter(mrn=options["member"]).first()
                if member is None:
                    raise CommandError(f"No member has the record number {options['member']}.")
                totals = {**registries.evaluate_changed([member.pk], as_of=as_of)}
        else:
            run = registries.start_nightly(by=by, as_of=as_of)
            totals = core_jobs.work_in_processes(run, options["processes"]).totals
        said = ", ".join(
            f"{value:,} {name.replace('_', ' ')}" for name, value in totals.items() if isinstance(value, int)
        )
        self.stdout.write(f"{as_of}: {said or 'nobody to follow'} in {time.monotonic() - began:.1f} s.")
