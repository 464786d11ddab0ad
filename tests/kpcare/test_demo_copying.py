"""Rows on their way by COPY, while the next ones are made."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import psycopg2
import pytest
from django.db import connections, transaction

from core.ids import uuid7
from core.models import CodeSystem
from kpcare.demo import copying
from kpcare.demo.columns import COLUMNS
from labs.models import ReferenceRange
from tests import database
from tests.labs.factories import Laboratory, arranging

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


ODD = ["", "\\N", "NULL", " ", 'say "so"', "a,b", "a\tb\\c", "two\r\nlines\nand\rone", "\\.", "Ñandú", "'"]


@pytest.mark.parametrize("name", ODD)
def test_words_arrive_as_they_were_written(db, name):
    table = copying.Table("core.CodeSystem", "uri", "name")
    table.add("urn:test:1", name)
    table.flush()
    assert CodeSystem.objects.get(uri="urn:test:1").name == name
    assert table.written == 1


def test_nothing_is_null_where_it_may_be_and_the_empty_string_elsewhere(db):
    test = Laboratory().potassium
    with arranging():
        ReferenceRange.objects.all().delete()
        table = copying.Table(
            "labs.ReferenceRange", "id", "test_id", "sex", "low", "high", "age_days_from", "age_days_to", "source"
        )
        table.add(uuid7(), test.pk, "", None, Decimal("5.1"), 0, 9, "a")
        table.add(uuid7(), test.pk, None, Decimal("3.5"), None, 0, 9, "b")
        table.flush()
        found = ReferenceRange.objects.order_by("source").values_list("sex", "low", "high")
        assert list(found) == [("", None, Decimal("5.1")), ("", Decimal("3.5"), None)]


def test_keys_that_were_set_aside_come_back_as_they_were_with_those_that_rest_on_them(
    django_db_setup, django_db_blocker
):
    """As the tables' owner, and taken back at the end."""
    schema = """
        SELECT md5(string_agg(concat_ws('|', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated), ','
            ORDER BY conrelid::regclass::text, conname)) FROM pg_constraint WHERE conrelid <> 0
        UNION ALL SELECT md5(string_agg(indexdef, ',' ORDER BY indexdef)) FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT count(*)::text FROM pg_trigger WHERE tgenabled <> 'O'
    """
    tables = [copying.Table(label, *columns.split()) for label, columns in COLUMNS.items()]
    names = [table.name for table in tables]
    name = connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock(), psycopg2.connect(database.url("owner", name)) as own:
        with own.cursor() as cursor:
            cursor.execute(schema)
            before = cursor.fetchall()
            back = [*copying._set_foreign_keys_aside(cursor, names)]
            back = [*copying._set_keys_aside(cursor, names), *back]
            cursor.execute(
                "SELECT count(*) FROM pg_index WHERE indrelid = ANY (%s::regclass[])", [copying._quoted(names)]
            )
            assert cursor.fetchone() == (0,)
            for statement in back:
                cursor.execute(statement)
            cursor.execute(schema)
            assert cursor.fetchall() == before
        own.rollback()
