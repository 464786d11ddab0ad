"""Abnormal screening results that ask for something by a day: a task with an owner and a clock, watched to its end."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from clinical.models import Task
from core import audit
from core.ids import uuid7
from core.models import User
from network.models import RoleAssignment
from prevention.engine.evaluate import Partition
from prevention.engine.facts import ValueSet
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY, FOBT, SDNA_FIT
from prevention.models import FollowUp
from prevention.quality.rates import wilson
from prevention.rules.cervical_screening import HPV_TEST, PAP_TEST

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

KIND = "abnormal_follow_up"
CPT = "http://www.ama-assn.org/go/cpt"
# Colposcopy of the cervix or vagina, by CPT.
COLPOSCOPY = ("57420", "57421", "57452", "57454", "57455", "57456", "57460", "57461")
# Older results are history, not work: what was left undone then is found by the care rules.
LOOK_BACK = timedelta(days=365)


@dataclass(frozen=True)
class FollowUpRule:
    """A positive result of `results` asks for one of `answers` within `days`; nobody at it after `escalate` is told."""

    id: str
    title: "str | StrPromise"
    task: "str | StrPromise"
    results: tuple[ValueSet, ...]
    answers: tuple[ValueSet, ...]
    source: str
    codes: tuple[str, ...] = ()
    days: int = 90
    escalate: int = 45


RULES: tuple[FollowUpRule, ...] = (
    FollowUpRule(
        id="positive_stool_test",
        title=gettext_lazy("Positive stool test: colonoscopy"),
        task=gettext_lazy("Positive stool test: arrange a colonoscopy"),
        results=(FOBT, SDNA_FIT),
        answers=(COLONOSCOPY,),
        source="US Multi-Society Task Force on Colorectal Cancer, 2017; NCQA follow-up measure: within 180 days. "
        "Ours is 90.",
    ),
    FollowUpRule(
        id="positive_hpv_test",
        title=gettext_lazy("Positive HPV test: cytology or colposcopy"),
        task=gettext_lazy("Positive HPV test: arrange a visit for cytology or colposcopy"),
        results=(HPV_TEST,),
        answers=(PAP_TEST,),
        codes=COLPOSCOPY,
        source="ASCCP Risk-Based Management Consensus Guidelines, 2019; Enduring Guidelines for self-collected "
        "samples, 2025",
    ),
)
BY_ID = {rule.id: rule for rule in RULES}

# Positive by flag, by word, or by coded value (SNOMED: positive, detected, present).
FOUND = """
SELECT DISTINCT ON (o.id) o.id, o.member_id, o.sensitivity, (lower(o.effective) AT TIME ZONE %(zone)s)::date
FROM core_valueset v JOIN core_valuesetmember s ON s.value_set_id = v.id
JOIN clinical_observationcoding k ON k.concept_id = s.concept_id AND k.role = 1
JOIN clinical_observation o ON o.id = k.fact_id AND o.member_id = k.member_id
JOIN members_member m ON m.id = o.member_id AND m.deceased_at IS NULL AND m.status = 'active'
WHERE {k} AND v.url = ANY (%(results)s) AND o.status IN ('final', 'amended', 'corrected') AND NOT o.is_negated
    AND (lower(o.effective) AT TIME ZONE %(zone)s)::date BETWEEN %(since)s AND %(today)s
    AND (o.interpretation IN ('A', 'AA', 'POS') OR lower(o.value_text) IN ('positive', 'detected') OR EXISTS (
        SELECT FROM clinical_observationcoding w JOIN core_concept c ON c.id = w.concept_id
        JOIN core_codesystem y ON y.id = c.system_id AND y.uri = 'http://snomed.info/sct'
        WHERE w.fact_id = o.id AND w.member_id = o.member_id AND w.role = 3
            AND c.code IN ('10828004', '260373001', '52101004')))
    AND NOT EXISTS (SELECT FROM prevention_followup f WHERE f.observation_id = o.id AND f.rule = %(rule)s)
"""
# What answers it: a procedure that was done, or a result that was reported, on its day or after.
ANSWER = """
UPDATE prevention_followup f SET status = 'done', done_on = a.on_day, fact_model = a.model, fact_id = a.fact_id,
    closed_at = %(at)s
FROM (
    SELECT DISTINCT ON (f.id) f.id, f.member_id, x.model, x.fact_id, x.on_day FROM prevention_followup f
    CROSS JOIN LATERAL (
        SELECT 'clinical.procedure' AS model, p.id AS fact_id,
            (lower(p.effective) AT TIME ZONE %(zone)s)::date AS on_day
        FROM clinical_procedurecoding k JOIN clinical_procedure p ON p.id = k.fact_id AND p.member_id = k.member_id
        WHERE k.member_id = f.member_id AND k.role = 1 AND k.concept_id = ANY (%(concepts)s)
            AND p.status = 'completed' AND NOT p.is_negated
        UNION ALL
        SELECT 'clinical.observation', o.id, (lower(o.effective) AT TIME ZONE %(zone)s)::date
        FROM clinical_observationcoding k JOIN clinical_observation o ON o.id = k.fact_id AND o.member_id = k.member_id
        WHERE k.member_id = f.member_id AND k.role = 1 AND k.concept_id = ANY (%(concepts)s)
            AND o.status IN ('final', 'amended', 'corrected') AND NOT o.is_negated AND o.id <> f.observation_id
    ) x WHERE {f} AND f.status = 'open' AND f.rule = %(rule)s AND x.on_day BETWEEN f.resulted_on AND %(today)s
    ORDER BY f.id, x.on_day
) a(id, member_id, model, fact_id, on_day) WHERE a.id = f.id AND a.member_id = f.member_id
"""
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
            asked: dict[str, Any] = {"rule": rule.id, "escalate": rule.escalate}
            asked["results"] = [one.url for one in rule.results]
            cursor.execute(FOUND.format(k=partition.test("k.member_id")), {**common, **asked})
            found = cursor.fetchall()
            if found:
                written += _open(rule, found, at=at, as_of=as_of, by=by, zone=zone)
            concepts = _concepts(rule)
            written += write(ANSWER.format(f=partition.test("f.member_id")), rule=rule.id, concepts=concepts)
            write(ESCALATE.format(f=partition.test("f.member_id")), **asked)
        written += write(WITHDRAW.format(f=partition.test("f.member_id")))
        write(CLOSE_TASKS.format(f=partition.test("f.member_id")))
    return written


def _concepts(rule: FollowUpRule) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.concept_id FROM core_valueset v JOIN core_valuesetmember m ON m.value_set_id = v.id "
            "WHERE v.url = ANY (%s) UNION SELECT c.id FROM core_concept c JOIN core_codesystem y ON y.id = c.system_id "
            "WHERE y.uri = %s AND c.code = ANY (%s)",
            [[one.url for one in rule.answers], CPT, list(rule.codes)],
        )
        return [row[0] for row in cursor.fetchall()]


def _open(
    rule: FollowUpRule,
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

    rule: FollowUpRule
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


def rate(rule: FollowUpRule, today: date) -> Rate:
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
