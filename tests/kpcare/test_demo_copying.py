"""Rows on their way by COPY, while the next ones are made."""

from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from django.db import transaction

from core.models import CodeSystem
from kpcare.demo import copying

COPY = "COPY core_codesystem (uri, name) FROM STDIN"


def systems() -> set[str]:
    return set(CodeSystem.objects.filter(uri__startswith="urn:test:").values_list("uri", flat=True))


def test_every_batch_has_arrived_when_the_wait_is_over(db):
    with ThreadPoolExecutor(max_workers=1) as pool:
        aside = copying.Aside(pool)
        for number in range(3 * copying.WAITING):
            aside(COPY, f"urn:test:{number}\tTest\n")
        aside.wait()

    assert len(systems()) == 3 * copying.WAITING


def test_what_postgres_refuses_is_raised_where_the_rows_are_made(db):
    with ThreadPoolExecutor(max_workers=1) as pool, pytest.raises(psycopg2.DataError), transaction.atomic():
        aside = copying.Aside(pool)
        aside(COPY, "urn:test:1\tTest\ttoo many\n")
        aside.wait()

    assert systems() == set()


@pytest.mark.parametrize(
    ("value", "sent"),
    [(None, "\\N"), (True, "t"), (False, "f"), ("a\tb\\c\nd", "a\\tb\\\\c\\nd"), (7, "7")],
)
def test_a_value_stands_in_the_text_format_of_copy(value, sent):
    assert copying.text(value) == sent
