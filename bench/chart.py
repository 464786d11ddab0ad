"""Opening a chart: the summary page of a member with its panels, the read audited, as the physician of the demo world.

`seconds` is the 95th percentile of the page; the floor reads what the summary shows by bare SQL as owner.
"""

import os
from typing import Any

import psycopg2

from bench._pages import milliseconds, signed_in, summary
from bench._world import world
from bench.runner import Result, floor_sql

SAMPLE = 40


def run(members: int) -> Result:
    world(members)
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    client = signed_in("physician@demo.example")
    people = _people(client)

    def open_chart(member: str) -> None:
        answer = client.get(f"/staff/chart/{member}/")
        if answer.status_code != 200:
            raise RuntimeError(f"The chart answers {answer.status_code}.")

    pages = milliseconds(open_chart, people)
    with CaptureQueriesContext(connections["default"]) as queries:
        open_chart(people[0])
    statements = [s for s in floor_sql("chart").split(";\n") if s.strip()]
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:

        def read(member: str) -> None:
            for statement in statements:
                cursor.execute(statement, {"member": member})
                cursor.fetchall()

        read(people[0])
        floors = milliseconds(read, people)
    page, floor = summary(pages), summary(floors)
    detail = {"milliseconds": {"page": page, "floor": floor}, "queries": len(queries), "charts": len(people)}
    return Result(page["p95"] / 1000, floor["p95"] / 1000, detail)


def _people(client: Any) -> list[str]:
    """Members whose chart this physician opens: of their own panel first, in no particular order."""
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT a.member_id::text FROM core_user u JOIN network_roleassignment r ON r.user_id = u.id "
            "JOIN members_primarycareassignment a ON a.department_id = r.department_id "
            "WHERE u.email = 'physician@demo.example' AND upper_inf(a.period) LIMIT 2000"
        )
        candidates = [row[0] for row in cursor.fetchall()]
    found = []
    for member in candidates:
        if client.get(f"/staff/chart/{member}/").status_code == 200:
            found.append(member)
        if len(found) == SAMPLE:
            break
    if not found:
        raise RuntimeError("The demo physician opens no chart: is this a demo world?")
    return found
