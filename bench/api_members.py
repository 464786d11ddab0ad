"""/api/v1/members: processor time a request, web process plus its Postgres backends, with four clients.

The web process is gunicorn as in production (settings, log, workers), permissions are on and every read is audited.
The clients' own time is not counted. Of ten rounds the best counts, and all are told: other work on the machine
makes a round dearer, never cheaper.
"""

import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench._world import world
from bench.runner import Result

CLIENTS, REQUESTS, WARM, ROUNDS = 4, 100, 25, 10
PLACE = "/api/v1/members/"
# What the same five take in Medplum on a machine of this kind, in milliseconds of processor time.
TO_BEAT = {"list": 5.1, "name": 6.4, "phone": 2.8, "detail": 1.7, "create": 9.6}
Ask = Callable[[int], tuple[str, str, str | None]]


def run(members: int) -> Result:
    world(members)
    secret, people = _arrange()
    spent: dict[str, list[dict[str, float]]] = {}
    with _web() as (port, pids):
        for name, ask in _requests(people).items():
            spent[name] = _milliseconds(port, pids, secret, ask)
    best = {name: min(rounds, key=_sum) for name, rounds in spent.items()}
    total = {name: _sum(parts) for name, parts in best.items()}
    detail = {
        "milliseconds": total,
        "parts": best,
        "rounds": {name: [_sum(parts) for parts in rounds] for name, rounds in spent.items()},
        "to_beat": TO_BEAT,
        "clients": CLIENTS,
        "requests": CLIENTS * REQUESTS,
    }
    return Result(sum(total.values()) / 1000, sum(TO_BEAT.values()) / 1000, detail)


def _sum(parts: dict[str, float]) -> float:
    return round(sum(parts.values()), 2)


def _arrange() -> tuple[str, list[dict[str, Any]]]:
    """An integration client of the largest system with its token, and some members to ask about."""
    from django.utils import timezone
    from oauth2_provider.models import get_access_token_model, get_application_model

    from core.db import acting_as
    from core.models import User
    from members.models import Member, MemberTelecom
    from network.models import Organization, RoleAssignment

    system = Organization.objects.filter(kind="system").order_by("pk").first()
    if system is None:
        raise RuntimeError("There is no world yet: run ./kp seed --members N first.")
    user = User.objects.create_user(f"bench-{uuid.uuid4()}@example.test", name="Benchmark", kind="client")
    RoleAssignment.objects.create(user=user, role="integration", organization=system, period=("2020-01-01", None))
    application = get_application_model().objects.create(
        name="benchmark", user=user, client_type="confidential", authorization_grant_type="client-credentials"
    )
    secret = uuid.uuid4().hex
    get_access_token_model().objects.create(
        application=application,
        token=secret,
        scope="members:read members:write",
        expires=timezone.now() + timedelta(hours=1),
    )
    with acting_as(user, reason="benchmark"):
        people = list(Member.objects.filter(managing_organization=system).values("id", "family", "given")[:200])
        phones = dict(
            MemberTelecom.objects.filter(member__in=[p["id"] for p in people])
            .exclude(system="email")
            .values_list("member", "value")
        )
    if not people:
        raise RuntimeError("There are no members yet: run ./kp seed --members N first.")
    return secret, [{**person, "phone": phones.get(person["id"], "+15105550100")} for person in people]


def _requests(people: list[dict[str, Any]]) -> dict[str, Ask]:
    """For each kind of request: its number → method, path, body."""

    def person(number: int) -> dict[str, Any]:
        return people[number % len(people)]

    def create(number: int) -> tuple[str, str, str]:
        name = uuid.uuid4().hex
        born = f"{1940 + number % 70}-{1 + number % 12:02}-{1 + number % 28:02}"
        body = {"family": f"Bench{name[:12]}", "given": name[12:24], "birth_date": born, "sex": "unknown"}
        return "POST", PLACE, json.dumps(body)

    def search(**values: str) -> str:
        return f"{PLACE}?{urlencode(values)}"

    return {
        "list": lambda n: ("GET", f"{PLACE}?page_size=20", None),
        "name": lambda n: ("GET", search(q=f"{person(n)['family']} {person(n)['given']}"), None),
        "phone": lambda n: ("GET", search(phone=person(n)["phone"]), None),
        "detail": lambda n: ("GET", f"{PLACE}{person(n)['id']}/", None),
        "create": create,
    }


