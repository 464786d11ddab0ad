"""Finding a member among all: by name as written, misspelt, MRN, birth date and phone; the search alone and its page.

`seconds` is the page's 95th percentile over every way of asking, as the app login, within reach and audited;
the floor is the bare statements' 95th percentile as owner. `milliseconds` has each way for itself.
"""

import os
import random
from typing import Any

import psycopg2

from bench._pages import milliseconds, signed_in, summary
from bench._world import world
from bench.runner import Result, floor_sql

SAMPLE = 40


def run(members: int) -> Result:
    world(members)
    client = signed_in("front.desk@demo.example")
    asked, system = _asked(members)
    for questions in asked.values():
        client.post("/staff/members/", {"q": questions[0][0]}, follow=True)

    detail: dict[str, Any] = {}
    pages: list[float] = []
    floors: list[float] = []
    missed = dict.fromkeys(asked, 0)
    bare = _statements()
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute("SET pg_trgm.similarity_threshold = 0.4")
        for kind, questions in asked.items():

            def find(question: tuple[str, str], kind: str = kind) -> None:
                asked = client.post("/staff/members/", {"q": question[0]})
                answer = client.get(asked["Location"])
                # A record number leads straight to the chart.
                found = answer.status_code == 302 or question[1].encode() in answer.content
                if answer.status_code >= 400 or (kind != "misspelt" and not found):
                    raise RuntimeError(f"{kind}: {answer.status_code}, not found")
                missed[kind] += not found

            def search_bare(question: tuple[str, str], kind: str = kind) -> None:
                cursor.execute(bare[kind], {"asked": _folded(question[0], kind), "system": system})

            taken = milliseconds(find, questions)
            alone = milliseconds(_search, [(question, system) for question, _ in questions])
            floor = milliseconds(search_bare, questions)
            pages += taken
            floors += floor
            detail[kind] = {"page": summary(taken), "search": summary(alone), "floor": summary(floor)}
            if missed[kind]:
                detail[kind]["not_among_twenty"] = missed[kind]
    worst = summary(pages)["p95"], summary(floors)["p95"]
    return Result(worst[0] / 1000, worst[1] / 1000, {"milliseconds": detail, "sample": SAMPLE})


def _asked(members: int) -> tuple[dict[str, list[tuple[str, str]]], Any]:
    """For each way of asking: what is typed and the id of who must be found."""
    rng = random.Random(11)
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT id FROM network_organization WHERE kind = 'system' ORDER BY id LIMIT 1")
        system = cursor.fetchone()[0]
        share = min(100.0, 100 * SAMPLE * 20 / members)
        cursor.execute(
            f"SELECT m.family, m.given, m.birth_date, m.mrn, m.id::text, (SELECT value FROM members_membertelecom t "
            f"WHERE t.member_id = m.id AND t.system = 'sms' LIMIT 1) FROM members_member m "
            f"TABLESAMPLE SYSTEM ({share}) WHERE m.status = 'active' AND m.managing_organization_id = %s LIMIT %s",
            [system, SAMPLE * 20],
        )
        rows = [row for row in cursor.fetchall() if row[5]]
    people = rng.sample(rows, min(SAMPLE, len(rows)))
    return {
        "name": [(f"{family} {given}", "") for family, given, *_ in people],
        "misspelt": [(f"{_misspelt(family, rng)} {given}", key) for family, given, _, _, key, _ in people],
        "mrn": [(mrn, key) for *_, mrn, key, _ in people],
        "birth date": [(f"{born} {family}", key) for family, _, born, _, key, _ in people],
        "phone": [(phone, key) for *_, key, phone in people],
    }, system


def _misspelt(name: str, rng: random.Random) -> str:
    """Two neighbouring letters turned, or one left out."""
    at = rng.randrange(1, max(2, len(name) - 1))
    turned = name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]
    return turned if rng.random() < 0.5 else name[:at] + name[at + 1 :]


def _search(question: tuple[str, Any]) -> None:
    from django.db import transaction

    from core.context import Context, use
    from members.querysets import search_ids

    typed, system = question
    with use(Context(reason="benchmark", organization_ids=frozenset([system]))), transaction.atomic():
        search_ids(typed)


def _folded(typed: str, kind: str) -> str:
    return typed.split()[0] if kind == "birth date" else typed if kind in ("mrn", "phone") else typed.lower()


def _statements() -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in floor_sql("member_search").splitlines(keepends=True):
        if line.startswith("-- ") and len(line) < 20:
            name = line[3:].strip()
        elif name:
            found[name] = found.get(name, "") + line
    return found
