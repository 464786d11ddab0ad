"""Whether docker-compose.yml would hold, as far as a parser can tell where there is no engine to run it on."""

import re
from pathlib import Path
from typing import Any

EXPECTED = {"postgres", "pgbouncer", "redis", "migrate", "web", "worker", "beat"}
KNOWN_KEYS = {
    *("image", "build", "command", "entrypoint", "environment", "depends_on", "healthcheck", "volumes", "ports"),
    *("restart", "user", "read_only", "tmpfs", "expose", "stop_grace_period", "init", "networks", "secrets"),
    *("cap_drop", "security_opt", "configs", "deploy", "logging", "shm_size"),
}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
PLAIN_SECRET = re.compile(r"(PASSWORD|SECRET|KEY|TOKEN)", re.IGNORECASE)


def faults(file: Path) -> list[str]:
    """What is wrong with the file, a sentence each; empty when nothing was found."""
    import yaml

    try:
        document = yaml.safe_load(file.read_text())
    except (OSError, yaml.YAMLError) as error:
        return [f"{file.name} cannot be read: {error}"]
    services: dict[str, dict[str, Any]] = document.get("services") or {}
    found = [f"Service {name} is missing." for name in sorted(EXPECTED - services.keys())]
    for name, service in services.items():
        found += [f"{name}: {fault}" for fault in service_faults(service, services, document)]
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
