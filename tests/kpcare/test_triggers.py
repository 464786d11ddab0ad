"""pgtrigger's registry refuses what it refused before, and knows every trigger of the models."""

import pgtrigger
import pytest
from pgtrigger import registry
from pgtrigger.core import Trigger

from core.models import JobRun
from core.security import install_triggers
from kpcare.triggers import IndexedRegistry


def protect(name: str) -> Trigger:
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)


def test_the_registry_in_use_has_an_index_that_agrees_with_it():
    found = registry._registry

    assert isinstance(found, IndexedRegistry) and len(found) > 400
    assert found.tables == {(model._meta.db_table, trigger.name): trigger for model, trigger in found.values()}
    assert found.functions == {trigger.get_pgid(model) for model, trigger in found.values()}


def test_a_name_taken_is_refused():
    model, trigger = next(iter(registry._registry.values()))

    with pytest.raises(KeyError, match="already"):
        pgtrigger.register(protect(trigger.name))(model)


def test_a_name_given_back_is_free_again():
    first, second = protect("bench_only"), protect("bench_only")
    pgtrigger.register(first)(JobRun)
    registry.delete("core.JobRun:bench_only")

    pgtrigger.register(second)(JobRun)

    registry.delete("core.JobRun:bench_only")
    assert ("core_jobrun", "bench_only") not in registry._registry.tables


@pytest.fixture
def installed(monkeypatch) -> list[str]:
    """The triggers that `install_triggers` finds to install, none of them installed."""
    found: list[str] = []
    monkeypatch.setattr(pgtrigger, "install", lambda *uris, database: found.extend(uris))
    return found


@pytest.mark.django_db
def test_a_migrated_database_wants_no_trigger(installed):
    install_triggers("default")

    assert installed == []


@pytest.mark.django_db
def test_a_trigger_that_is_missing_is_installed(installed):
    extra = protect("bench_only")
    pgtrigger.register(extra)(JobRun)

    install_triggers("default")

    registry.delete("core.JobRun:bench_only")
    assert installed == ["core.JobRun:bench_only"]
