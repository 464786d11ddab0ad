"""Articles as files: `articles/<language>/<slug>.md`, read once, found by topic, rule, registry or words.

A file begins with a few lines `name: value` between `---`. `topics`, `rules`, `registries` and `sources` are lists,
separated by semicolons; a rule may be a pattern (`statin*`). Adding one: the same slug in each language, with source,
owner and the day by which somebody reads it again; `tests/prevention/library` holds it to that.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from prevention.library.markup import render

FOLDER = Path(__file__).with_name("articles")
LANGUAGES = ("en", "es")
_LISTS = ("topics", "rules", "registries", "sources")


@dataclass(frozen=True)
class Article:
    """One article in one language."""

    slug: str
    language: str
    title: str
    summary: str
    sources: tuple[str, ...]
    owner: str
    review_by: date
    body: str
    topics: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    registries: tuple[str, ...] = ()

    @property
    def html(self) -> SafeString:
        return render(self.body)

    @property
    def words(self) -> str:
        """What a search looks through, folded."""
        return fold(f"{self.title} {self.summary} {self.body}")

    def is_about_rule(self, rule: str) -> bool:
        return any(fnmatchcase(rule, pattern) for pattern in self.rules)


def read(path: Path) -> Article:
    """The article of a file. Raises `ValueError` naming the file where something is missing or unknown."""
    head, _, body = path.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    values: dict[str, object] = {}
    for written in head.splitlines():
        name, colon, value = written.partition(":")
        if not colon:
            raise ValueError(f"{path.name}: {written!r} says no name and value.")
        name, value = name.strip(), value.strip()
        values[name] = tuple(one.strip() for one in value.split(";") if one.strip()) if name in _LISTS else value
    try:
        values["review_by"] = date.fromisoformat(str(values["review_by"]))
        return Article(slug=path.stem, language=path.parent.name, body=body.strip(), **values)  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from error


@cache
def all_articles() -> dict[str, dict[str, Article]]:
    """Language → slug → article, by title."""
    found = {}
    for language in LANGUAGES:
        read_ones = (read(path) for path in (FOLDER / language).glob("*.md"))
        found[language] = {one.slug: one for one in sorted(read_ones, key=lambda one: fold(one.title))}
    return found


def spoken() -> str:
    """The language of the page, where there are articles in it; English otherwise."""
    language = (get_language() or "en")[:2]
    return language if language in LANGUAGES else "en"


def articles(language: str = "") -> list[Article]:
    return list(all_articles()[language or spoken()].values())


def article(slug: str, language: str = "") -> Article | None:
    return all_articles()[language or spoken()].get(slug)


def for_rule(rule: str) -> Article | None:
    """What to read about a care rule: the article that names it, before one whose pattern fits."""
    found = [one for one in articles() if one.is_about_rule(rule)]
    return next((one for one in found if rule in one.rules), found[0] if found else None)


def for_registry(registry: str) -> Article | None:
    return next((one for one in articles() if registry in one.registries), None)


def search(asked: str, topic: str = "") -> list[Article]:
    """Articles of a topic that have every word asked for; those with it in the title come first."""
    words = fold(asked).split()
    found = [one for one in articles() if not topic or topic in one.topics]
    found = [one for one in found if all(word in one.words for word in words)]
    return sorted(found, key=lambda one: not all(word in fold(one.title) for word in words))


def fold(text: str) -> str:
    """Small letters without accents: `presión` is found by `presion`."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
