"""Who is written to, by which channel, when: the steps of every campaign, in a few statements for all members.

A message says only that something waits (domain ruling 5): what it is stands behind the sign-in, or behind a link that
asks for the date of birth. What every statement knows comes as parameters; nothing reads the clock.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from core import outbox
from network.ages import ADULT
from prevention.engine.evaluate import Partition
from prevention.engine.record import ROW_ID, id_base
from prevention.outreach.guardians import HOME, IS_CHILD, PARENT, REFUSED
from prevention.outreach.hospice import IN_PEACE
from prevention.outreach.stepping import STEPPING
from prevention.rules import RULES
from prevention.rules.positives import WAITING

MESSAGES = ["portal", "push", "email", "sms"]

# Who must not be reached at all, whatever the campaign says. `m` is the member; `po_hospice` (`hospice.IN_HOSPICE`) has
# those in hospice care.
UNREACHABLE = """
CASE WHEN m.deceased_at IS NOT NULL THEN 'deceased'
    WHEN m.status <> 'active' OR NOT EXISTS (
        SELECT FROM plans_coverageperiod v WHERE v.member_id = m.id AND v.benefit = 'medical'
            AND v.valid @> %(today)s::date AND v.known @> %(at)s::timestamptz) THEN 'disenrolled'
    WHEN EXISTS (SELECT FROM members_communicationpreference p WHERE p.member_id = m.id AND p.no_outreach)
        OR EXISTS (SELECT FROM members_consent c WHERE c.member_id = m.id AND c.kind = 'reminders'
            AND NOT c.is_given AND c.period @> %(today)s::date) THEN 'refused'
    WHEN m.id IN (SELECT h.member_id FROM po_hospice h) THEN 'hospice'
END
"""

# A campaign in force today, in its season; seasons may span the new year.
IN_FORCE = """
c.period @> %(today)s::date AND (c.season_from IS NULL
    OR CASE WHEN c.season_from <= c.season_until THEN %(day)s BETWEEN c.season_from AND c.season_until
        ELSE %(day)s >= c.season_from OR %(day)s <= c.season_until END)
"""

# A campaign for people of the member's age.
OF_AGE = """
(c.age_from IS NULL OR m.birth_date <= %(today)s::date - make_interval(years => c.age_from))
    AND (c.age_until IS NULL OR m.birth_date > %(today)s::date - make_interval(years => c.age_until))
"""

# A change of policy is a new row: gaps in the old one go on in its successor, at the step where they are.
HAND_OVER = f"""
UPDATE prevention_outreachepisode e SET campaign_id = c.id
FROM prevention_campaign o JOIN prevention_campaign c ON c.managing_organization_id = o.managing_organization_id
    AND c.region_id IS NOT DISTINCT FROM o.region_id AND c.code = o.code AND c.id <> o.id
WHERE {{e}} AND e.stopped_at IS NULL AND o.id = e.campaign_id AND NOT o.period @> %(today)s::date AND {IN_FORCE}
"""

STOP = f"""
UPDATE prevention_outreachepisode e SET stopped_at = %(at)s, stop_reason = w.reason
FROM (
    SELECT e.id, e.member_id, CASE g.status WHEN 'closed' THEN 'done' WHEN 'excluded' THEN coalesce(u.why, 'excluded')
        ELSE coalesce(u.why, CASE WHEN g.status = 'deferred' AND g.deferred_until IS NULL THEN 'declined'
            WHEN g.sensitivity <> 0 THEN 'labelled' WHEN g.last_done_what = ANY (%(followed)s) THEN 'followed'
            WHEN NOT ({IN_FORCE}) THEN 'ended' END) END AS reason
    FROM prevention_outreachepisode e
    JOIN prevention_caregap g ON g.id = e.gap_id AND g.member_id = e.member_id
    JOIN prevention_campaign c ON c.id = e.campaign_id
    JOIN members_member m ON m.id = e.member_id
    CROSS JOIN LATERAL (SELECT {UNREACHABLE} AS why) u
    WHERE {{e}} AND e.stopped_at IS NULL
) w WHERE w.id = e.id AND w.member_id = e.member_id AND w.reason IS NOT NULL
"""

# Who may be reached again is taken up where they stood: covered anew, willing again, the label lifted, the result
# answered. Whoever has an
# address that came since begins at the first step: all of them were in vain.
RETURN = f"""
UPDATE prevention_outreachepisode e SET stopped_at = NULL, stop_reason = '',
    entered_at = CASE WHEN e.stop_reason = 'undeliverable' THEN %(at)s ELSE e.entered_at END
