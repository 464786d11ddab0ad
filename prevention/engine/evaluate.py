"""Running a program over a share of the members, inside one transaction of the jobs login."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from prevention.engine.codes import RESOURCES
from prevention.engine.compiler import Program
from prevention.engine.measure import POPULATIONS


@dataclass(frozen=True)
class Partition:
    """Members by id in `[lower, upper)`, or exactly `ids`."""

    lower: uuid.UUID | None = None
    upper: uuid.UUID | None = None
    ids: tuple[uuid.UUID, ...] | None = None

    def test(self, column: str) -> str:
        """The partition's condition on a member column; its parameters are named."""
        if self.ids is not None:
            if len(self.ids) == 1:
                return f"{column} = %(member)s"
            return f"{column} = ANY (%(ids)s)"
        parts = []
        if self.lower is not None:
            parts.append(f"{column} >= %(lower)s")
        if self.upper is not None:
            parts.append(f"{column} < %(upper)s")
        return " AND ".join(parts) or "TRUE"

    @property
    def parameters(self) -> dict[str, Any]:
        if self.ids is not None:
            return {"ids": list(self.ids), "member": self.ids[0] if len(self.ids) == 1 else None}
        return {"lower": self.lower, "upper": self.upper}


SUBJECT = """
CREATE TEMPORARY TABLE pf_subject ON COMMIT DROP AS
SELECT m.id AS member_id, m.birth_date, m.deceased_at, m.sex, m.sex_for_clinical_use, m.anatomy,
    CASE WHEN m.deceased_at IS NULL THEN c.enrolled_from END AS enrolled_from, p.personal
FROM members_member m
LEFT JOIN (
    -- Of those covered today: since when they were first.
    SELECT c.member_id, min(lower(c.valid)) AS enrolled_from FROM plans_coverageperiod c
    WHERE {c} AND c.benefit = 'medical' AND c.known @> %(known_at)s::timestamptz
    GROUP BY c.member_id HAVING bool_or(c.valid @> %(today)s::date)
) c ON c.member_id = m.id
LEFT JOIN (
    SELECT p.member_id, jsonb_object_agg(p.rule, p.months) AS personal FROM prevention_surveillanceinterval p
    WHERE {p} AND p.period @> %(today)s::date GROUP BY p.member_id
) p ON p.member_id = m.id
WHERE {m} AND m.status = 'active'
"""

# `{present}`: of a few members, only the codes that occur in their facts; of a share, all of them.
NEEDED = """
CREATE TEMPORARY TABLE pf_needed ON COMMIT DROP AS
WITH asked(set_no, kind, role, url, system, code, components, negated, since) AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(kinds)s::text[], %(roles)s::int[], %(urls)s::text[],
        %(systems)s::text[], %(codes)s::text[], %(components)s::boolean[], %(negated)s::boolean[],
        %(since)s::timestamptz[])
), present AS MATERIALIZED ({present})
SELECT DISTINCT a.set_no, a.kind, a.role::smallint AS role, a.components, a.negated, a.since, m.concept_id FROM asked a
JOIN core_valueset v ON v.url = a.url JOIN core_valuesetmember m ON m.value_set_id = v.id {among_members}
UNION
SELECT a.set_no, a.kind, a.role::smallint, a.components, a.negated, a.since, c.id FROM asked a
JOIN core_codesystem y ON y.uri = a.system JOIN core_concept c ON c.system_id = y.id AND c.code = a.code {among_codes}
"""
PRESENT = "SELECT c.concept_id FROM {table} f JOIN {codings} c ON c.fact_id = f.id WHERE {mine}"

# The sets that hold each code, so that a fact is looked up once, not once for each of them.
CODES = """
CREATE TEMPORARY TABLE pf_codes ON COMMIT DROP AS
SELECT kind, role, concept_id, array_agg(set_no ORDER BY set_no) AS sets,
    array_agg(components ORDER BY set_no) AS components, array_agg(negated ORDER BY set_no) AS negated,
    array_agg(since ORDER BY set_no) AS since, CASE WHEN count(since) = count(*) THEN min(since) END AS earliest
FROM pf_needed WHERE set_no > 0 GROUP BY kind, role, concept_id
"""

# What fetched facts are joined and chosen by; sampling the other columns would tell the planner nothing.
STATISTICS = "set_no, member_id, fact_id"
# Facts of a list from which on it matters how two lists are joined.
LONG = 5_000


def _literal(sql: str) -> str:
    """SQL without parameters, safe beside named ones."""
    return sql.replace("%", "%%")


