import pytest
from django.db import connection, models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    Migration,
    RemoveConstraint,
    RemoveField,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from kpcare.migrating import apply_in_groups, forward_closure, groups


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


def point(model: str, name: str, to: str) -> AddField:
    return AddField(model, name, models.ForeignKey(to, models.CASCADE, null=True))


def test_an_addition_to_a_table_made_in_the_run_begins_another():
    tables = [create(name) for name in ("a", "b", "c", "d")]
    additions = [add("a", name) for name in ("one", "two", "three", "four")]

    assert list(groups([*tables, *additions])) == [tables, additions]


def test_the_second_change_of_a_field_begins_another():
    first = [add("a", name) for name in ("one", "two", "three", "four")]
    second = add("a", "one")

    assert list(groups([*first, second])) == [first, [second]]


def test_other_operations_stand_alone_and_order_is_kept():
    removal = RemoveField("a", "z")
    first = [RunSQL("SELECT 1"), *(add("a", name) for name in ("one", "two"))]
    last = [add("b", "one")]

    assert list(groups([*first, removal, *last])) == [first, [removal], last]


def test_a_constraint_that_is_replaced_begins_another():
    check = models.CheckConstraint(condition=models.Q(one__gt=0), name="positive")
    old, new = RemoveConstraint("a", "positive"), AddConstraint("a", check)

    assert list(groups([old, new])) == [[old], [new]]


def test_sql_that_states_operations_of_its_own_stands_alone():
    first, sql = add("a", "one"), RunSQL("SELECT 1", state_operations=[add("b", "two")])

    assert list(groups([first, sql])) == [[first], [sql]]


def state_after(*operations: Operation) -> ProjectState:
    state = ProjectState()
    for operation in operations:
        operation.state_forwards("shelf", state)
    return state


def test_a_model_needs_what_it_points_to_and_nobody_who_points_at_it():
    tables = [create(name) for name in ("Book", "Author", "Country", "Review")]
    state = state_after(
        *tables,
        point("Book", "author", "shelf.Author"),
        point("Author", "country", "shelf.Country"),
        point("Review", "book", "shelf.Book"),
    )

    assert forward_closure(state, [("shelf", "book")]) == {
        ("shelf", "book"),
        ("shelf", "author"),
        ("shelf", "country"),
    }


STEPS = [
    create("Author"),
    create("Book"),
    create("Review"),
    point("Book", "author", "shelf.Author"),
    point("Review", "book", "shelf.Book"),
    add("Book", "pages"),
    AddConstraint("Book", models.CheckConstraint(condition=models.Q(pages__gt=0), name="shelf_pages")),
    AddIndex("Book", models.Index(fields=["author", "pages"], name="shelf_author")),
    RemoveConstraint("Book", "shelf_pages"),
    AddConstraint("Book", models.CheckConstraint(condition=models.Q(pages__gt=1), name="shelf_pages")),
    AlterField("Book", "pages", models.BigIntegerField(null=True)),
    # Others refer to this key: they are altered along with it.
    AlterField("Author", "id", models.BigAutoField(primary_key=True)),
    RemoveField("Review", "book"),
]


def collected(apply, **options) -> list[str]:
    """The SQL of `STEPS`, none of it executed."""
    migration = Migration("first", "shelf")
    migration.operations = STEPS
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        apply(migration, ProjectState(), editor, **options)
    return [line for line in editor.collected_sql if not line.startswith("--")]


@pytest.mark.django_db
def test_groups_make_the_sql_that_django_makes_step_by_step():
    expected = collected(Migration.apply, collect_sql=True)

    assert any("bigint" in line and "author_id" in line for line in expected)
    assert collected(apply_in_groups) == expected
