"""Whether docker-compose.yml would hold, as far as a parser can tell where there is no engine to run it on."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

from kpcare.embedded import paths

EXPECTED = {"postgres", "pgbouncer", "redis", "migrate", "web", "worker", "beat"}
KNOWN_KEYS = {
    *("image", "build", "command", "entrypoint", "environment", "depends_on", "healthcheck", "volumes", "ports"),
    *("restart", "user", "read_only", "tmpfs", "expose", "stop_grace_period", "init", "networks", "secrets"),
    *("cap_drop", "security_opt", "configs", "deploy", "logging", "shm_size"),
}
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period", "start_interval"}
# ${NAME} and ${NAME:?what to say where it is not set}
GIVEN = re.compile(r"\$\{(\w+)(?::\?[^}]*)?\}")
# What stands for a value that whoever runs it gives.
PLACEHOLDERS = {"EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587", "ALLOWED_HOSTS": "care.example.org"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
PLAIN_SECRET = re.compile(r"(PASSWORD|SECRET|KEY|TOKEN)", re.IGNORECASE)


def faults(file: Path, *, is_started: bool = True) -> list[str]:
    """What is wrong with the file, a sentence each; empty when nothing was found.

    `is_started`: whether the settings are tried with what each service is given, half a second each.
    """
    import yaml

    try:
        document = yaml.safe_load(file.read_text())
    except (OSError, yaml.YAMLError) as error:
        return [f"{file.name} cannot be read: {error}"]
    services: dict[str, dict[str, Any]] = document.get("services") or {}
    found = [f"Service {name} is missing." for name in sorted(EXPECTED - services.keys())]
    for name, service in services.items():
        found += [f"{name}: {fault}" for fault in service_faults(service, services, document)]
        found += [f"{name}: {fault}" for fault in (*run_faults(service), *health_faults(name, service))]
        if "build" in service:
            found += [f"{name}: {fault}" for fault in order_faults(service, services)]
        if "build" in service and is_started:
            found += [f"{name}: {fault}" for fault in start_faults(service)]
    return found


def service_faults(service: dict[str, Any], services: dict[str, Any], document: dict[str, Any]) -> list[str]:
    found = [f"{key} is no key of a service." for key in service.keys() - KNOWN_KEYS]
    if not ("image" in service or "build" in service):
        found.append("neither image nor build.")
    one_off = service.get("restart") == "no"
    if not one_off and "healthcheck" not in service:
        found.append("no health check.")
    for other, wait in (service.get("depends_on") or {}).items():
        if other not in services:
            found.append(f"depends on {other}, which is not there.")
            continue
        condition = wait.get("condition")
        if condition not in CONDITIONS:
            found.append(f"waits for {other} under {condition!r}, which is no condition.")
        if condition == "service_healthy" and "healthcheck" not in services[other]:
            found.append(f"waits for {other} to be healthy, which has no health check.")
    for volume in service.get("volumes") or []:
        source = str(volume).partition(":")[0]
        if not source.startswith((".", "/")) and source not in (document.get("volumes") or {}):
            found.append(f"volume {source} is not declared.")
    for key, value in (service.get("environment") or {}).items():
        if PLAIN_SECRET.search(key) and "${" not in str(value) and not key.endswith("_FILE"):
            found.append(f"{key} is written into the file: take it from the environment.")
    return found


def words(value: Any) -> list[str]:
    """A command as a list, whichever way it is written."""
    return str(value).split() if isinstance(value, str) else [str(word) for word in value or []]


def run_faults(service: dict[str, Any]) -> list[str]:
    """Whether there is something to run: an image with its version, or a Dockerfile that says what it starts."""
    found = []
    image = str(service.get("image", ""))
    if image and ":" not in image.rpartition("/")[2]:
        found.append(f"image {image} names no version: what runs would change by itself.")
    if "build" in service:
        dockerfile = paths.ROOT / str(service["build"]) / "Dockerfile"
        text = dockerfile.read_text() if dockerfile.is_file() else ""
        if not text:
            found.append(f"there is no {dockerfile.name} to build.")
        elif not service.get("command") and not re.search(r"(?m)^(CMD|ENTRYPOINT) ", text):
            found.append("neither the service nor the Dockerfile says what to start.")
    named = [*words(service.get("command")), *words((service.get("healthcheck") or {}).get("test"))]
    for flag, module in pairwise(named):
        if flag in ("-m", "-A", "--app") and not (paths.ROOT / f"{module.replace('.', '/')}.py").is_file():
            found.append(f"{module} is no module here.")
        if flag == "python" and module.endswith(".py") and not (paths.ROOT / module).is_file():
            found.append(f"{module} is not here.")
    return found


def health_faults(name: str, service: dict[str, Any]) -> list[str]:
    check = service.get("healthcheck")
    if not check:
        return []
    found = [f"{key} is no key of a health check." for key in check.keys() - HEALTH_KEYS]
    test = check.get("test")
    if not isinstance(test, list) or len(test) < 2 or test[0] not in ("CMD", "CMD-SHELL"):
        found.append("its health check is no list that begins with CMD or CMD-SHELL.")
    elif name == "postgres" and "pg_isready" in test and not {"--host", "-h"} & set(test):
        # The image starts a first server, on its socket alone, to make logins and database.
        found.append("its health check asks by the socket, where the server that is only being made answers too.")
    return found


def order_faults(service: dict[str, Any], services: dict[str, dict[str, Any]]) -> list[str]:
    """Who works on the database waits until it was migrated; who comes through the pool says so, the owner does not."""
    found = []
    environment = service.get("environment") or {}
    is_one_off = service.get("restart") == "no"
    waits = {other: wait.get("condition") for other, wait in (service.get("depends_on") or {}).items()}
    if not is_one_off and waits.get("migrate") != "service_completed_successfully":
        found.append("does not wait until migrate has completed.")
    addresses = [str(value) for key, value in environment.items() if key.startswith("DATABASE_")]
    if not addresses:
        found.append("is given no address of the database.")
    for address in addresses:
        host = address.rpartition("@")[2].partition(":")[0]
        if host not in services:
            found.append(f"its database is at {host}, which is not there.")
        elif host not in waits:
            found.append(f"does not wait for {host}.")
        if (host == "pgbouncer") != (str(environment.get("PGBOUNCER")) == "1"):
            found.append("PGBOUNCER does not say whether its address is the pool's.")
        if host == "pgbouncer" and not environment.get("AUDIT_DATABASE"):
            found.append("its access log shares a pool with the requests that wait for it: set AUDIT_DATABASE.")
        if host == "pgbouncer" and environment.get("KPCARE_LOGIN") == "owner":
            found.append("the owner migrates through the pool, which knows no session.")
    return found


def start_faults(service: dict[str, Any]) -> list[str]:
    """Whether the settings start with what the service is given, and nothing else."""
    given = {key: _filled(str(value)) for key, value in (service.get("environment") or {}).items()}
    done = subprocess.run(
        [sys.executable, "-c", "import kpcare.settings"],
        cwd=paths.ROOT,
        env={"PATH": os.environ.get("PATH", ""), **given},
        capture_output=True,
        text=True,
    )
    return [f"does not start: {done.stderr.strip().splitlines()[-1]}"] if done.returncode else []


def _filled(value: str) -> str:
    """A value with something in the place of what whoever runs it gives."""
    whole = GIVEN.fullmatch(value)
    return PLACEHOLDERS.get(whole[1], "https://care.example.org") if whole else GIVEN.sub("secret", value)