FROM prevention_caregap g, prevention_campaign c, members_member m
WHERE {{e}} AND g.id = e.gap_id AND g.member_id = e.member_id AND g.status = 'open' AND c.id = e.campaign_id
    AND m.id = e.member_id AND g.sensitivity = 0 AND g.last_done_what <> ALL (%(followed)s) AND {IN_FORCE}
    AND ({UNREACHABLE}) IS NULL
    AND (e.stop_reason IN ('refused', 'disenrolled', 'hospice', 'labelled', 'followed')
        OR e.stop_reason = 'undeliverable' AND (
        EXISTS (SELECT FROM members_membertelecom x WHERE x.member_id = e.member_id
            AND x.period @> %(today)s::date AND lower(x.period) >= e.stopped_at::date)
        OR EXISTS (SELECT FROM members_memberaddress d WHERE d.member_id = e.member_id AND d.line1 <> ''
            AND d.period @> %(today)s::date AND lower(d.period) >= e.stopped_at::date)))
"""

# Whoever stopped is not written to any more: what still waits is taken back.
WITHDRAW = """
WITH stale AS (
    SELECT r.id, r.message_id FROM prevention_reminder r
    JOIN prevention_caregap g ON g.id = r.gap_id AND g.member_id = r.member_id
    LEFT JOIN prevention_outreachepisode e ON e.gap_id = r.gap_id AND e.member_id = r.member_id
    WHERE {r} AND r.status = 'queued' AND (g.status <> 'open' OR g.sensitivity <> 0 OR e.stopped_at IS NOT NULL
        OR g.last_done_what = ANY (%(followed)s))
), cancelled AS (
    UPDATE core_outboxmessage o SET status = 'cancelled' FROM stale s
    WHERE o.id = s.message_id AND o.status = 'queued' RETURNING o.id
)
UPDATE prevention_reminder r SET status = 'skipped' FROM stale s
WHERE r.id = s.id AND (s.message_id IS NULL OR s.message_id IN (SELECT id FROM cancelled))
"""

# The outbox knows what left.
DELIVERED = """
UPDATE prevention_reminder r SET status = 'sent' FROM core_outboxmessage o
WHERE {r} AND r.status = 'queued' AND o.id = r.message_id AND o.status = 'sent'
"""

# The first three years of waiting weigh in full, a tenth of each one after them: somebody never screened may be due for
# decades, and comes before whoever is due for four years, but not before everything else.
# A gap comes into the one campaign that names it: the market's own before the system's, then by rank. The arm is a
# hash of member and campaign, so that a person stays in it, whichever gap, run or share brings them.
# Chosen first and written then, here and below: a statement that looks into the table it fills is planned for the table
# as it was, and where that was empty, each row reads all that were written before it.
ENTERING = f"""
CREATE TEMPORARY TABLE po_entering ON COMMIT DROP AS
SELECT {ROW_ID} AS id, g.member_id, g.sensitivity, g.id AS gap_id, c.id AS campaign_id,
    CASE WHEN h.part %% 1000 < c.holdout_percent * 10 THEN 'holdout' ELSE 'outreach' END AS arm,
    c.wordings[1 + (h.part / 1000) %% cardinality(c.wordings)] AS wording, m.language,
    c.weight_overdue * (least(w.years, 3) + least(greatest(w.years - 3, 0), 30) / 10)
        + c.weight_risk * ((g.last_done_on IS NULL)::int + least(g.others, 4) * 0.25)
        + c.weight_equity * (m.language = ANY (c.equity_languages) OR EXISTS (
            SELECT FROM members_raceethnicity y WHERE y.member_id = m.id AND y.code = ANY (c.equity_races)))::int
        AS score
