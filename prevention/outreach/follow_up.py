"""Abnormal screening results that ask for something by a day: a task with an owner and a clock, watched to its end."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinical.models import Task
from core import audit
from core.ids import uuid7
from core.models import User
from network.models import RoleAssignment
from prevention.engine.codes import Code, Codes, ValueSet
from prevention.engine.evaluate import Partition
from prevention.models import FollowUp
from prevention.outreach.owners import NAME, OWNERS
from prevention.quality.rates import wilson
from prevention.rules import RULES as CARE_RULES
from prevention.rules.findings import BARE, NEGATIVE, POSITIVE, SILENT, UNCLEAR
from prevention.rules.positives import POSITIVES, WAITING
from prevention.rules.waiting import UNCLEAR_TASK, UNCLEAR_TITLE, Positive

KIND = "abnormal_follow_up"
# Abnormal results are looked for in everybody, whether a rule asks them or not, for three years: as long as the longest
# of them would have settled its rule at the least (CMS124, CMS130). What the rules themselves find unanswered
# (`rules.positives`) is followed however old it is.
LOOK_BACK = relativedelta(years=3)
RULES = POSITIVES
BY_ID = {rule.id: rule for rule in RULES}
# Each finding with its rule: statements know them by their place here.
READS = [(rule, finding) for rule in RULES for finding in rule.findings]
# Care rules whose results are followed only where the rule asks: cultures and antibodies in pregnancy.
_NOT_EVERYBODYS = {rule.what for rule in RULES if not rule.everybodys}
BY_RULE_ALONE = sorted(
    rule.id for rule in CARE_RULES if any(waiting.what in _NOT_EVERYBODYS for waiting in rule.unanswered)
)
# Whose rate is shown before there was any.
ALWAYS_MEASURED = ("positive_stool_test", "positive_hpv_test")

USABLE = "o.status IN ('final', 'amended', 'corrected') AND NOT o.is_negated"
# A result without a day is of no use to a rule, but somebody has to look at it: since it came.
MOMENT = "coalesce(lower(o.effective), o.recorded_at)"
IS_BARE = BARE.format(row="o")
# Which finding reads which code. `everybodys`: in whomever it is found.
ASKED = """
CREATE TEMPORARY TABLE po_asked ON COMMIT DROP AS
SELECT a.finding, a.concept_id, a.everybodys
FROM unnest(%(findings)s::int[], %(concepts)s::int[], %(everybodys)s::boolean[]) a(finding, concept_id, everybodys)
"""
# Of everybody, by the codes of the results; and what keeps a gap open, the facts of its last day, however old it is.
# Who has the disease already is followed by its own rules: read once for all, not for each result.
FOUND = f"""
WITH known AS (
    SELECT DISTINCT n.finding, k.member_id FROM unnest(%(findings_of)s::int[], %(known)s::int[]) n(finding, concept_id)
    JOIN clinical_conditioncoding k ON k.concept_id = n.concept_id AND k.role = 1
    JOIN clinical_condition o ON o.id = k.fact_id AND o.member_id = k.member_id
    WHERE {{k}} AND o.verification NOT IN ('refuted', 'entered-in-error')
), candidate AS (
    SELECT a.finding, o.* FROM po_asked a
    JOIN clinical_observationcoding k ON k.concept_id = a.concept_id AND k.role = 1
    JOIN clinical_observation o ON o.id = k.fact_id AND o.member_id = k.member_id
    WHERE a.everybodys AND {{k}} AND {USABLE} AND {MOMENT} >= %(from)s AND {MOMENT} < %(until)s
    UNION ALL
    SELECT a.finding, o.* FROM prevention_caregap g
    CROSS JOIN LATERAL jsonb_path_query(g.evidence, '$.facts[*] ? (@.model == "clinical.observation")') x
    JOIN clinical_observation o ON o.id = (x ->> 'id')::uuid AND o.member_id = g.member_id
    JOIN clinical_observationcoding k ON k.fact_id = o.id AND k.member_id = o.member_id AND k.role = 1
    JOIN po_asked a ON a.concept_id = k.concept_id
    -- Those of the last years are among the first already: there may be very many that only say a number.
    WHERE {{g}} AND g.status IN ('open', 'deferred') AND g.last_done_what = ANY (%(waiting)s) AND {USABLE}
        AND (g.last_done_on <= %(since)s OR g.rule = ANY (%(by_rule_alone)s))
), read AS (
    SELECT o.finding, o.id, o.member_id, o.sensitivity, ({MOMENT} AT TIME ZONE %(zone)s)::date AS on_day,
        CASE o.finding {{says}} ELSE {SILENT} END AS said, o.effective IS NULL AS is_dateless, ({IS_BARE}) AS is_bare
    FROM candidate o
), judged AS (
    -- A rule reads what has a day alone: a negative result without one settles nothing until somebody has looked.
    SELECT r.*, CASE WHEN r.is_dateless AND r.said = {NEGATIVE} THEN {UNCLEAR} ELSE r.said END AS says FROM read r
)
SELECT DISTINCT ON (r.finding, r.id) r.finding, r.id, r.member_id, r.sensitivity, r.on_day, r.says = {POSITIVE}
FROM judged r
JOIN members_member m ON m.id = r.member_id AND m.deceased_at IS NULL AND m.status = 'active'
WHERE (r.says = {POSITIVE} OR r.says = {UNCLEAR} AND (NOT r.is_bare OR r.is_dateless))
    AND (r.finding, r.member_id) NOT IN (SELECT n.finding, n.member_id FROM known n)
    AND NOT EXISTS (SELECT FROM prevention_followup f WHERE f.observation_id = r.id
        AND f.rule = (%(rules)s::text[])[r.finding + 1])
