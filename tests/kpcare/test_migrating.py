from django.db import models
from django.db.migrations import AddField, AddIndex, CreateModel, RemoveField, RunSQL

from kpcare.migrating import groups


def create(name: str) -> CreateModel:
    return CreateModel(name, fields=[("id", models.AutoField(primary_key=True))])


def add(model: str, name: str) -> AddField:
    return AddField(model, name, models.IntegerField(null=True))


def test_neighbouring_additions_share_one_state():
    operations = [
        add("a", "one"),
        add("a", "two"),
        add("b", "one"),
        AddIndex("a", models.Index(fields=["one"], name="i")),
    ]

    assert list(groups(operations)) == [operations]


def test_a_short_run_goes_one_by_one():
    operations = [add("a", "one"), add("a", "two")]

    assert list(groups(operations)) == [[operations[0]], [operations[1]]]


def test_an_addition_to_a_table_made_in_the_run_begins_another():
    tables = [create(name) for name in ("a", "b", "c", "d")]
    additions = [add("a", name) for name in ("one", "two", "three", "four")]

    assert list(groups([*tables, *additions])) == [tables, additions]


def test_the_second_change_of_a_field_begins_another():
    first = [add("a", name) for name in ("one", "two", "three", "four")]
    second = add("a", "one")

    assert list(groups([*first, second])) == [first, [second]]


def test_other_operations_stand_alone_and_order_is_kept():
    sql, removal = RunSQL("SELECT 1"), RemoveField("a", "z")
    first = [add("a", name) for name in ("one", "two", "three", "four")]

    assert list(groups([sql, *first, removal])) == [[sql], first, [removal]]