-- A window, not a join: the planner takes gaps of a moment ago for none and would compare each with each.
FROM (
    SELECT g.*, count(*) OVER (PARTITION BY g.member_id) - 1 AS others FROM prevention_caregap g
    WHERE {{g}} AND g.status = 'open'
) g
JOIN members_member m ON m.id = g.member_id
JOIN LATERAL (
    SELECT c.* FROM prevention_campaign c
    WHERE c.managing_organization_id = m.managing_organization_id
        AND coalesce(c.region_id = m.region_id, c.region_id IS NULL)
        AND (g.rule = ANY (c.rules) OR c.rules = '{{{{}}}}' AND g.rule = ANY (%(reminding)s)) AND {IN_FORCE}
        AND {OF_AGE}
    ORDER BY c.region_id IS NULL, c.rank, c.code LIMIT 1
) c ON true
CROSS JOIN LATERAL (
    SELECT hashtextextended(g.member_id::text || ':' || c.code, 0) & 4611686018427387903 AS part
) h
CROSS JOIN LATERAL (SELECT greatest(%(today)s::date - g.due_on, 0) / 365.0 AS years) w
WHERE g.sensitivity = 0 AND g.last_done_what <> ALL (%(followed)s)
    AND NOT EXISTS (SELECT FROM prevention_outreachepisode e WHERE e.gap_id = g.id)
    AND ({UNREACHABLE}) IS NULL
"""
ENTER = """
INSERT INTO prevention_outreachepisode
    (id, member_id, sensitivity, gap_id, campaign_id, arm, wording, language, score, entered_at)
SELECT e.id, e.member_id, e.sensitivity, e.gap_id, e.campaign_id, e.arm, e.wording, e.language, e.score, %(at)s
FROM po_entering e ON CONFLICT (gap_id) DO NOTHING
"""

# A campaign whose season comes again, or that is begun again, takes up what was left when it ended, from its first
# step: the reminders of then keep their numbers, new ones count on from them.
RESUME = f"""
UPDATE prevention_outreachepisode e SET stopped_at = NULL, stop_reason = '', entered_at = %(at)s, campaign_id = c.id
FROM prevention_caregap g, prevention_campaign o, prevention_campaign c, members_member m
WHERE {{e}} AND e.stop_reason = 'ended' AND g.id = e.gap_id AND g.member_id = e.member_id AND g.status = 'open'
    AND g.sensitivity = 0 AND g.last_done_what <> ALL (%(followed)s)
    AND o.id = e.campaign_id AND c.managing_organization_id = o.managing_organization_id
    AND c.region_id IS NOT DISTINCT FROM o.region_id AND c.code = o.code AND m.id = e.member_id
    AND {IN_FORCE} AND {OF_AGE} AND ({UNREACHABLE}) IS NULL
"""

# Everybody whose messages reach the same person: themselves and the children that they are written to about.
KIN = """
ARRAY(SELECT e.member_id UNION SELECT o.id FROM members_member o WHERE o.user_id = coalesce(q.user_id, m.user_id)
    UNION SELECT x.member_id FROM members_proxy x JOIN members_member o ON o.id = x.member_id
    WHERE x.user_id = coalesce(q.user_id, m.user_id) AND x.period @> %(today)s::date AND 'view' = ANY (x.scopes)
        AND x.relationship IN ('parent', 'guardian')
        AND o.birth_date > %(today)s::date - make_interval(years => %(adult)s))
"""

# Episodes that may take a step now, with the policy of their market. Booked, admitted and put off wait; so do, where
# one visit does all, a person's other gaps behind the first.
READY = f"""
CREATE TEMPORARY TABLE po_ready ON COMMIT DROP AS
SELECT e.member_id, e.gap_id, e.campaign_id, e.wording, e.score, e.entered_at, g.due_on, g.rule,
    coalesce(q.user_id, m.user_id) AS user_id,
    coalesce(q.language, CASE WHEN q.user_id IS NULL THEN h.language END, m.language) AS language,
    {IS_CHILD} AS is_child, q.user_id AS parent, q.email AS parent_email,
    -- A child themselves is sent nothing: messages go to a parent, calls and letters to an adult at home as well.
    CASE WHEN {IS_CHILD} THEN ARRAY[q.member_id] ELSE ARRAY[e.member_id] END AS written,
    CASE WHEN NOT {IS_CHILD} THEN ARRAY[e.member_id] WHEN q.user_id IS NULL AND h.member_id IS NULL AND {REFUSED}
        THEN '{{{{}}}}' ELSE array_remove(ARRAY[q.member_id, h.member_id, e.member_id], NULL) END AS called,
    {KIN} AS kin,
    e.base, e.last_step, e.last_at, e.last_after, e.first_after,
    EXISTS (SELECT FROM members_member k WHERE k.household_id = m.household_id AND k.id <> m.id
        AND k.deceased_at > %(at)s - interval '90 days') AS bereaved,
    p.id AS policy_id, p.cap, p.cap_days, p.channels AS usual, p.link_days, p.bounce_days, y.channels AS wanted,
    coalesce(y.quiet_from, p.quiet_from) AS quiet_from, coalesce(y.quiet_until, p.quiet_until) AS quiet_until,
    coalesce(z.time_zone, %(zone)s) AS zone