def compute(program: Program, partition: Partition, *, known_at: datetime | None = None) -> None:
    """Leave `pf_outcome`, one row for each member of the partition, and the tables behind it.

    `known_at`: whose coverage is in force is told as it was known then; without it, as at the end of the program's
    day. Facts of the chart are read as they stand. Temporary tables end with the transaction; a second call in one
    transaction drops the first one's tables.
    """
    setting = program.setting
    known_at = known_at or setting.day_after(setting.as_of)
    with connection.cursor() as cursor:
        # Hundreds of expressions, each run a few thousand times: compiling them costs more than it saves.
        cursor.execute("SET LOCAL jit = off")
        # A sample of 3,000 rows says of these tables what one of 30,000 does.
        cursor.execute("SET LOCAL default_statistics_target = 10")
        clear(program)
        _needed(cursor, program, partition)
        cursor.execute(
            SUBJECT.format(c=partition.test("c.member_id"), p=partition.test("p.member_id"), m=partition.test("m.id")),
            {**partition.parameters, "today": setting.as_of.date(), "known_at": known_at},
        )
        cursor.execute("ANALYZE pf_subject")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        # Of a share's codings the planner foresees a twentieth, and would look up each fact by itself.
        cursor.execute(f"SET LOCAL enable_nestloop = {'off' if partition.ids is None else 'on'}")
        for table, select in program.fetches:
            sql = _literal(select).format(c=partition.test("c.member_id"), f=partition.test("f.member_id"))
            # A member's facts side by side: they are read member by member from here on.
            sql = f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {sql} ORDER BY member_id"
            cursor.execute(sql, partition.parameters)
            cursor.execute(f"ANALYZE {table} ({STATISTICS})")
        cursor.execute("SET LOCAL enable_nestloop = on")
        _define(cursor, program)
        cursor.execute(f"CREATE TEMPORARY TABLE pf_outcome ON COMMIT DROP AS {program.outcome}")


def clear(program: Program) -> None:
    """Drop what `compute` left, as whoever called it; the end of the transaction does so as well."""
    tables = ["pf_subject", "pf_needed", "pf_codes", "pf_outcome", *(table for table, _ in program.fetches)]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(tables)}")


def _define(cursor: CursorWrapper, program: Program) -> None:
    """Index what is looked up member by member, and add the lists that are defined once."""
    for table in sorted(program.looked_up):
        columns = "member_id" if table == "pf_subject" else "member_id, set_no"
        cursor.execute(f"CREATE INDEX ON {table} ({columns})")
    grown: dict[str, int] = {}
    for table, select in program.definitions:
        cursor.execute(f"INSERT INTO {table} {select}")
        grown[table] = grown.get(table, 0) + cursor.rowcount
        # Later lists read the earlier ones: of a long one the planner is to know.
        if cursor.rowcount > LONG:
            cursor.execute(f"ANALYZE {table} ({STATISTICS})")
            grown[table] = 0
    for table in sorted(table for table, rows in grown.items() if rows):
        cursor.execute(f"ANALYZE {table} ({STATISTICS})")


def _needed(cursor: CursorWrapper, program: Program, partition: Partition) -> None:
    rows = program.needed
    if partition.ids is None:
        needed = NEEDED.format(present="SELECT NULL", among_members="", among_codes="")
    else:
        kinds = {row.kind for row in rows}
        present = " UNION ".join(
            PRESENT.format(table=kind.table, codings=kind.coding_table, mine=partition.test("f.member_id"))
            for kind in RESOURCES
            if kind.name in kinds
        )
        needed = NEEDED.format(
            present=present or "SELECT NULL::bigint AS concept_id",
            among_members="AND m.concept_id IN (SELECT p.concept_id FROM present p)",
            among_codes="AND c.id IN (SELECT p.concept_id FROM present p)",
        )
    cursor.execute(
        needed,
        {
            **partition.parameters,
            "numbers": [row.number for row in rows],
            "kinds": [row.kind for row in rows],
            "roles": [row.role for row in rows],
            "urls": [row.url for row in rows],
            "systems": [row.system for row in rows],
            "codes": [row.code for row in rows],
            "components": [row.components for row in rows],
            "negated": [row.negated for row in rows],
            "since": [row.since for row in rows],
        },
    )
    cursor.execute("ANALYZE pf_needed")
    cursor.execute(CODES)
    cursor.execute("ANALYZE pf_codes (kind, role, concept_id)")


def population_counts(program: Program, m: int = 0) -> dict[uuid.UUID, dict[tuple[int, str], int]]:
    """From `pf_outcome`: member → (group from 1, population) → how often the member counts in measure `m`."""
    groups = range(len(program.measures[m].groups))
    keys = [(g + 1, population) for g in groups for population in POPULATIONS]
    columns = ", ".join(sql for g in groups for sql in program.counts(m, g))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT o.member_id, {columns} FROM pf_outcome o")
        return {member: dict(zip(keys, counts, strict=True)) for member, *counts in cursor.fetchall()}
