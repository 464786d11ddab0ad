"""Abnormal screening results that ask for something by a day: a task with an owner and a clock, watched to its end."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import connection, transaction
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
from prevention.quality.rates import wilson
from prevention.rules.positives import POSITIVES, Positive

KIND = "abnormal_follow_up"
# Stool and HPV tests are looked through at any age, whether a rule applies or not, for three years: as long as the
# longest of them would have settled its rule at the least (CMS124, CMS130). What the rules themselves find unanswered
# (`rules.positives`) is followed however old it is.
LOOK_BACK = relativedelta(years=3)
EVERYBODYS = ("positive_stool_test", "positive_hpv_test")
RULES = POSITIVES
BY_ID = {rule.id: rule for rule in RULES}

NOT_FOLLOWED = "NOT EXISTS (SELECT FROM prevention_followup f WHERE f.observation_id = o.id AND f.rule = %(rule)s)"
RESULT = """
o.id, o.member_id, o.sensitivity, (lower(o.effective) AT TIME ZONE %(zone)s)::date AS on_day,
    o.interpretation, o.value_text, o.value_quantity, o.value_integer, o.value_unit, o.id AS fact_id
"""
USABLE = "o.status IN ('final', 'amended', 'corrected') AND NOT o.is_negated"
LIVING = "JOIN members_member m ON m.id = o.member_id AND m.deceased_at IS NULL AND m.status = 'active'"
# Of everybody, by the value sets of the results.
FOUND = f"""
SELECT DISTINCT {RESULT} FROM core_valueset v JOIN core_valuesetmember s ON s.value_set_id = v.id
JOIN clinical_observationcoding k ON k.concept_id = s.concept_id AND k.role = 1
JOIN clinical_observation o ON o.id = k.fact_id AND o.member_id = k.member_id {LIVING}
WHERE {{k}} AND v.url = ANY (%(results)s) AND {USABLE} AND {NOT_FOLLOWED}
    AND (lower(o.effective) AT TIME ZONE %(zone)s)::date BETWEEN %(since)s AND %(today)s
"""
# What keeps a gap open: the facts of its last day, of which the positive ones ask.
KEPT_OPEN = f"""
SELECT DISTINCT {RESULT} FROM prevention_caregap g
CROSS JOIN LATERAL jsonb_path_query(g.evidence, '$.facts[*] ? (@.model == "clinical.observation")') x
JOIN clinical_observation o ON o.id = (x ->> 'id')::uuid AND o.member_id = g.member_id {LIVING}
WHERE {{g}} AND g.status IN ('open', 'deferred') AND g.last_done_what = %(what)s AND {USABLE} AND {NOT_FOLLOWED}
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
FROM clinical_{kind}coding k JOIN (SELECT o.*, o.id AS fact_id FROM clinical_{kind} o) o
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
        AND f.resulted_on + %(escalate)s <= %(today)s::date RETURNING f.task_id, f.member_id
)
UPDATE clinical_task t SET priority = 'urgent', escalated_at = %(at)s FROM late l
WHERE t.id = l.task_id AND t.member_id = l.member_id AND t.status IN ('requested', 'accepted', 'in-progress')
"""
CLOSE_TASKS = """
UPDATE clinical_task t SET status = 'completed', completed_at = %(at)s, completed_by_id = %(by)s, outcome = f.status
FROM prevention_followup f WHERE {f} AND f.status <> 'open' AND t.id = f.task_id AND t.member_id = f.member_id
    AND t.status IN ('requested', 'accepted', 'in-progress')