ORDER BY r.finding, r.id
"""

# What answers it, on its day or after: what was done, found, diagnosed or ordered. `{answers}`: by code.
ANSWER = """
UPDATE prevention_followup f SET status = 'done', done_on = a.on_day, fact_model = a.model, fact_id = a.fact_id,
    closed_at = %(at)s
FROM (
    SELECT DISTINCT ON (f.id) f.id, f.member_id, x.model, x.fact_id, x.on_day FROM prevention_followup f
    CROSS JOIN LATERAL ({answers}) x
    WHERE {f} AND f.status = 'open' AND f.rule = %(rule)s AND x.on_day BETWEEN f.resulted_on AND %(today)s
    ORDER BY f.id, x.on_day
) a(id, member_id, model, fact_id, on_day) WHERE a.id = f.id AND a.member_id = f.member_id
"""
DAY_OF = "(lower(o.effective) AT TIME ZONE %(zone)s)::date"
ONE_ANSWER = """
SELECT 'clinical.{kind}' AS model, o.id AS fact_id, {day} AS on_day
FROM clinical_{kind}coding k JOIN clinical_{kind} o
    ON o.id = k.fact_id AND o.member_id = k.member_id
WHERE k.member_id = f.member_id AND k.role = 1 AND k.concept_id = ANY (%({codes})s) AND o.id <> f.observation_id
    AND {usable}
"""
# Kind of fact → which of its rows count.
DONE = {"procedure": "o.status = 'completed' AND NOT o.is_negated", "observation": USABLE}
BELIEVED = {"condition": "o.verification NOT IN ('refuted', 'entered-in-error')"}
ORDERED = {
    "medicationrequest": "o.status IN ('active', 'completed') AND NOT o.is_negated",
    "servicerequest": "o.status IN ('active', 'completed') AND NOT o.is_negated",
}
WITHDRAW = """
UPDATE prevention_followup f SET status = 'withdrawn', closed_at = %(at)s,
    reason = CASE WHEN m.deceased_at IS NOT NULL THEN 'the member died' ELSE 'the result was withdrawn' END
FROM clinical_observation o JOIN members_member m ON m.id = o.member_id
WHERE {f} AND f.status = 'open' AND o.id = f.observation_id AND o.member_id = f.member_id
    AND (o.status IN ('entered-in-error', 'cancelled') OR m.deceased_at IS NOT NULL)
"""
# Half-way and nothing done: urgent, and once.
ESCALATE = """
WITH late AS (
    UPDATE prevention_followup f SET escalated_at = %(at)s
    WHERE {f} AND f.status = 'open' AND f.rule = %(rule)s AND f.escalated_at IS NULL
        AND f.resulted_on + %(escalate)s <= %(today)s::date RETURNING f.task_id
)
UPDATE clinical_task t SET priority = 'urgent', escalated_at = %(at)s
-- An array, not a join: each by its key, however many tasks were written a moment ago.
WHERE t.id = ANY (ARRAY(SELECT l.task_id FROM late l)) AND t.status IN ('requested', 'accepted', 'in-progress')
"""
CLOSE_TASKS = """
UPDATE clinical_task t SET status = 'completed', completed_at = %(at)s, completed_by_id = %(by)s, outcome = f.status
FROM prevention_followup f WHERE {f} AND f.status <> 'open' AND t.id = f.task_id AND t.member_id = f.member_id
    AND t.status IN ('requested', 'accepted', 'in-progress')
    -- What is not clear of one person is one task.
    AND NOT EXISTS (SELECT FROM prevention_followup w WHERE w.task_id = f.task_id AND w.member_id = f.member_id
        AND w.status = 'open')
