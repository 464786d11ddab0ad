"""Migrations in seconds instead of minutes.

Django renders every model anew after each operation. With a model graph in which everything points at a member, an
initial migration with hundreds of fields, constraints and triggers spends minutes on that. Neighbouring operations
that create tables, or that add to different parts of existing ones, do not need each other's states: they share one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, AlterField, CreateModel, Migration
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

GROWTH = (CreateModel, AddField, AlterField, AddConstraint, AddIndex, AddTrigger)
# Below this many, rendering one by one is cheaper than rendering all models once.
WORTH_IT = 4


def groups(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Runs of neighbouring operations that one pair of states serves; every other operation alone.

    A run ends before an operation on a table that it creates (creating would already take the addition along) and
    before the second operation on one field.
    """
    run: list[Operation] = []
    created: set[str] = set()
    fields: set[tuple[str, str]] = set()
    for operation in operations:
        model = getattr(operation, "model_name", "").lower()
        field = (model, operation.name_lower) if isinstance(operation, AddField | AlterField) else None
        if run and (type(operation) not in GROWTH or model in created or field in fields):
            yield from worthwhile(run)
            run, created, fields = [], set(), set()
        if type(operation) not in GROWTH:
            yield [operation]
            continue
        run.append(operation)
        if isinstance(operation, CreateModel):
            created.add(operation.name_lower)
        if field:
            fields.add(field)
    yield from worthwhile(run)


def worthwhile(run: list[Operation]) -> Iterator[list[Operation]]:
    """The run as one group, or one by one where it is short."""
    if len(run) >= WORTH_IT:
        yield run
    else:
        yield from ([operation] for operation in run)


def apply_in_groups(
    migration: Migration, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor
) -> ProjectState:
    """`Migration.apply` inside its transaction, with one state for each group; returns the state after all."""
    for group in groups(migration.operations):
        before = project_state.clone()
        if len(group) > 1:
            project_state.__dict__.pop("apps", None)  # rendered once, when the first operation asks
        for operation in group:
            operation.state_forwards(migration.app_label, project_state)
        for operation in group:
            operation.database_forwards(migration.app_label, schema_editor, before, project_state)
    return project_state


def libraries_first(nodes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leaf migrations, other people's apps before our rooms: their many small steps then render few models."""
    return sorted(nodes, key=lambda node: (node[0] in settings.ROOMS, node))


@contextmanager
def in_groups() -> Iterator[None]:
    """Let `migrate` apply groups; `sqlmigrate` and non-atomic migrations go Django's way."""
    apply_one_by_one, leaf_nodes = Migration.apply, MigrationGraph.leaf_nodes

    def apply(
        self: Migration, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        if collect_sql or not schema_editor.atomic_migration:
            return apply_one_by_one(self, project_state, schema_editor, collect_sql)
        return apply_in_groups(self, project_state, schema_editor)

    def leaf_nodes_in_order(self: MigrationGraph, app: str | None = None) -> list[tuple[str, str]]:
        return libraries_first(leaf_nodes(self, app))

    Migration.apply = apply  # type: ignore[method-assign]
    MigrationGraph.leaf_nodes = leaf_nodes_in_order  # type: ignore[method-assign]
    try:
        yield
    finally:
        Migration.apply = apply_one_by_one  # type: ignore[method-assign]
        MigrationGraph.leaf_nodes = leaf_nodes  # type: ignore[method-assign]
