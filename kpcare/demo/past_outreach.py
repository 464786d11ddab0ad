"""Outreach as if it had gone on for months: gaps aged, steps taken, answers given, some closed by facts in the record.

A new world's gaps all came in tonight; campaigns, call list and effect would show a system on its first day.
"""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from prevention.outreach.effect import summarise

# A number of 0–999 that is the same in every world of one seed.
PART = "mod(('x' || substr(md5({0}::text || {1}), 1, 8))::bit(32)::bigint, 1000)"

# Gaps of tonight came in up to a hundred days ago.
AGE = f"""
CREATE TEMPORARY TABLE past_gap ON COMMIT DROP AS
SELECT e.id AS episode_id, g.id AS gap_id, g.member_id, g.sensitivity, e.arm, e.language, g.rule,
    %(at)s - (3 + mod({PART.format("g.member_id", "g.rule")}, 98)) * interval '1 day' AS entered
FROM prevention_outreachepisode e JOIN prevention_caregap g ON g.id = e.gap_id AND g.member_id = e.member_id
WHERE e.stopped_at IS NULL AND g.status = 'open'
    AND g.member_id NOT IN (SELECT m.id FROM members_member m WHERE m.user_id IS NOT NULL)
    -- Of several vaccines that go into one visit one is written about at a time: their letters would come in heaps.
    AND e.campaign_id IN (SELECT c.id FROM prevention_campaign c WHERE cardinality(c.rules) <= 1)
"""
AGED = (
    "UPDATE prevention_caregap g SET opened_at = p.entered FROM past_gap p "
    "WHERE g.id = p.gap_id AND g.member_id = p.member_id",
    "UPDATE prevention_outreachepisode e SET entered_at = p.entered FROM past_gap p "
    "WHERE e.id = p.episode_id AND e.member_id = p.member_id",
    "UPDATE prevention_reminder r SET created_at = p.entered + interval '1 hour', send_after = p.entered "
    "+ interval '1 hour' FROM past_gap p WHERE r.gap_id = p.gap_id AND r.member_id = p.member_id",
)

# What facts of the last months closed: it was due some weeks before, and most had been written to.
CLOSERS = (
    ("colorectal_screening", "29771-3", "stool test (FIT)"),
    ("breast_screening", "24606-6", "mammogram"),
    ("cervical_screening", "21440-3", "HPV test"),
    ("hba1c", "4548-4", "HbA1c"),
    ("blood_pressure", "85354-9", "blood pressure"),
)
# How long it took says which steps had been taken by then: most came after a message, others after a letter or a call.
CLOSED = f"""
CREATE TEMPORARY TABLE past_done ON COMMIT DROP AS
SELECT uuidv7() AS gap_id, x.*, c.id AS campaign_id, c.wordings[1] AS wording, h.part,
    CASE WHEN c.holdout_percent > 0 AND {PART.format("x.member_id", "c.code")} < c.holdout_percent * 10
        THEN 'holdout' ELSE 'outreach' END AS arm,
    x.done_at - make_interval(days => CASE WHEN h.part < 620 THEN 10 + (h.part %% 17)::int
        WHEN h.part < 830 THEN 32 + (h.part %% 12)::int WHEN h.part < 950 THEN 50 + (h.part %% 9)::int
        ELSE 2 + (h.part %% 4)::int END) AS entered
FROM (
    SELECT DISTINCT ON (o.member_id) o.member_id, o.id AS fact_id, m.language, m.managing_organization_id AS system,
        lower(o.effective) AS done_at, %(rule)s::text AS rule, %(what)s::text AS what
    FROM clinical_observation o
    JOIN clinical_observationcoding k ON k.fact_id = o.id AND k.member_id = o.member_id
    JOIN core_concept code ON code.id = k.concept_id AND code.code = %(code)s
    JOIN members_member m ON m.id = o.member_id AND m.user_id IS NULL
    WHERE o.status = 'final' AND lower(o.effective) BETWEEN %(at)s - interval '85 days' AND %(at)s
    ORDER BY o.member_id, lower(o.effective) DESC
) x
JOIN prevention_campaign c ON c.managing_organization_id = x.system AND c.rules = '{{}}'
CROSS JOIN LATERAL (SELECT {PART.format("x.member_id", "x.rule")} AS part) h
WHERE NOT EXISTS (SELECT FROM prevention_caregap g WHERE g.member_id = x.member_id AND g.rule = x.rule
    AND g.status IN ('open', 'deferred'))
"""
# Some of those who were held back come all the same, fewer.
FEWER = "DELETE FROM past_done WHERE arm = 'holdout' AND mod(part, 100) < 62"
STEPS = """
CREATE TEMPORARY TABLE past_step ON COMMIT DROP AS
SELECT uuidv7() AS id, d.member_id, d.gap_id, d.language, d.rule, d.part, d.done_at, s.number,
    d.entered + s.after_days * interval '1 day' + interval '1 hour' AS at,
    CASE WHEN s.channels[1] IN ('letter', 'call') THEN s.channels[1]
        WHEN EXISTS (SELECT FROM members_membertelecom t WHERE t.member_id = d.member_id AND t.system = 'email')
            AND d.part % 10 < 7 THEN 'email' ELSE 'sms' END AS channel
FROM past_done d JOIN prevention_campaignstep s ON s.campaign_id = d.campaign_id
    AND s.channels[1] IN ('email', 'sms', 'letter', 'call')
WHERE d.arm = 'outreach' AND d.entered + s.after_days * interval '1 day' < d.done_at - interval '1 day'
"""
WRITTEN = (
    """
INSERT INTO prevention_caregap (id, member_id, sensitivity, rule, status, due_on, opened_at, closed_at,
    last_done_on, last_done_what)
SELECT gap_id, member_id, 0, rule, 'closed', (entered - (14 + mod(part, 60)) * interval '1 day')::date,
    entered, done_at, done_at::date, what FROM past_done
""",
    """
INSERT INTO prevention_outreachepisode (member_id, sensitivity, gap_id, campaign_id, arm, wording, language, score,
    entered_at, stopped_at, stop_reason)
SELECT member_id, 0, gap_id, campaign_id, arm, wording, language, 1, entered, done_at, 'done' FROM past_done
""",
    """
INSERT INTO prevention_reminder (id, member_id, sensitivity, gap_id, step, channel, language, send_after, status,
    created_at)
SELECT id, member_id, 0, gap_id, number, channel, language, at, 'sent', at FROM past_step
""",
    # The link of the last letter or message before it was done; six of ten booked or ordered by it.
    """
INSERT INTO prevention_onetaplink (member_id, sensitivity, gap_id, reminder_id, expires_at, opened_at, confirmed_at,
    used_at, used_for, created_at)
SELECT member_id, 0, gap_id, id, done_at + interval '30 days', opened, opened,
    CASE WHEN mod(part, 10) < 6 THEN opened END,
    CASE WHEN mod(part, 10) >= 6 THEN '' WHEN rule = 'colorectal_screening' THEN 'kit_ordered' ELSE 'booked' END, at
FROM (
    SELECT DISTINCT ON (p.gap_id) p.*, p.at + (p.done_at - p.at) * 0.3 AS opened FROM past_step p
    WHERE mod(p.part, 4) > 0 ORDER BY p.gap_id, p.number DESC
) x WHERE channel <> 'call'
""",
    # On the telephone: somebody took a time, or said that they would come by themselves.
    """
INSERT INTO prevention_outreachcontact (id, member_id, sensitivity, gap_id, by_id, outcome, note, at)
SELECT uuidv7(), member_id, 0, gap_id, %(caller)s,
    CASE WHEN mod(part, 3) = 0 THEN 'not_now' WHEN rule = 'colorectal_screening' THEN 'kit_ordered' ELSE 'booked' END,
    '', at + interval '5 hours'
FROM past_step WHERE channel = 'call'
""",
)