"""


@dataclass(frozen=True)
class Concepts:
    """The ids of the concepts of all codes and value sets that the rules name, read at one stroke."""

    found: dict[Codes, list[int]]

    @classmethod
    def read(cls) -> "Concepts":
        asked = {code for rule in RULES for codes in _codes_of(rule) for code in codes}
        sets = {one.url: one for one in asked if isinstance(one, ValueSet)}
        single = {(one.system, one.code): one for one in asked if isinstance(one, Code)}
        found: dict[Codes, list[int]] = {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT v.url, '', m.concept_id FROM core_valueset v JOIN core_valuesetmember m "
                "ON m.value_set_id = v.id WHERE v.url = ANY (%s) UNION ALL "
                "SELECT y.uri, c.code, c.id FROM core_concept c JOIN core_codesystem y ON y.id = c.system_id "
                "JOIN unnest(%s::text[], %s::text[]) w(uri, code) ON w.uri = y.uri AND w.code = c.code",
                [list(sets), [system for system, _code in single], [code for _system, code in single]],
            )
            for address, code, concept in cursor.fetchall():
                found.setdefault(single[address, code] if code else sets[address], []).append(concept)
        return cls(found)

    def of(self, codes: tuple[Codes, ...]) -> list[int]:
        return sorted({concept for code in codes for concept in self.found.get(code, [])})


def _codes_of(rule: Positive) -> list[tuple[Codes, ...]]:
    negatives = [one.codes for one in rule.negatives]
    return [rule.codes, rule.answers, rule.diagnoses, rule.plans, rule.later, rule.known, *negatives]


def watch(partition: Partition, *, as_of: date, at: datetime, zone: str) -> int:
    """Open, answer, escalate and withdraw follow-ups in the partition; returns rows written. Needs the jobs login."""
    written = 0
    by = User.objects.system("prevention")
    common = {**partition.parameters, "today": as_of, "at": at, "zone": zone, "by": by.pk}
    concepts = Concepts.read()
    with connection.cursor() as cursor:

        def write(sql: str, **more: Any) -> int:
            cursor.execute(sql, {**common, **more})
            return cursor.rowcount

        found: dict[str, dict[uuid.UUID, Found]] = {}
        for finding, *row in _found(cursor, partition, as_of, zone, concepts):
            one = Found(*row)
            found.setdefault(READS[finding][0].id, {})[one.observation] = one
        for name, rows in found.items():
            written += _open(BY_ID[name], list(rows.values()), at=at, as_of=as_of, by=by, zone=zone)
        watched = FollowUp.objects.filter(status=FollowUp.Status.OPEN).values_list("rule", flat=True).distinct()
        for rule in [BY_ID[name] for name in watched.order_by("rule") if name in BY_ID]:
            answers, codes = _answers(rule, concepts)
            asked = {"rule": rule.id, "escalate": rule.escalate}
            written += write(ANSWER.format(f=partition.test("f.member_id"), answers=answers), **asked, **codes)
            write(ESCALATE.format(f=partition.test("f.member_id")), **asked)
            write(NAME.format(f=partition.test("f.member_id")), **asked)
        written += write(WITHDRAW.format(f=partition.test("f.member_id")))
        write(CLOSE_TASKS.format(f=partition.test("f.member_id")))
    return written


@dataclass(frozen=True)
class Found:
    """A result that nobody follows yet; where it is not positive, it is not clear."""

    observation: uuid.UUID
    member: uuid.UUID
    sensitivity: int
    on_day: date
    is_positive: bool


def _found(
    cursor: CursorWrapper, partition: Partition, as_of: date, zone: str, concepts: Concepts
) -> list[tuple[Any, ...]]:
    """Of all rules at once: the number of the finding, and what `Found` holds."""
    codes = [(number, concept) for number, (_rule, one) in enumerate(READS) for concept in concepts.of(one.codes)]
    known = [(number, concept) for number, (rule, _one) in enumerate(READS) for concept in concepts.of(rule.known)]
    cursor.execute("DROP TABLE IF EXISTS po_asked")
    cursor.execute(
        ASKED,
        {
            "findings": [number for number, _concept in codes],
            "concepts": [concept for _number, concept in codes],
            "everybodys": [READS[number][0].everybodys for number, _concept in codes],
        },
    )
    cursor.execute("ANALYZE po_asked")
    says = " ".join(f"WHEN {number} THEN {one.sql('id').format(row='o')}" for number, (_rule, one) in enumerate(READS))
    cursor.execute(
        FOUND.format(says=says.replace("%", "%%"), k=partition.test("k.member_id"), g=partition.test("g.member_id")),
        {
            **partition.parameters,
            "findings_of": [number for number, _concept in known],
            "known": [concept for _number, concept in known],
            "waiting": list(WAITING),
            "since": as_of - LOOK_BACK,
            "by_rule_alone": BY_RULE_ALONE,
            "rules": [rule.id for rule, _one in READS],
            "zone": zone,
            "from": datetime.combine(as_of - LOOK_BACK, time(), ZoneInfo(zone)),
            "until": datetime.combine(as_of + timedelta(days=1), time(), ZoneInfo(zone)),
        },
    )
    return cursor.fetchall()


def _says(rule: Positive, row: str, concepts: Concepts) -> str:
    """What a rule reads in the result on this alias: of several findings the one whose code it has."""
    read = [finding.sql("id").format(row=row) for finding in rule.findings]
    if len(read) == 1:
        return read[0]
    # Each has codes of its own: the concept tells which.
    cases = " ".join(
        f"WHEN EXISTS (SELECT FROM clinical_observationcoding z WHERE z.fact_id = {row}.id AND z.role = 1 "
        f"AND z.concept_id = ANY (ARRAY[{', '.join(map(str, concepts.of(finding.codes))) or 'NULL::int'}]::int[])) "
        f"THEN {says}"
        for finding, says in zip(rule.findings, read, strict=True)
    )
    return f"(CASE {cases} ELSE {SILENT} END)"


def _answers(rule: Positive, concepts: Concepts) -> tuple[str, dict[str, list[int]]]:
    """The facts that answer, as SQL over `f`, and the concepts it asks for by name."""
    later = f"{DAY_OF} > f.resulted_on"
    parts: list[tuple[str, tuple[Codes, ...], dict[str, str], str, str]] = [
        ("answers", rule.answers, DONE, DAY_OF, "true"),
        ("later", rule.later, DONE, DAY_OF, later),
        ("diagnoses", rule.diagnoses, BELIEVED, DAY_OF, "true"),
        # Known since whenever: it answers on the day of the result.
        ("known", rule.known, BELIEVED, f"greatest({DAY_OF}, f.resulted_on)", "true"),
        ("plans", rule.plans, ORDERED, DAY_OF, "true"),
    ]
    for number, finding in enumerate((*rule.negatives, *(rule.readable if rule.repeated else ()))):
        negative = f"{finding.sql('id').format(row='o')} = {NEGATIVE}".replace("%", "%%")
        parts.append((f"negative{number}", finding.codes, {"observation": USABLE}, DAY_OF, negative))
    for number, finding in enumerate(rule.readable):
        # Where the result itself was not clear, any clear one answers.
        clear = f"{finding.sql('id').format(row='o')} IN ({POSITIVE}, {NEGATIVE})"
        unclear = (
            "EXISTS (SELECT FROM clinical_observation p WHERE p.id = f.observation_id AND p.member_id = f.member_id "
            f"AND (p.effective IS NULL OR {_says(rule, 'p', concepts)} = {UNCLEAR}))"
        )
        also = f"{unclear} AND {clear}".replace("%", "%%")
        parts.append((f"clear{number}", finding.codes, {"observation": USABLE}, DAY_OF, also))
    said = [
        ONE_ANSWER.format(kind=kind, codes=name, day=day, usable=f"{usable} AND {more}")
        for name, codes, kinds, day, more in parts
        if codes
        for kind, usable in kinds.items()
    ]
    return " UNION ALL ".join(said), {name: concepts.of(codes) for name, codes, *_rest in parts if codes}


def _open(
    rule: Positive,
    found: Sequence[Found],
    *,
    at: datetime,
    as_of: date,
    by: User,
    zone: str,
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [[row.member for row in found], as_of])
        owners = {member: (user, department) for member, user, department in cursor.fetchall()}
    with override(None):
        positive, unclear = str(rule.task), str(UNCLEAR_TASK)
    # Of one person all that is not clear is one task: beside it a positive one is seen.
    waiting = Task.objects.filter(
        kind=KIND, title=unclear, status__in=Task.OPEN, member_id__in={row.member for row in found}
    )
    together = {(one.member_id, one.sensitivity): one for one in waiting}
    tasks, rows = [], []
    for row in found:
        user, department = owners.get(row.member, (None, None))
        key, due = uuid7(), row.on_day + timedelta(days=rule.days)
        task = None if row.is_positive else together.get((row.member, row.sensitivity))
        if task is None:
            task = Task(
                id=uuid7(),
                member_id=row.member,
                status="requested",
                kind=KIND,
                title=positive if row.is_positive else unclear,
                priority=Task.Priority.ROUTINE,
                owner_id=user,
                department_id=department,
                role=RoleAssignment.Role.PHYSICIAN,
                requested_by=by,
                due_at=datetime.combine(due, time(17), ZoneInfo(zone)),
                focus_model="prevention.followup",
                focus_id=key,
                dedupe_key=f"prevention:follow_up:{rule.id}:{row.observation}",
                sensitivity=row.sensitivity,
            )
            tasks.append(task)
            if not row.is_positive:
                together[row.member, row.sensitivity] = task
        rows.append(
            FollowUp(
                id=key,
                member_id=row.member,
                rule=rule.id,
                observation_id=row.observation,
                resulted_on=row.on_day,
                due_on=due,
                task=task,
                opened_at=at,
                sensitivity=row.sensitivity,
            )
        )
    Task.objects.bulk_create(tasks)
    FollowUp.objects.bulk_create(rows)
    return len(rows)


def title_of(follow_up: FollowUp) -> str:
    """What it asks for, in the reader's language: a result that is not clear is to be read."""
    with override(None):
        is_unclear = follow_up.task is not None and follow_up.task.title == str(UNCLEAR_TASK)
    return str(UNCLEAR_TITLE if is_unclear else BY_ID[follow_up.rule].title)


