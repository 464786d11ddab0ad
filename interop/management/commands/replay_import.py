"""What an import run set aside, tried again: `./kp replay_import RUN`."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core.models import User
from interop import actions
from interop.models import ImportRun
from interop.x12.claim_import import replay_claims


class Command(BaseCommand):
    help = "Try again what an import run set aside, after its cause was mended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run")
        parser.add_argument("--create-missing", action="store_true", help="make groups and products nobody entered")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = ImportRun.objects.get(pk=options["run"], kind__in=[ImportRun.Kind.X12_834, ImportRun.Kind.X12_837])
        except (ImportRun.DoesNotExist, ValidationError) as error:
            raise CommandError(f"No X12 import run {options['run']}. ./kp import_x12 prints the run's id.") from error
        by = User.objects.system("import_x12")
        if run.kind == ImportRun.Kind.X12_837:
            taken, still = replay_claims(run, by=by)
        else:
            taken, still = actions.replay_run(run, by=by, create_missing=options["create_missing"])
        self.stdout.write(f"{taken} accepted, {still} still set aside")
        if still:
            sys.exit(1)
