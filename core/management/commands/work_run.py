from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import jobs
from core.models import JobRun


class Command(BaseCommand):
    help = "Work on a run of a job until no share of it is free. Any number of these may work on one run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", help="id of the run")

    def handle(self, *args: Any, **options: Any) -> None:
        run = JobRun.objects.select_related("started_by").get(pk=options["run"])
        try:
            jobs.work(run)
        except jobs.JobFailed as error:
            raise CommandError(str(error)) from error
