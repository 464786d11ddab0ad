"""What outreach was worth: sent, opened, booked, done; against people held back; and the cost of a closed gap.

Counted once a night for each campaign, set-based; pages read the counts. Every table of a campaign counts by the same
definitions, so that their rows add up to the same sums:

* A contact is a step that left: a message that was delivered, a letter that was posted, a call that somebody of ours
  made (each attempt costs), a word at a visit.
* Booked or ordered is the gap's own way (its visit, its test) once taken after the gap came in and before it closed:
  by link, on a call, from the portal or at the desk, whoever typed it.
* Done is closed by a fact within `WITHIN` days.

By channel each booking, each closed gap and each kit counts for the last contact before it; what had none before it
counts under `UNTOUCHED`. That says what a step still brought after those before it, not which channel is better.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from prevention.models import Campaign, OutreachSummary
from prevention.outreach.kinds import VACCINE
from prevention.quality.rates import wilson
from prevention.rules import RULES
from prevention.vaccine_clinic import VISIT_TYPE

# A gap counts as closed by outreach where a fact closed it within so many days of entering the campaign.
WITHIN = 90
# By channel: what was booked or closed before anybody had been in touch, and whom nobody has reached.
UNTOUCHED = "none"

EPISODE = """
CREATE TEMPORARY TABLE oe_episode ON COMMIT DROP AS
SELECT e.campaign_id, e.gap_id, e.member_id, e.arm, e.language, e.wording, e.entered_at, g.closed_at,
    m.managing_organization_id AS system,
    CASE WHEN starts_with(g.rule, %(vaccine)s) THEN %(vaccine)s ELSE g.rule END AS rule,
    (g.status = 'closed' AND g.closed_at <= e.entered_at + %(within)s * interval '1 day')::int AS done,
    (e.entered_at + %(within)s * interval '1 day' <= %(at)s)::int AS observed
FROM prevention_outreachepisode e JOIN prevention_caregap g ON g.id = e.gap_id AND g.member_id = e.member_id
JOIN members_member m ON m.id = e.member_id
-- Whom no outreach could have helped leave both arms alike.
WHERE e.stop_reason NOT IN ('deceased', 'disenrolled') AND NOT (g.status = 'excluded')
"""

# A call is settled without having been made where the member booked before it: made is what one of ours wrote down.
STEP = """
CREATE TEMPORARY TABLE oe_step ON COMMIT DROP AS
SELECT r.gap_id, r.id, r.step, r.channel, s.sent,
    CASE WHEN s.sent = 0 THEN NULL WHEN r.channel = 'call' THEN c.at ELSE coalesce(o.sent_at, r.send_after) END AS at,
    (l.confirmed_at IS NOT NULL OR o.read_at IS NOT NULL OR coalesce(c.answered, false))::int AS opened,
    coalesce(u.amount, 0) * CASE WHEN r.channel = 'call' THEN coalesce(c.calls, 0) ELSE s.sent END AS cost
FROM oe_episode e JOIN prevention_reminder r ON r.gap_id = e.gap_id AND r.status <> 'skipped'
LEFT JOIN core_outboxmessage o ON o.id = r.message_id
LEFT JOIN prevention_onetaplink l ON l.reminder_id = r.id
LEFT JOIN LATERAL (
    SELECT min(k.at) AS at, count(*) AS calls, bool_or(k.outcome NOT IN ('no_answer', 'wrong_number')) AS answered
    FROM prevention_outreachcontact k
    WHERE r.channel = 'call' AND k.gap_id = r.gap_id AND k.at >= r.created_at
        AND EXISTS (SELECT FROM network_roleassignment w WHERE w.user_id = k.by_id)
) c ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN r.channel = 'call' THEN c.at IS NOT NULL
        ELSE r.status = 'sent' OR coalesce(o.status = 'sent', false) END::int AS sent
) s
LEFT JOIN prevention_outreachcost u ON u.managing_organization_id = e.system AND u.kind = r.channel
    AND u.period @> r.created_at::date