FROM po_stepping e
JOIN prevention_caregap g ON g.id = e.gap_id AND g.member_id = e.member_id AND g.status = 'open' AND g.sensitivity = 0
    AND g.last_done_what <> ALL (%(followed)s)
JOIN members_member m ON m.id = e.member_id
JOIN prevention_campaign i ON i.id = e.campaign_id
LEFT JOIN network_region z ON z.id = m.region_id
LEFT JOIN LATERAL ({PARENT}) q ON true
LEFT JOIN LATERAL ({HOME}) h ON true
LEFT JOIN members_communicationpreference y
    ON y.member_id = coalesce(q.member_id, CASE WHEN q.user_id IS NULL THEN h.member_id END, e.member_id)
JOIN LATERAL (
    SELECT p.* FROM prevention_outreachpolicy p
    WHERE p.managing_organization_id = m.managing_organization_id
        AND coalesce(p.region_id = m.region_id, p.region_id IS NULL) AND p.period @> %(today)s::date
    ORDER BY p.region_id IS NULL LIMIT 1
) p ON true
WHERE NOT EXISTS (SELECT FROM hospitals_stay s WHERE s.member_id = e.member_id AND s.admitted_at <= %(at)s
        AND (s.discharged_at IS NULL OR s.discharged_at > %(at)s))
    AND NOT (EXISTS (SELECT FROM prevention_outreachcontact k
            WHERE k.gap_id = e.gap_id AND k.outcome = 'booked')
        AND EXISTS (SELECT FROM scheduling_appointment a WHERE a.member_id = e.member_id
            AND a.status IN ('booked', 'arrived', 'roomed') AND upper(a.during) > %(at)s))
    AND NOT EXISTS (SELECT FROM prevention_homekit t
        JOIN clinical_servicerequest s ON s.id = t.order_id AND s.member_id = t.member_id AND s.status = 'active'
        WHERE t.gap_id = e.gap_id AND t.lost_at IS NULL)
    AND NOT EXISTS (SELECT FROM prevention_elsewherereport w WHERE w.gap_id = e.gap_id AND w.status = 'waiting')
    AND NOT (i.in_one_visit AND EXISTS (SELECT FROM prevention_outreachepisode f
        JOIN prevention_caregap h ON h.id = f.gap_id AND h.member_id = f.member_id AND h.status = 'open'
        WHERE f.member_id = e.member_id AND f.campaign_id = e.campaign_id AND f.stopped_at IS NULL
            AND (f.entered_at, f.gap_id) < (e.entered_at, e.gap_id)))
"""

# How people answered before, and where messages came back: looked up for each gap, so tables with a key of their own.
ANSWERED = """
CREATE TEMPORARY TABLE po_answered ON COMMIT DROP AS
SELECT r.member_id, r.channel, count(*) FILTER (WHERE l.used_at IS NOT NULL) AS answers
FROM prevention_reminder r JOIN prevention_onetaplink l ON l.reminder_id = r.id
WHERE r.member_id IN (SELECT member_id FROM po_ready) GROUP BY 1, 2
"""
BOUNCED = """
CREATE TEMPORARY TABLE po_bounced ON COMMIT DROP AS
SELECT r.member_id, r.channel, max(r.created_at) AS at
FROM prevention_reminder r JOIN core_outboxmessage o ON o.id = r.message_id AND o.status = 'failed'
    AND NOT starts_with(o.last_error, %(no_transport)s)