"""
OWNERS = """
SELECT DISTINCT ON (a.member_id) a.member_id, k.user_id, a.department_id FROM members_primarycareassignment a
JOIN network_clinician k ON k.id = a.clinician_id
WHERE a.member_id = ANY (%s) AND a.period @> %s::date ORDER BY a.member_id
"""


def watch(partition: Partition, *, as_of: date, at: datetime, zone: str) -> int:
    """Open, answer, escalate and withdraw follow-ups in the partition; returns rows written. Needs the jobs login."""
    written = 0
    by = User.objects.system("prevention")
    common = {**partition.parameters, "today": as_of, "at": at, "zone": zone, "since": as_of - LOOK_BACK, "by": by.pk}
    with connection.cursor() as cursor:

        def write(sql: str, **more: Any) -> int:
            cursor.execute(sql, {**common, **more})
            return cursor.rowcount

        for rule in RULES:
            asked: dict[str, Any] = {"rule": rule.id, "escalate": rule.escalate, "what": rule.what}
            cursor.execute(_found(rule, partition), {**common, **asked, "results": urls_of(rule.codes)})
            found = cursor.fetchall()
            if found:
                written += _open(rule, found, at=at, as_of=as_of, by=by, zone=zone)
            if FollowUp.objects.filter(rule=rule.id, status=FollowUp.Status.OPEN).exists():
                answers, codes = _answers(rule)
                written += write(ANSWER.format(f=partition.test("f.member_id"), answers=answers), **asked, **codes)
                write(ESCALATE.format(f=partition.test("f.member_id")), **asked)
        written += write(WITHDRAW.format(f=partition.test("f.member_id")))
        write(CLOSE_TASKS.format(f=partition.test("f.member_id")))
    return written


def _found(rule: Positive, partition: Partition) -> str:
    """The SELECT of positive results that nobody follows yet."""
    rows = KEPT_OPEN.format(g=partition.test("g.member_id"))
    if rule.id in EVERYBODYS:
        rows = f"{rows} UNION {FOUND.format(k=partition.test('k.member_id'))}"
    positive = " OR ".join(finding.sql().format(row="o") for finding in rule.findings).replace("%", "%%")
    return f"SELECT o.id, o.member_id, o.sensitivity, o.on_day FROM ({rows}) o WHERE {positive}"


def _answers(rule: Positive) -> tuple[str, dict[str, list[int]]]:
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
    if rule.repeated:
        for number, finding in enumerate(rule.findings):
            negative = f"NOT {finding.sql().format(row='o')} AND {SAYS_SOMETHING}".replace("%", "%%")
            parts.append((f"again{number}", finding.codes, {"observation": USABLE}, DAY_OF, negative))
    said = [
        ONE_ANSWER.format(kind=kind, codes=name, day=day, usable=f"{usable} AND {more}")
        for name, codes, kinds, day, more in parts
        if codes
        for kind, usable in kinds.items()
    ]
    return " UNION ALL ".join(said), {name: concepts_of(codes) for name, codes, *_rest in parts if codes}


SAYS_SOMETHING = (
    "(o.value_quantity IS NOT NULL OR o.value_integer IS NOT NULL OR o.value_text <> '' OR o.interpretation <> '' "
    "OR EXISTS (SELECT FROM clinical_observationcoding w WHERE w.fact_id = o.id AND w.role = 3))"
)


def urls_of(codes: tuple[Codes, ...]) -> list[str]:
    return [one.url for one in codes if isinstance(one, ValueSet)]


def concepts_of(codes: tuple[Codes, ...]) -> list[int]:
    """The ids of the concepts among codes and value sets."""
    single = [(one.system, one.code) for one in codes if isinstance(one, Code)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.concept_id FROM core_valueset v JOIN core_valuesetmember m ON m.value_set_id = v.id "
            "WHERE v.url = ANY (%s) UNION SELECT c.id FROM core_concept c JOIN core_codesystem y ON y.id = c.system_id "
            "JOIN unnest(%s::text[], %s::text[]) w(uri, code) ON w.uri = y.uri AND w.code = c.code",
            [urls_of(codes), [system for system, _code in single], [code for _system, code in single]],
        )
        return [row[0] for row in cursor.fetchall()]


def _open(
    rule: Positive,
    found: Sequence[tuple[uuid.UUID, uuid.UUID, int, date]],
    *,
    at: datetime,
    as_of: date,
    by: User,
    zone: str,
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [[row[1] for row in found], as_of])
        owners = {member: (user, department) for member, user, department in cursor.fetchall()}
    tasks, rows = [], []
    with override(None):
        title = str(rule.task)
    for observation, member, sensitivity, day in found:
        user, department = owners.get(member, (None, None))
        key, due = uuid7(), day + timedelta(days=rule.days)
        task = Task(
            id=uuid7(),
            member_id=member,
            status="requested",
            kind=KIND,
            title=title,
            priority=Task.Priority.ROUTINE,
            owner_id=user,
            department_id=department,
            role=RoleAssignment.Role.PHYSICIAN,
            requested_by=by,
            due_at=datetime.combine(due, time(17), ZoneInfo(zone)),
            focus_model="prevention.followup",
            focus_id=key,
            dedupe_key=f"prevention:follow_up:{rule.id}:{observation}",
            sensitivity=sensitivity,
        )
        tasks.append(task)
        rows.append(
            FollowUp(
                id=key,
                member_id=member,
                rule=rule.id,
                observation_id=observation,
                resulted_on=day,
                due_on=due,
                task=task,
                opened_at=at,
                sensitivity=sensitivity,
            )
        )
    Task.objects.bulk_create(tasks)
    FollowUp.objects.bulk_create(rows)
    return len(rows)


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
    Task.objects.filter(pk__in=[found.task_id], member_id=found.member_id, status__in=Task.OPEN).update(
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