"""

# The first time that somebody took the gap's way. A link says which message led there; of everything else the day.
ANSWER = """
CREATE TEMPORARY TABLE oe_answer ON COMMIT DROP AS
SELECT DISTINCT ON (e.gap_id) e.gap_id, a.at, a.reminder_id FROM oe_episode e JOIN (
    SELECT l.gap_id, l.used_at AS at, l.reminder_id FROM prevention_onetaplink l
    WHERE l.used_for IN ('booked', 'kit_ordered')
    UNION ALL
    SELECT k.gap_id, k.at, NULL FROM prevention_outreachcontact k WHERE k.outcome IN ('booked', 'kit_ordered')
    UNION ALL
    SELECT f.gap_id, v.booked_at, NULL FROM oe_episode f
    JOIN unnest(%(rules)s::text[], %(visits)s::text[]) w(rule, visit) ON w.rule = f.rule
    JOIN scheduling_appointment v ON v.member_id = f.member_id
    JOIN scheduling_visittype t ON t.id = v.visit_type_id AND t.code = w.visit
    UNION ALL
    SELECT f.gap_id, o.recorded_at, NULL FROM oe_episode f
    JOIN unnest(%(ordered)s::text[], %(protocols)s::text[]) w(rule, protocol) ON w.rule = f.rule
    JOIN clinical_servicerequest o ON o.member_id = f.member_id AND o.protocol = w.protocol
        AND o.status IN ('active', 'completed')
) a ON a.gap_id = e.gap_id AND a.at >= e.entered_at AND a.at <= coalesce(e.closed_at, %(at)s)
ORDER BY e.gap_id, a.reminder_id IS NULL, a.at
"""

KIT = """
CREATE TEMPORARY TABLE oe_kit ON COMMIT DROP AS
SELECT h.id, h.gap_id, h.ordered_at AS at, coalesce(c.amount, 0) AS cost FROM oe_episode e
JOIN prevention_homekit h ON h.gap_id = e.gap_id
LEFT JOIN prevention_outreachcost c ON c.managing_organization_id = e.system AND c.kind = 'kit'
    AND c.period @> h.ordered_at::date
"""

COUNT = """
WITH whole AS (
    SELECT e.*, coalesce(s.sent, 0) AS sent, coalesce(s.opened, 0) AS opened, (a.gap_id IS NOT NULL)::int AS booked,
        coalesce(s.cost, 0) + coalesce(k.cost, 0) AS cost, s.first_at, a.at AS booked_at
    FROM oe_episode e
    LEFT JOIN (SELECT gap_id, max(sent) AS sent, max(opened) AS opened, sum(cost) AS cost, min(at) AS first_at
        FROM oe_step GROUP BY gap_id) s USING (gap_id)
    LEFT JOIN (SELECT gap_id, sum(cost) AS cost FROM oe_kit GROUP BY gap_id) k USING (gap_id)
    LEFT JOIN oe_answer a USING (gap_id)
), booked_by AS (
    SELECT DISTINCT ON (a.gap_id) a.gap_id, s.channel FROM oe_answer a JOIN oe_step s USING (gap_id)
    WHERE s.sent = 1 AND (s.id = a.reminder_id OR s.at <= a.at)
    ORDER BY a.gap_id, coalesce(s.id = a.reminder_id, false) DESC, s.at DESC, s.step DESC
), done_by AS (
    SELECT DISTINCT ON (e.gap_id) e.gap_id, s.channel FROM oe_episode e JOIN oe_step s USING (gap_id)
    WHERE e.done = 1 AND s.sent = 1 AND s.at <= e.closed_at ORDER BY e.gap_id, s.at DESC, s.step DESC
), kit_by AS (
    SELECT DISTINCT ON (k.id) k.id, s.channel FROM oe_kit k JOIN oe_step s USING (gap_id)
    WHERE s.sent = 1 AND s.at <= k.at ORDER BY k.id, s.at DESC, s.step DESC
), credit AS (
    -- One row a gap and channel that was chosen for it, then what is credited to one channel each.
    SELECT gap_id, channel, 1 AS gaps, max(sent) AS sent, max(opened) AS opened, 0 AS booked, 0 AS done,
        max(sent) AS of_observed, sum(cost) AS cost
    FROM oe_step GROUP BY gap_id, channel
    UNION ALL
    SELECT a.gap_id, coalesce(b.channel, %(untouched)s), 0, 0, 0, 1, 0, 0, 0
    FROM oe_answer a LEFT JOIN booked_by b USING (gap_id)
    UNION ALL
    SELECT w.gap_id, coalesce(d.channel, %(untouched)s), 0, 0, 0, 0, 1, 0, 0
    FROM whole w LEFT JOIN done_by d USING (gap_id) WHERE w.done = 1
    UNION ALL
    SELECT k.gap_id, coalesce(b.channel, %(untouched)s), 0, 0, 0, 0, 0, 0, k.cost
    FROM oe_kit k LEFT JOIN kit_by b USING (id)
    UNION ALL
    SELECT w.gap_id, %(untouched)s, 1, 0, 0, 0, 0, 1, 0 FROM whole w
    WHERE w.first_at IS NULL OR w.booked_at < w.first_at OR w.done = 1 AND w.closed_at < w.first_at
), counted AS (
    SELECT campaign_id, 'arm' AS dimension, arm AS stratum, count(*) AS gaps, sum(sent) AS sent, sum(opened) AS opened,
        sum(booked) AS booked, sum(done) AS done, sum(observed) AS observed,
        sum(done * observed) AS done_observed, sum(cost) AS cost, sum(cost * observed) AS cost_observed
    FROM whole GROUP BY campaign_id, arm
    UNION ALL
    SELECT campaign_id, 'language', language, count(*), sum(sent), sum(opened), sum(booked), sum(done), sum(observed),
        sum(done * observed), sum(cost), sum(cost * observed)
    FROM whole WHERE arm = 'outreach' GROUP BY campaign_id, language
    UNION ALL
    SELECT campaign_id, 'wording', wording, count(*), sum(sent), sum(opened), sum(booked), sum(done), sum(observed),
        sum(done * observed), sum(cost), sum(cost * observed)
    FROM whole WHERE arm = 'outreach' GROUP BY campaign_id, wording
    UNION ALL
    SELECT w.campaign_id, 'channel', c.channel, sum(c.gaps), sum(c.sent), sum(c.opened), sum(c.booked), sum(c.done),
        sum(c.of_observed * w.observed), sum(c.done * w.observed), sum(c.cost), sum(c.cost * w.observed)
    FROM credit c JOIN whole w USING (gap_id) WHERE w.arm = 'outreach' GROUP BY w.campaign_id, c.channel
)
INSERT INTO prevention_outreachsummary
    (campaign_id, as_of, dimension, stratum, gaps, sent, opened, booked, done, observed, done_observed, cost,
    cost_observed)
