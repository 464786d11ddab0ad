"""What an import run set aside, tried again: `./kp replay_import RUN`."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core.db import as_job
from core.models import User
from interop import actions
from interop.models import ImportRun


class Command(BaseCommand):
    help = "Try again what an import run set aside, after its cause was mended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run")
        parser.add_argument("--create-missing", action="store_true", help="make groups and products nobody entered")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.system("import_x12")
        try:
            with as_job(by, reason="replay"):
                run = ImportRun.objects.get(pk=options["run"])
        except (ImportRun.DoesNotExist, ValidationError) as error:
            raise CommandError(f"No import run {options['run']}. The import's last lines name the run.") from error
        taken, still = actions.replay_run(run, by=by, create_missing=options["create_missing"])
        self.stdout.write(f"{taken} accepted, {still} still set aside")
        if still:
            sys.exit(1)
