"""From `pf_outcome` to the rows that people see: results, rule states, gaps. Only what changed is written.

Every statement compares first and writes the difference, so a second run over an unchanged chart writes nothing.
`at` is when the run knew it: a parameter, never the database's clock.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg2.extras import DateRange

from members.models import Sensitivity
from network.ages import ADULT
from prevention.engine.compiler import Program
from prevention.engine.evaluate import Partition
from prevention.engine.grounds import rule_facts
from prevention.engine.measure import POPULATIONS, EpisodeGroup


@dataclass(frozen=True)
class Changes:
    """Rows written."""

    members: int = 0
    results: int = 0
    states: int = 0
    gaps_opened: int = 0
    gaps_closed: int = 0
    gaps_changed: int = 0

    def counts(self) -> dict[str, int]:
        return asdict(self)


def record(program: Program, partition: Partition, at: datetime) -> Changes:
    """Write what `pf_outcome` says of the partition, and say how many rows changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pf_subject")
        members = cursor.fetchone()[0]
        results = _results(cursor, program, partition, at) if program.measures else 0
        states = opened = closed = changed = 0
        if program.rules:
            _due(cursor, program, partition)
            _confide(cursor, program)
            _labels(cursor, program)
            states = _states(cursor, partition, at)
            closed, changed = _close(cursor, program, partition, at)
            opened = _open(cursor, program, partition, at)
    return Changes(members, results, states, opened, closed, changed)


# Version 7 as RFC 9562, 6.2 has it: what one call gave, and a counter for the rows of one statement. A call for each
# row, which asks for random bytes anew, would cost as much as the rest of the row.
ROW_ID = "(left(%(base)s, 28) || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid"


def row_id(order: str) -> str:
    """`ROW_ID`, counted in an order. Where the id decides between equals, the plan's own order will not do."""
    return ROW_ID.replace("OVER ()", f"OVER (ORDER BY {order})")


def id_base(cursor: CursorWrapper) -> str:
    """What the ids of one statement begin with, for `ROW_ID`."""
    cursor.execute("SELECT uuidv7()::text")
    return cursor.fetchone()[0]


# What stands is read by the partition's own range: otherwise a share would read the rows of all members.
RESULT_COLUMNS = ", ".join(POPULATIONS)
WANTED = f"""
CREATE TEMPORARY TABLE pf_result ON COMMIT DROP AS
SELECT o.member_id, v.measure, v."group", {", ".join(f"(v.mask >> {n} & 1) AS {p}" for n, p in enumerate(POPULATIONS))}
FROM pf_outcome o CROSS JOIN LATERAL (VALUES {{values}}) v(measure, "group", mask) WHERE v.mask > 0
"""
WANTED_EPISODES = f"""
INSERT INTO pf_result SELECT o.member_id, v.* FROM pf_outcome o
CROSS JOIN LATERAL (VALUES {{values}}) v(measure, "group", {RESULT_COLUMNS}) WHERE v.initial_population > 0
"""
DELETE_RESULTS = """
DELETE FROM prevention_measureresult r USING pf_subject s
WHERE r.member_id = s.member_id AND {r} AND r.measure = ANY (%(measures)s) AND r.period = %(period)s AND NOT EXISTS (
    SELECT FROM pf_result w WHERE w.member_id = r.member_id AND w.measure = r.measure AND w."group" = r."group")
"""
# The comparison comes first: ON CONFLICT alone would lock, and so rewrite, a million rows that stay as they are.
INSERT_RESULTS = f"""
INSERT INTO prevention_measureresult AS r (id, member_id, measure, period, "group", {RESULT_COLUMNS}, changed_at)
SELECT {ROW_ID}, w.member_id, w.measure, %(period)s, w."group", {", ".join("w." + p for p in POPULATIONS)}, %(at)s
FROM pf_result w LEFT JOIN prevention_measureresult r
    ON r.member_id = w.member_id AND r.measure = w.measure AND r.period = %(period)s AND r."group" = w."group" AND {{r}}
WHERE r.id IS NULL
    OR ({", ".join("r." + p for p in POPULATIONS)}) IS DISTINCT FROM ({", ".join("w." + p for p in POPULATIONS)})
ON CONFLICT (member_id, measure, period, "group") DO UPDATE SET
    {", ".join(f"{p} = EXCLUDED.{p}" for p in POPULATIONS)}, changed_at = EXCLUDED.changed_at
"""


