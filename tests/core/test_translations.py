"""Everything that is meant to be said in Spanish is said in Spanish."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from core.management.commands.messages import Command, untranslated

ENTRIES = """msgid ""
msgstr ""
"Language: es\\n"

msgid "Save"
msgstr "Guardar"

msgid "Close"
msgstr ""

msgid ""
"A long "
"sentence"
msgstr ""
"Una frase "
"larga"

#, fuzzy
msgid "Unsure"
msgstr "Seguro"

msgid "%(n)s day"
msgid_plural "%(n)s days"
msgstr[0] "%(n)s día"
msgstr[1] ""
"""


def test_empty_unsure_and_half_translated_words_are_found():
    assert untranslated(ENTRIES) == ["Close", "Unsure", "%(n)s day"]


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE])
def test_no_collected_word_is_left_without_translation(language):
    folder = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES"

    assert untranslated((folder / "django.po").read_text()) == []
    assert (folder / "django.mo").exists()


def test_the_check_fails_where_a_word_is_missing(monkeypatch):
    monkeypatch.setattr(Command, "missing", lambda self: {"es": ["Save"]})

    with pytest.raises(CommandError):
        Command().handle(check=True)
