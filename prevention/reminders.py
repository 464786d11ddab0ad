"""Reminders: who is told what waits, by which channel, when; written with their messages in one statement.

The message says only that something waits (domain ruling 5): what it is stands behind the sign-in, at the link.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection

from prevention.engine.evaluate import Partition
from prevention.rules import RULES


@dataclass(frozen=True)
class Step:
    """A step of outreach: so many days after the gap opened. `letter`: on paper, whatever is preferred."""

    number: int
    after_days: int
    letter: bool = False


@dataclass(frozen=True)
class Policy:
    """How often and when people are written to. Times are local, in the member's region."""

    steps: tuple[Step, ...] = (Step(1, 0), Step(2, 21), Step(3, 60, letter=True))
    cap: int = 2
    cap_days: int = 14
    quiet_from: time = time(20)
    quiet_until: time = time(9)
    channels: tuple[str, ...] = ("email", "sms", "portal", "letter")
    template: str = "care_waiting"


POLICY = Policy()

QUEUE = """
WITH step(number, after_days, letter) AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(after)s::int[], %(letters)s::boolean[])
), due AS (
    SELECT g.id AS gap_id, g.member_id, g.due_on, min(s.number) AS step
    FROM prevention_caregap g JOIN step s ON g.opened_at + make_interval(days => s.after_days) <= %(at)s
    WHERE {g} AND g.status = 'open' AND g.rule = ANY (%(rules)s) AND NOT EXISTS (
        SELECT FROM prevention_reminder r WHERE r.gap_id = g.id AND r.step >= s.number)
    GROUP BY g.id, g.member_id, g.due_on
), willing AS (
    SELECT d.*, m.user_id, m.language, coalesce(nullif(p.channels, '{{}}'), %(channels)s::varchar[]) AS channels,
        coalesce(p.quiet_from, %(quiet_from)s::time) AS quiet_from,
        coalesce(p.quiet_until, %(quiet_until)s::time) AS quiet_until, coalesce(z.time_zone, %(zone)s) AS zone
    FROM due d JOIN members_member m ON m.id = d.member_id
    LEFT JOIN members_communicationpreference p ON p.member_id = d.member_id
    LEFT JOIN network_region z ON z.id = m.region_id
    WHERE m.deceased_at IS NULL AND m.status = 'active' AND NOT coalesce(p.no_outreach, false)
        AND NOT EXISTS (SELECT FROM members_consent c WHERE c.member_id = d.member_id AND c.kind = 'reminders'
            AND NOT c.is_given AND c.period @> %(today)s::date)
        AND NOT EXISTS (SELECT FROM hospitals_stay y WHERE y.member_id = d.member_id AND y.admitted_at <= %(at)s
            AND (y.discharged_at IS NULL OR y.discharged_at > %(at)s))
), reached AS (
    SELECT w.*, s.letter, way.channel, way.address
    FROM willing w JOIN step s ON s.number = w.step
    CROSS JOIN LATERAL (
        SELECT c.channel, coalesce(t.value, '') AS address
        FROM unnest(CASE WHEN s.letter THEN ARRAY['letter']::varchar[] ELSE w.channels || %(channels)s::varchar[] END)
            WITH ORDINALITY c(channel, place)
        LEFT JOIN LATERAL (
            SELECT t.value FROM members_membertelecom t
            WHERE t.member_id = w.member_id AND t.system = c.channel AND t.period @> %(today)s::date
            ORDER BY t.rank, t.id LIMIT 1
        ) t ON c.channel IN ('email', 'sms')
        WHERE CASE c.channel WHEN 'email' THEN t.value IS NOT NULL WHEN 'sms' THEN t.value IS NOT NULL
            WHEN 'portal' THEN w.user_id IS NOT NULL WHEN 'push' THEN w.user_id IS NOT NULL ELSE true END
        ORDER BY c.place LIMIT 1
    ) way
), capped AS (
    SELECT r.*, row_number() OVER (PARTITION BY r.member_id ORDER BY r.due_on, r.gap_id) + (
        SELECT count(*) FROM prevention_reminder x WHERE x.member_id = r.member_id
            AND x.created_at > %(at)s - make_interval(days => %(cap_days)s)) AS place
    FROM reached r
), timed AS (
    SELECT c.*, 'prevention:reminder:' || c.gap_id || ':' || c.step AS dedupe_key,
        %(at)s AT TIME ZONE c.zone AS local
    FROM capped c WHERE c.place <= %(cap)s
), ready AS (
    -- Quiet hours may span midnight; whoever is inside them is written to when they end.
    SELECT t.*, uuidv7() AS message_id, CASE
        WHEN t.quiet_from <= t.quiet_until AND t.local::time >= t.quiet_from AND t.local::time < t.quiet_until
            THEN (t.local::date + t.quiet_until) AT TIME ZONE t.zone
        WHEN t.quiet_from > t.quiet_until AND t.local::time >= t.quiet_from
            THEN (t.local::date + 1 + t.quiet_until) AT TIME ZONE t.zone
        WHEN t.quiet_from > t.quiet_until AND t.local::time < t.quiet_until
            THEN (t.local::date + t.quiet_until) AT TIME ZONE t.zone
        ELSE %(at)s END AS send_after
    FROM timed t
), message AS (
    INSERT INTO core_outboxmessage
        (id, dedupe_key, channel, template, language, user_id, member_id, address, context, url_path, send_after,
         created_at)
    SELECT message_id, dedupe_key, channel, %(template)s, language, user_id, member_id, address, '{{}}'::jsonb,
        '/gaps/' || gap_id || '/', send_after, %(at)s
    FROM ready ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
)
INSERT INTO prevention_reminder
    (member_id, gap_id, step, channel, language, send_after, status, message_id, created_at)
SELECT r.member_id, r.gap_id, r.step, r.channel, r.language, r.send_after, 'queued', r.message_id, %(at)s
-- Not a join: the planner takes both for a few rows and would compare each with each.
FROM ready r WHERE (r.message_id IN (SELECT id FROM message)) IS TRUE
ON CONFLICT (gap_id, step) DO NOTHING
"""

