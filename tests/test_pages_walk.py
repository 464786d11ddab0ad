"""Every page that a role may open, found from the site map: it answers, passes axe at two widths, fits the phone.

Its picture at both widths is kept in test-artefacts/, for somebody to look at.

A new page is covered as soon as it has an address, and fails the walk until somebody opens it. A new kind of argument
in an address needs an entry in tests/page_values.py.
"""

import re
import zlib
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from billing.models import CapitationRun
from billing.views.capitation import reason_key
from core.db import as_job
from core.models import User
from tests.page_values import Values, values
from tests.test_urls_walk import patterns

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.usefixtures("lived_in")]

ROLES = (
    "maria",
    "physician",
    "nurse",
    "medical.assistant",
    "pharmacist",
    "laboratory.technologist",
    "front.desk",
    "care.coordinator",
    "plan.administrator",
    "finance",
    "auditor",
    "quality",
    "administrator",
)
# Elsewhere: interfaces and libraries' pages; what has browser tests of its own; what is no page.
ELSEWHERE = (
    "admin/",
    "api/",
    "fhir/",
    "oauth/",
    "accounts/",
    "staff/gallery/",
    "invitation/",
    "language/",
    ".well-known/",
)
# What leads on to somebody's own page; a part of a page, which whoever has no script is led to whole; what an address
# needs besides its path.
LEADS_ON = (
    "staff/",
    "staff/pharmacy/fills/<uuid:fill_id>/",
    # A file, which reports of the demo come without.
    "staff/outreach/reports/<uuid:report_id>/proof.pdf",
)
ASKED = {"staff/quality/projects/new/": "?measure=CMS130&group=1"}
# The walk is cut so that workers share it.
PARTS = 8
ARGUMENT = re.compile(r"<\w+:(\w+)>")


def walked() -> list[str]:
    """Every address of the site that is walked, as it stands in the site map."""
    return [at for at, _pattern in patterns(get_resolver()) if not at.startswith(ELSEWHERE)]


def part_of(at: str) -> int:
    """Which part of the walk an address belongs to, the same in every run."""
    return zlib.crc32(at.encode()) % PARTS


def filled(at: str, known: Values) -> Iterator[str]:
    """The address with every value that may stand for its arguments."""
    found = ARGUMENT.search(at)
    if found is None:
        yield f"/{at}{ASKED.get(at, '')}"
        return
    for value in known[found[1]]:
        yield from filled(ARGUMENT.sub(value, at, count=1), known)


def test_each_argument_of_an_address_has_a_row_of_the_demo_world():
    with as_job(User.objects.system("tests"), reason="look"):
        known = values()
    wanted = {name: at for at in walked() for name in ARGUMENT.findall(at)}
    unknown = {name: at for name, at in wanted.items() if name not in known}
    assert not unknown, "Say in tests/page_values.py what to put for these."
    empty = {name: at for name, at in wanted.items() if not known[name]}
    assert not empty, "The demo world has no row for these, so that their pages would stay unvisited."


@pytest.mark.long(90)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_answers_passes_axe_and_fits_the_phone(part, page, live_server, axe):
    with as_job(User.objects.system("tests"), reason="look"):
        known = values()
        accounts = {role: User.objects.get(email=f"{role}@demo.example") for role in ROLES}
    clients = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, user in accounts.items():
        clients[role].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    give_reason(clients["finance"])
    failed: list[str] = []
    seen = 0
    for at in [at for at in walked() if part_of(at) == part]:
        opened: tuple[str, str] | None = None
        answers: set[int] = set()
        for role, client in clients.items():
            # Once somebody's page is found, the others are asked for that one alone: none of them may make it fall.
            for address in [opened[1]] if opened else filled(at, known):
                answer = client.get(address)
                answer.close()
                answers.add(answer.status_code)
                if answer.status_code >= 500:
                    failed.append(f"{role}: {address} answers {answer.status_code}")
                if is_page(answer):
                    opened = opened or (role, address)
                    break
        if opened is not None:
            seen += 1
            look(page, live_server.url, clients[opened[0]], opened[1], axe, failed)
        elif not answers & {200, 405} and at not in LEADS_ON:
            failed.append(f"No role opens {at}: {sorted(answers)}")
    assert seen > 60 // PARTS, f"Only {seen} pages were looked at."
    assert not failed, "\n".join(failed)


def give_reason(finance: Client) -> None:
    """Lines of members are opened for a stated reason, which the session keeps for the run."""
    session = finance.session
    for run in CapitationRun.objects.all():
        session[reason_key(run)] = "Looked at by the walk over all pages"
    session.save()


def is_page(answer) -> bool:
    return answer.status_code == 200 and not answer.streaming and b"<html" in answer.content[:400]


def name_of(address: str) -> str:
    plain = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", address)
    return re.sub(r"\W+", "-", plain).strip("-")[:80] or "home"


def look(page, url: str, client: Client, address: str, axe, failed: list[str]) -> None:
    """Open one page in the browser as the role that reached it first."""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": one.value, "url": url} for name, one in client.cookies.items()])
    said: list[str] = []

    def heard(message) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", heard)
    try:
        answer = page.goto(address)
        assert answer is not None and answer.ok, f"{address} answers {answer.status if answer else 'nothing'}"
        axe(page, name_of(address))
        assert not said, f"{address}: the console says {said}"
    except AssertionError as error:
        failed.append(str(error)[:1500])
    finally:
        page.remove_listener("console", heard)