def _results(cursor: CursorWrapper, program: Program, partition: Partition, at: datetime) -> int:
    rates = [
        (measure.key, m, g, isinstance(group, EpisodeGroup))
        for m, measure in enumerate(program.measures)
        for g, group in enumerate(measure.groups)
    ]
    masks = [f"('{key}', {g + 1}, o.m{m}_{g})" for key, m, g, episodes in rates if not episodes]
    episodes = [f"('{key}', {g + 1}, {', '.join(program.counts(m, g))})" for key, m, g, are in rates if are]
    cursor.execute("DROP TABLE IF EXISTS pf_result")
    cursor.execute(WANTED.format(values=", ".join(masks or ["(NULL::text, 0, 0)"])))
    if episodes:
        cursor.execute(WANTED_EPISODES.format(values=", ".join(episodes)))
    cursor.execute("ANALYZE pf_result (member_id, measure)")
    parameters = {
        **partition.parameters,
        "period": DateRange(*program.setting.period),
        "at": at,
        "base": id_base(cursor),
        "measures": [measure.key for measure in program.measures],
    }
    mine = partition.test("r.member_id")
    cursor.execute(DELETE_RESULTS.format(r=mine), parameters)
    deleted = cursor.rowcount
    cursor.execute(INSERT_RESULTS.format(r=mine), parameters)
    return deleted + cursor.rowcount


