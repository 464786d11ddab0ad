"""`./kp messages`: collect the words of all rooms for translation, and compile what is translated."""

import os
import shutil
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Collect translatable words into kpcare/locale/ and compile them. Needs GNU gettext (Debian: apt install "
        "gettext). Write the Spanish in django.po, run this again, commit both files."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 where words have no translation"
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        if not check:
            self.collect()
        missing = self.missing()
        for language, words in missing.items():
            self.stdout.write(f"{language}: {len(words)} without translation")
            for word in words:
                self.stdout.write(f"  {word}")
        if check and any(missing.values()):
            raise CommandError("Write the missing translations in kpcare/locale/<language>/LC_MESSAGES/django.po.")

    def collect(self) -> None:
        """Rewrite the .po files from the sources and compile them."""
        if shutil.which("xgettext") is None:
            raise CommandError("GNU gettext is not installed. Debian: apt install gettext.")
        os.chdir(settings.BASE_DIR)
        ignored = [".kpcare/*", "tests/*", "test-artefacts/*", "*/node_modules/*", "bench/*"]
        call_command(
            "makemessages",
            locale=self.languages(),
            ignore_patterns=ignored,
            no_location=True,
            no_obsolete=True,
            no_wrap=True,
            verbosity=0,
        )
        call_command("compilemessages", locale=self.languages(), ignore_patterns=[".kpcare/*"], verbosity=0)

    def missing(self) -> dict[str, list[str]]:
        """The words of each language's .po file that have no translation, or an unsure (fuzzy) one."""
        return {
            language: untranslated((settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po").read_text())
            for language in self.languages()
        }

    def languages(self) -> list[str]:
        return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def untranslated(po: str) -> list[str]:
    """The msgids of a .po file whose msgstr (or any plural of it) is empty, or that are marked fuzzy."""
    found = []
    for entry in po.split("\n\n")[1:]:
        lines = [line for line in entry.splitlines() if not line.startswith("#~")]
        words = "".join(_quoted(lines, "msgid "))
        fields = {line.split(" ")[0] + " " for line in lines if line.startswith("msgstr")}
        unsure = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        if words and (unsure or not all("".join(_quoted(lines, field)) for field in fields)):
            found.append(words)
    return found


def _quoted(lines: list[str], start: str) -> list[str]:
    """The quoted parts of one field of a .po entry: the rest of its line, and the lines that continue it."""
    parts: list[str] = []
    inside = False
    for line in lines:
        if line.startswith(start):
            inside, line = True, line.removeprefix(start)
        elif not line.startswith('"'):
            inside = False
        if inside:
            parts.append(line.strip()[1:-1])
    return parts
