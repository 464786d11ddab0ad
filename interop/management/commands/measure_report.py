"""`./kp measure_report CMS125 --year 2025`: a FHIR MeasureReport, of everybody of a system or of one member."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.db import as_job
from core.models import User
from interop.measure_reports import individual, summary
from members.models import Member
from network.models import Organization
from prevention.measures import measure


class Command(BaseCommand):
    help = "Print a measure's FHIR MeasureReport: summary, or individual for a member."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("measure", help="By id or name, like CMS125.")
        parser.add_argument("--year", type=int, default=timezone.now().year, help="Measurement year.")
        parser.add_argument("--organization", default="", help="The reporting system by name, where there are several.")
        parser.add_argument("--member", default="", help="Only this member, by medical record number.")

    def _organization(self, name: str) -> Organization:
        """The system that reports: by name, or the only one. Raises `CommandError` where it is not told which."""
        systems = Organization.objects.filter(kind=Organization.Kind.SYSTEM)
        found = list(systems.filter(name__iexact=name) if name else systems)
        if len(found) == 1:
            return found[0]
        names = ", ".join(sorted(systems.values_list("name", flat=True)))
        raise CommandError(f"Name the organisation that reports with --organization: one of {names}.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            of = measure(options["measure"], options["year"])
        except KeyError as error:
            raise CommandError(error.args[0]) from None
        year, at = options["year"], timezone.now()
        with as_job(User.objects.system("measure_report"), reason="Measure report"):
            if options["member"]:
                member = Member.objects.filter(mrn=options["member"]).first()
                if member is None:
                    raise CommandError("No member has this record number.")
                report = individual(member.pk, of, year, at)
            else:
                report = summary(of, year, at, self._organization(options["organization"]))
        self.stdout.write(json.dumps(report, indent=1))