# Of those still due some looked and left it at that.
LOOKED = f"""
UPDATE prevention_onetaplink l SET opened_at = p.entered + interval '26 hours',
    confirmed_at = p.entered + interval '26 hours', created_at = p.entered + interval '1 hour',
    expires_at = greatest(l.expires_at, %(at)s + interval '20 days')
FROM past_gap p WHERE l.gap_id = p.gap_id AND l.member_id = p.member_id
    AND {PART.format("p.gap_id", "'looked'")} < 210
"""
# The first message left; after four weeks a letter, after six and a half a call.
SENT = (
    "UPDATE prevention_reminder r SET status = 'sent' FROM past_gap p "
    "WHERE r.gap_id = p.gap_id AND r.member_id = p.member_id AND r.channel IN ('portal', 'push', 'email', 'sms') "
    "AND r.status = 'queued'",
    """
INSERT INTO prevention_reminder (id, member_id, sensitivity, gap_id, step, channel, language, send_after, status,
    created_at)
SELECT uuidv7(), p.member_id, p.sensitivity, p.gap_id, s.number, s.channels[1], p.language,
    p.entered + s.after_days * interval '1 day',
    CASE WHEN p.entered + (s.after_days + 1) * interval '1 day' < %(at)s THEN 'sent' ELSE 'queued' END,
    p.entered + s.after_days * interval '1 day'
FROM past_gap p JOIN prevention_outreachepisode e ON e.id = p.episode_id AND e.member_id = p.member_id
JOIN prevention_campaignstep s ON s.campaign_id = e.campaign_id AND s.channels[1] IN ('letter', 'call')
WHERE p.arm = 'outreach' AND p.entered + s.after_days * interval '1 day' <= %(at)s
ON CONFLICT DO NOTHING
""",
)
# Once it is known which calls were made.
ANSWERED = """
INSERT INTO prevention_outreachcontact (id, member_id, sensitivity, gap_id, by_id, outcome, note, at)
SELECT uuidv7(), r.member_id, r.sensitivity, r.gap_id, %(caller)s,
    (ARRAY['no_answer', 'not_now', 'no_answer', 'no_answer', 'done_elsewhere', 'no_answer'])
        [1 + (hashtextextended(r.gap_id::text, 1) & 3)], '', r.send_after + interval '1 day'
FROM prevention_reminder r WHERE r.channel = 'call' AND r.status = 'sent'
    AND r.gap_id IN (SELECT gap_id FROM past_gap)
"""