def _due(cursor: CursorWrapper, program: Program, partition: Partition) -> None:
    """`pf_due`: a row for each member and rule that applies, or did until now: most rules are for few people."""
    rows = ", ".join(
        f"('{rule.id}', {r}, o.r{r}_applies, o.r{r}_last, o.r{r}_what, o.r{r}_next, o.r{r}_own)"
        for r, rule in enumerate(program.rules)
    )
    cursor.execute("DROP TABLE IF EXISTS pf_due")
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE pf_due ON COMMIT DROP AS
        SELECT o.member_id, v.rule, v.applies, v.last_on, v.what,
            -- What is done once for all has no next day (measure.ONCE).
            CASE WHEN v.next_on < date '2900-01-01' THEN v.next_on END AS next_on,
            v.applies AND v.next_on <= %(today)s::date AS is_due, 0::smallint AS labels, v.place, v.own
        FROM pf_outcome o CROSS JOIN LATERAL (VALUES {rows}) v(rule, place, applies, last_on, what, next_on, own)
        WHERE v.applies
        """,
        {"today": program.setting.as_of.date()},
    )
    cursor.execute("ANALYZE pf_due")
    cursor.execute(
        f"""
        INSERT INTO pf_due
        SELECT c.member_id, c.rule, false, c.last_done_on, c.last_done_what, NULL, false, c.sensitivity, 0, NULL
        FROM prevention_carerulestate c JOIN pf_subject s ON s.member_id = c.member_id
        WHERE {partition.test("c.member_id")} AND c.applies AND c.rule = ANY (%(rules)s)
            AND NOT EXISTS (SELECT FROM pf_due d WHERE d.member_id = c.member_id AND d.rule = c.rule)
        """,
        {**partition.parameters, "rules": [rule.id for rule in program.rules]},
    )


def _confide(cursor: CursorWrapper, program: Program) -> None:
    """Onto `pf_due`: what a minor may have done without a parent is labelled so, whether its facts are or not.

    The ages at which minors consent alone differ by state and service; nobody under age is told of to a parent.
    """
    confidential = [rule.id for rule in program.rules if rule.confidential]
    if not confidential:
        return
    cursor.execute(
        """
        UPDATE pf_due d SET labels = d.labels | %(label)s FROM pf_subject s
        WHERE d.rule = ANY (%(rules)s) AND d.applies AND s.member_id = d.member_id AND s.birth_date > %(born)s
        """,
        {
            "label": int(Sensitivity.MINOR_CONSENTED),
            "rules": confidential,
            "born": program.setting.as_of.date() - relativedelta(years=ADULT),
        },
    )


def _labels(cursor: CursorWrapper, program: Program) -> None:
    """Onto `pf_due`: the sensitivity labels of the facts of the day on which it was last done, and of its grounds.

    What no longer applies keeps the labels that it had: the facts by which it applied are gone from the lists.
    """
    cursor.execute("DROP TABLE IF EXISTS pf_labelled")
    kinds = {resource for rule in program.rules for facts in rule_facts(rule) for resource in facts.by_resource}
    labelled = " UNION ".join(f"SELECT fact_id, sensitivity FROM {kind.rows} WHERE sensitivity <> 0" for kind in kinds)
    cursor.execute(f"CREATE TEMPORARY TABLE pf_labelled ON COMMIT DROP AS {labelled}")
    # Labels are rare: whoever has none costs no more than the look.
    if not cursor.rowcount:
        return
    cursor.execute("ANALYZE pf_labelled")
    cursor.execute(
        f"""
        UPDATE pf_due d SET labels = d.labels | l.labels FROM (
            SELECT e.member_id, e.rule, e.day, bit_or(f.sensitivity) AS labels
            FROM ({program.evidence}) e JOIN pf_labelled f ON f.fact_id = e.fact_id GROUP BY 1, 2, 3
        ) l WHERE l.member_id = d.member_id AND l.rule = d.rule AND l.day = d.last_on
        """
    )
    if program.grounds:
        cursor.execute(
            f"""
            UPDATE pf_due d SET labels = d.labels | l.labels FROM (
                SELECT g.member_id, g.rule, bit_or(g.labels) AS labels FROM ({program.grounds}) g GROUP BY 1, 2
            ) l WHERE l.member_id = d.member_id AND l.rule = d.rule
            """
        )


def _states(cursor: CursorWrapper, partition: Partition, at: datetime) -> int:
    cursor.execute(
        f"""
        INSERT INTO prevention_carerulestate AS c
            (id, member_id, rule, applies, last_done_on, last_done_what, next_due_on, sensitivity, changed_at)
        SELECT {ROW_ID}, d.member_id, d.rule, d.applies, d.last_on, d.what,
            CASE WHEN d.applies THEN d.next_on END, d.labels, %(at)s
        FROM pf_due d LEFT JOIN prevention_carerulestate c ON c.member_id = d.member_id AND c.rule = d.rule
            AND {partition.test("c.member_id")}
        WHERE (c.id IS NULL AND d.applies) OR (c.id IS NOT NULL AND
            (c.applies, c.last_done_on, c.last_done_what, c.next_due_on, c.sensitivity) IS DISTINCT FROM
            (d.applies, d.last_on, d.what::varchar, CASE WHEN d.applies THEN d.next_on END, d.labels))
        ON CONFLICT (member_id, rule) DO UPDATE SET applies = EXCLUDED.applies,
            last_done_on = EXCLUDED.last_done_on, last_done_what = EXCLUDED.last_done_what,
            next_due_on = EXCLUDED.next_due_on, sensitivity = EXCLUDED.sensitivity, changed_at = EXCLUDED.changed_at
        """,
        {**partition.parameters, "at": at, "base": id_base(cursor)},
    )
    return cursor.rowcount


# The facts of the day on which it was last done: model and id, so that a person can open them.
EVIDENCE = """
LEFT JOIN (
    SELECT e.member_id, e.rule,
        jsonb_agg(DISTINCT jsonb_build_object('model', e.model, 'id', e.fact_id, 'on', e.day)) AS facts
    FROM pf_evidence e GROUP BY e.member_id, e.rule
) e ON e.member_id = {row}.member_id AND e.rule = {row}.rule
"""


def _evidence(cursor: CursorWrapper, program: Program, changed: str) -> None:
    """`pf_evidence`: the facts behind the rows of `changed` alone, which has one for a member and rule."""
    cursor.execute("DROP TABLE IF EXISTS pf_evidence")
    # Of each rule's facts the planner foresees one or none, and would find them anew for every row of `changed`.
    cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute(
        f"CREATE TEMPORARY TABLE pf_evidence ON COMMIT DROP AS SELECT e.* FROM ({program.evidence}) e "
        f"JOIN {changed} c ON c.member_id = e.member_id AND c.rule = e.rule AND c.last_on = e.day"
    )
    cursor.execute("SET LOCAL enable_nestloop = on")
    cursor.execute("ANALYZE pf_evidence")


def _close(cursor: CursorWrapper, program: Program, partition: Partition, at: datetime) -> tuple[int, int]:
    """Close what a fact closed or no longer applies; reopen what was put off until now; correct the rest."""
    cursor.execute("DROP TABLE IF EXISTS pf_touched")
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE pf_touched ON COMMIT DROP AS
        SELECT g.id, d.member_id, d.rule, d.last_on, d.what, d.next_on, d.labels, d.own,
            CASE WHEN NOT d.applies THEN 'excluded' WHEN NOT d.is_due THEN 'closed'
                WHEN g.status = 'deferred' AND g.deferred_until <= %(today)s::date THEN 'open' ELSE g.status
            END AS status
        FROM prevention_caregap g JOIN pf_due d ON d.member_id = g.member_id AND d.rule = g.rule
        WHERE {partition.test("g.member_id")} AND g.status IN ('open', 'deferred') AND (
            NOT d.is_due OR (g.status = 'deferred' AND g.deferred_until <= %(today)s::date)
            OR (g.last_done_on, g.last_done_what) IS DISTINCT FROM (d.last_on, d.what::varchar)
            OR g.due_on <> d.next_on OR g.sensitivity <> d.labels)
        """,
        {**partition.parameters, "today": program.setting.as_of.date()},
    )
    if not cursor.rowcount:
        return 0, 0
    _evidence(cursor, program, "pf_touched")
    cursor.execute(
        f"""
        UPDATE prevention_caregap g SET status = t.status, last_done_on = t.last_on, last_done_what = t.what,
            sensitivity = t.labels,
            due_on = CASE WHEN t.status IN ('open', 'deferred') THEN t.next_on ELSE g.due_on END,
            closed_at = CASE WHEN t.status IN ('closed', 'excluded') THEN %(at)s::timestamptz END,
            evidence = jsonb_strip_nulls(g.evidence || jsonb_build_object('interval', t.own)
                || CASE WHEN e.facts IS NULL THEN '{{}}'::jsonb ELSE jsonb_build_object('facts', e.facts) END)
        FROM pf_touched t {EVIDENCE.format(row="t")} WHERE g.id = t.id AND g.member_id = t.member_id
        """,
        {"at": at},
    )
    touched = cursor.rowcount
    cursor.execute("SELECT count(*) FROM pf_touched WHERE status IN ('closed', 'excluded')")
    closed = cursor.fetchone()[0]
    return closed, touched - closed


