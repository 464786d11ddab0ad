"""Migrations in seconds instead of minutes.

Django renders every model of the project anew for each migration and after most operations. With a model graph in
which everything points at a member, that is nearly all the time of a `migrate`. Most operations look at their own
table and what it points to, so those models alone are rendered for them; and neighbouring operations that do not need
each other's states share one rendering.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelManagers,
    AlterModelOptions,
    CreateModel,
    Migration,
    RemoveConstraint,
    RemoveIndex,
    RunSQL,
)
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
from pgtrigger.migrations import AddTrigger, RemoveTrigger

Key = tuple[str, str]
ALTER_MODEL = AlterModelManagers | AlterModelOptions

# What needs its own table and what that points to, and nothing of who points at it.
NARROW = (
    CreateModel,
    AddField,
    AlterField,
    AddConstraint,
    RemoveConstraint,
    AddIndex,
    RemoveIndex,
    AddTrigger,
    RemoveTrigger,
    AlterModelManagers,
    AlterModelOptions,
    RunSQL,
)


def groups(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Runs of neighbouring operations that one pair of states serves; every other operation alone.

    A run ends before an operation on a table that it creates (creating would already take the addition along) and
    before the second operation on one field, constraint, index or trigger.
    """
    run: list[Operation] = []
    created: set[str] = set()
    touched: set[tuple[str, str]] = set()
    for operation in operations:
        narrow = is_narrow(operation)
        model = model_name(operation)
        part = (model, part_name(operation))
        if run and (not narrow or model in created or part in touched):
            yield run
            run, created, touched = [], set(), set()
        if not narrow:
            yield [operation]
            continue
        run.append(operation)
        if isinstance(operation, CreateModel):
            created.add(model)
        elif part[1]:
            touched.add(part)
    if run:
        yield run


def is_narrow(operation: Operation) -> bool:
    """Whether a part of the state is enough. SQL with state operations of its own may need anything."""
    return type(operation) in NARROW and not getattr(operation, "state_operations", None)


def model_name(operation: Operation) -> str:
    """The model that a narrow operation is about, in lower case; empty for SQL."""
    name = operation.name if isinstance(operation, CreateModel | ALTER_MODEL) else getattr(operation, "model_name", "")
    return name.lower()


def part_name(operation: Operation) -> str:
    """The field, constraint, index or trigger that a narrow operation is about; empty where there is none."""
    for holder in ("constraint", "index", "trigger"):
        if hasattr(operation, holder):
            return getattr(operation, holder).name.lower()
    return "" if isinstance(operation, CreateModel | ALTER_MODEL) else getattr(operation, "name", "").lower()


def forward_closure(state: ProjectState, wanted: Iterable[Key]) -> set[Key]:
    """`wanted` and every model that these inherit from or point to, directly or not, as far as `state` knows them."""
    found: set[Key] = set()
    waiting = [key for key in wanted if key in state.models]
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        found.add(key)
        waiting.extend(other for other in pointed_to(state.models[key]) if other in state.models)
    return found


def pointed_to(model: ModelState) -> Iterator[Key]:
    here = (model.app_label, model.name_lower)
    for base in model.bases:
        if isinstance(base, str) or hasattr(base, "_meta"):
            yield resolve_relation(base, *here)
    for field in model.fields.values():
        for side in ("model", "through"):
            other = getattr(field.remote_field, side, None)
            if other:
                yield resolve_relation(other, *here)


def part_of(state: ProjectState, wanted: Iterable[Key]) -> ProjectState:
    """A copy of what `wanted` needs of `state`: it renders alone, and stays as it is when `state` moves on."""
    models = {key: state.models[key].clone() for key in forward_closure(state, wanted)}
    return ProjectState(models, state.real_apps)


def needs_referrers(operation: Operation, app_label: str, before: ProjectState) -> bool:
    """Whether who points at the table matters: a key that others refer to may change its type."""
    if not isinstance(operation, AlterField):
        return False
    field = before.models[app_label, operation.model_name_lower].fields.get(operation.name)
    return any(key is None or key.primary_key or key.unique for key in (field, operation.field))


def apply_in_groups(
    migration: Migration, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor
) -> ProjectState:
    """`Migration.apply` inside its transaction, with one state for each group; returns the state after all."""
    label = migration.app_label
    for group in groups(migration.operations):
        # Never kept rendered while it moves on: each operation would render all related models again.
        project_state.__dict__.pop("apps", None)
        if all(is_narrow(operation) for operation in group):
            wanted = [(label, model_name(operation)) for operation in group]
            whole = any(needs_referrers(operation, label, project_state) for operation in group)
            before = project_state.clone() if whole else part_of(project_state, wanted)
            for operation in group:
                operation.state_forwards(label, project_state)
            after = project_state if whole else part_of(project_state, wanted)
        else:
            before, after = project_state.clone(), project_state
            group[0].state_forwards(label, project_state)
        for operation in group:
            operation.database_forwards(label, schema_editor, before, after)
    return project_state


def apply_all(
    self: MigrationExecutor,
    state: ProjectState,
    plan: list[tuple[Migration, bool]],
    full_plan: list[tuple[Migration, bool]],
    fake: bool,
    fake_initial: bool,
) -> ProjectState:
    """Django's `_migrate_all_forwards` without rendering all models before each migration."""
    waiting = {migration for migration, _ in plan}
    for migration, _ in full_plan:
        if migration in waiting:
            state = self.apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
    return state


def libraries_first(nodes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leaf migrations, other people's apps before our rooms: their many small steps then render few models."""
    return sorted(nodes, key=lambda node: (node[0] in settings.ROOMS, node))


# The executor's own step, which the stubs leave out.
FORWARDS = "_migrate_all_forwards"
SWAPPABLE = "get_swappable_settings_name"


@contextmanager
def in_groups() -> Iterator[None]:
    """Let `migrate` apply groups; `sqlmigrate` and non-atomic migrations go Django's way."""
    apply_one_by_one, leaf_nodes = Migration.apply, MigrationGraph.leaf_nodes
    render_before_each = vars(MigrationExecutor)[FORWARDS]
    swappable = apps.get_swappable_settings_name

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
    setattr(MigrationExecutor, FORWARDS, apply_all)
    # Each foreign key asks it whenever it is rendered, and every model rendered empties the answers of all registries,
    # though nothing changes in this one: a tenth of the time.
    vars(apps)[SWAPPABLE] = functools.cache(swappable)
    try:
        yield
    finally:
        Migration.apply = apply_one_by_one  # type: ignore[method-assign]
        MigrationGraph.leaf_nodes = leaf_nodes  # type: ignore[method-assign]
        setattr(MigrationExecutor, FORWARDS, render_before_each)
        vars(apps).pop(SWAPPABLE, None)