SELECT campaign_id, %(today)s, dimension, stratum, gaps, sent, opened, booked, done, observed,
    done_observed, cost, cost_observed FROM counted
"""
TABLES = ("oe_episode", "oe_step", "oe_answer", "oe_kit")


def _ways() -> dict[str, list[str]]:
    """The ways of every kind of gap, as columns: rule and visit to book, rule and protocol to order under."""
    visits = [(rule.id, way.visit_type) for rule in RULES for way in rule.ways if way.visit_type]
    visits.append((VACCINE, VISIT_TYPE))
    orders = [(rule.id, way.protocol) for rule in RULES for way in rule.ways if way.protocol]
    return {
        "rules": [rule for rule, _visit in visits],
        "visits": [visit for _rule, visit in visits],
        "ordered": [rule for rule, _protocol in orders],
        "protocols": [protocol for _rule, protocol in orders],
    }


def summarise(*, as_of: date, at: datetime) -> int:
    """Replace every campaign's counts; returns rows written. Needs the jobs login and an open transaction."""
    OutreachSummary.objects.all().delete()
    values: dict[str, Any] = {
        "within": WITHIN,
        "today": as_of,
        "at": at,
        "vaccine": VACCINE,
        "untouched": UNTOUCHED,
        **_ways(),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")
        for statement, table in zip((EPISODE, STEP, ANSWER, KIT), TABLES, strict=True):
            cursor.execute(statement, values)
            cursor.execute(f"ANALYZE {table}")
        cursor.execute(COUNT, values)
        return cursor.rowcount


@dataclass(frozen=True)
class Comparison:
    """Closed among those observed, reached out to against held back; `low` and `high` bound the difference (95 %).

    Observed is whose 90 days are over: before that day only closures could be counted, and every rate would be 100 %.
    Both costs are of them alone: of a closed gap, and of one that would have stayed open, which is never the lower; the
    latter is told where the difference is more than chance.
    """

    reached: OutreachSummary
    held: OutreachSummary | None
    difference: float | None
    low: float | None
    high: float | None
    cost_per_closed: Decimal | None
    cost_per_further: Decimal | None

    @property
    def is_told(self) -> bool:
        """Whether the difference is more than chance."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def difference(done: int, of: int, held_done: int, held_of: int) -> tuple[float, float, float]:
    """p1 − p2 with its 95 % interval: Newcombe's hybrid score method (Statistics in Medicine 17, 1998, method 10)."""
    p1, p2 = done / of, held_done / held_of
    l1, u1 = wilson(done, of)
    l2, u2 = wilson(held_done, held_of)
    low = p1 - p2 - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    high = p1 - p2 + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return p1 - p2, low, high


def compare(campaign: Campaign) -> Comparison | None:
    """The campaign's arms side by side, by the latest night's counts; None before the first."""
    # Filtered here: a list of campaigns brings their counts along.
    arms = {row.stratum: row for row in campaign.summaries.all() if row.dimension == "arm"}
    reached, held = arms.get("outreach"), arms.get("holdout")
    if reached is None:
        return None
    # Contacts and closures of the same gaps, those whose time is over: of the others only the cost is known.
    per_closed = reached.cost_observed / reached.done_observed if reached.done_observed else None
    if held is None or not held.observed or not reached.observed:
        return Comparison(reached, held, None, None, None, per_closed, None)
    gained, low, high = difference(reached.done_observed, reached.observed, held.done_observed, held.observed)
    # What may as well be chance has no price.
    per_further = reached.cost_observed / (Decimal(gained) * reached.observed) if low > 0 else None
    return Comparison(reached, held, gained, low, high, per_closed, per_further)
