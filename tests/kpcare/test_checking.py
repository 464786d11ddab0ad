import re
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


def broken(tmp_path: Path, change, *, is_started: bool = False) -> list[str]:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    change(document["services"])
    file = tmp_path / "docker-compose.yml"
    file.write_text(yaml.safe_dump(document))
    return faults(file, is_started=is_started)


def test_a_missing_service_is_named(tmp_path):
    assert broken(tmp_path, lambda services: services.pop("beat")) == ["Service beat is missing."]


def test_a_secret_in_the_file_is_refused(tmp_path):
    found = broken(tmp_path, lambda services: services["web"]["environment"].update(SECRET_KEY="hunter2"))

    assert found == ["web: SECRET_KEY is written into the file: take it from the environment."]


def test_waiting_for_health_that_nobody_checks_is_refused(tmp_path):
    found = broken(tmp_path, lambda services: services["postgres"].pop("healthcheck"))

    assert "web: waits for postgres to be healthy, which has no health check." in found


def in_environment(service: str, **values):
    return lambda services: services[service]["environment"].update(values)


def without(service: str, *keys: str):
    return lambda services: [services[service]["environment"].pop(key) for key in keys]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("web", "SECRET_KEY"), "web: does not start: django.core.exceptions.ImproperlyConfigured: SECRET_KEY"),
        (without("worker", "IDENTIFIER_KEY"), "(worker|beat): does not start: .*IDENTIFIER_KEY is not set"),
        (in_environment("web", KPCARE_LOGIN="jobs"), "web: does not start: .*DATABASE_JOBS_URL is not set"),
        (without("worker", "AUDIT_DATABASE"), "(worker|beat): its access log shares a pool"),
        (in_environment("web", PGBOUNCER="0"), "web: PGBOUNCER does not say whether its address is the pool's"),
        (in_environment("migrate", PGBOUNCER="1"), "migrate: PGBOUNCER does not say"),
        (
            in_environment(
                "migrate",
                DATABASE_OWNER_URL="postgres://kpcare_owner:${P}@pgbouncer:6432/kpcare",
                PGBOUNCER="1",
                AUDIT_DATABASE="kpcare_audit",
            ),
            "migrate: does not wait for pgbouncer|migrate: the owner migrates through the pool",
        ),
        (
            lambda services: services["beat"]["depends_on"].pop("migrate"),
            "(web|worker|beat): does not wait until migrate has",
        ),
        (
            lambda services: services["web"]["depends_on"].pop("pgbouncer"),
            "(web|worker|beat): does not wait for pgbouncer",
        ),
        (
            lambda services: services["postgres"]["healthcheck"].update(test=["CMD", "pg_isready"]),
            "postgres: its health check asks by the socket",
        ),
        (lambda services: services["redis"]["healthcheck"].update(test=["redis-cli"]), "redis: its health check is no"),
        (lambda services: services["redis"]["healthcheck"].update(every="5s"), "redis: every is no key of a health"),
        (
            lambda services: services["worker"]["healthcheck"].update(test=["CMD", "python", "-m", "kpcare.puls"]),
            "worker: kpcare.puls is no module here",
        ),
        (lambda services: services["redis"].update(image="redis"), "redis: image redis names no version"),
        (lambda services: services["web"].update(build="./docs"), "web: there is no Dockerfile to build"),
        (
            lambda services: services["migrate"].update(command="python mange.py migrate"),
            "migrate: mange.py is not here",
        ),
    ],
)
def test_what_would_not_come_up_is_named(tmp_path, change, said):
    found = broken(tmp_path, change, is_started="does not start" in said)

    assert found
    assert all(re.match(said, one) for one in found), found