@contextmanager
def _web() -> Iterator[tuple[int, list[int]]]:
    """Gunicorn on a free port, with the process ids of its workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "KPCARE_LOGIN": "app", "KPCARE_DEMO": "0", "SECURE_SSL_REDIRECT": "0"}
    environ |= {"API_RATE": "10000000/min", "ALLOWED_HOSTS": "127.0.0.1"}
    command = [sys.executable, "-m", "gunicorn", "kpcare.wsgi", "--bind", f"127.0.0.1:{port}", "--keep-alive", "60"]
    command += ["--worker-class", "kpcare.serving.Worker", "--workers", "2", "--threads", "4", "--log-level", "warning"]
    command += ["--preload", "--no-control-socket"]
    with tempfile.TemporaryFile() as log:
        web = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
    try:
        _wait_for(port, web)
        yield port, [web.pid, *_children(web.pid)]
    finally:
        web.terminate()
        web.wait(30)


def _wait_for(port: int, web: subprocess.Popen) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and web.poll() is None:
        try:
            answer = _send(http.client.HTTPConnection("127.0.0.1", port, timeout=30), "", "GET", PLACE, None)
        except OSError:
            time.sleep(0.3)
            continue
        if answer[0] == 401:
            return
        raise RuntimeError(f"The web process answers {answer}.")
    raise RuntimeError("The web process did not come up.")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _send(to: http.client.HTTPConnection, secret: str, method: str, path: str, body: str | None) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    to.request(method, path, body, headers)
    answer = to.getresponse()
    return answer.status, answer.read()


def _milliseconds(port: int, pids: list[int], secret: str, ask: Ask) -> list[dict[str, float]]:
    """Processor milliseconds a request in web and Postgres, round by round.

    Clients come anew for each round: which of the web processes takes a connection is chance, and stays for its life.
    """
    return [_round(port, pids, secret, ask) for _ in range(ROUNDS)]


def _round(port: int, pids: list[int], secret: str, ask: Ask) -> dict[str, float]:
    """What one round takes, once every client has its connection and every thread that answers its own."""
    ready, go, done = (threading.Barrier(CLIENTS + 1) for _ in range(3))
    failures: list[str] = []

    def client(which: int) -> None:
        to = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        first = random.randrange(1000) * CLIENTS * REQUESTS + which * REQUESTS

        def send(count: int) -> None:
            for number in range(count):
                status, said = _send(to, secret, *ask(first + number))
                if status >= 400:
                    failures.append(f"{status}: {said[:300]!r}")

        send(WARM)
        ready.wait()
        go.wait()
        send(REQUESTS)
        done.wait()
        to.close()

    threads = [threading.Thread(target=client, args=(which,)) for which in range(CLIENTS)]
    for thread in threads:
        thread.start()
    ready.wait()
    web, database = sum(map(_cpu, pids)), _database_cpu()
    go.wait()
    done.wait()
    after = _database_cpu()
    web = sum(map(_cpu, pids)) - web
    postgres = sum(seconds - database.get(pid, 0.0) for pid, seconds in after.items())
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    count = CLIENTS * REQUESTS / 1000
    return {"web": round(web / count, 2), "postgres": round(postgres / count, 2)}


def _database_cpu() -> dict[int, float]:
    """Processor seconds so far of every backend of this database but our own."""
    import psycopg2

    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        with owner.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return {pid: _cpu(pid) for (pid,) in cursor.fetchall()}
    finally:
        owner.close()


def _cpu(pid: int) -> float:
    """Processor seconds of a local process so far, by the scheduler's clock; zero where Postgres runs elsewhere."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # a thread that ended meanwhile
            spent += int(task.read_text().split()[0])
    return spent / 1e9
