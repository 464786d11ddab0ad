"""The quality director's pages from stored rows: the dashboard, a rate by language, a rate by clinician panel.

`seconds` is the 95th percentile over these pages, thirteen months kept; the floor reads the same rows by bare SQL as
owner.

These pages read what the nightly run stored and no member, so how many members there are tells in how many rows there
are: one of each rate for each panel, facility and group. The world is a small demo world (`WORLD` people, evaluated
once); its panels are then multiplied until there are as many as `members` people have, a panel to `PANEL` of them. The
rows for panels that were added name clinicians who do not exist: a page shows them without a name.
"""

import os
import subprocess
import sys
import time
from typing import Any

import psycopg2
from django.conf import settings

from bench._pages import milliseconds, signed_in, summary
from bench._world import world
from bench.runner import Result, floor_sql

ROUNDS = 20
WORLD, PANEL = 2_000, 1_500
MEASURE = "CMS130"
# The months before are the present one again: as many rows as a year of nightly runs leaves.
MONTHS_BEFORE = """
WITH made AS (
    INSERT INTO prevention_qualitysnapshot (id, managing_organization_id, period, month, as_of)
    SELECT uuidv7(), s.managing_organization_id, s.period, (s.month - make_interval(months => n))::date,
        (s.month - make_interval(months => n))::date
    FROM prevention_qualitysnapshot s CROSS JOIN generate_series(1, 12) n
    WHERE s.month = (SELECT max(month) FROM prevention_qualitysnapshot)
    ON CONFLICT DO NOTHING RETURNING id, managing_organization_id
)
INSERT INTO prevention_measurestratum (id, managing_organization_id, snapshot_id, measure, "group", dimension, region,
    stratum, members, denominator, numerator, exclusions, exceptions, is_hidden, hides_rate, hides_exclusions,
    hides_exceptions)
SELECT uuidv7(), r.managing_organization_id, m.id, r.measure, r."group", r.dimension, r.region, r.stratum, r.members,
    r.denominator, r.numerator, r.exclusions, r.exceptions, r.is_hidden, r.hides_rate, r.hides_exclusions,
    r.hides_exceptions
FROM made m JOIN prevention_qualitysnapshot s ON s.managing_organization_id = m.managing_organization_id
    AND s.month = (SELECT max(month) FROM prevention_qualitysnapshot)
JOIN prevention_measurestratum r ON r.snapshot_id = s.id
"""
# Every panel again under clinicians of its own, until there are as many as wanted.
PANELS = """
WITH newest AS (SELECT id FROM prevention_qualitysnapshot ORDER BY month DESC LIMIT 1), panel AS (
    SELECT DISTINCT r.stratum FROM prevention_measurestratum r JOIN newest n ON n.id = r.snapshot_id
    WHERE r.dimension = 'clinician'
), copy AS (
    SELECT p.stratum, regexp_replace(p.stratum, '[^/]+$', uuidv7()::text) AS another
    FROM (SELECT *, row_number() OVER (ORDER BY stratum) AS n, count(*) OVER () AS panels FROM panel) p
    CROSS JOIN LATERAL generate_series(1, ceil((%(panels)s - p.panels)::numeric / p.panels)::int) g(turn)
    WHERE p.panels * g.turn + p.n <= %(panels)s
)
INSERT INTO prevention_measurestratum (id, managing_organization_id, snapshot_id, measure, "group", dimension, region,
    stratum, members, denominator, numerator, exclusions, exceptions, is_hidden, hides_rate, hides_exclusions,
    hides_exceptions)
SELECT uuidv7(), r.managing_organization_id, r.snapshot_id, r.measure, r."group", r.dimension, r.region, c.another,
    r.members, r.denominator, r.numerator, r.exclusions, r.exceptions, r.is_hidden, r.hides_rate, r.hides_exclusions,
    r.hides_exceptions
FROM prevention_measurestratum r JOIN newest n ON n.id = r.snapshot_id
JOIN copy c ON c.stratum = r.stratum WHERE r.dimension = 'clinician'
"""


def run(members: int) -> Result:
    world(min(members, WORLD))
    nightly_seconds = _nightly()
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        if members > WORLD:
            cursor.execute(PANELS, {"panels": members // PANEL})
        cursor.execute(MONTHS_BEFORE)
        cursor.execute("ANALYZE prevention_measurestratum")
        cursor.execute("SELECT count(*) FROM prevention_measurestratum")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT count(DISTINCT stratum) FROM prevention_measurestratum WHERE dimension = 'clinician'")
        panels = cursor.fetchone()[0]
    client = signed_in("quality@demo.example")
    at = f"/staff/quality/measures/{MEASURE}/1/"
    pages = ["/staff/quality/", "/staff/quality/?sort=gap", f"{at}?by=language", f"{at}?by=clinician"]

    def open_page(address: str) -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}.")

    for address in pages:
        open_page(address)
    by_page = {address: milliseconds(open_page, [address] * ROUNDS) for address in pages}
    statements = [s for s in floor_sql("quality_dashboard").split(";\n") if s.strip()]
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:

        def read(statement: str) -> None:
            cursor.execute(statement)
            cursor.fetchall()

        def read_all(_round: int) -> None:
            for statement in statements:
                read(statement)

        read_all(0)
        floors = milliseconds(read_all, range(ROUNDS))
    worst, floor = summary([one for times in by_page.values() for one in times]), summary(floors)
    detail: dict[str, Any] = {
        "milliseconds": {**{address: summary(times) for address, times in by_page.items()}, "floor": floor},
        "stored_rows": stored,
        "panels": panels,
        "world_members": min(members, WORLD),
        "nightly_seconds": nightly_seconds,
    }
    return Result(worst["p95"] / 1000, floor["p95"] / 1000, detail)


def _nightly() -> float | None:
    """Today's run, where the world has no rates yet, by the jobs login in a process of its own; its seconds."""
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM prevention_qualitysnapshot")
        if cursor.fetchone()[0]:
            return None
    began = time.perf_counter()
    command = [sys.executable, "manage.py", "evaluate_prevention"]
    environ = {**os.environ, "KPCARE_LOGIN": "jobs"}
    subprocess.run(command, cwd=settings.BASE_DIR, env=environ, check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - began, 1)
