"""pgtrigger's registry with an index.

Before each trigger it registers, pgtrigger 4.17 names all those registered earlier to see that no name is taken. With
440 triggers that takes a second of every start of every process. Here the names are kept beside the registry.
"""

from typing import Any

from pgtrigger import registry
from pgtrigger.core import Trigger


class IndexedRegistry(registry._Registry):
    """The same registry: it answers the two questions of its `__setitem__` without walking through itself."""

    tables: dict[tuple[str, str], Trigger]
    functions: set[str]

    @property
    def by_db_table(self) -> dict[tuple[str, str], Trigger]:
        return self.tables

    @property
    def pg_function_names(self) -> set[str]:
        return self.functions

    def __setitem__(self, key: str, value: tuple[Any, Trigger]) -> None:
        super().__setitem__(key, value)
        model, trigger = value
        self.tables[model._meta.db_table, str(trigger.name)] = trigger
        self.functions.add(trigger.get_pgid(model))

    def __delitem__(self, key: str) -> None:
        model, trigger = self[key]
        super().__delitem__(key)
        self.tables.pop((model._meta.db_table, trigger.name), None)
        self.functions.discard(trigger.get_pgid(model))


def index_registry(found: registry._Registry | None = None) -> None:
    """Give pgtrigger's registry (or `found`) its index, whatever it holds already."""
    found = registry._registry if found is None else found
    tables, functions = found.by_db_table, set(found.pg_function_names)
    # The object stays: pgtrigger's functions hold on to it by name.
    found.__class__ = IndexedRegistry
    vars(found).update(tables=tables, functions=functions)
