"""The health library: complete, in both languages, in plain words, sourced, not past its day, and safe to show."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from prevention.library import articles
from prevention.library.markup import render
from prevention.registries import REGISTRIES
from prevention.rules import RULES
from prevention.views.library import topics
from tests.clinical.factories import World

ALL = [one for language in articles.LANGUAGES for one in articles.articles(language)]


def label(one) -> str:
    return f"{one.language}/{one.slug}"


def test_each_article_stands_in_both_languages():
    english, spanish = (set(articles.all_articles()[language]) for language in articles.LANGUAGES)
    assert english == spanish and len(english) > 20


@pytest.mark.parametrize("one", ALL, ids=label)
def test_an_article_says_where_it_comes_from_and_until_when_it_holds(one):
    assert one.sources and all(re.search(r"\d{4}", source) for source in one.sources), "a source has its year"
    assert one.owner and one.title and one.summary and len(one.body) > 300
    assert one.review_by > timezone.localdate(), "somebody has to read it again"
    assert set(one.topics) <= set(topics()) and one.topics


@pytest.mark.parametrize("slug", sorted(articles.all_articles()["en"]))
def test_both_languages_are_about_the_same(slug):
    one, other = (articles.all_articles()[language][slug] for language in articles.LANGUAGES)
    assert (one.topics, one.rules, one.registries, one.sources) == (
        other.topics,
        other.rules,
        other.registries,
        other.sources,
    )
    assert one.title != other.title and one.body.count("## ") == other.body.count("## ")


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_each_rule_can_be_read_about(rule):
    assert articles.for_rule(rule), f"No article names the rule {rule}."


@pytest.mark.parametrize("registry", [registry.id for registry in REGISTRIES])
def test_each_registry_can_be_read_about(registry):
    assert articles.for_registry(registry), f"No article names the registry {registry}."


@pytest.mark.parametrize("one", articles.articles("en"), ids=label)
def test_words_are_plain(one):
    """Flesch–Kincaid grade, with syllables counted by groups of vowels: at most 8."""
    text = re.sub(r"^## .*$", "", one.body, flags=re.M).replace("**", "")
    sentences = [part for part in re.split(r"[.?!:]\s|\n\n|\n- ", text) if re.search(r"[A-Za-z]", part)]
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    assert grade <= 8, f"grade {grade:.1f}"


@pytest.mark.parametrize("one", articles.articles("es"), ids=label)
def test_spanish_sentences_are_short(one):
    text = re.sub(r"^## .*$", "", one.body, flags=re.M)
    sentences = [part for part in re.split(r"[.?!:]\s|\n\n|\n- ", text) if re.search(r"\w", part)]
    words = re.findall(r"\w+", text)
    assert len(words) / len(sentences) <= 15


def test_nothing_but_our_marks_becomes_html():
    html = render("## <script>x</script>\n**bold** & <b onclick=1>no</b>\n- one\n- [link](javascript:x)")

    assert html == (
        "<h2>&lt;script&gt;x&lt;/script&gt;</h2>\n"
        "<p><strong>bold</strong> &amp; &lt;b onclick=1&gt;no&lt;/b&gt;</p>\n"
        "<ul><li>one</li><li>[link](javascript:x)</li></ul>"
    )


@pytest.mark.parametrize(
    ("language", "asked", "slug"),
    [
        ("en", "mammogram", "breast-screening"),
        ("en", "HbA1c", "diabetes"),
        ("es", "presion", "blood-pressure"),
        ("es", "riñones", "kidney-disease"),
    ],
)
def test_a_search_finds_it_first(language, asked, slug):
    with translation.override(language):
        assert slug in [one.slug for one in articles.search(asked)][:2]


def test_a_search_for_nonsense_finds_nothing_and_a_topic_narrows():
    with translation.override("en"):
        assert articles.search("zzzz") == []
        assert {one.slug for one in articles.search("", "pregnancy")} == {"pregnancy"}


@pytest.mark.django_db
def test_a_member_reads_in_their_language(client):
    world = World()
    client.force_login(world.maria.user)

    found = client.get(reverse("prevention:library"), {"q": "colon"}).content.decode()
    read = client.get(reverse("prevention:article", args=["colon-screening"])).content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    spanish = client.get(reverse("prevention:article", args=["colon-screening"])).content.decode()

    assert "Testing for colon cancer" in found and "Living with COPD" not in found
    assert "U.S. Preventive Services Task Force" in read and "<h2>Who needs a test</h2>" in read
    assert "Pruebas para el cáncer de colon" in spanish
    assert client.get(reverse("prevention:article", args=["gout"])).status_code == 404
    client.logout()
    assert client.get(reverse("prevention:library")).status_code == 302


@pytest.mark.django_db
def test_the_home_names_what_to_read(client):
    world = World()
    client.force_login(world.maria.user)

    assert reverse("prevention:library") in client.get("/").content.decode()
