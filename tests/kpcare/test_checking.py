from pathlib import Path

import pytest
import yaml

from kpcare.embedded.checking import TRACES
from kpcare.embedded.composefile import faults
from kpcare.embedded.paths import ROOT


@pytest.mark.parametrize("line", ["see /" + "work/main", "HOME=/" + "root/x", "https://" + "pypi" + ".org/simple"])
def test_traces_of_a_machine_or_a_registry_are_found(line):
    assert TRACES.search(line)


@pytest.mark.parametrize("line", ["docs/" + "work/plan.md", "the root" + "/leaf distance", "pip install django"])
def test_ordinary_lines_are_not(line):
    assert not TRACES.search(line)


def test_our_compose_file_holds():
    assert faults(ROOT / "docker-compose.yml") == []


def broken(tmp_path: Path, change) -> list[str]:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    change(document["services"])
    file = tmp_path / "docker-compose.yml"
    file.write_text(yaml.safe_dump(document))
    return faults(file)


def test_a_missing_service_is_named(tmp_path):
    assert broken(tmp_path, lambda services: services.pop("beat")) == ["Service beat is missing."]


def test_a_secret_in_the_file_is_refused(tmp_path):
    found = broken(tmp_path, lambda services: services["web"]["environment"].update(SECRET_KEY="hunter2"))

    assert found == ["web: SECRET_KEY is written into the file: take it from the environment."]


def test_waiting_for_health_that_nobody_checks_is_refused(tmp_path):
    found = broken(tmp_path, lambda services: services["postgres"].pop("healthcheck"))

    assert "web: waits for postgres to be healthy, which has no health check." in found
