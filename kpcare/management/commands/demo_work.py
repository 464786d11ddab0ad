"""`./kp demo_work`: a few weeks' work on a demo world whose first jobs have run."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from billing import guardrails
from billing.tasks import today
from core import jobs
from core.db import as_job
from core.models import User
from kpcare.demo import work
from kpcare.management.commands.seed import instant
from prevention.plan_rates import job as plan_rates

# A world larger than this is for benchmarks, where nobody looks at its pages one by one.
MOST = 100_000


class Command(BaseCommand):
    help = "Lay messages, lists, reviews and projects into a demo world, so that no page begins empty."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=instant, default=None, help="now, if not now")

    def handle(self, *args: Any, **options: Any) -> None:
        from members.models import Member

        if not settings.DEMO or not User.objects.filter(email="physician@demo.example").exists():
            self.stdout.write("This is no demo world: nothing is laid.")
            return
        with as_job(User.objects.system("seed"), reason="demo work"):
            if Member.objects.count() > MOST:
                self.stdout.write("Too many people for a demo: nothing is laid.")
                return
            laid = work.lay(options["at"] or timezone.now())
            runs = work.cohort() if laid else ()
        for run in runs:
            jobs.work(run)
        if laid:
            jobs.work(plan_rates.start(by=User.objects.system("prevention"), as_of=today()))
            guardrails.compare(today(), by=User.objects.system("guardrails"))
        self.stdout.write("A few weeks' work laid." if laid else "It was laid before.")