WHERE r.member_id IN (SELECT member_id FROM po_ready) GROUP BY 1, 2
"""

# The first step whose day has come and that reaches the person; within it what they asked for, then what they answered
# to before, then the usual order. Steps that reach nobody are passed over: the first that does takes the first one's
# day, and every later one counts from the one before it, so that nothing comes in a heap.
REACHED = """
CREATE TEMPORARY TABLE po_reached ON COMMIT DROP AS
SELECT t.*, way.step, way.channel, way.address
FROM po_ready t CROSS JOIN LATERAL (
    SELECT t.base + s.number AS step, c.channel,
        coalesce(CASE WHEN c.channel = 'email' THEN t.parent_email END, x.value, '') AS address
    FROM prevention_campaignstep s CROSS JOIN LATERAL unnest(s.channels) c(channel)
    LEFT JOIN po_answered a ON a.member_id = t.member_id AND a.channel = c.channel
    LEFT JOIN po_bounced b ON b.member_id = t.member_id AND b.channel = c.channel
    LEFT JOIN LATERAL (
        SELECT x.value, lower(x.period) AS since FROM members_membertelecom x
        WHERE x.member_id = ANY (CASE WHEN c.channel = 'call' THEN t.called ELSE t.written END)
            AND x.period @> %(today)s::date
            AND (x.system = c.channel OR c.channel = 'call' AND x.system IN ('phone', 'sms'))
        ORDER BY array_position(t.called, x.member_id), x.system = 'sms', x.rank, x.id LIMIT 1
    ) x ON c.channel IN ('email', 'sms', 'call')
    WHERE s.campaign_id = t.campaign_id AND s.number > t.last_step
        AND CASE WHEN t.last_at IS NULL THEN t.entered_at + make_interval(days => t.first_after)
            ELSE t.last_at + make_interval(days => greatest(s.after_days - t.last_after, 1)) END <= %(at)s
        -- What came back says nothing of an address that came after it.
        AND (b.at IS NULL OR b.at < %(at)s - make_interval(days => t.bounce_days) OR x.since >= b.at::date)
        AND (c.channel IN ('call', 'visit') OR cardinality(coalesce(t.wanted, '{}')) = 0
            OR c.channel = ANY (t.wanted))
        AND (c.channel <> 'call' OR NOT t.bereaved) AND c.channel <> ALL (%(off)s::text[])
        AND CASE WHEN c.channel IN ('email', 'sms', 'call')
                THEN x.value IS NOT NULL OR c.channel = 'email' AND t.parent_email <> ''
            WHEN c.channel = 'portal' THEN t.user_id IS NOT NULL
            WHEN c.channel = 'push' THEN t.user_id IS NOT NULL AND 'push' = ANY (t.wanted)
                AND (t.parent IS NOT NULL OR NOT t.is_child)
            WHEN c.channel = 'letter' THEN EXISTS (SELECT FROM members_memberaddress d
                WHERE d.member_id = ANY (t.called) AND d.line1 <> '' AND d.period @> %(today)s::date)
            ELSE true END
    ORDER BY s.number, array_position(t.wanted, c.channel) NULLS LAST, coalesce(a.answers, 0) DESC,
        array_position(t.usual, c.channel) NULLS LAST, c.channel LIMIT 1
) way
"""

# Whom first, under the campaign's limit for a day; then the cap over all campaigns together. Two things may be due from
# one birthday on: by rule then, so that a run that was killed and one that was not choose the same.
CHOSEN = f"""
CREATE TEMPORARY TABLE po_chosen ON COMMIT DROP AS
WITH limited AS (
    SELECT r.*, row_number() OVER (PARTITION BY r.campaign_id ORDER BY r.score DESC, r.due_on, r.member_id, r.rule)
        + coalesce(d.today, 0) AS turn, c.daily_limit
    FROM po_reached r JOIN prevention_campaign c ON c.id = r.campaign_id
    LEFT JOIN (
        SELECT e.campaign_id, count(*) AS today FROM prevention_reminder x
        JOIN prevention_outreachepisode e ON e.gap_id = x.gap_id
        WHERE x.created_at > %(at)s - interval '20 hours' AND x.created_at <= %(at)s
            AND e.campaign_id IN (SELECT id FROM prevention_campaign WHERE daily_limit IS NOT NULL)
        GROUP BY e.campaign_id
    ) d ON d.campaign_id = r.campaign_id
), capped AS (
    SELECT l.*, row_number() OVER (
        PARTITION BY coalesce(l.user_id, l.member_id) ORDER BY l.score DESC, l.due_on, l.member_id, l.rule) + (
        SELECT count(*) FROM prevention_reminder x WHERE x.member_id = ANY (l.kin) AND x.status <> 'skipped'
            AND x.channel <> 'visit' AND x.created_at > %(at)s - make_interval(days => l.cap_days)) + (
        -- What a care team wrote to many at once counts as well.
        SELECT count(*) FROM prevention_registrybatchitem i JOIN prevention_registrybatch b ON b.id = i.batch_id
        WHERE i.member_id = ANY (l.kin) AND i.status = 'done' AND b.action = 'message'
            AND b.done_at > %(at)s - make_interval(days => l.cap_days)) AS place
    FROM limited l WHERE l.daily_limit IS NULL OR l.turn <= l.daily_limit
)
-- A reminder and its message bear one id.
SELECT c.*, {ROW_ID} AS reminder_id, %(at)s AT TIME ZONE c.zone AS local
FROM capped c WHERE c.place <= c.cap OR c.channel = 'visit'
"""
QUEUE = """
WITH ready AS (
    -- Quiet hours may span midnight; whoever is inside them is written to when they end.
    SELECT t.*, CASE WHEN t.channel = ANY (%(messages)s) THEN t.reminder_id END AS message_id,
        -- The one id that stands in an address: nobody is to guess it from another.
        CASE WHEN t.channel IN ('email', 'sms', 'letter') THEN uuidv7() END AS link_id, CASE
        WHEN t.quiet_from <= t.quiet_until AND t.local::time >= t.quiet_from AND t.local::time < t.quiet_until
            THEN (t.local::date + t.quiet_until) AT TIME ZONE t.zone
        WHEN t.quiet_from > t.quiet_until AND t.local::time >= t.quiet_from
            THEN (t.local::date + 1 + t.quiet_until) AT TIME ZONE t.zone
        WHEN t.quiet_from > t.quiet_until AND t.local::time < t.quiet_until
            THEN (t.local::date + t.quiet_until) AT TIME ZONE t.zone
        ELSE %(at)s END AS send_after
    FROM po_chosen t
), message AS (
    INSERT INTO core_outboxmessage
        (id, dedupe_key, channel, template, language, user_id, member_id, address, context, url_path, send_after,
         created_at)
    SELECT message_id, 'prevention:reminder:' || gap_id || ':' || step, channel, wording, language, user_id, member_id,
        address, '{}'::jsonb, CASE WHEN channel IN ('email', 'sms') THEN 'one-tap:' || link_id
            ELSE '/gaps/' || gap_id || '/' END, send_after, %(at)s
    FROM ready WHERE message_id IS NOT NULL ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
), reminder AS (
    INSERT INTO prevention_reminder
        (id, member_id, gap_id, step, channel, language, send_after, status, message_id, created_at)
    SELECT r.reminder_id, r.member_id, r.gap_id, r.step, r.channel, r.language, r.send_after, 'queued', r.message_id,
        %(at)s
    -- Not a join: the planner takes both for a few rows and would compare each with each.
    FROM ready r WHERE r.message_id IS NULL OR (r.message_id IN (SELECT id FROM message)) IS TRUE
    ON CONFLICT (gap_id, step) DO NOTHING RETURNING id
), link AS (
    INSERT INTO prevention_onetaplink (id, member_id, gap_id, reminder_id, expires_at, created_at)
    SELECT r.link_id, r.member_id, r.gap_id, r.reminder_id, r.send_after + make_interval(days => r.link_days), %(at)s
    FROM ready r WHERE r.channel IN ('email', 'sms', 'letter') AND (r.reminder_id IN (SELECT id FROM reminder)) IS TRUE
)
SELECT count(*) FROM reminder
"""

# Every step is behind, the last a good while ago, and none reached anybody: a person has to find an address.
LOSE = """
UPDATE prevention_outreachepisode e SET stopped_at = %(at)s, stop_reason = 'undeliverable'
FROM po_ready t WHERE e.gap_id = t.gap_id AND e.member_id = t.member_id
    AND NOT EXISTS (SELECT FROM po_reached r WHERE r.gap_id = t.gap_id)
    AND %(at)s > greatest(t.entered_at, t.last_at) + (SELECT make_interval(days => max(s.after_days) + 30)
        FROM prevention_campaignstep s WHERE s.campaign_id = t.campaign_id)
    AND NOT EXISTS (SELECT FROM prevention_reminder r LEFT JOIN core_outboxmessage o ON o.id = r.message_id
        WHERE r.gap_id = t.gap_id AND r.status <> 'skipped' AND (o.id IS NULL OR o.status <> 'failed'))