# A gap that closed before its message left: nobody is reminded of what is done.
WITHDRAW = """
WITH stale AS (
    SELECT r.id, r.message_id FROM prevention_reminder r
    JOIN prevention_caregap g ON g.id = r.gap_id AND g.member_id = r.member_id
    WHERE {r} AND r.status = 'queued' AND g.status <> 'open'
), cancelled AS (
    UPDATE core_outboxmessage o SET status = 'cancelled' FROM stale s
    WHERE o.id = s.message_id AND o.status = 'queued' RETURNING o.id
)
UPDATE prevention_reminder r SET status = 'skipped' FROM stale s
WHERE r.id = s.id AND s.message_id IN (SELECT id FROM cancelled)
"""


def queue_reminders(partition: Partition, *, as_of: date, at: datetime, policy: Policy = POLICY) -> int:
    """Queue the next step of every open gap in the partition, once each; returns the reminders written.

    Never for the deceased, those in hospital now, or those who asked not to be written to (hospice has no gaps:
    the rules exclude it). Needs the jobs login and an open transaction.
    """
    parameters: dict[str, Any] = {
        **partition.parameters,
        "numbers": [step.number for step in policy.steps],
        "after": [step.after_days for step in policy.steps],
        "letters": [step.letter for step in policy.steps],
        "rules": [rule.id for rule in RULES if rule.remind],
        "channels": list(policy.channels),
        "cap": policy.cap,
        "cap_days": policy.cap_days,
        "quiet_from": policy.quiet_from,
        "quiet_until": policy.quiet_until,
        "zone": "America/Los_Angeles",
        "template": policy.template,
        "today": as_of,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW.format(r=partition.test("r.member_id")), parameters)
        cursor.execute(QUEUE.format(g=partition.test("g.member_id")), parameters)
        return cursor.rowcount
