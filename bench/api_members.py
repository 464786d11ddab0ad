"""/api/v1/members: processor time a request, web process plus its Postgres backends, with four clients.

Permissions are on and every read is audited. It needs a world that is there already (`./kp seed --members N`), and
adds the members that it creates.
"""

import os
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.runner import Result

CLIENTS, REQUESTS = 4, 50
# What the same five take in Medplum on a machine of this kind, in milliseconds of processor time.
TO_BEAT = {"list": 5.1, "name": 6.4, "phone": 2.8, "detail": 1.7, "create": 9.6}


def run(members: int) -> Result:
    from django.test import override_settings

    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        return _run()


def _run() -> Result:
    secret, people = _arrange()
    spent = {}
    for name, request in _requests(people).items():
        spent[name] = round(_milliseconds(secret, request), 2)
    detail = {"milliseconds": spent, "to_beat": TO_BEAT, "clients": CLIENTS, "requests": CLIENTS * REQUESTS}
    return Result(sum(spent.values()) / 1000, sum(TO_BEAT.values()) / 1000, detail)


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
            MemberTelecom.objects.filter(member__in=[p["id"] for p in people], system="phone").values_list(
                "member", "value"
            )
        )
    if not people:
        raise RuntimeError("There are no members yet: run ./kp seed --members N first.")
    return secret, [{**person, "phone": phones.get(person["id"], "+15105550100")} for person in people]


def _requests(people: list[dict[str, Any]]) -> dict[str, Callable[[Any, int], Any]]:
    def person(number: int) -> dict[str, Any]:
        return people[number % len(people)]

    def create(client: Any, number: int) -> Any:
        name = uuid.uuid4().hex
        body = {"family": f"Bench{name[:12]}", "given": name[12:24], "birth_date": "1980-01-01", "sex": "unknown"}
        return client.post("/api/v1/members/", body, content_type="application/json")

    return {
        "list": lambda client, n: client.get("/api/v1/members/?page_size=20"),
        "name": lambda client, n: client.get("/api/v1/members/", {"q": f"{person(n)['family']} {person(n)['given']}"}),
        "phone": lambda client, n: client.get("/api/v1/members/", {"phone": person(n)["phone"]}),
        "detail": lambda client, n: client.get(f"/api/v1/members/{person(n)['id']}/"),
        "create": create,
    }


def _milliseconds(secret: str, request: Callable[[Any, int], Any]) -> float:
    """Processor milliseconds a request, measured after each client has warmed its connections up."""
    from django.db import connections
    from django.test import Client

    ready, go = threading.Barrier(CLIENTS + 1), threading.Barrier(CLIENTS + 1)
    finished = threading.Barrier(CLIENTS + 1)
    backends: list[int] = []
    failures: list[str] = []

    def work(which: int) -> None:
        # One connection for the whole run, as behind gunicorn.
        for alias in connections:
            vars(connections[alias])["close_if_unusable_or_obsolete"] = lambda: None
        client = Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)
        for number in range(3):
            answer = request(client, which * REQUESTS + number)
            if answer.status_code >= 400:
                failures.append(f"{answer.status_code}: {answer.content[:300]!r}")
        for alias in connections:
            connections[alias].ensure_connection()
            backends.append(connections[alias].connection.info.backend_pid)
        ready.wait()
        go.wait()
        answers = [request(client, which * REQUESTS + number).status_code for number in range(REQUESTS)]
        failures.extend(str(status) for status in answers if status >= 400)
        finished.wait()
        connections.close_all()

    threads = [threading.Thread(target=work, args=(which,)) for which in range(CLIENTS)]
    for thread in threads:
        thread.start()
    ready.wait()
    before, web = sum(map(_cpu, backends)), time.process_time()
    go.wait()
    finished.wait()
    spent = time.process_time() - web + sum(map(_cpu, backends)) - before
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    return spent / (CLIENTS * REQUESTS) * 1000


def _cpu(pid: int) -> float:
    """Processor seconds of a local process so far; zero where Postgres runs elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
