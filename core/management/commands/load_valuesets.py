import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.terminology import load_value_sets


class Command(BaseCommand):
    help = "Load FHIR ValueSet expansions from a folder (or files); they replace sets of the same address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = []
        for path in options["path"]:
            if not path.exists():
                raise CommandError(f"{path} does not exist: name a folder of FHIR ValueSet files.")
            files += sorted(path.rglob("*.json")) if path.is_dir() else [path]
        began = time.monotonic()
        loaded = load_value_sets(files)
        self.stdout.write(
            f"{loaded.sets} value sets with {loaded.codes:,} codes, {loaded.changed} of them changed, "
            f"in {time.monotonic() - began:.1f} s."
        )
        for name, reason in loaded.set_aside.items():
            self.stderr.write(f"Set aside {name}: {reason}")
        for url, (had, has) in loaded.shrunk.items():
            self.stderr.write(
                f"{url} had {had:,} codes and has {has:,}: if this is no new version of it, load the right file again."
            )
        if not loaded.sets:
            raise CommandError("No value set was found.")