@transaction.atomic
def close_follow_up(follow_up: FollowUp, *, by: User, reason: str) -> FollowUp:
    """A clinician ends the watch with a reason (done elsewhere, declined, not fitting). Raises `ValueError` without."""
    found = FollowUp.objects.select_for_update().get(pk=follow_up.pk, member_id=follow_up.member_id)
    if found.status != FollowUp.Status.OPEN:
        raise ValueError(_("This is settled already."))
    if not reason.strip():
        raise ValueError(_("Say why."))
    found.status, found.reason, found.closed_at = FollowUp.Status.CLOSED, reason.strip()[:300], timezone.now()
    found.save(update_fields=["status", "reason", "closed_at"])
    tasks = [found.task_id] if found.task_id else []
    also = FollowUp.objects.filter(member_id=found.member_id, task__in=tasks, status=FollowUp.Status.OPEN)
    if also.exists():
        tasks = []
    Task.objects.filter(pk__in=tasks, member_id=found.member_id, status__in=Task.OPEN).update(
        status="completed", completed_at=found.closed_at, completed_by=by, outcome=found.reason
    )
    audit.record(by=by, action="update", verb="prevention.close_follow_up", obj=found, reason=found.reason)
    return found


@dataclass(frozen=True)
class Rate:
    """How often a rule's answer came in time, among results whose time is over: answered early or never."""

    rule: Positive
    in_time: int
    measured: int
    median_days: int | None

    @property
    def percent(self) -> int | None:
        return round(100 * self.in_time / self.measured) if self.measured else None

    @property
    def interval(self) -> tuple[int, int] | None:
        """Per cent from and to (95 %, Wilson)."""
        if not self.measured:
            return None
        low, high = wilson(self.in_time, self.measured)
        return round(100 * low), round(100 * high)


def rate(rule: Positive, today: date) -> Rate:
    """Of the members within reach. Withdrawn results do not count; those closed by a clinician count as not in time."""
    rows = list(
        FollowUp.objects.filter(rule=rule.id)
        .exclude(status=FollowUp.Status.WITHDRAWN)
        .values_list("status", "resulted_on", "due_on", "done_on")
    )
    measured = [row for row in rows if row[2] < today]
    in_time = [row for row in measured if row[3] is not None and row[3] <= row[2]]
    took = sorted((done - resulted).days for _status, resulted, _due, done in rows if done is not None)
    return Rate(rule, len(in_time), len(measured), took[len(took) // 2] if took else None)