"""

# What was to be said at the next visit has been said once the visit is over.
SAID = """
UPDATE prevention_reminder r SET status = 'sent' WHERE {r} AND r.status = 'queued' AND r.channel = 'visit'
    AND EXISTS (SELECT FROM scheduling_appointment a WHERE a.member_id = r.member_id AND a.status = 'fulfilled'
        AND lower(a.during) >= r.created_at AND upper(a.during) <= %(at)s)
"""


@dataclass(frozen=True)
class Queued:
    """Rows written."""

    reminders: int = 0
    episodes_entered: int = 0
    episodes_stopped: int = 0
    reminders_withdrawn: int = 0

    def counts(self) -> dict[str, int]:
        return asdict(self)


def queue_outreach(partition: Partition, *, as_of: date, at: datetime) -> Queued:
    """Take every campaign's gaps in the partition a step on, each step once; needs the jobs login and a transaction.

    Never for the deceased, those without coverage, in hospice, in hospital now, or who asked not to be reached. Whom
    first and the campaigns' daily limits hold within the partition, so the nightly run asks for everybody at once.
    """
    parameters: dict[str, Any] = {
        **partition.parameters,
        "reminding": [rule.id for rule in RULES if rule.remind],
        "messages": MESSAGES,
        # What a clinician follows is told by them: a reminder of a screening would mislead, and tell of a result.
        "followed": list(WAITING),
        # Channels by which no message can leave here; letters and calls are paper and people.
        "off": [channel for channel in outbox.channels_off() if channel in MESSAGES],
        "no_transport": outbox.NO_TRANSPORT,
        "zone": settings.TIME_ZONE,
        "adult": ADULT,
        "today": as_of,
        "day": as_of.month * 100 + as_of.day,
        "at": at,
    }
    with connection.cursor() as cursor:

        def write(sql: str) -> int:
            parameters["base"] = id_base(cursor) if ROW_ID in sql else None
            cursor.execute(sql, parameters)
            return cursor.rowcount

        cursor.execute("SELECT EXISTS (SELECT FROM prevention_campaign)")
        if not cursor.fetchone()[0]:
            return Queued()
        cursor.execute("DROP TABLE IF EXISTS po_hospice")
        write(IN_PEACE.format(k=partition.test("k.member_id")))
        cursor.execute("ANALYZE po_hospice")
        write(HAND_OVER.format(e=partition.test("e.member_id")))
        stopped = write(STOP.format(e=partition.test("e.member_id")))
        write(DELIVERED.format(r=partition.test("r.member_id")))
        withdrawn = write(WITHDRAW.format(r=partition.test("r.member_id")))
        entered = write(RESUME.format(e=partition.test("e.member_id")))
        entered += write(RETURN.format(e=partition.test("e.member_id")))
        cursor.execute(
            "DROP TABLE IF EXISTS po_entering, po_stepping, po_ready, po_answered, po_bounced, po_reached, po_chosen"
        )
        write(ENTERING.format(g=partition.test("g.member_id")))
        entered += write(ENTER)
        write(SAID.format(r=partition.test("r.member_id")))
        write(STEPPING.format(e=partition.test("e.member_id")))
        # Of gaps opened a moment ago the planner knows nothing: it goes through them and looks for each here.
        cursor.execute("CREATE INDEX ON po_stepping (gap_id, member_id); ANALYZE po_stepping")
        write(READY.format())
        cursor.execute("ANALYZE po_ready")
        for name, sql in (("po_answered", ANSWERED), ("po_bounced", BOUNCED)):
            cursor.execute(f"{sql}; CREATE INDEX ON {name} (member_id, channel); ANALYZE {name}", parameters)
        write(REACHED)
        cursor.execute("ANALYZE po_reached")
        write(CHOSEN)
        write(QUEUE)
        queued = cursor.fetchone()[0]
        stopped += write(LOSE)
    return Queued(queued, entered, stopped, withdrawn)