def _open(cursor: CursorWrapper, program: Program, partition: Partition, at: datetime) -> int:
    cursor.execute("DROP TABLE IF EXISTS pf_opening")
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE pf_opening ON COMMIT DROP AS
        SELECT d.* FROM pf_due d WHERE d.is_due AND NOT EXISTS (
            SELECT FROM prevention_caregap g WHERE {partition.test("g.member_id")}
                AND g.member_id = d.member_id AND g.rule = d.rule AND g.status IN ('open', 'deferred'))
        """,
        partition.parameters,
    )
    if not cursor.rowcount:
        return 0
    cursor.execute("ANALYZE pf_opening")
    _evidence(cursor, program, "pf_opening")
    cursor.execute(
        f"""
        INSERT INTO prevention_caregap
            (id, member_id, rule, status, due_on, last_done_on, last_done_what, sensitivity, evidence, opened_at)
        SELECT {row_id("d.member_id, d.place")}, d.member_id, d.rule, 'open', d.next_on, d.last_on, d.what, d.labels,
            jsonb_strip_nulls(jsonb_build_object('facts', e.facts, 'interval', d.own)), %(at)s
        FROM pf_opening d {EVIDENCE.format(row="d")}
        ON CONFLICT (member_id, rule) WHERE status IN ('open', 'deferred') DO NOTHING
        """,
        {"at": at, "base": id_base(cursor)},
    )
    return cursor.rowcount