def add(*, at: datetime.datetime, caller: uuid.UUID) -> None:
    """Age tonight's gaps and lay the answers of the last months; `caller` telephoned. Needs the jobs login."""
    values: dict[str, Any] = {"at": at, "caller": caller}
    with connection.cursor() as cursor:
        cursor.execute(AGE, values)
        cursor.execute("ANALYZE past_gap")
        for statement in (*AGED, LOOKED, *SENT):
            cursor.execute(statement, values)
        _drop(cursor, at, candidates=REMINDERS, fixed=WRITTEN_TO_MANY, statements=DROPPED)
        cursor.execute(ANSWERED, values)
        for rule, code, what in CLOSERS:
            cursor.execute("DROP TABLE IF EXISTS past_done, past_step")
            cursor.execute(CLOSED, {**values, "rule": rule, "code": code, "what": what})
            for statement in (FEWER, STEPS):
                cursor.execute(statement)
            fixed = f"{REMINDERS} UNION ALL {WRITTEN_TO_MANY}"
            _drop(cursor, at, candidates=STEPS_TAKEN, fixed=fixed, statements=STEPS_DROPPED)
            for statement in WRITTEN:
                cursor.execute(statement, values)
    summarise(as_of=at.date(), at=at)


# --- What the policy of this very world would not have sent ------------------------------------------------------

REMINDERS = """
SELECT r.member_id, r.created_at AS at, r.id FROM prevention_reminder r
WHERE r.status <> 'skipped' AND r.channel <> 'visit'
"""
STEPS_TAKEN = "SELECT s.member_id, s.at, s.id FROM past_step s"
# What a care team wrote to many at once counts as well.
WRITTEN_TO_MANY = """
SELECT i.member_id, b.done_at, NULL::uuid FROM prevention_registrybatchitem i
JOIN prevention_registrybatch b ON b.id = i.batch_id WHERE i.status = 'done' AND b.action = 'message'
"""
# Of everybody whose messages reach the same person (`queue.KIN`): what stays first, then what may go, the oldest first.
COUNTED = """
SELECT coalesce(CASE WHEN m.birth_date > %(at)s::date - interval '18 years' THEN (
        SELECT x.user_id FROM members_proxy x WHERE x.member_id = m.id AND x.relationship IN ('parent', 'guardian')
            AND x.period @> %(at)s::date AND 'view' = ANY (x.scopes) ORDER BY x.id LIMIT 1) END,
    m.user_id, m.id) AS reached, c.at, c.id, p.cap, p.cap_days
FROM ({candidates} UNION ALL SELECT f.member_id, f.at, NULL FROM ({fixed}) f(member_id, at, id)) c(member_id, at, id)
JOIN members_member m ON m.id = c.member_id
JOIN prevention_outreachpolicy p ON p.managing_organization_id = m.managing_organization_id AND p.region_id IS NULL
    AND p.period @> %(at)s::date
ORDER BY reached, c.id IS NOT NULL, c.at, c.id
"""
DROPPED = (
    "DELETE FROM prevention_onetaplink l USING past_dropped d WHERE l.reminder_id = d.id",
    "UPDATE core_outboxmessage o SET status = 'cancelled' FROM past_dropped d, prevention_reminder r "
    "WHERE r.id = d.id AND o.id = r.message_id AND o.status = 'queued'",
    "UPDATE prevention_reminder r SET status = 'skipped' FROM past_dropped d "
    "WHERE r.id = d.id AND r.message_id IS NOT NULL",
    "DELETE FROM prevention_reminder r USING past_dropped d WHERE r.id = d.id AND r.message_id IS NULL",
)
STEPS_DROPPED = ("DELETE FROM past_step s USING past_dropped d WHERE s.id = d.id",)


def beyond_the_cap(rows: Iterable[tuple[Any, datetime.datetime, uuid.UUID | None, int, int]]) -> list[uuid.UUID]:
    """Of (whom it reaches, when, id, cap, days), in that order, the ids of what the cap would have held back.

    What has no id is counted and stays; it comes before the others of the same person.
    """
    kept: dict[Any, list[datetime.datetime]] = {}
    dropped = []
    for reached, at, one, cap, days in rows:
        near = [other for other in kept.get(reached, []) if abs(other - at) < datetime.timedelta(days=days)]
        if one is None or len(near) < cap:
            kept.setdefault(reached, []).append(at)
        else:
            dropped.append(one)
    return dropped


def _drop(
    cursor: CursorWrapper, at: datetime.datetime, *, candidates: str, fixed: str, statements: tuple[str, ...]
) -> None:
    cursor.execute(COUNTED.format(candidates=candidates, fixed=fixed), {"at": at})
    dropped = beyond_the_cap(cursor.fetchall())
    cursor.execute("DROP TABLE IF EXISTS past_dropped")
    cursor.execute("CREATE TEMPORARY TABLE past_dropped ON COMMIT DROP AS SELECT unnest(%s::uuid[]) AS id", [dropped])
    for statement in statements:
        cursor.execute(statement)
